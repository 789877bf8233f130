"""Letters: a number in the transaction that decides, dense and never twice; complete or not there; expired and revoked."""

import itertools
import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import select

from tests.office import GROUNDS, POLICIES, Office, running_office
from tests.waiting import meanwhile
from verify import relay
from verify.db import _alembic
from workflows import advance, decision, desk, letter_counter
from workflows.actor import Actor
from workflows.desk import DeskAnswer
from workflows.errors import FourEyes, InvalidInput, NotAllowed, NotFound, PolicyRefused, TransitionRefused
from workflows.letter_states import LetterState
from workflows.records import Decision, Letter, LetterCounter
from workflows.rules.letter_terms import LetterRule
from workflows.rules.policy import RegionPolicy
from workflows.states import Job, State
from workflows.vocabulary import LetterType

THREADS = 8


def answer(office: Office, ticket: str, hospital: str | None = "RS-CONTOH-1") -> DeskAnswer:
    with office.read() as session:
        return desk.judge(session, office.letter(ticket), hospital, now=office.clock()).answer


def sequences(office: Office) -> list[int]:
    with office.read() as session:
        return sorted(session.exec(select(Letter.sequence)))


def test_the_number_follows_the_regions_template(office: Office) -> None:
    assert [office.approve(office.to_decision(number)) for number in (1, 2)] == [
        "400.9/001/Dinsos/XI/2026",
        "400.9/002/Dinsos/XI/2026",
    ]


def test_numbers_begin_anew_with_the_regions_new_year(office: Office) -> None:
    tickets = [office.to_decision(number) for number in (1, 2, 3)]
    office.clock.now = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)
    assert office.approve(tickets[0]) == "400.9/001/Dinsos/XII/2026"
    office.clock.pass_by(minutes=1)  # midnight in Serang, still the old year in Greenwich
    assert [office.approve(ticket) for ticket in tickets[1:]] == ["400.9/001/Dinsos/I/2027", "400.9/002/Dinsos/I/2027"]


def test_it_is_valid_for_the_hours_the_policy_gives(office: Office) -> None:
    letter = office.letter(office.to_letter(hospital_code="RS-CONTOH-2"))
    assert (letter.valid_until - letter.valid_from).total_seconds() == 72 * 3600
    assert (letter.valid_from, letter.signed_at, letter.hospital_code) == (office.clock(), office.clock(), "RS-CONTOH-2")
    assert (letter.state, letter.pdf_sha256 is not None, letter.issued_at) == (LetterState.ISSUED, True, office.clock())


def test_number_and_decision_come_together_or_not_at_all(office: Office) -> None:
    first, second = office.to_decision(1), office.to_decision(2)
    kadis = office.actor("kadis")
    with pytest.raises(RuntimeError), office.write() as session:
        case = advance.lock(session, first, kadis)
        letter = decision.approve(session, case, office.policy, office.seat_rules, "uji", kadis, now=office.clock())
        assert letter.number == "400.9/001/Dinsos/XI/2026"
        raise RuntimeError
    assert (office.count(Letter), office.count(Decision), office.count(LetterCounter)) == (0, 0, 0)
    assert office.case(first).state == State.DECISION
    assert [office.approve(ticket) for ticket in (second, first)] == ["400.9/001/Dinsos/XI/2026", "400.9/002/Dinsos/XI/2026"]


def decide_in_thread(office: Office, ticket: str, kadis: Actor, ready: threading.Barrier, errors: list[Exception]) -> threading.Thread:
    def act() -> None:
        try:
            ready.wait()
            with office.write() as session:
                case = advance.lock(session, ticket, kadis)
                decision.approve(session, case, office.policy, office.seat_rules, "uji", kadis, now=office.clock())
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def test_eight_who_decide_at_once_get_eight_numbers_without_a_gap(office: Office) -> None:
    tickets = [office.to_decision(number) for number in range(1, THREADS + 1)]
    kadis, ready = office.actor("kadis"), threading.Barrier(THREADS, timeout=10)
    errors: list[Exception] = []
    for thread in [decide_in_thread(office, ticket, kadis, ready, errors) for ticket in tickets]:
        thread.join(30)
    assert (errors, sequences(office)) == ([], list(range(1, THREADS + 1)))
    office.drain()
    assert {office.case(ticket).state for ticket in tickets} == {State.LETTER_ISSUED}


def test_one_who_fails_meanwhile_leaves_no_gap(office: Office) -> None:
    first, second = office.to_decision(1), office.to_decision(2)
    kadis, errors = office.actor("kadis"), []
    with pytest.raises(RuntimeError), office.write() as session:
        decision.approve(session, advance.lock(session, first, kadis), office.policy, office.seat_rules, "uji", kadis, now=office.clock())
        thread = decide_in_thread(office, second, kadis, threading.Barrier(1), errors)
        thread.join(0.15)
        assert thread.is_alive()  # the second number is not known before the first decision ends
        raise RuntimeError
    thread.join(10)
    assert (errors, sequences(office)) == ([], [1])


