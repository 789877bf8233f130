"""What was kept long enough goes: cases become tombstones, rows and files go, and everything that was counted still adds up."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from sqlalchemy import Date, LargeBinary, String, Table, event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel, col, func, select

from tests.office import POLICIES, Office, person
from tests.seat_office import books, quota
from tests.verify.test_subject_access import reached
from verify import relay, retention
from verify.backup.making import make_backup
from verify.cli import main
from verify.commands.operator import operator
from verify.db import MIGRATIONS, _alembic
from verify.retention import Retention, Swept
from workflows import checkpoints, erasing, extensions, family, outdated
from workflows import retention as policy
from workflows.errors import Conflict, InvalidInput
from workflows.nik import parse_nik
from workflows.records import (
    AuditEvent,
    Case,
    CaseReading,
    Erasure,
    Extension,
    IdempotencyRecord,
    Letter,
    News,
    Seat,
    SignIn,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from workflows.retention import Erased
from workflows.rules.retention import CASES, Kept, Term, term_on
from workflows.sealed import bound

DAY = date(2026, 11, 23)
TEN_YEARS = 3_651
STEPS = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
BEFORE = next(str(step.down_revision) for step in STEPS if step.path.endswith("_retention.py"))
"""The migration before the one that brought tombstones."""


@pytest.fixture(autouse=True)
def here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("office", "sqlite_office"):
        if name in request.fixturenames:
            office = request.getfixturevalue(name)
            monkeypatch.setenv("DATABASE_URL", office.rekom.settings.database_url)
            monkeypatch.setenv("REKOM_DATA_DIR", office.rekom.settings.data_dir)
            monkeypatch.setattr("verify.commands.operator.utc_now", office.clock)


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["privacy", *words])


def revoked(office: Office, number: int = 1) -> str:
    """A case that ended with its letter taken back and its seat free."""
    ticket = office.to_letter(number)
    office.revoke(ticket)
    office.drain()
    return ticket


def trail_holds(office: Office) -> bool:
    with office.read() as session:
        return checkpoints.walk(session, checkpoints.newest_event(session)).broken is None


def everything(office: Office) -> str:
    """All that stands in the database, as one text."""
    with office.read() as session:
        tables = [session.connection().execute(table.select()).all() for table in SQLModel.metadata.sorted_tables]
    return "\n".join(str(row) for rows in tables for row in rows)


# --- a case


def test_of_a_person_nothing_is_left_and_of_the_letter_all_that_proves_it(office: Office) -> None:
    ticket, kept = revoked(office), revoked(office, 2)
    number, digest = _letter(office, ticket)
    before = _by_state(office)
    money, used = books(office), quota(office).used
    office.clock.pass_by(days=TEN_YEARS)
    hold(office, kept)
    assert retention.sweep(office.rekom).cases == 1
    who, said = person(1), everything(office)
    for secret in (who["nik"], who["name"], who["phone"], who["kk"], who["birth_date"].isoformat()):
        assert str(secret) not in said
    assert _letter(office, ticket) == (number, digest) and _by_state(office) == before
    assert (books(office), quota(office).used) == (money, used) and trail_holds(office)
    case = office.case(ticket)
    assert (case.name, case.birth_date, case.phone) == (erasing.GONE, date(who["birth_date"].year, 1, 1), "-")
    assert office.case(kept).name == person(2)["name"]
    assert office.events(ticket)[-1].action == "ERASED" and office.events(ticket)[-1].detail["days"] == 3650


def _letter(office: Office, ticket: str) -> tuple[str, str | None]:
    with office.read() as session:
        letter = session.exec(select(Letter).where(Letter.case_id == office.case(ticket).id)).one()
        return letter.number, letter.pdf_sha256


def _by_state(office: Office) -> dict[str, int]:
    with office.read() as session:
        return dict(session.exec(select(Case.state, func.count()).group_by(Case.state)).all())


def hold(office: Office, ticket: str, reason: str = "Diperiksa inspektorat.") -> None:
    with office.write() as session:
        case = session.exec(select(Case).where(Case.ticket == ticket)).one()
        policy.hold(session, case, reason, operator(office.rekom), now=office.clock())


def lift(office: Office, ticket: str) -> None:
    with office.write() as session:
        case = session.exec(select(Case).where(Case.ticket == ticket)).one()
        policy.lift(session, case, "Pemeriksaan selesai.", operator(office.rekom), now=office.clock())


@pytest.mark.parametrize(
    ("end", "days", "kind"),
    [("revoked", 3650, Kept.CLOSED_CASE), ("rejected", 1825, Kept.REFUSED_CASE), ("withdrawn", 365, Kept.WITHDRAWN_CASE)],
)
def test_each_end_has_its_own_term_to_the_day(sqlite_office: Office, end: str, days: int, kind: Kept) -> None:
    office = sqlite_office
    ticket = {"revoked": revoked, "rejected": _rejected, "withdrawn": _withdrawn}[end](office)
    office.clock.pass_by(days=days - 1)
    assert retention.sweep(office.rekom).cases == 0
    office.clock.pass_by(days=1)
    assert retention.sweep(office.rekom).cases == 1 and retention.sweep(office.rekom).cases == 0
    with office.read() as session:
        assert session.exec(select(Erasure.kind)).one() is kind
    assert office.case(ticket).name == erasing.GONE


def _rejected(office: Office) -> str:
    ticket = office.to_decision()
    office.reject(ticket)
    return ticket


def _withdrawn(office: Office) -> str:
    ticket = office.open()
    office.drain()
    office.withdraw(ticket)
    return ticket


def test_two_tombstones_are_never_one_person_and_no_number_of_theirs_can_be_asked_for(sqlite_office: Office) -> None:
    office = sqlite_office
    tickets = [_withdrawn(office)]
    office.clock.pass_by(days=1)
    tickets.append(office.open(1))
    office.drain()
    office.withdraw(tickets[1])
    office.clock.pass_by(days=400)
    assert retention.sweep(office.rekom).cases == 2
    first, second = (office.case(ticket).nik or "" for ticket in tickets)
    assert first != second and len(first) == len(second) == 16
    for number in (first, second):
        with pytest.raises(InvalidInput, match="bukan kode provinsi"):
            parse_nik(number, practice=True)


def test_a_tombstone_can_be_looked_at_and_hands_out_no_paper(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = revoked(office)
    office.clock.pass_by(days=TEN_YEARS)
    retention.sweep(office.rekom)
    api = office.api("peksos")
    seen = api.get(f"/applications/{ticket}")
    assert seen.status_code == 200 and seen.json["name"] == erasing.GONE
    with office.read() as session:
        assert family.find(session, ticket, (office.case(ticket).nik or "")[-4:]) is None
    paper = api.post(f"/applications/{ticket}/letter.pdf")
    assert paper.status_code == 409 and "jadwal retensi" in paper.json["detail"]
    shown = api.post(f"/applications/{ticket}/reveal", {"reason": "Diminta orangnya sendiri."})
    assert shown.status_code == 409 and "jadwal retensi" in shown.json["detail"]


def test_no_new_letter_is_asked_for_in_a_tombstones_place(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = office.letter(office.to_letter(hospital_code="RS-CONTOH-1"))
    office.clock.pass_by(hours=73)
    relay.once(office.rekom)
    office.clock.pass_by(days=TEN_YEARS)
    assert retention.sweep(office.rekom).cases == 1
    actor = office.actor("rs")
    with office.write() as session, pytest.raises(Erased):
        extensions.request(session, session.get(Letter, letter.id), actor, now=office.clock())
    assert office.count(Extension) == 0


# --- what holds it


def test_whoever_still_has_a_seat_is_known_until_it_is_free(office: Office) -> None:
    ticket = office.to_letter()
    office.clock.pass_by(days=30)
    with office.write() as session:  # the letter runs out, the seat is the member's
        session.connection().execute(text("UPDATE seat SET status = 'COMMITTED', committed_at = reserved_at"))
    _close(office, ticket)
    office.clock.pass_by(days=TEN_YEARS)
    assert retention.sweep(office.rekom).cases == 0
    assert [one.held for one in retention.overdue_cases(office.rekom)] == [("Orangnya masih memegang kursi daerah.",)]
    with office.write() as session:
        seat = session.exec(select(Seat)).one()
        free = {"now": office.clock() - timedelta(days=100), "id": seat.id, "quota": seat.quota_id}
        change = "UPDATE seat SET status = 'RELEASED', reason = 'DIED', released_at = :now, released_from = :quota WHERE id = :id"
        session.connection().execute(text(change), free)
    assert list(retention.overdue_cases(office.rekom)) == []  # its term began when the seat became free
    office.clock.pass_by(days=TEN_YEARS)
    assert retention.sweep(office.rekom).cases == 1


def _close(office: Office, ticket: str) -> None:
    with office.write() as session:
        change = text("UPDATE case_file SET state = 'CLOSED', closed_at = :now WHERE ticket = :ticket")
        session.connection().execute(change, {"now": office.clock(), "ticket": ticket})


def test_a_hold_stops_it_until_it_is_lifted(office: Office) -> None:
    ticket = _withdrawn(office)
    hold(office, ticket)
    office.clock.pass_by(days=400)
    assert retention.sweep(office.rekom).cases == 0 and office.case(ticket).name == person(1)["name"]
    with pytest.raises(Conflict, match="sudah ditahan"):
        hold(office, ticket)
    lift(office, ticket)
    assert retention.sweep(office.rekom).cases == 1
    with pytest.raises(Erased):
        hold(office, ticket)
    with pytest.raises(Conflict, match="tidak ditahan"):
        lift(office, ticket)
    assert [event.action for event in office.events(ticket)][-3:] == ["HOLD", "LIFT_HOLD", "ERASED"]


def test_a_hold_says_why(sqlite_office: Office) -> None:
    ticket = _withdrawn(sqlite_office)
    with pytest.raises(InvalidInput, match="paling sedikit 10 huruf"):
        hold(sqlite_office, ticket, "Ada.")


def test_each_of_the_cases_own_holds_is_a_question_both_databases_answer(office: Office) -> None:
    with office.read() as session:
        assert [session.exec(query(0)).first() for query in policy.STILL.values()] == [None] * 10


# --- what the database itself refuses


CHANGES = (
    ("UPDATE case_file SET name = 'SITI CONTOH' WHERE id = :id", "tombstone_stays"),
    ("UPDATE case_file SET closed_at = NULL, state = 'OBJECTION' WHERE id = :id", "tombstone_stays"),
    (f"UPDATE case_file SET phone_digest = '{'0' * 32}' WHERE id = :id", "tombstone_stays"),
    ("UPDATE case_file SET phone = '081200000001' WHERE id = :id", "ck_case_file_phone_sealed"),
    ("UPDATE erasure SET days = 1 WHERE case_id = :id", "erasure_stays"),
    ("DELETE FROM erasure WHERE case_id = :id", "erasure_stays"),
    (
        "INSERT INTO legal_hold (case_id, reason, placed_by, placed_at) VALUES (:id, 'Diperiksa lagi.', 'x', CURRENT_TIMESTAMP)",
        "legal_hold_of_a_whole_case",
    ),
)


def test_a_tombstone_stays_as_it_is(office: Office) -> None:
    ticket = _withdrawn(office)
    office.clock.pass_by(days=400)
    retention.sweep(office.rekom)
    for wrong, name in CHANGES:
        with pytest.raises(DBAPIError, match=name), office.write() as session:
            session.connection().execute(text(wrong), {"id": office.case(ticket).id})


INSERT = (
    "INSERT INTO erasure (case_id, kind, days, reference, due_on, erased_at) VALUES (:id, '{}', 1, 'uji', '2026-11-23', CURRENT_TIMESTAMP)"
)


def test_an_open_or_held_case_has_no_tombstone(office: Office) -> None:
    opened = office.open(1)
    office.drain()
    for kind, ticket in (("CLOSED_CASE", opened), ("ACCESS_LOG", opened)):
        with pytest.raises(DBAPIError, match="erasure_of_closed_case|of_a_case"), office.write() as session:
            session.connection().execute(text(INSERT.format(kind)), {"id": office.case(ticket).id})
    office.withdraw(opened)
    hold(office, opened)
    with pytest.raises(DBAPIError, match="erasure_of_closed_case"), office.write() as session:
        session.connection().execute(text(INSERT.format("WITHDRAWN_CASE")), {"id": office.case(opened).id})
    with pytest.raises(DBAPIError, match="legal_hold_stays"), office.write() as session:
        session.connection().execute(text("DELETE FROM legal_hold"))
    lift(office, opened)
    with pytest.raises(DBAPIError, match="legal_hold_stays"), office.write() as session:
        session.connection().execute(text("UPDATE legal_hold SET lifted_at = NULL, lifted_by = NULL, lift_reason = NULL"))


def test_the_migration_goes_down_and_up_and_refuses_to_forget_a_tombstone(office: Office) -> None:
    _withdrawn(office)
    url = office.rekom.settings.database_url
    for step, where in ((command.downgrade, BEFORE), (command.upgrade, "head")):
        office.rekom.database.close()
        step(_alembic(url, office.rekom.new_vault()), where)
    office.clock.pass_by(days=400)
    assert retention.sweep(office.rekom).cases == 1
    office.rekom.database.close()
    with pytest.raises(RuntimeError, match="cannot say which cases were erased"):
        command.downgrade(_alembic(url, office.rekom.new_vault()), BEFORE)


# --- nothing is forgotten

STAYS = {
    "case_file": {"ticket", "state", "letter_type", "region_code", "timezone", "policy_valid_from", "policy_sha256", "no_nik", "sex",
                  "hospital_code", "urgency", "channel", "proxy_kin", "birth_date"},
    "assessment": {"criteria_set"},
    "check_result": {"kind", "outcome", "source"},
    "collective_row": {"letter_type", "letter_number", "letter_day"},
    "correction": {"kind"},
    "decision": {"letter_type", "outcome"},
    "decision_ground": {"code", "valid_from", "sentence", "next_step", "place", "reference"},
    "duty": {"kind", "due_on", "remind_on"},
    "erasure": {"kind", "reference", "due_on"},
    "escalation": {"region_code", "subject", "role"},
    "extension": {"hospital_code", "outcome"},
    "finding_set": {"policy_region", "policy_valid_from", "policy_sha256"},
    "household_member": {"segment"},
    "late_acceptance": {"nonce", "hospital_code", "code_sha256", "outcome", "answer", "taken_by", "registration_number", "settlement"},
    "legal_hold": {"reason", "placed_by", "lifted_by", "lift_reason"},
    "letter": {"type", "state", "office", "number", "token_id", "hospital_code", "signing_mode", "signature_id", "pdf_sha256", "key_id"},
    "ledger_entry": {"kind", "debit", "credit", "first_month"},
    "manual_check": {"kind"},
    "objection": {"filed_on", "last_day", "outcome"},
    "provisional": {"token_id", "hospital_code"},
    "registration": {"route", "status", "refusal", "active_on"},
    "registration_batch_row": {"outcome"},
    "removal": {"letter_type", "reason"},
    "seat": {"status", "reason"},
    "taking": {"in_state"},
    "task": {"job"},
    "transfer": {"from_hospital", "to_hospital", "outcome"},
    "webhook_attempt": {"error"},
    "webhook_delivery": {"message_id", "endpoint_id", "news", "task_hash"},
    "withdrawal": {"cause"},
    "acceptance": {"hospital_code"},
    "agreement": {"role"},
    "approval_step": {"role"},
    "case_document": {"type"},
    "case_paper": {"handle", "type", "kind", "way", "sha256"},
    "case_reading": {"seen", "day"},
    "episode": {"hospital_code"},
    "paraf": {"role"},
}  # fmt: skip
"""Words and days that are no person's: outcomes, numbers of letters, the office's own words. ``birth_date`` keeps its year;
``late_acceptance`` is what a hospital sent, which no trigger lets go; grounds are the words of a public list."""


def told_apart() -> Iterator[tuple[str, str]]:
    """Every column of a case's rows that can hold words, a day or bytes."""
    of_rows = {str(kind.__tablename__): values for kind, values in {**erasing.OF_CASE, **erasing.OF_LETTER}.items()}
    gone = of_rows | {"case_file": erasing.OF_ITSELF}
    by_nik = {"dtsen_row", "member_row", "resident_row", "match_pair", "match_decision", "membership_report", "premium_dispute"}
    for name in sorted(reached() - by_nik):
        table: Table = SQLModel.metadata.tables[name]
        for column in table.columns:
            wordy = isinstance(column.type, String | Date | LargeBinary) or "JSON" in str(column.type) or not _plain(column.type)
            if wordy and column.name not in gone.get(name, {}) and column.name not in STAYS.get(name, set()):
                yield name, column.name


