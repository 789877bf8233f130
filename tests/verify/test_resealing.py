"""Sealing anew what a withdrawn key sealed: papers that wait for a signature, papers that have one, and many at once."""

import hashlib
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from tests.approval_office import with_policy
from tests.collective_office import again, to_file
from tests.collective_office import approve as approve_cover
from tests.collective_office import press as pressed_cover
from tests.collective_office import propose as propose_cover
from tests.many_letters import size
from tests.office import Office, running_office
from tests.verify.test_signing import JPEG, prepared
from verify.keys import withdraw
from verify.resealing import Done, reseal_all
from workflows import audit, collective, collective_paper, collective_resealing, desk, resealing, signing, trust
from workflows.actor import SYSTEM
from workflows.letter_states import LetterState
from workflows.letters import SealWithdrawn
from workflows.records import Letter
from workflows.records.collective import CollectiveLetter
from workflows.resealing import Hindrance
from workflows.rules.policy import SigningMode
from workflows.steps import letter as press_step

LETTERS = size("REKOM_RESEAL", 12)
"""Figures are told of sixty."""


def compromise(office: Office) -> str:
    """Withdraw the signing key a minute later, as the command does; returns its id."""
    key_id = office.rekom.keys.current.key_id
    office.clock.pass_by(minutes=1)
    with office.write() as session:
        trust.withdraw_key(session, key_id, SYSTEM, now=office.clock())
    withdraw(office.rekom.settings.folder / "keys", key_id)
    return key_id


def reseal(office: Office, key_id: str) -> Done:
    return reseal_all(office.rekom, key_id, SYSTEM, lambda *_: None)


def sign(office: Office, ticket: str) -> None:
    kadis = office.actor("kadis")
    with office.write() as session:
        signing.sign_with_ink(session, ticket, JPEG, kadis, now=office.clock())


def test_a_paper_that_waits_is_sealed_anew_before_it_is_signed(office: Office) -> None:
    (ticket,) = prepared(office, SigningMode.WET, 1)
    before, key_id = office.letter(ticket), compromise(office)
    with pytest.raises(SealWithdrawn, match="menyegelnya ulang"):
        sign(office, ticket)
    assert reseal(office, key_id) == Done(1, ())
    after = office.letter(ticket)
    assert (after.state, after.pdf, after.draft != before.draft) == (LetterState.PREPARED, None, True)
    sign(office, ticket)
    with office.read() as session:
        assert desk.judge(session, office.letter(ticket), None, now=office.clock()).answer == "VALID"


def test_a_paper_somebody_signed_is_left_to_a_person(office: Office) -> None:
    (ticket,) = prepared(office, SigningMode.WET, 1)
    sign(office, ticket)
    before, key_id = office.letter(ticket), compromise(office)
    assert reseal(office, key_id) == Done(0, ((before.number, Hindrance.SIGNED_BY_HAND),))
    assert office.letter(ticket).token == before.token


def test_a_letter_revoked_while_its_paper_was_set_stays_as_it_was(office: Office) -> None:
    ticket = office.to_letter()
    compromise(office)
    letter = office.letter(ticket)
    assert letter.id
    with office.read() as session:
        one = resealing.due(session, letter.id)
    paper = press_step.gather(office.rekom.ports, one.question).pressed
    office.revoke(ticket)
    with office.write() as session:
        assert not resealing.reseal(session, one, paper, SYSTEM, now=office.clock())
    assert (office.letter(ticket).token, office.letter(ticket).state) == (letter.token, LetterState.REVOKED)


def test_two_who_reseal_at_once_do_each_letter_once(office: Office) -> None:
    ticket = office.to_letter()
    key_id = compromise(office)
    letter = office.letter(ticket)
    assert letter.id
    with office.read() as session:
        twice = [resealing.due(session, letter.id) for _ in range(2)]
    papers = [press_step.gather(office.rekom.ports, one.question).pressed for one in twice]
    done = []
    for one, paper in zip(twice, papers, strict=True):
        with office.write() as session:
            done.append(resealing.reseal(session, one, paper, SYSTEM, now=office.clock()))
    assert done == [True, False]
    assert (office.letter(ticket).token, office.letter(ticket).key_id != key_id) == (papers[0].token, True)


