"""Rows and files that stand beside cases go by their own time; the trail says how many."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlmodel import SQLModel, select

from tests.office import Office
from tests.retention_office import trail_holds
from verify import retention
from verify.backup.making import make_backup
from workflows import outdated
from workflows.records import (
    AuditEvent,
    CaseReading,
    IdempotencyRecord,
    Letter,
    News,
    SignIn,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from workflows.rules.retention import Kept
from workflows.sealed import bound


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
        letter = session.exec(select(Letter)).one()
        letter.draft = b"%PDF draft"
        session.add(letter)
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
