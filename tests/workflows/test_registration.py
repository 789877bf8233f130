"""The closed loop: letter, export file, answer, member, SEP number; each turn somebody's, nothing lost, nothing twice."""

import hashlib
import io
from datetime import date
from itertools import product

import pytest
from alembic import command
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from tests.office import PAPERS, Office, person
from tests.registration_office import (
    ACTIVE,
    CARD,
    REFUSED,
    accept,
    answers,
    by_hand,
    expire,
    make,
    registration,
    send,
    type_sep,
    void,
)
from tests.seat_office import seat
from verify.db import Database, _alembic
from workflows import advance, households, registering
from workflows.batches import BatchRefused
from workflows.episodes import SepTaken
from workflows.errors import InvalidInput, NotAllowed, NotFound, TransitionRefused
from workflows.households import Applying, Family
from workflows.intake import Intake
from workflows.records import BatchRow, Case, Registration, RegistrationAnswer, RegistrationBatch
from workflows.records.registration import RowOutcome
from workflows.records.seat import ReleaseReason, SeatStatus
from workflows.registering import Answer
from workflows.registration_states import ENDED, REGISTRATION_TRANSITIONS, RefusalCode, RegistrationStatus, check_registration_move
from workflows.sealed import SealBroken
from workflows.states import FINAL, State

S = RegistrationStatus