def _plain(kind: Any) -> bool:
    return re.match(r"(INTEGER|BIGINT|BOOLEAN|DATETIME|VARCHAR|DATE|BLOB)", str(kind)) is not None


def test_of_every_column_it_is_known_whether_it_goes_or_stays() -> None:
    assert list(told_apart()) == []


def test_every_kind_has_a_term_a_sweep_and_words() -> None:
    kinds = CASES | set(outdated.OUTDATED) | {Kept.BACKUPS}
    assert kinds == set(Kept) and CASES.isdisjoint(outdated.OUTDATED)
    for kind in Kept:
        term = term_on(POLICIES.national.retention, kind, "3673", DAY)
        assert term.days > 0 and term.reference and term.example


# --- what stands beside cases


def test_rows_go_by_their_own_time_and_the_trail_says_how_many(office: Office) -> None:
    ticket = office.open()
    office.api("loket").get(f"/applications/{ticket}")
    office.api("loket").post("/applications", json={}, key="k" * 8)
    with office.write() as session:
        session.add(IdempotencyRecord(staff_id=1, key="old", request_hash="0" * 64, status=201, body="{}", created_at=office.clock()))
        session.connection().execute(text("UPDATE sign_in SET ended_at = :now"), {"now": office.clock()})
    assert retention.heaps(office.rekom) == []
    office.clock.pass_by(days=91)
    found = {heap.kind: heap.number for heap in retention.heaps(office.rekom)}
    assert found[Kept.ANSWERS] >= 1 and found[Kept.SESSIONS] >= 1 and Kept.ACCESS_LOG not in found
    swept = retention.sweep(office.rekom)
    assert swept.rows == sum(found.values()) and swept.cases == 0 and not swept.left
    assert office.count(IdempotencyRecord) == office.count(SignIn) == 0 and office.count(CaseReading) == 1
    with office.read() as session:
        told = session.exec(select(AuditEvent).where(AuditEvent.subject == "retention")).all()
    assert {event.detail["kind"] for event in told} == {kind.value for kind in found} and trail_holds(office)