def test_eight_who_decide_on_the_same_case_make_one_letter(office: Office) -> None:
    ticket = office.to_decision()
    kadis, ready = office.actor("kadis"), threading.Barrier(THREADS, timeout=10)
    errors: list[Exception] = []
    for thread in [decide_in_thread(office, ticket, kadis, ready, errors) for _ in range(THREADS)]:
        thread.join(30)
    assert {type(error) for error in errors} == {TransitionRefused}
    assert (len(errors), sequences(office), office.count(Decision)) == (THREADS - 1, [1], 1)


def test_where_a_finding_is_open_the_decider_says_why(office: Office) -> None:
    ticket = office.to_decision(documents=frozenset())
    with pytest.raises(InvalidInput, match=r"^Ada temuan yang belum terpenuhi\. Tulis alasan mengapa tetap disetujui\.$"):
        office.approve(ticket, reason=None)
    assert office.count(Decision) == 0
    office.approve(ticket, reason="Berkas menyusul.")


def test_a_refusal_makes_no_letter_and_uses_no_number(office: Office) -> None:
    refused, approved = office.to_decision(1), office.to_decision(2)
    kadis = office.actor("kadis")
    with office.write() as session:
        decision.reject(session, advance.lock(session, refused, kadis), GROUNDS, "Sudah peserta aktif.", kadis, now=office.clock())
    assert (office.case(refused).state, office.case(refused).closed_at) == (State.REJECTED, office.clock())
    assert office.approve(approved) == "400.9/001/Dinsos/XI/2026"
    with pytest.raises(NotFound, match=r"^Berkas ini belum mempunyai surat\.$"):
        office.letter(refused)


def test_until_its_paper_is_complete_the_desk_says_it_is_being_made(office: Office) -> None:
    ticket = office.to_decision()
    office.approve(ticket)
    letter = office.letter(ticket)
    assert (letter.state, letter.pdf, letter.token, letter.issued_at) == (LetterState.SIGNED, None, None, None)
    assert (answer(office, ticket), office.case(ticket).state) == (DeskAnswer.IN_PROGRESS, State.APPROVED)
    rs = office.actor("rs")
    with office.write() as session:
        verdict, accepted = desk.accept(session, session.get(Letter, letter.id), None, rs, now=office.clock())
    assert (verdict.answer, accepted) == (DeskAnswer.IN_PROGRESS, False)
    office.drain()
    assert (answer(office, ticket), office.case(ticket).state) == (DeskAnswer.VALID, State.LETTER_ISSUED)
    assert [task.attempts for task in office.tasks(ticket, Job.LETTER)] == [1]


def test_it_runs_out_by_the_clock_and_the_relay_closes_the_case(office: Office) -> None:
    ticket = office.to_letter()
    office.clock.pass_by(hours=72, microseconds=-1)
    relay.once(office.rekom)
    assert (answer(office, ticket), office.case(ticket).state) == (DeskAnswer.VALID, State.LETTER_ISSUED)
    office.clock.pass_by(microseconds=1)
    assert (answer(office, ticket), office.letter(ticket).state) == (DeskAnswer.EXPIRED, LetterState.ISSUED)  # before any sweep
    relay.once(office.rekom)
    assert (answer(office, ticket), office.letter(ticket).state) == (DeskAnswer.EXPIRED, LetterState.EXPIRED)
    assert (office.case(ticket).state, office.case(ticket).closed_at) == (State.EXPIRED, office.clock())
    assert office.events(ticket)[-1].actor_name == "Rekom"
    office.open()  # and the person may come again


def test_a_used_letter_does_not_run_out(office: Office) -> None:
    ticket = office.to_letter()
    rs = office.actor("rs")
    with office.write() as session:
        desk.accept(session, session.get(Letter, office.letter(ticket).id), None, rs, now=office.clock())
    office.clock.pass_by(days=30)
    relay.once(office.rekom)
    assert (answer(office, ticket), office.case(ticket).state) == (DeskAnswer.ALREADY_USED, State.ACCEPTED)


def test_revoking_needs_an_issued_letter_a_reason_and_the_head(office: Office) -> None:
    ticket = office.to_decision()
    with pytest.raises(NotFound, match="belum mempunyai surat"):
        office.revoke(ticket)
    office.approve(ticket)
    with pytest.raises(TransitionRefused, match=r"^Langkah ini tidak ada saat berkas berstatus “Disetujui”\."):
        office.revoke(ticket)
    office.drain()
    for other in ("loket", "peksos", "validator"):
        with pytest.raises(NotAllowed) as refused:
            office.revoke(ticket, by=other)
        assert not isinstance(refused.value, FourEyes)
    office.revoke(ticket)
    letter = office.letter(ticket)
    assert (letter.state, letter.revoked_reason, letter.revoked_by, letter.revoked_at) == ("REVOKED", "Salah orang", 4, office.clock())
    assert (answer(office, ticket), office.case(ticket).state) == (DeskAnswer.REVOKED, State.REVOKED)
    with pytest.raises(TransitionRefused):
        office.revoke(ticket)
    office.clock.pass_by(days=10)
    relay.once(office.rekom)
    assert (answer(office, ticket), office.letter(ticket).state) == (DeskAnswer.REVOKED, LetterState.REVOKED)