def test_the_loop_is_closed_by_the_sep_number(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    assert (registration(office, ticket).status, office.case(ticket).state) == (S.WAITING, State.LETTER_ISSUED)
    accept(office, ticket)
    make(office)
    send(office)
    receipt = answers(office, {1: ACTIVE})
    assert (receipt.people, receipt.accepted, receipt.refused, receipt.strange) == (1, 1, 0, [])
    known = registration(office, ticket)
    assert (known.status, known.card_number, known.active_on, known.rounds) == (S.ACTIVE, CARD, date(2026, 11, 23), 1)
    assert (office.case(ticket).state, seat(office, ticket).status) == (State.ACTIVE, SeatStatus.COMMITTED)
    type_sep(office, ticket)
    case = office.case(ticket)
    assert (case.state, case.closed_at) == (State.CLOSED, office.clock())
    told = [event.action for event in office.events(ticket)]
    assert told[-7:] == ["ISSUE", "ACCEPT", "REGISTER_BATCH", "REGISTER_SENT", "REGISTER_ACTIVE", "ACTIVATE", "RECORD_SEP"]


@pytest.mark.parametrize("order", ["accept-active-sep", "active-accept-sep", "accept-sep-active"])
def test_hospital_and_registration_go_on_side_by_side(office: Office, order: str) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    make(office)
    steps = {
        "accept": lambda: accept(office, ticket),
        "active": lambda: answers(office, {1: ACTIVE}),
        "sep": lambda: type_sep(office, ticket),
    }
    states = []
    for step in order.split("-"):
        steps[step]()
        states.append(office.case(ticket).state)
    assert (
        states
        == {
            "accept-active-sep": [State.ACCEPTED, State.ACTIVE, State.CLOSED],
            "active-accept-sep": [State.LETTER_ISSUED, State.ACTIVE, State.CLOSED],
            "accept-sep-active": [State.ACCEPTED, State.ACCEPTED, State.CLOSED],
        }[order]
    )


# --- the file


def test_a_batch_is_the_same_to_the_byte_and_holds_each_person_once(office: Office) -> None:
    tickets = [office.to_letter(number) for number in (1, 2)]
    batch = make(office)
    assert (batch.number, batch.people, batch.made_by, batch.sha256) == (1, 2, "Rini Contoh", hashlib.sha256(batch.file).hexdigest())
    with pytest.raises(BatchRefused, match=r"^Tidak ada yang menunggu didaftarkan\."):
        make(office)
    third = office.to_letter(3)
    assert (make(office).people, registration(office, third).status) == (1, S.BATCHED)
    assert {registration(office, ticket).status for ticket in tickets} == {S.BATCHED}


def test_a_file_that_was_changed_is_not_handed_out(office: Office) -> None:
    office.to_letter()
    make(office)
    with office.write() as session:
        session.execute(text("UPDATE registration_batch SET file = file || 'AAAA'"))
    with pytest.raises(SealBroken):
        send(office)


def test_sent_is_written_down_once(office: Office) -> None:
    ticket = office.to_letter()
    make(office)
    first = send(office)
    office.clock.pass_by(hours=1)
    assert send(office).sent_at == first.sent_at
    assert registration(office, ticket).rounds == 1
    with pytest.raises(BatchRefused):
        void(office)


def test_a_batch_that_was_not_sent_can_be_taken_back(office: Office) -> None:
    ticket = office.to_letter()
    make(office)
    void(office)
    assert registration(office, ticket).status == S.WAITING
    with pytest.raises(BatchRefused):
        send(office)
    assert make(office).number == 2
    assert registration(office, ticket).rounds == 0


def test_a_letter_revoked_meanwhile_makes_the_batch_unfit_to_send(office: Office) -> None:
    first, second = office.to_letter(1), office.to_letter(2)
    make(office)
    office.revoke(first)
    assert registration(office, first).status == S.CANCELLED
    with pytest.raises(BatchRefused, match="ditutup sesudah berkas kiriman ini dibuat"):
        send(office)
    void(office)
    assert (make(office).people, registration(office, second).status) == (1, S.BATCHED)


# --- answers


def test_the_same_answers_change_nothing_the_second_time(office: Office) -> None:
    ticket = office.to_letter()
    make(office)
    send(office)
    first = answers(office, {1: REFUSED})
    office.clock.pass_by(hours=1)
    again = answers(office, {1: REFUSED})
    assert (again.id, again.received_at) == (first.id, first.received_at)
    assert (registration(office, ticket).refusal, office.count(RegistrationAnswer)) == (RefusalCode.KK_MISMATCH, 1)
    assert [event.action for event in office.events(ticket)].count("REGISTER_REFUSED") == 1


def test_rows_nobody_waits_for_are_reported_and_not_guessed_at(office: Office) -> None:
    office.to_letter(1)
    gone, waiting = office.to_letter(2), office.to_letter(3)
    make(office)
    send(office)
    office.revoke(gone)
    office.to_letter(4)
    receipt = answers(office, {1: ACTIVE, 2: ACTIVE, 3: REFUSED, 4: REFUSED, 99: ACTIVE})
    assert (receipt.accepted, receipt.refused) == (1, 1)
    assert receipt.strange == [
        {"line": 3, "reason": "Berkasnya sudah ditutup, tetapi BPJS mengaktifkan. Buat surat pencabutan."},
        {"line": 5, "reason": "Pendaftaran ini tidak sedang menunggu jawaban."},
        {"line": 6, "reason": "Tidak ada pendaftaran untuk orang ini di daerah ini."},
    ]
    assert registration(office, waiting).status == S.REFUSED


def test_an_answer_that_cannot_be_kept_leaves_nothing_half_done(office: Office) -> None:
    first, second = office.to_letter(1), office.to_letter(2)
    make(office)
    send(office)
    with pytest.raises(DBAPIError):
        answers(office, {1: ACTIVE, 2: Answer(date(2026, 11, 23), "123")})
    assert {registration(office, ticket).status for ticket in (first, second)} == {S.SENT}
    assert office.count(RegistrationAnswer) == 0
    with pytest.raises(InvalidInput):
        Answer()


def test_an_answer_proves_that_the_file_was_sent(office: Office) -> None:
    ticket = office.to_letter()
    make(office)
    answers(office, {1: REFUSED})
    with office.read() as session:
        batch, row = session.get_one(RegistrationBatch, 1), session.get_one(BatchRow, (1, registration(office, ticket).id))
    assert (batch.sent_at, row.outcome, registration(office, ticket).rounds) == (office.clock(), RowOutcome.REFUSED, 1)


def test_what_was_refused_is_mended_and_sent_again(office: Office) -> None:
    ticket = office.to_letter()
    make(office)
    answers(office, {1: REFUSED})
    by_hand(office, ticket, "mend", {"no_kk": "9999010101010001", "kode_fktp": "0301P001"})
    assert (registration(office, ticket).status, registration(office, ticket).refusal) == (S.WAITING, None)
    assert make(office).people == 1
    answers(office, {1: ACTIVE}, "b" * 64)
    assert (registration(office, ticket).status, registration(office, ticket).rounds) == (S.ACTIVE, 2)
    with pytest.raises(TransitionRefused):
        by_hand(office, ticket, "mend", {"rt": "001"})


def test_who_a_person_is_cannot_be_mended(office: Office) -> None:
    ticket = office.to_letter()
    with pytest.raises(InvalidInput, match="nik"):
        by_hand(office, ticket, "mend", {"nik": person(2)["nik"]})


def test_what_bpjs_will_not_take_is_closed_with_a_reason_and_frees_the_seat(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    make(office)
    answers(office, {1: REFUSED})
    with pytest.raises(TransitionRefused, match=r"^Suratnya masih berlaku\."):
        by_hand(office, ticket, "give_up", "Masih di segmen lain.")
    accept(office, ticket)
    by_hand(office, ticket, "give_up", "Masih di segmen lain.")
    assert (office.case(ticket).state, registration(office, ticket).status) == (State.UNREGISTERED, S.GIVEN_UP)
    assert (seat(office, ticket).status, seat(office, ticket).reason) == (SeatStatus.RELEASED, ReleaseReason.REFUSED)
    assert office.to_decision(1)  # the person may come again


def test_only_the_counter_registers(office: Office) -> None:
    office.to_letter()
    for who in ("peksos", "validator", "kadis", "rs", "admin"):
        with pytest.raises(NotAllowed):
            make(office, by=who)


# --- letters that run out meanwhile


def test_a_letter_that_runs_out_before_anything_was_sent_ends_the_case(office: Office) -> None:
    ticket = office.to_letter()
    expire(office, ticket)
    assert (office.case(ticket).state, registration(office, ticket).status) == (State.EXPIRED, S.CANCELLED)
    assert seat(office, ticket).reason == ReleaseReason.EXPIRED


@pytest.mark.parametrize(
    ("said", "state", "held"),
    [(ACTIVE, State.CLOSED, SeatStatus.COMMITTED), (REFUSED, State.REGISTERING, SeatStatus.RESERVED)],
    ids=["active", "refused"],
)
def test_a_registration_on_its_way_outlives_the_letter(office: Office, said: Answer, state: State, held: SeatStatus) -> None:
    ticket = office.to_letter()
    make(office)
    expire(office, ticket)
    assert (office.case(ticket).state, office.letter(ticket).state, seat(office, ticket).status) == (
        State.REGISTERING,
        "EXPIRED",
        SeatStatus.RESERVED,
    )
    answers(office, {1: said})
    assert (office.case(ticket).state, seat(office, ticket).status) == (state, held)


def test_a_member_whose_letter_ran_out_unused_stays_one(office: Office) -> None:
    ticket = office.to_letter()
    make(office)
    answers(office, {1: ACTIVE})
    expire(office, ticket)
    assert (office.case(ticket).state, registration(office, ticket).status) == (State.EXPIRED, S.ACTIVE)
    assert seat(office, ticket).status == SeatStatus.COMMITTED


# --- the SEP number


def test_a_sep_number_is_the_accepting_hospitals_and_unique(office: Office) -> None:
    first, second = office.to_letter(1), office.to_letter(2)
    with pytest.raises(NotFound):
        type_sep(office, first)
    accept(office, first)
    accept(office, second)
    with pytest.raises(NotFound):
        type_sep(office, first, by="rs2")
    type_sep(office, first)
    type_sep(office, first)
    with pytest.raises(SepTaken, match="sudah punya nomor SEP lain"):
        type_sep(office, first, "0301R0011126V000002")
    with pytest.raises(SepTaken, match="untuk pasien lain"):
        type_sep(office, second)
    assert [event.action for event in office.events(first)].count("SEP") == 1


def test_a_member_without_sep_number_is_closed_with_a_reason(office: Office) -> None:
    ticket = office.to_letter()
    accept(office, ticket)
    make(office)
    answers(office, {1: ACTIVE})
    by_hand(office, ticket, "give_up", "Pasien pulang sebelum SEP dibuat.")
    assert (office.case(ticket).state, registration(office, ticket).status) == (State.CLOSED, S.ACTIVE)
    assert seat(office, ticket).status == SeatStatus.COMMITTED


# --- what the database itself refuses


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registration SET status = 'ACTIVE'",
        "UPDATE registration SET active_on = '2026-11-23'",
        "UPDATE registration SET status = 'REFUSED'",
        "UPDATE registration SET status = 'GIVEN_UP'",
        "UPDATE registration SET status = 'LOST'",
        "UPDATE registration SET card_number = '12'",
        "UPDATE registration SET rounds = -1",
        "UPDATE registration SET case_id = 1",
        "UPDATE registration_batch SET people = 0",
        "UPDATE registration_batch SET number = 1",
        "UPDATE registration_batch SET sent_at = made_at",
        "UPDATE registration_batch SET void_at = made_at, void_reason = 'x', sent_at = made_at, sent_by = 'x'",
        "INSERT INTO registration_batch_row (batch_id, registration_id, position) SELECT 2, registration_id, 9 FROM registration_batch_row "
        "WHERE batch_id = 1",
        "UPDATE registration_batch_row SET answered_at = '2026-11-23 00:00:00'",
        "UPDATE registration_batch_row SET position = 0",
        "INSERT INTO episode SELECT letter_id, hospital_code, '0301R0011126V000001', accepted_at, accepted_by FROM acceptance",
        "UPDATE case_file SET closed_at = NULL WHERE state = 'CLOSED'",
    ],
)
def test_raw_sql_cannot_break_it(office: Office, statement: str) -> None:
    first, _ = office.to_letter(1), make(office)
    office.to_letter(2)
    make(office)
    third = office.to_letter(3)
    accept(office, third)
    type_sep(office, third)
    by_hand(office, third, "answer", ACTIVE)
    assert registration(office, first).status == S.BATCHED
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text(statement))


