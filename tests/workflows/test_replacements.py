"""A letter whose paper is wrong gets another in its place; and whatever happens to letters, numbers are dense and never twice."""

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from schemas.desk_check import describe
from tests.collective_office import act as collective_act
from tests.collective_office import approve as approve_cover
from tests.collective_office import press, propose
from tests.letter_office import to_letter_b
from tests.office import Office, running_office
from tests.registration_office import make
from verify import seals
from verify.db import migrate
from workflows import advance, decision, desk, replacements, trust
from workflows.batches import BatchRefused
from workflows.desk import DeskAnswer
from workflows.errors import NotAllowed, TransitionRefused
from workflows.letter_states import LetterState
from workflows.records import Letter, RegistrationBatch
from workflows.records.collective import CollectiveLetter
from workflows.states import Role, State


def replaced(office: Office, ticket: str, *, by: str = "kadis", **mended: object) -> str:
    actor = office.actor(by)
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        number = replacements.replace(session, case, office.policy, mended, "Nama salah ketik", actor, now=office.clock()).number
    office.drain()
    return number


def test_the_new_letter_has_its_own_number_and_lasts_no_longer(office: Office) -> None:
    ticket = office.to_letter()
    old = office.letter(ticket)
    office.clock.pass_by(hours=5)
    assert replaced(office, ticket, name="SITI CONTOH BARU") == "400.9/002/Dinsos/XI/2026"
    new = office.letter(ticket)
    assert (new.state, new.valid_until, new.replaces_id, new.decision_id) == (LetterState.ISSUED, old.valid_until, old.id, None)
    assert (office.case(ticket).state, office.case(ticket).name) == (State.LETTER_ISSUED, "SITI CONTOH BARU")
    with office.read() as session:
        kept = session.get_one(Letter, old.id)
        assert (kept.state, kept.number, kept.replaced_reason) == (LetterState.REPLACED, "400.9/001/Dinsos/XI/2026", "Nama salah ketik")
        assert old.token_id in trust.told(session, now=office.clock()).gone


def test_a_desk_shown_the_old_paper_is_told_the_new_number(office: Office) -> None:
    ticket = office.to_letter()
    old = office.letter(ticket).token or ""
    number = replaced(office, ticket)
    with office.read() as session:
        shown = seals.letter_with(session, old, office.rekom.keys)
        verdict = desk.judge(session, shown, "RS-CONTOH-1", now=office.clock())
    assert (verdict.answer, verdict.replaced_by) == (DeskAnswer.REVOKED, number)
    assert describe(verdict, now=office.clock())["reason"] == f"Diganti surat nomor {number}. Minta surat yang baru."
    rs = office.actor("rs")
    with office.write() as session:
        assert not desk.accept(session, session.get(Letter, shown.id), None, rs, now=office.clock())[1]
        new = session.exec(select(Letter).where(Letter.number == number)).one()
        assert desk.accept(session, new, None, rs, now=office.clock())[1]


def test_only_its_decider_replaces_a_letter_and_only_while_it_can_be_used(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.to_letter()
    office.hire("sekdis", Role.KADIS)
    for other, why in (("sekdis", "diputuskan penanda tangan lain"), ("validator", "Peran Anda tidak boleh")):
        with pytest.raises(NotAllowed, match=why):
            replaced(office, ticket, by=other)
    office.clock.pass_by(hours=72)
    with pytest.raises(TransitionRefused, match="sudah habis"):
        replaced(office, ticket)
    office.revoke(second := office.to_letter(2))
    with pytest.raises(TransitionRefused, match="Langkah ini tidak ada"):
        replaced(office, second)


def test_the_database_lets_a_letter_be_replaced_once_by_one_of_its_own_case_and_type(office: Office) -> None:
    ticket, other = office.to_letter(), office.letter(office.to_letter(2))
    replaced(office, ticket)
    new = office.letter(ticket)
    assert new.replaces_id is not None and other.id is not None
    for statement in (
        f"UPDATE letter SET replaces_id = {other.id} WHERE id = {new.id}",
        f"UPDATE letter SET replaces_id = id WHERE id = {new.id}",
        f"UPDATE letter SET replaces_id = NULL WHERE id = {new.id}",
        f"UPDATE letter SET replaces_id = {new.id} WHERE id = {other.id}",
        f"UPDATE letter SET replaced_reason = NULL WHERE id = {new.replaces_id}",
        f"UPDATE letter SET state = 'ISSUED' WHERE id = {new.replaces_id}",
    ):
        with pytest.raises(IntegrityError), office.write() as session:
            session.connection().execute(text(statement))


STEPS = st.lists(st.sampled_from(("A", "B", "E", "revoke", "replace", "fail")), min_size=3, max_size=9)


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_whatever_happens_numbers_are_dense_and_never_twice(steps: list[str]) -> None:
    """Each number from one to the last stands on exactly one letter, and what became of it is said there."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/rekom.db"
        migrate(url)
        with running_office(url, Path(folder)) as office:
            live: list[str] = []
            for number, step in enumerate(steps, 1):
                act(office, step, number, live)
            with office.read() as session:
                letters = session.exec(select(Letter)).all()
                covers = session.exec(select(CollectiveLetter).where(col(CollectiveLetter.number).is_not(None))).all()
    numbered = [*letters, *covers]
    assert sorted(one.sequence or 0 for one in numbered) == list(range(1, len(numbered) + 1))
    assert len({one.number for one in numbered}) == len(numbered)
    for letter in letters:
        gone = letter.revoked_reason or letter.replaced_reason
        assert bool(gone) is (letter.state in (LetterState.REVOKED, LetterState.REPLACED))


def act(office: Office, step: str, number: int, live: list[str]) -> None:
    if step == "A":
        live.append(office.to_letter(number))
    elif step == "B":
        live.append(to_letter_b(office, number))
    elif step == "E":
        cover(office)
    elif step == "fail":
        undecided(office, office.to_decision(number))
    elif live and step == "revoke":
        office.revoke(live.pop())
    elif live:
        replaced(office, live[-1])


def cover(office: Office) -> None:
    """A cover letter for whoever waits to be registered, after a proposal that was sent back: that one takes no number."""
    with suppress(BatchRefused):
        make(office)
        number = office.count(RegistrationBatch)
        collective_act(office, propose(office, number), "drop", "Salah bulan.", by="kadis")
        press(office, approve_cover(office, propose(office, number)))


def undecided(office: Office, ticket: str) -> None:
    """A decision that ends in an error after its number was given."""
    kadis = office.actor("kadis")
    with pytest.raises(RuntimeError), office.write() as session:
        case = advance.lock(session, ticket, kadis)
        decision.approve(session, case, office.policy, office.seat_rules, "Uji.", kadis, now=office.clock())
        raise RuntimeError