def test_a_host_with_the_old_key_folder_cannot_reseal(office: Office) -> None:
    office.to_letter()
    key_id = office.rekom.keys.current.key_id
    office.clock.pass_by(minutes=1)
    with office.write() as session:
        trust.withdraw_key(session, key_id, SYSTEM, now=office.clock())
    with pytest.raises(Exception, match=f"Kunci {key_id} di server ini sudah ditarik"):
        reseal(office, key_id)


@pytest.mark.slow
def test_what_was_interrupted_goes_on_where_it_was(sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With the real press."""
    with running_office(sqlite_url, tmp_path, simulator=True) as office:
        tickets = [office.to_letter(number) for number in range(1, LETTERS + 1)]
        key_id = compromise(office)
        stop = threading.Event()

        def told(done: int, _: int) -> None:
            if done == LETTERS // 2 and not stop.is_set():
                stop.set()
                raise KeyboardInterrupt

        began = time.perf_counter()
        with pytest.raises(KeyboardInterrupt):
            reseal_all(office.rekom, key_id, SYSTEM, told)
        assert reseal(office, key_id).sealed == LETTERS - LETTERS // 2
        rate = LETTERS / (time.perf_counter() - began)
        with office.read() as session:
            assert session.exec(select(Letter).where(Letter.key_id == key_id)).all() == []
        assert len({office.letter(ticket).token for ticket in tickets}) == LETTERS
    with capsys.disabled():
        sys.stdout.write(f"\nresealed {LETTERS} letters, interrupted once: {rate:.0f}/s, 10,000 in {10_000 / rate / 60:.1f} min\n")


# --- letter E


def cover(office: Office, mode: SigningMode = SigningMode.SEAL) -> CollectiveLetter:
    """A cover letter with its paper; its people's own letters are sealed by the system."""
    to_file(office, 1)
    with_policy(office, signing_mode=mode)
    return pressed_cover(office, approve_cover(office, propose_cover(office)))


def test_a_cover_letter_is_sealed_anew_with_the_others(office: Office) -> None:
    before, key_id = cover(office), compromise(office)
    assert reseal(office, key_id) == Done(2, ())
    after = again(office, before)
    assert (after.number, after.status, after.token != before.token, after.key_id != key_id) == (before.number, "ISSUED", True, True)
    assert after.pdf_sha256 == hashlib.sha256(after.pdf or b"").hexdigest()
    with office.read() as session:
        assert desk.judge_found(session, after, None, now=office.clock()).answer == "NOT_FOR_HOSPITAL"
        assert before.token and trust.was_replaced(session, before.token)
        assert [event.action for event in audit.events_of(session, collective.subject(after))] == ["PROPOSE", "APPROVE", "RESEAL"]
    assert reseal(office, key_id) == Done(0, ())


def test_a_cover_letter_that_waits_for_ink_is_sealed_before_and_left_after(sqlite_office: Office) -> None:
    office = sqlite_office
    before, kadis = cover(office, SigningMode.WET), office.actor("kadis")
    key_id = compromise(office)
    assert reseal(office, key_id).sealed == 2
    after = again(office, before)
    assert (after.status, after.draft != before.draft, after.pdf) == ("PREPARED", True, None)
    with office.write() as session:
        collective_paper.sign_with_ink(session, collective.lock(session, after.id or 0, kadis), JPEG, kadis, now=office.clock())
    assert ((after.number, Hindrance.SIGNED_BY_HAND),) == reseal(office, compromise(office)).left


def test_a_cover_letter_that_the_trail_does_not_know_is_left(sqlite_office: Office) -> None:
    office = sqlite_office
    letter, key_id = cover(office), compromise(office)
    with office.read() as session:
        one = collective_resealing.due(session, letter.id or 0)
        assert one.hindrance is None
    forged = office.rekom.keys.current.key_id
    with office.write() as session:
        session.connection().execute(text("UPDATE collective_letter SET key_id = :key"), {"key": forged})
    later = compromise(office)
    with office.write() as session:
        session.connection().execute(text("DROP TRIGGER IF EXISTS audit_event_no_update"))
        session.connection().execute(text("UPDATE audit_event SET detail = '{}' WHERE subject LIKE 'collective:%'"))
    assert reseal(office, later).left == ((letter.number, Hindrance.NOT_IN_TRAIL),)
    assert reseal(office, key_id).sealed == 1, "letter A alone"