def test_a_revoked_letters_number_stays_used(office: Office) -> None:
    office.revoke(office.to_letter())
    again = office.to_letter()
    assert (office.letter(again).number, sequences(office)) == ("400.9/002/Dinsos/XI/2026", [1, 2])
    with office.write() as session:
        assert session.connection().execute(text("SELECT last FROM letter_counter")).scalars().all() == [2]


def test_hands_off_a_case_the_person_cannot_see(office: Office) -> None:
    ticket = office.to_letter()
    office.hire("blora", *office.actor("kadis").roles, region="3316")
    acts: list[Any] = [lambda: office.revoke(ticket, by="blora"), lambda: office.amend(ticket, by="blora")]
    for act in acts:
        with pytest.raises(NotFound, match=r"^Berkas tidak ditemukan\."):
            act()


def neighbour() -> tuple[RegionPolicy, LetterRule]:
    """A region whose office has the same unit as the demo office's, and the rule of a letter there."""
    other = POLICIES.at("1607", date(2026, 11, 23))
    return other, other.letter(LetterType.REKOM_PBPU_PEMDA, date(2026, 11, 23))


def test_a_second_region_does_not_write_into_a_register_of_the_same_unit(office: Office) -> None:
    mine, (other, rule) = office.policy, neighbour()
    assert mine.office.unit == other.office.unit
    day = office.clock().date()
    with office.write() as session:  # whatever kind of letter the number is for, none is looked for
        assert letter_counter.take(session, mine, rule, day).sequence == 1
    with pytest.raises(PolicyRefused, match="milik kantor daerah lain"), office.write() as session:
        letter_counter.take(session, other, rule, day)
    named = replace(other, office=replace(other.office, unit="Dinsos-Banyuasin"))
    with office.write() as session:
        assert letter_counter.take(session, named, rule, day).sequence == 1
        assert letter_counter.take(session, mine, rule, day).sequence == 2


def test_two_regions_at_the_first_number_of_a_year(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        mine, (other, rule), day = office.policy, neighbour(), office.clock().date()

        def second() -> None:
            with pytest.raises(PolicyRefused), office.write() as session:
                letter_counter.take(session, other, rule, day)

        first = partial(letter_counter.take, policy=mine, rule=rule, day=day)
        meanwhile(office, first, second, lambda session: None)
        with office.write() as session:
            assert letter_counter.take(session, mine, rule, day).sequence == 2


def test_a_migration_says_whose_the_registers_are(office: Office, database_url: str) -> None:
    office.to_letter()
    with office.write() as session:
        session.add(LetterCounter(office="Dinsos", year=2025, last=7))
    for step, revision in ((command.downgrade, "0069"), (command.upgrade, "head")):
        step(_alembic(database_url, office.rekom.new_vault()), revision)
    with office.read() as session:
        assert dict(session.exec(select(LetterCounter.year, LetterCounter.region_code)).all()) == {2025: None, 2026: "3673"}
    mine, (other, rule) = office.policy, neighbour()
    with office.write() as session:
        assert letter_counter.take(session, other, rule, date(2025, 12, 1)).sequence == 8  # a restore left it to whoever comes first
    with pytest.raises(PolicyRefused), office.write() as session:
        letter_counter.take(session, mine, rule, date(2025, 12, 1))


PLACES = (("3673", None), ("1607", "Dinsos-Banyuasin"), ("3673", "SJP"))
"""Two regions with a register each, and one's counter of its own for a type."""
YEARS = itertools.count(2100)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(signed=st.lists(st.sampled_from(PLACES), min_size=1, max_size=30))
def test_each_register_is_dense_whoever_signs_in_which_order(sqlite_office: Office, signed: list[tuple[str, str | None]]) -> None:
    day, taken = date(next(YEARS), 3, 1), []
    with sqlite_office.write() as session:
        for region, word in signed:
            policy = POLICIES.at(region, date(2026, 11, 23))
            rule = policy.letter(LetterType.JAMINAN_PELAYANAN, date(2026, 11, 23))
            terms = replace(rule.terms, number_template="{klasifikasi}/{urut:03d}/{jenis}/{unit}/{tahun}" if word == "SJP" else None)
            own = replace(policy, office=replace(policy.office, unit=word)) if word and word != "SJP" else policy
            taken.append(letter_counter.take(session, own, replace(rule, terms=terms), day))
    assert len({one.number for one in taken}) == len({(one.office, one.sequence) for one in taken}) == len(signed)
    for office in {one.office for one in taken}:
        found = [one.sequence for one in taken if one.office == office]
        assert found == list(range(1, len(found) + 1))
