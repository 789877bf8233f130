"""An upgrade that reads facts differently: fingerprints stay where nothing was added, and no case waits for ever where they do not."""

from dataclasses import MISSING, dataclass, fields
from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import select

from tests.office import Office
from verify import upgrade
from workflows import facts, stale_findings
from workflows.errors import TransitionRefused
from workflows.facts import FindingsQuestion
from workflows.records import Task
from workflows.records.finding_set import FindingSet
from workflows.rules.facts import Answer, CheckFact, EligibilityFacts, LetterAsked
from workflows.states import Job, State

DAY = date(2026, 11, 23)
KNOWN = {
    "on": DAY,
    "region_code": "3673",
    "birth_date": date(1990, 1, 31),
    "domicile_code": "3673",
    "resident_since": None,
    "urgency": "ROUTINE",
    "documents": frozenset({"KTP", "KK"}),
    "identity": CheckFact("MATCH", "Dukcapil", DAY, {"elements": {}}),
    "membership": None,
    "poverty": None,
    "duplicates": None,
    "answers": {"a": Answer.YES},
}


@dataclass(frozen=True, slots=True)
class LaterFacts(EligibilityFacts):
    """As a later version may know them."""

    new_fact: bool = False


def question(known: EligibilityFacts) -> FindingsQuestion:
    return FindingsQuestion(facts=known, policy_valid_from=date(2026, 1, 1), policy_sha256="0" * 64)


def test_a_fact_that_comes_later_changes_only_what_it_speaks_of() -> None:
    now = facts.fingerprint(question(EligibilityFacts(**KNOWN)))
    assert facts.fingerprint(question(LaterFacts(**KNOWN))) == now
    assert facts.fingerprint(question(LaterFacts(**KNOWN, new_fact=True))) != now


def test_the_fingerprint_of_a_plain_case_is_that_of_the_first_version() -> None:
    """Whoever changes this number leaves every open case without findings until it is weighed again."""
    assert facts.fingerprint(question(EligibilityFacts(**KNOWN))) == "97b29032cf6ed4ff9300d8aa5f1b6de0a120b44ca3e588009f92dcac03796e2d"


@pytest.mark.parametrize(
    "more",
    [
        {"no_nik": "NEWBORN"},
        {"by_third_party": True},
        {"letter": LetterAsked("JAMINAN_PELAYANAN")},
        {"letter": LetterAsked("JAMINAN_PELAYANAN", has_diagnosis=True)},
        {"letter": LetterAsked("KET_REAKTIVASI_PBI_JK", reactivations=1)},
    ],
)
def test_what_is_said_counts(more: dict[str, object]) -> None:
    assert facts.fingerprint(question(EligibilityFacts(**KNOWN, **more))) != facts.fingerprint(question(EligibilityFacts(**KNOWN)))


def test_every_fact_that_came_after_the_first_version_has_a_default() -> None:
    assert {one.name for one in fields(EligibilityFacts) if one.default is MISSING} == set(KNOWN)


def test_a_case_that_waits_for_a_word_is_weighed_again_after_an_upgrade(office: Office) -> None:
    waiting, assessed, issued = office.to_decision(1), office.open(2), office.to_letter(3)
    office.drain()
    read_otherwise(office)
    with pytest.raises(TransitionRefused, match="Temuan sedang dihitung ulang"):
        office.approve(waiting)
    office.drain()
    with pytest.raises(TransitionRefused, match="Temuan sedang dihitung ulang"):
        office.approve(waiting)
    with office.read() as session:
        ids = stale_findings.waiting(session)
    assert ids == [office.case(waiting).id, office.case(assessed).id]
    assert office.case(issued).state == State.LETTER_ISSUED
    for again in (2, 0):
        done = 0
        for case_id in ids:
            with office.write() as session:
                done += stale_findings.weigh(session, case_id, now=office.clock())
        office.drain()
        assert done == again
    office.approve(waiting)
    assert office.case(waiting).state == State.APPROVED


def test_bringing_an_installation_up_does_it(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision(1)
    read_otherwise(sqlite_office)
    assert (upgrade.weigh_again(sqlite_office.rekom), upgrade.weigh_again(sqlite_office.rekom)) == (1, 1)
    sqlite_office.drain()
    assert upgrade.weigh_again(sqlite_office.rekom) == 0
    sqlite_office.approve(ticket)


def read_otherwise(office: Office) -> None:
    """As if another version had made the fingerprints, of findings and of the tasks that made them."""
    with office.write() as session:
        for table, column, rows in (("finding_set", "facts_hash", FindingSet), ("task", "input_hash", Task)):
            statement = text(f"UPDATE {table} SET {column} = :other WHERE id = :id")
            for row in session.exec(select(rows)).all():
                if isinstance(row, FindingSet) or row.job == Job.FINDINGS:
                    session.connection().execute(statement, {"other": f"{row.id:064d}", "id": row.id})