def test_a_registration_moves_only_by_its_table() -> None:
    for source, target in product(S, S):
        if (source, target) in REGISTRATION_TRANSITIONS:
            check_registration_move(source, target)
        else:
            with pytest.raises(TransitionRefused, match="tidak dapat menjadi"):
                check_registration_move(source, target)
    back = {(source, target) for source, target in REGISTRATION_TRANSITIONS if source in ENDED}
    assert back == {(S.CANCELLED, S.WAITING)}, "only an acceptance in time that came late takes one up again"
    known, fresh = {S.WAITING}, {S.WAITING}
    while fresh:
        fresh = {target for source, target in REGISTRATION_TRANSITIONS if source in fresh} - known
        known |= fresh
    assert known == set(S)


def test_the_migration_can_be_undone_and_done_again(database_url: str, office: Office) -> None:
    done, out, active = (office.to_letter(number) for number in (1, 2, 3))
    for ticket in (done, active):
        accept(office, ticket)
        by_hand(office, ticket, "answer", ACTIVE)
    type_sep(office, done)
    office.rekom.database.close()
    command.downgrade(_alembic(database_url, office.rekom.new_vault()), "0015")
    database = Database(database_url)
    with database.read() as session:
        rows = session.execute(text("SELECT state, closed_at IS NULL FROM case_file ORDER BY id")).all()
    assert [(state, bool(is_open)) for state, is_open in rows] == [("ACCEPTED", False), ("LETTER_ISSUED", True), ("ACCEPTED", False)]
    with pytest.raises(DBAPIError), database.write() as session:
        session.execute(text("UPDATE case_file SET state = 'CLOSED' WHERE state = 'ACCEPTED'"))
    database.close()
    command.upgrade(_alembic(database_url, office.rekom.new_vault()), "head")
    assert [office.case(ticket).state for ticket in (done, out, active)] == [State.CLOSED, State.LETTER_ISSUED, State.CLOSED]
    assert (registration(office, out).status, office.count(Registration)) == (S.WAITING, 1)
    assert {State.CLOSED, State.UNREGISTERED} < FINAL


