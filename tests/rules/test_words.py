"""Rules read outcome words as text, because ports import the policy; these tests keep both in step."""

from datetime import date

from workflows.checks import WORDS
from workflows.ports import IdentityOutcome, Segment
from workflows.rules.duplicates import weigh_duplicates
from workflows.rules.facts import CheckFact
from workflows.rules.finding import Outcome
from workflows.rules.identity import ADVICE
from workflows.rules.membership import SEGMENTS
from workflows.rules.papers import LABEL
from workflows.states import Job
from workflows.vocabulary import DocumentType

TODAY = date(2026, 11, 22)


def test_every_answer_of_dukcapil_has_advice() -> None:
    assert set(ADVICE) == set(IdentityOutcome)


def test_every_segment_has_a_name() -> None:
    assert set(SEGMENTS) == set(Segment)


def test_every_paper_has_a_name() -> None:
    assert set(LABEL) == set(DocumentType)


def test_the_words_of_the_duplicate_check_are_known() -> None:
    found = [weigh_duplicates(CheckFact(word, "Rekom", TODAY, {}), TODAY) for word in WORDS[Job.DUPLICATES]]
    assert [one.outcome for one in found] == [Outcome.MEETS, Outcome.NEEDS_PERSON]
    assert not any("belum selesai" in one.reason for one in found)
