"""Letter E: one for a file, approved by its chain on the very list that was shown, numbered once, and ended with a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col, select

from tests.approval_office import give, with_chain
from tests.collective_office import act, again, approve, issued, press, propose, to_file
from tests.office import Office
from tests.registration_office import ACTIVE, REFUSED, answers, make, send, void
from tests.workflows.test_replacements import replaced
from verify import collective as edge
from verify import relay
from workflows import audit, collective, collective_list, desk, registering, trust
from workflows.batches import BatchRefused
from workflows.collective import AlreadyCovered
from workflows.collective_list import ListedElsewhere, ListOutOfDate
from workflows.collective_states import CollectiveStatus
from workflows.desk import DeskAnswer
from workflows.errors import ChangedMeanwhile, FourEyes, InvalidInput, NotAllowed, NotFound, PolicyEdited, TransitionRefused
from workflows.letters import SealWithdrawn
from workflows.records.case import Case
from workflows.records.collective import DECIDED, CollectiveLetter, CollectiveRow
from workflows.records.letter import Letter
from workflows.records.registration import RegistrationBatch
from workflows.states import Role

S = CollectiveStatus


def rows(office: Office, letter: CollectiveLetter) -> list[CollectiveRow]:
    with office.read() as session:
        return list(collective_list.rows_of(session, letter))


def actions(office: Office, letter: CollectiveLetter) -> list[str]:
    with office.read() as session:
        events = audit.events_of(session, collective.subject(letter))
        assert audit.verify_chain(events) is None
        return [event.action for event in events]


def judged(office: Office, letter: CollectiveLetter) -> DeskAnswer:
    with office.read() as session:
        return desk.judge_found(session, letter, "RS-CONTOH-1", now=office.clock()).answer


def test_the_list_is_the_files_and_each_row_leads_to_its_case_and_letter(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = issued(office, 1, 2)
    assert (letter.status, letter.people) == (S.ISSUED, 2)
    with office.read() as session:
        batch = session.exec(select(RegistrationBatch)).one()
        numbers = list(session.exec(select(Letter.number).order_by(col(Letter.id))))
        assert letter.file_sha256 == batch.sha256
        assert collective_list.digest_now(session, letter) == letter.list_sha256
    assert [row.letter_number for row in rows(office, letter)] == numbers
    assert len({letter.number, *numbers}) == 3
    assert letter.sequence == 3, "one counter for all letters of the office"
    assert actions(office, letter) == ["PROPOSE", "APPROVE"]


def test_a_file_has_one_live_letter_and_a_void_file_none(sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1)
    letter = propose(office)
    with pytest.raises(AlreadyCovered):
        propose(office)
    with pytest.raises(BatchRefused, match="masih hidup"):
        void(office)
    act(office, letter, "drop", "Salah bulan.", by="loket")
    again_proposed = propose(office)
    act(office, again_proposed, "drop", "Salah bulan.", by="kadis")
    void(office)
    with pytest.raises(TransitionRefused, match="sudah dibatalkan"):
        propose(office)


def test_it_goes_through_the_chain_in_order_by_different_hands(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    office.hire("dua", Role.LOKET, Role.KASI)
    to_file_with_chain(office)
    letter = propose(office, by="dua")
    with pytest.raises(TransitionRefused, match="belum lengkap"):
        approve(office, letter)
    with pytest.raises(NotAllowed, match="pejabat lain"):
        act(office, letter, "give_paraf", letter.list_sha256, by="kabid")
    with pytest.raises(FourEyes):
        act(office, letter, "give_paraf", letter.list_sha256, by="dua")
    act(office, letter, "give_paraf", letter.list_sha256, by="kasi")
    with pytest.raises(NotAllowed):
        act(office, letter, "drop", "Tidak setuju.", by="kasi")
    act(office, letter, "give_paraf", letter.list_sha256, by="kabid")
    signed = approve(office, letter)
    assert (signed.status, signed.number is not None) == (S.SIGNED, True)
    assert actions(office, letter) == ["PROPOSE", "PARAF", "PARAF", "APPROVE"]
    with pytest.raises(TransitionRefused, match="tidak menunggu paraf"):
        act(office, letter, "give_paraf", letter.list_sha256, by="kasi")


def to_file_with_chain(office: Office) -> None:
    """A letter A under a region's chain, and its file."""
    ticket = office.to_decision(1)
    for post in ("kasi", "kabid"):
        give(office, ticket, post)
    office.approve(ticket)
    office.drain()
    make(office)


def test_a_word_is_given_to_the_list_that_was_shown(sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1)
    letter = propose(office)
    with pytest.raises(ChangedMeanwhile):
        act(office, letter, "approve", "0" * 64, office.policy, by="kadis")
    with pytest.raises(PolicyEdited):
        act(office, letter, "approve", letter.list_sha256, replace(office.policy, sha256="0" * 64), by="kadis")
    with pytest.raises(NotAllowed):
        approve(office, letter, by="loket")
    with pytest.raises(InvalidInput, match="alasan"):
        act(office, letter, "drop", None, by="kadis")
    with pytest.raises(TransitionRefused, match="tidak menunggu persetujuan"):
        approve(office, approve(office, letter))