def test_every_column_of_the_minimum_record_holds_what_family_case_and_letter_say(sqlite_office: Office) -> None:
    office, known = sqlite_office, person()
    actor = office.actor("loket")
    told = Intake(
        **{**known, "kk": "9901010101200001", "domicile_code": "3673010001", "documents": PAPERS},
        address="Jalan Contoh 1",
        hospital_code="RS-CONTOH-1",
        admitted_at=office.clock(),
    )
    with office.write() as session:
        households.receive(session, Family("9901010101200001", (Applying("istri", told),)), actor, office.policy, now=office.clock())
    office.drain()
    with office.read() as session:
        ticket = session.exec(select(Case.ticket)).one()
    office.assess(ticket)
    office.drain()
    office.validate(ticket)
    number = office.approve(ticket)
    office.drain()
    typed = {"tempat_lahir": "Serang", "status_kawin": "kawin", "rt": "001", "rw": "002", "kode_pos": "42111", "kode_fktp": "0301U001"}
    with office.write() as session:
        registering.mend(session, advance.lock(session, ticket, actor), typed, actor, now=office.clock())
    rows = CalamineWorkbook.from_filelike(io.BytesIO(make(office).file)).get_sheet_by_index(0).to_python()
    case = office.case(ticket)
    assert dict(zip(*rows, strict=True)) == {
        **typed,
        "nik": known["nik"],
        "no_kk": "9901010101200001",
        "nama": case.name,
        "tgl_lahir": case.birth_date.isoformat(),
        "jk": "P" if case.female else "L",
        "hub_keluarga": "istri",
        "alamat": "Jalan Contoh 1",
        "kode_desa": "3673010001",
        "no_hp": case.phone,
        "segmen": "PEMDA",
        "tmt_usulan": "2026-11-23",
        "no_surat": number,
        "tgl_surat": "2026-11-23",
        "kode_rs": "RS-CONTOH-1",
        "tgl_masuk_rs": "2026-11-23",
    }
