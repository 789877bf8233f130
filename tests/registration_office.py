"""A test office as far as BPJS Kesehatan: accept, register, answer, type the SEP number, each one transaction."""

from datetime import date
from typing import Any

from tests.letter_office import to_letter_b
from tests.office import Office, person
from verify.registrations import make_batch
from workflows import advance, batches, desk, episodes, letters, registering, registrations
from workflows.batches import AnswerRow
from workflows.duties import DutyTerms
from workflows.records import Letter, Registration, RegistrationAnswer, RegistrationBatch
from workflows.registering import Answer
from workflows.registration_states import RefusalCode

SEP = "0301R0011126V000001"
CARD = "0001234567890"
ACTIVE = Answer(date(2026, 11, 23), CARD)
TERMS = DutyTerms(months=6, remind_days=30)
SEEN_ACTIVE = Answer(date(2026, 11, 23), CARD, note="Status AKTIF di BPJS, dilihat 23-11-2026.")
REFUSED = Answer(refusal=RefusalCode.KK_MISMATCH, note="KK lain di BPJS")


def registration(office: Office, ticket: str) -> Registration:
    with office.read() as session:
        found = registrations.of_case(session, office.case(ticket))
    assert found is not None
    return found


def accept(office: Office, ticket: str, by: str = "rs") -> None:
    actor, letter_id = office.actor(by), office.letter(ticket).id
    with office.write() as session:
        _, ours = desk.accept(session, session.get(Letter, letter_id), None, actor, now=office.clock())
    assert ours


def make(office: Office, by: str = "loket") -> RegistrationBatch:
    actor = office.actor(by)
    with office.write() as session:
        return make_batch(office.rekom, session, "3673", actor)


def send(office: Office, number: int = 1, by: str = "loket") -> RegistrationBatch:
    actor = office.actor(by)
    with office.write() as session:
        return batches.mark_sent(session, "3673", number, actor, now=office.clock())


def void(office: Office, number: int = 1) -> None:
    actor = office.actor("loket")
    with office.write() as session:
        batches.void(session, "3673", number, "Salah bulan.", actor, now=office.clock())


def answers(office: Office, said: dict[int, Answer], name: str = "a" * 64) -> RegistrationAnswer:
    """A file of answers about generated residents, by their numbers."""
    rows = [AnswerRow(line, person(number)["nik"], answer) for line, (number, answer) in enumerate(said.items(), 2)]
    actor = office.actor("loket")
    with office.write() as session:
        return batches.apply(session, "3673", name, rows, actor, now=office.clock())


def by_hand(office: Office, ticket: str, what: str, given: Any) -> None:
    """One of the commands on one registration."""
    actor, command = office.actor("loket"), getattr(registering, what)
    words = (given, TERMS) if what == "answer" else (given,)
    with office.write() as session:
        command(session, advance.lock(session, ticket, actor), *words, actor, now=office.clock())


def type_sep(office: Office, ticket: str, number: str = SEP, by: str = "rs") -> None:
    actor, letter_id = office.actor(by), office.letter(ticket).id
    with office.write() as session:
        episodes.record_sep(session, session.get(Letter, letter_id), number, actor, now=office.clock())


def expire(office: Office, ticket: str) -> None:
    """The letter runs out."""
    from_now = office.letter(ticket).valid_until - office.clock()
    office.clock.pass_by(seconds=from_now.total_seconds() + 1)
    with office.write() as session:
        letters.expire(session, advance.lock_by_id(session, office.case(ticket).id or 0), now=office.clock())


def reactivated(office: Office, number: int = 1) -> str:
    """A case of letter B, granted by the ministry and seen active today."""
    ticket = to_letter_b(office, number)
    for what, said in (("send_by_hand", "SIKS-1"), ("grant", "Tangkapan layar SIKS-NG."), ("answer", SEEN_ACTIVE)):
        by_hand(office, ticket, what, said)
    return ticket