def test_nobody_signs_for_who_left_the_list_meanwhile(sqlite_office: Office) -> None:
    """Answered, closed, or with another letter than the list names: the proposal is sent back, and the next list is right."""
    office = sqlite_office
    to_file(office, 1, 2, 3)
    letter = propose(office)
    answers(office, {1: REFUSED})
    with pytest.raises(ListOutOfDate, match=r"^Sudah dijawab, ditutup, atau suratnya diganti: MAYA RANDU UJI\."):
        approve(office, letter)
    act(office, letter, "drop", "Daftar usang.", by="kadis")
    second = propose(office)
    replaced(office, rows_ticket(office, second, 1), name="SITI CONTOH BARU")
    with pytest.raises(ListOutOfDate):
        approve(office, second)
    act(office, second, "drop", "Daftar usang.", by="kadis")
    third = approve(office, propose(office))
    assert (third.people, rows(office, third)[1].name) == (2, "SITI CONTOH BARU")


def rows_ticket(office: Office, letter: CollectiveLetter, position: int) -> str:
    with office.read() as session:
        return session.get_one(Case, rows(office, letter)[position].case_id).ticket


def test_a_post_gives_no_paraf_to_a_list_that_is_out_of_date(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    to_file_with_chain(office)
    letter = propose(office)
    with office.write() as session:
        session.connection().execute(text("UPDATE collective_row SET ended_at = CURRENT_TIMESTAMP"))
    with pytest.raises(ListOutOfDate):
        act(office, letter, "give_paraf", letter.list_sha256, by="kasi")


def test_a_person_leaves_the_list_with_the_answer_and_stands_on_the_next(sqlite_office: Office) -> None:
    office = sqlite_office
    first = issued(office, 1, 2)
    send(office)
    answers(office, {1: ACTIVE, 2: REFUSED})
    assert all(row.ended_at for row in rows(office, first))
    with pytest.raises(TransitionRefused, match="sudah dijawab"):
        act(office, first, "replace", office.policy, "Nama salah.", by="kadis")


def test_a_replaced_letter_keeps_its_number_and_names_the_new_one(sqlite_office: Office) -> None:
    office = sqlite_office
    old = issued(office, 1, 2)
    new = act(office, old, "replace", office.policy, "Nama di daftar salah.", by="kadis")
    assert judged(office, new) == DeskAnswer.IN_PROGRESS
    new = press(office, new)
    before = again(office, old)
    assert (before.status, before.number, new.status) == (S.REPLACED, old.number, S.ISSUED)
    assert (new.replaces_id, new.valid_until, new.number != old.number) == (old.id, old.valid_until, True)
    assert all(row.ended_at for row in rows(office, old)) and not any(row.ended_at for row in rows(office, new))
    with office.read() as session:
        verdict = desk.judge_found(session, before, None, now=office.clock())
    assert (verdict.answer, verdict.replaced_by) == (DeskAnswer.REVOKED, new.number)
    assert actions(office, old) == ["PROPOSE", "APPROVE", "REPLACE"]


def test_a_revoked_letter_frees_its_file_and_its_people(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = issued(office, 1)
    assert judged(office, letter) == DeskAnswer.NOT_FOR_HOSPITAL
    with pytest.raises(NotAllowed):
        act(office, letter, "revoke", "Salah alamat.", by="loket")
    act(office, letter, "revoke", "Salah alamat.", by="kadis")
    assert judged(office, again(office, letter)) == DeskAnswer.REVOKED
    second = approve(office, propose(office))
    assert second.number != letter.number
    with pytest.raises(TransitionRefused):
        act(office, again(office, letter), "revoke", "Lagi.", by="kadis")


def test_only_its_decider_replaces_it_and_only_while_it_is_good(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = issued(office, 1)
    today = office.clock().date()
    office.let_sign(office.hire("plt"), today, today)
    with pytest.raises(NotAllowed, match="penanda tangan lain"):
        act(office, letter, "replace", office.policy, "Nama salah.", by="plt")
    assert letter.valid_until is not None
    office.clock.now = letter.valid_until + timedelta(seconds=1)
    with pytest.raises(TransitionRefused, match="sudah habis"):
        act(office, letter, "replace", office.policy, "Nama salah.", by="kadis")
    assert judged(office, letter) == DeskAnswer.EXPIRED
    edge.sweep(office.rekom)
    assert (again(office, letter).status, all(row.ended_at for row in rows(office, letter))) == (S.EXPIRED, True)


def test_a_withdrawn_key_ends_it_at_every_desk_and_it_is_replaced_under_the_new_one(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = issued(office, 1)
    key, actor = letter.key_id or "", office.actor("admin")
    with office.write() as session:
        assert trust.letters_under(session, key, now=office.clock())["ISSUED"] == 2
        trust.withdraw_key(session, key, actor, now=office.clock())
        verdict = desk.judge_found(session, letter, None, now=office.clock())
    assert (verdict.answer, verdict.reason) == (DeskAnswer.REVOKED, desk.KEY_WITHDRAWN)
    new = act(office, letter, "replace", office.policy, "Kunci segel ditarik.", by="kadis")
    with pytest.raises(SealWithdrawn):
        press(office, new)
    assert again(office, new).status == S.SIGNED


def test_another_office_finds_nothing(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = issued(office, 1)
    office.hire("blora", Role.LOKET, region="3316")
    for who in ("blora", "rs"):
        with pytest.raises(NotFound):
            act(office, letter, "revoke", "Salah.", by=who)


def test_a_paper_whose_maker_died_is_made_by_the_sweep(sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1)
    letter = approve(office, propose(office))
    edge.sweep(office.rekom)
    assert again(office, letter).status == S.SIGNED, "somebody may be at it"
    office.clock.pass_by(minutes=2)
    relay.once(office.rekom)
    made = again(office, letter)
    assert (made.status, made.pdf is not None, made.token is not None) == (S.ISSUED, True, True)
    assert press(office, letter).pdf == made.pdf


def test_who_is_refused_by_bpjs_goes_into_the_next_file_and_its_letter(sqlite_office: Office) -> None:
    office = sqlite_office
    issued(office, 1)
    send(office)
    answers(office, {1: REFUSED})
    actor = office.actor("loket")
    with office.write() as session:
        (pair,) = registering.listed(session, "3673", None)
        registering.mend(session, pair[1], {"rt": "001"}, actor, now=office.clock())
    make(office)
    assert propose(office, 2).people == 1


def test_nobody_stands_on_two_live_lists(office: Office) -> None:
    letter = issued(office, 1)
    with office.write() as session:
        (row,) = collective_list.rows_of(session, letter)
        copied = collective_list.people_in(session, collective_list.batch_of(session, letter))
        dropped = {"id": None, "status": S.DROPPED, "ended_reason": "Uji", "ended_by": letter.decided_by}
        other = CollectiveLetter(**{**letter.model_dump(), **dict.fromkeys(NUMBERED), **dropped})
        session.add(other)
        session.flush()
        with pytest.raises(ListedElsewhere):
            collective_list.write(session, other, copied)
        assert row.nik == copied[0].nik


NUMBERED = ("number", *DECIDED, "pdf", "pdf_sha256", "issued_at", "token", "key_id")
"""What a letter without a number has not."""


def test_the_database_holds_what_a_cover_letter_is(office: Office) -> None:
    letter = issued(office, 1)
    for statement in (
        "UPDATE collective_letter SET number = number || 'x'",
        "UPDATE collective_letter SET list_sha256 = file_sha256",
        "UPDATE collective_letter SET people = 9",
        "UPDATE collective_letter SET status = 'PROPOSED'",
        "UPDATE collective_letter SET status = 'REVOKED'",
        "UPDATE collective_letter SET pdf = NULL",
        "UPDATE collective_letter SET decided_by = proposed_by",
        "DELETE FROM collective_letter",
        "UPDATE registration_batch SET sha256 = 'x'",
        "DELETE FROM registration_batch_row",
        "UPDATE collective_row SET name = 'LAIN CONTOH'",
        "UPDATE collective_row SET nik = '9901010000000001'",
        "DELETE FROM collective_row",
        f"UPDATE letter SET number = '{letter.number}'",
        "UPDATE letter SET type = 'PENCABUTAN'",
    ):
        with pytest.raises((IntegrityError, DBAPIError)), office.write() as session:
            session.connection().execute(text(statement))


def test_the_database_holds_the_order_of_parafs(office: Office) -> None:
    with_chain(office, Role.KASI, Role.KABID)
    to_file_with_chain(office)
    letter = propose(office)
    loket, kasi, kabid = (office.actor(who).person_id for who in ("loket", "kasi", "kabid"))
    at = "given_at = CURRENT_TIMESTAMP"
    for statement in (
        f"UPDATE collective_step SET given_by = {kabid}, {at} WHERE role = 'KABID'",
        f"UPDATE collective_step SET given_by = {loket}, {at} WHERE role = 'KASI'",
        f"UPDATE collective_step SET given_by = {kasi} WHERE role = 'KASI'",
        "DELETE FROM collective_step",
        f"UPDATE collective_letter SET decided_by = {kasi}",
    ):
        with pytest.raises((IntegrityError, DBAPIError)), office.write() as session:
            session.connection().execute(text(statement))
    act(office, letter, "give_paraf", letter.list_sha256, by="kasi")
    for statement in (
        f"UPDATE collective_step SET given_by = {kabid} WHERE role = 'KASI'",
        f"UPDATE collective_step SET given_by = {kasi}, {at} WHERE role = 'KABID'",
    ):
        with pytest.raises((IntegrityError, DBAPIError)), office.write() as session:
            session.connection().execute(text(statement))