def test_many_rows_go_a_few_at_a_time(sqlite_office: Office) -> None:
    office = sqlite_office
    with office.write() as session:
        made = {"staff_id": 1, "request_hash": "0" * 64, "status": 201, "body": "{}", "created_at": office.clock()}
        table = SQLModel.metadata.tables["idempotency_record"]
        session.connection().execute(table.insert(), [bound(table, made | {"key": f"k{n}"}) for n in range(25)])
    office.clock.pass_by(days=8)
    before = office.clock() - timedelta(days=7)
    with office.write() as session:
        assert outdated.clear(session, Kept.ANSWERS, before, now=office.clock(), most=10) == 10
    assert office.count(IdempotencyRecord) == 15


def test_what_others_refer_to_goes_after_them_however_many_they_are(office: Office) -> None:
    letter, now = office.letter(office.to_letter()), office.clock()
    sent = {"endpoint_id": "ep", "case_id": letter.case_id, "letter_id": letter.id, "body": "{}", "created_at": now, "delivered_at": now}
    tried = {"at": now, "status": 200, "milliseconds": 1}
    with office.write() as session:
        session.add(WebhookEndpoint(id="ep", hospital_code="RS-CONTOH-1", url="https://simrs.contoh.id", sealed_secret="", created_at=now))
        session.flush()
        for news in (News.LETTER_ISSUED, News.LETTER_REVOKED):
            told = WebhookDelivery(news=news, message_id=news, task_hash=news, **sent)
            session.add(told)
            session.flush()
            session.add_all(WebhookAttempt(delivery_id=told.id or 0, number=number, **tried) for number in (1, 2, 3))
    office.clock.pass_by(days=91)
    before, gone = office.clock() - timedelta(days=90), []
    for _ in range(3):
        with office.write() as session:
            gone.append(outdated.clear(session, Kept.WEBHOOKS, before, now=office.clock(), most=4))
    assert gone == [4, 4, 0] and office.count(WebhookDelivery) == office.count(WebhookAttempt) == 0


