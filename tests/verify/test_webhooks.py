"""News to hospital systems: promised with what happened, signed, tried for three days, replayed; no case waits for a receiver."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from standardwebhooks import Webhook
from werkzeug.wrappers import Response

from tests.office import API, Office, person, running_office
from tests.receiver import Receiver, listening
from tests.simrs import simrs
from verify import jobs
from verify.endpoint_making import make_endpoint
from workflows import advance, letters, tasks, webhooks
from workflows.records import Task, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from workflows.states import Job
from workflows.webhooks import PAUSES

HERE, ELSEWHERE = "RS-CONTOH-1", "RS-CONTOH-2"
PRIVATE = {"webhook_private_hosts": "localhost", "webhook_seconds": 5.0}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(database_url, tmp_path, **PRIVATE) as made:
        yield made


@pytest.fixture
def sqlite_office(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path, **PRIVATE) as made:
        yield made


def listen(office: Office, receiver: Receiver, hospital: str = HERE) -> str:
    """Open an endpoint; returns its secret."""
    actor = office.actor("admin")
    with office.write() as session:
        return make_endpoint(office.rekom, session, hospital, receiver.url(), actor)[1]


def types(receiver: Receiver) -> list[str]:
    return [json.loads(one.body)["type"] for one in receiver.received]


def deliveries(office: Office) -> list[WebhookDelivery]:
    with office.read() as session:
        return list(session.exec(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def accept(office: Office, ticket: str, *, by: str = "rs") -> None:
    assert office.api(by).post("/desk/accept", {"code": office.letter(ticket).token}).status_code == 200


def test_the_standards_own_reader_takes_what_we_sign(office: Office, receiver: Receiver) -> None:
    secret = listen(office, receiver)
    office.clock.now = datetime.now(UTC)  # the reader looks at the real clock
    letter = office.letter(office.to_letter(hospital_code=HERE))
    (sent,) = receiver.received
    known = Webhook(secret).verify(sent.body, sent.headers)
    assert known["type"] == "letter.issued"
    assert known["data"]["letter_id"] == letter.token_id
    assert set(known["data"]) == {"letter_id", "number", "state", "valid_until"}
    with pytest.raises(Exception, match="signature"):
        Webhook(secret).verify(sent.body + b" ", sent.headers)
    (delivery,) = deliveries(office)
    assert (sent.headers["webhook-id"], delivery.attempts) == (delivery.message_id, 1)
    assert delivery.delivered_at is not None
    with office.read() as session:
        (endpoint,) = session.exec(select(WebhookEndpoint)).all()
    assert secret not in endpoint.sealed_secret


def test_a_hospital_is_told_what_concerns_it_and_nothing_of_the_patient(office: Office, receiver: Receiver) -> None:
    listen(office, receiver)
    issued = office.to_letter(1, hospital_code=HERE)
    office.to_letter(2, hospital_code=ELSEWHERE)
    anywhere = office.to_letter(3)
    assert types(receiver) == ["letter.issued"]
    accept(office, anywhere)
    office.drain()
    assert types(receiver) == ["letter.issued", "letter.accepted"]
    office.revoke(issued)
    office.drain()
    late = office.to_letter(4, hospital_code=HERE)
    office.clock.pass_by(days=3)
    with office.write() as session:
        letters.expire(session, advance.lock_by_id(session, office.case(late).id or 0), now=office.clock())
    office.drain()
    assert types(receiver)[2:] == ["letter.revoked", "letter.issued", "letter.expired"]
    written = str([one.body for one in receiver.received])
    for number in (1, 3, 4):
        assert person(number)["nik"] not in written and person(number)["name"] not in written


def test_a_death_takes_the_letter_back_at_the_hospitals_system_too(sqlite_office: Office, receiver: Receiver) -> None:
    office = sqlite_office
    listen(office, receiver)
    ticket = office.to_letter(hospital_code=HERE)
    died = {"died_on": office.clock().date().isoformat(), "told_by": "Keluarga"}
    assert office.api("loket").post(f"/applications/{ticket}/death", died).status_code == 201
    office.drain()
    assert types(receiver) == ["letter.issued", "letter.revoked"]


def test_a_failure_is_tried_again_by_the_standards_pauses_and_given_up_after_three_days(sqlite_office: Office, receiver: Receiver) -> None:
    office = sqlite_office
    receiver.answers = [Response(status=500)]
    listen(office, receiver)
    office.to_letter(hospital_code=HERE)
    for number, pause in enumerate(PAUSES, 1):
        assert len(receiver.received) == number
        office.clock.now += pause - timedelta(seconds=1)
        office.drain()
        assert len(receiver.received) == number, "not before its time"
        office.clock.pass_by(seconds=1)
        office.drain()
    office.clock.pass_by(days=9)
    office.drain()
    (delivery,) = deliveries(office)
    assert (delivery.attempts, delivery.delivered_at, delivery.failed_at is not None) == (len(PAUSES) + 1, None, True)
    assert sum(PAUSES, timedelta()) > timedelta(days=3)
    assert len({one.headers["webhook-id"] for one in receiver.received}) == 1
    with office.read() as session:
        assert [one.status for one in session.exec(select(WebhookAttempt))] == [500] * 10


@pytest.mark.parametrize("status", [301, 302, 400, 404, 429, 503])
def test_only_a_status_of_2xx_is_arrival_and_no_redirect_is_followed(sqlite_office: Office, receiver: Receiver, status: int) -> None:
    listen(sqlite_office, receiver)
    receiver.answers = [Response(status=status, headers={"Location": receiver.url() + "/lain", "Retry-After": "60"}), Response(status=200)]
    sqlite_office.to_letter(hospital_code=HERE)
    assert (len(receiver.received), deliveries(sqlite_office)[0].delivered_at) == (1, None)
    sqlite_office.clock.pass_by(seconds=59)
    sqlite_office.drain()
    assert len(receiver.received) == 1, "the receiver asked for a minute"
    sqlite_office.clock.pass_by(seconds=1)
    sqlite_office.drain()
    assert [one.path for one in receiver.received] == ["/webhook", "/webhook"]
    assert deliveries(sqlite_office)[0].delivered_at is not None


def test_a_receiver_that_is_gone_is_told_nothing_more(sqlite_office: Office, receiver: Receiver) -> None:
    receiver.answers = [Response(status=410)]
    listen(sqlite_office, receiver)
    ticket = sqlite_office.to_letter(hospital_code=HERE)
    accept(sqlite_office, ticket)
    sqlite_office.clock.pass_by(days=1)
    sqlite_office.drain()
    assert len(receiver.received) == 1
    (endpoint,) = sqlite_office.api("admin").get("/webhooks").get_json()["endpoints"]
    assert endpoint["closed_at"] == "2026-11-23T02:00:00+00:00"


def test_what_was_promised_to_an_endpoint_that_closed_is_not_sent(sqlite_office: Office, receiver: Receiver) -> None:
    receiver.answers = [Response(status=500)]
    listen(sqlite_office, receiver)
    sqlite_office.to_letter(hospital_code=HERE)
    (endpoint,) = sqlite_office.api("admin").get("/webhooks").get_json()["endpoints"]
    assert sqlite_office.api("admin").call("DELETE", f"/webhooks/{endpoint['id']}").status_code == 200
    assert sqlite_office.api("admin").call("DELETE", f"/webhooks/{endpoint['id']}").status_code == 409
    sqlite_office.clock.pass_by(seconds=5)
    sqlite_office.drain()
    assert len(receiver.received) == 1
    assert deliveries(sqlite_office)[0].failed_at is not None


def test_no_transaction_is_open_while_the_receiver_is_waited_for(office: Office, receiver: Receiver) -> None:
    listen(office, receiver)
    written: list[str] = []

    def meanwhile() -> None:
        with office.write() as session:  # would wait for ten seconds on SQLite, where one writes at a time
            session.exec(text("UPDATE webhook_delivery SET tries = tries"))
            session.exec(text("UPDATE case_file SET version = version"))
            written.append("yes")

    receiver.meanwhile = meanwhile
    office.to_letter(hospital_code=HERE)
    assert written == ["yes"]
    assert deliveries(office)[0].delivered_at is not None


def test_news_on_its_way_holds_up_no_case(office: Office, receiver: Receiver) -> None:
    listen(office, receiver)
    ticket = office.to_decision(hospital_code=HERE)
    office.approve(ticket)
    for task_id in office.due():
        jobs.work(office.rekom, task_id)
    (news,) = office.tasks(ticket, Job.WEBHOOK)
    with office.write() as session:
        assert tasks.lease(session, news, now=office.clock(), seconds=30)
    with office.write() as session:
        case = advance.lock_by_id(session, office.case(ticket).id or 0)
        tasks.add(session, case, Job.FINDINGS, "f" * 64, now=office.clock())
        found = [task.job for task in tasks.due(session, now=office.clock())]
        started = [task.job for task in tasks.start(session, case.id, None, now=office.clock(), seconds=30)]
    assert found == started == [Job.FINDINGS]


def test_news_is_never_urgent(sqlite_office: Office, receiver: Receiver) -> None:
    listen(sqlite_office, receiver)
    ticket = sqlite_office.to_letter(hospital_code=HERE, urgency="EMERGENCY")
    assert [(task.job, task.urgent) for task in sqlite_office.tasks(ticket) if task.job == Job.WEBHOOK] == [(Job.WEBHOOK, False)]


# --- the log and replay


def test_a_hospital_sees_its_own_log_and_asks_for_news_again(office: Office, receiver: Receiver) -> None:
    listen(office, receiver)
    office.to_letter(hospital_code=HERE)
    ours, other = simrs(office), simrs(office, hospital=ELSEWHERE)
    (seen,) = ours.call("GET", f"{API}/webhooks/deliveries").get_json()["deliveries"]
    assert (seen["type"], seen["attempts"], seen["log"][0]["status"]) == ("letter.issued", 1, 204)
    assert other.call("GET", f"{API}/webhooks/deliveries").get_json()["deliveries"] == []
    assert ours.call("GET", f"{API}/webhooks/deliveries?undelivered=true").get_json()["deliveries"] == []
    again = f"{API}/webhooks/deliveries/{seen['message_id']}/replay"
    assert other.call("POST", again, {}).status_code == 404
    assert ours.call("POST", again, {}).status_code == 202
    assert ours.call("POST", again, {}).status_code == 409  # one is on its way already
    office.drain()
    assert [one.headers["webhook-id"] for one in receiver.received] == [seen["message_id"]] * 2
    assert receiver.received[0].body == receiver.received[1].body
    assert deliveries(office)[0].attempts == 2


def test_what_failed_for_good_can_still_be_replayed(sqlite_office: Office, receiver: Receiver) -> None:
    listen(sqlite_office, receiver)
    receiver.answers = [Response(status=500)] * 10 + [Response(status=200)]
    sqlite_office.to_letter(hospital_code=HERE)
    for pause in PAUSES:
        sqlite_office.clock.now += pause
        sqlite_office.drain()
    (failed,) = deliveries(sqlite_office)
    with sqlite_office.write() as session:
        webhooks.replay(session, failed.message_id, sqlite_office.actor("admin"), now=sqlite_office.clock())
    sqlite_office.drain()
    (delivery,) = deliveries(sqlite_office)
    assert (delivery.attempts, delivery.tries, delivery.failed_at) == (11, 1, None)


# --- what the database refuses


def test_the_database_itself_keeps_news_single_and_ends_apart(office: Office, receiver: Receiver) -> None:
    listen(office, receiver)
    office.to_letter(hospital_code=HERE)
    columns = "endpoint_id, case_id, letter_id, news, body, created_at, tries, attempts"
    wrong = (
        f"INSERT INTO webhook_delivery (message_id, task_hash, {columns}) SELECT 'msg_2', 'x', {columns} FROM webhook_delivery",
        "UPDATE webhook_delivery SET failed_at = delivered_at",
        "UPDATE webhook_delivery SET tries = attempts + 1",
        "UPDATE webhook_delivery SET news = 'letter.lost'",
        "UPDATE webhook_attempt SET error = 'x'",
        "INSERT INTO webhook_attempt (delivery_id, number, at, milliseconds) SELECT delivery_id, 2, at, 1 FROM webhook_attempt",
        "UPDATE task SET job = 'LAIN'",
    )
    for statement in wrong:
        with pytest.raises(IntegrityError), office.write() as session:
            session.exec(text(statement))
    assert office.count(Task) > 0
