"""Words: one for everything a page can show, sentences of twenty words at most, nothing from elsewhere."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from verify.web import event_words, words
from verify.web.choices import paper_word
from verify.web.next_step import AFTER_LETTER, BUTTONS, CLOSED, WORKING
from verify.web.times import duration, left
from workflows.checks import WORDS
from workflows.rules.facts import Answer
from workflows.rules.finding import Outcome
from workflows.rules.policy import ActivationMode
from workflows.states import CHECKS, FINAL, Action, Job, Role, State
from workflows.vocabulary import Channel, DocumentType, Urgency

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted((ROOT / "verify" / "templates").glob("*.html"))
STATIC = ROOT / "verify" / "static"
READER = {"zxing.js", "zxing_reader.wasm", "LICENSE.zxing-wasm"}
"""Somebody else's; that it fetches nothing from elsewhere is seen in the browser."""
OWN = sorted(path for path in STATIC.rglob("*") if path.is_file() and path.name not in READER)


@pytest.mark.parametrize(
    ("known", "all_of"),
    [
        (words.ROLE, Role),
        (words.URGENCY, Urgency),
        (words.CHANNEL, Channel),
        (words.CHECK, Job),
        (words.SLUG, CHECKS),
        (words.RESULT, CHECKS),
        (words.FINDING, Outcome),
        (words.FINDING_ICON, Outcome),
        (words.ANSWER, Answer),
        (words.ACTIVATION, ActivationMode),
        (words.STATE_ICON, State),
        (words.TONE, State),
        (CLOSED, FINAL),
    ],
)
def test_nothing_is_without_a_word(known: object, all_of: object) -> None:
    assert set(known) == set(all_of)  # type: ignore[call-overload]


def test_every_outcome_of_every_check_has_a_word() -> None:
    assert {kind: set(outcomes) for kind, outcomes in WORDS.items()} == {kind: set(said) for kind, said in words.RESULT.items()}


def test_every_paper_has_a_word() -> None:
    assert all(paper_word(paper)[0].isupper() for paper in DocumentType)


def test_every_state_has_a_next_step() -> None:
    assert set(BUTTONS) | set(CLOSED) | set(WORKING) | set(AFTER_LETTER) | {State.LETTER_ISSUED} == set(State)


def recorded_actions() -> set[str]:
    """The actions that any code records on a case, read from the syntax tree."""
    found = set()
    for path in [*(ROOT / "workflows").rglob("*.py"), *(ROOT / "verify").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and len(node.args) > 2 and ast.unparse(node.func).endswith("record"):
                _, subject, action = node.args[:3]
                if isinstance(action, ast.Constant) and "case" in ast.unparse(subject):
                    found.add(str(action.value))
    return found


def test_every_action_of_the_audit_trail_has_a_word() -> None:
    recorded = recorded_actions()
    assert {"OPEN", "AMEND", "CHECK"} <= recorded
    assert recorded | {action.value for action in Action} <= set(event_words.TIMELINE)


SENTENCE = re.compile(r"[^.?!:]+[.?!:]")
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
QUOTED = re.compile(r"'([A-Z][^'{}]{15,})'")


def said_in(source: str) -> list[str]:
    """The sentences of a template: those between its tags and those in its quotes."""
    quoted = QUOTED.findall(source)
    between = re.sub(r"<(p|li|h\d|summary|button|label|dt|dd|legend|div)[^>]*>", ". ", JINJA.sub(" X ", source))
    text = re.sub(r"<[^>]*>", " ", between)
    return [sentence.strip() for piece in [*quoted, text] for sentence in SENTENCE.findall(piece + ".")]


BLOCKING = re.compile(r"<script(?![^>]*( defer| type=\"module\"))[^>]*>")
"""A script that the page waits for before it is drawn."""


def test_no_script_is_waited_for() -> None:
    sources = {path.name: path.read_text() for path in TEMPLATES}
    assert sum("<script" in source for source in sources.values()) >= 4
    assert {name: found for name, source in sources.items() if (found := BLOCKING.search(source))} == {}
    assert BLOCKING.search('<script src="x.js">') and BLOCKING.search('<script src="deferred.js" async>')


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_sentences_are_short(path: Path) -> None:
    assert [sentence for sentence in said_in(path.read_text()) if len(WORD.findall(sentence)) > 20] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_script_style_or_foreign_address(path: Path) -> None:
    source = re.sub(r"hint='[^']*'", "", path.read_text())  # a hint may show what an address looks like
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:|https?://|<script(?! src=\"(\{\{ asset|/dokumen-api/))", source)
    assert "safe" not in source or path.name == "icons.html", "what people typed is always escaped"


def test_nothing_comes_from_elsewhere() -> None:
    for path in OWN:
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|//cdn", path.read_text()), path.name


def test_what_a_page_loads_is_small() -> None:
    assert sum(path.stat().st_size for path in STATIC.iterdir() if path.is_file()) < 60_000
    assert sum(path.stat().st_size for path in OWN if path.parent != STATIC) < 60_000, "the desk, without the reader of codes"


@pytest.mark.parametrize("wrong", ["OK", "Submit", "Error", "Oops", "Maaf", "Invalid", "Silakan", "Mohon"])
def test_words_that_help_nobody_are_not_used(wrong: str) -> None:
    for path in TEMPLATES:
        assert not re.search(rf"\b{wrong}\b", path.read_text()), path.name


NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=3), "kurang dari 1 menit"),
        (timedelta(seconds=-3), "kurang dari 1 menit"),
        (timedelta(minutes=59, seconds=59), "59 menit"),
        (timedelta(hours=1), "1 jam"),
        (timedelta(hours=3, minutes=12), "3 jam 12 menit"),
        (timedelta(days=2), "2 hari"),
        (timedelta(days=2, hours=4, minutes=59), "2 hari 4 jam"),
    ],
)
def test_durations_as_people_say_them(span: timedelta, said: str) -> None:
    assert duration(span) == said


def test_what_is_left_and_what_is_over() -> None:
    assert left(NOON + timedelta(hours=2), NOON) == "2 jam"
    assert left(NOON, NOON) is None