def test_each_kind_is_counted_and_cleared_on_both_databases(office: Office) -> None:
    for kind in outdated.OUTDATED:
        with office.write() as session:
            assert outdated.count(session, kind, office.clock() - timedelta(days=1)) == 0
            assert outdated.clear(session, kind, office.clock() - timedelta(days=1), now=office.clock()) == 0


def test_a_draft_goes_and_the_letter_stays(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.to_letter()
    with office.write() as session:
        session.connection().execute(text("UPDATE letter SET draft = :draft"), {"draft": b"%PDF draft"})
    office.clock.pass_by(days=366)
    retention.sweep(office.rekom)
    with office.read() as session:
        letter = session.exec(select(Letter).where(Letter.case_id == office.case(ticket).id)).one()
    assert letter.draft == b"" and letter.pdf


def test_old_backups_go_and_the_newest_stays(sqlite_office: Office, tmp_path: Path) -> None:
    office, place = sqlite_office, tmp_path / "backups"
    made = []
    for _ in range(3):
        made.append(make_backup(office.rekom, place)[0])
        office.clock.pass_by(days=60)
    (place / "rekom-lain").mkdir()
    (place / "rekom-lain" / "catatan.txt").write_text("bukan cadangan")
    assert retention.old_backups(office.rekom) == made[:2]
    assert retention.sweep(office.rekom).folders == 2
    office.clock.pass_by(days=600)
    assert retention.sweep(office.rekom).folders == 0
    assert sorted(place.iterdir()) == sorted([made[2], place / "rekom-lain"])


# --- whose term


def test_a_regions_own_term_comes_before_the_nations_and_from_its_day_on() -> None:
    nation = Term(Kept.CLOSED_CASE, date(2023, 1, 1), 3650, "uji", "uji", DAY)
    region = replace(nation, region="3673", valid_from=date(2026, 1, 1), days=7300)
    for terms in ([nation, region], [region, nation]):
        assert term_on(terms, Kept.CLOSED_CASE, "3673", DAY) is region
        assert term_on(terms, Kept.CLOSED_CASE, "3673", date(2025, 12, 31)) is nation
        assert term_on(terms, Kept.CLOSED_CASE, "3216", DAY) is nation
    with pytest.raises(Conflict, match="Belum ada masa simpan CLOSED_CASE"):
        term_on([nation], Kept.CLOSED_CASE, "3673", date(2022, 12, 31))


def test_the_relay_sweeps_once_a_day_and_again_where_something_is_left(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    sweeps: list[Swept] = [Swept(50, 0, 0, True), Swept(1, 0, 0, False)]
    monkeypatch.setattr(retention, "sweep", lambda _: sweeps.pop(0))
    daily = Retention(sqlite_office.rekom)
    assert [bool(daily.sweep_when_due()) for _ in range(3)] == [True, True, False]
    sqlite_office.clock.pass_by(days=1)
    sweeps.append(Swept(0, 0, 0, False))
    assert daily.sweep_when_due() == Swept(0, 0, 0, False)


def test_more_cases_than_one_look_takes_are_left_for_the_next(sqlite_office: Office) -> None:
    office = sqlite_office
    for number in (1, 2, 3):
        office.open(number)
        office.drain()
        office.withdraw(_ticket(office, number))
    office.clock.pass_by(days=400)
    assert [retention.sweep(office.rekom, most=2).cases for _ in range(3)] == [2, 1, 0]


def test_cases_whose_time_is_not_over_are_not_even_read(sqlite_office: Office) -> None:
    office = sqlite_office
    revoked(office)
    office.clock.pass_by(days=TEN_YEARS - 10)
    asked: list[str] = []
    event.listen(office.rekom.database.engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    assert list(retention.overdue_cases(office.rekom)) == [] and sum(one.startswith("SELECT") for one in asked) == 1
    office.clock.pass_by(days=10)
    assert [one.kind for one in retention.overdue_cases(office.rekom)] == [Kept.CLOSED_CASE]


def _ticket(office: Office, number: int) -> str:
    with office.read() as session:
        return str(session.exec(select(Case.ticket).where(col(Case.name) == person(number)["name"])).one())


# --- the commands


def test_a_dry_run_says_what_would_go_and_why_and_changes_nothing(sqlite_office: Office) -> None:
    office = sqlite_office
    gone = _withdrawn(office)
    office.open(2)
    office.drain()
    held = _ticket(office, 2)
    office.withdraw(held)
    assert typed("hold", "--ticket", held, "--reason", "Diperiksa inspektorat.").exit_code == 0
    office.clock.pass_by(days=400)
    before = everything(office)
    told = typed("retention", "--dry-run")
    assert told.exit_code == 0, told.output
    assert (
        f"Berkas {gone} (WITHDRAWN_CASE): sejak 2026-11-23, 365 hari, habis 2027-11-23: data pribadinya dihapus. Dasar: Contoh"
        in told.stdout
    )
    assert f"Berkas {held}" in told.stdout and "tetap, sebab: Ditahan: Diperiksa inspektorat." in told.stdout
    assert "Tidak ada yang diubah." in told.stdout and everything(office) == before
    plain = json.loads(typed("retention", "--dry-run", "--json").stdout)
    assert [(one["ticket"], bool(one["held"])) for one in plain["cases"]] == [(gone, False), (held, True)]
    done = typed("retention")
    assert done.exit_code == 0 and "Dihapus: data pribadi 1 berkas" in done.stdout and office.case(gone).name == erasing.GONE
    assert typed("release", "--ticket", held, "--reason", "Pemeriksaan selesai.").exit_code == 0
    assert "Dihapus: data pribadi 1 berkas" in typed("retention").stdout


def test_what_cannot_be_held_says_why(sqlite_office: Office) -> None:
    nobody = typed("hold", "--ticket", "0000-0000", "--reason", "Diperiksa inspektorat.")
    assert nobody.exit_code == 2 and "tidak ditemukan" in nobody.stderr


def test_an_export_after_it_finds_nobody(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    _withdrawn(office)
    office.clock.pass_by(days=400)
    retention.sweep(office.rekom)
    asked = CliRunner().invoke(main, ["privacy", "export", "--to", str(tmp_path / "data.json")], input=f"{person(1)['nik']}\n")
    assert asked.exit_code == 2 and "tidak menyimpan data" in asked.stderr


def test_the_trail_is_walked_by_its_command_and_a_rewritten_link_is_named(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = _withdrawn(office)
    office.clock.pass_by(days=400)
    retention.sweep(office.rekom)
    whole = CliRunner().invoke(main, ["audit", "verify"])
    assert whole.exit_code == 0 and "Utuh:" in whole.stdout
    with office.write() as session:
        session.connection().execute(text("DROP TRIGGER audit_event_no_UPDATE"))
        session.connection().execute(text("UPDATE audit_event SET actor_name = 'Orang Lain' WHERE action = 'WITHDRAW'"))
    wrong = CliRunner().invoke(main, ["audit", "verify"])
    assert wrong.exit_code == 1 and f"case:{office.case(ticket).id} #" in wrong.stderr
