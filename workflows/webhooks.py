"""News for hospital systems: promised in the transaction of what happened, sent by tasks, tried for three days, replayed at will.

Only the hospital a letter names, the one that accepted it and the one it was moved to are told; a letter for any
hospital is nobody's news until then. The body holds random ids and states, never a name or a NIK.
"""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from workflows import audit, tasks, transfers
from workflows.actor import SYSTEM, Actor
from workflows.errors import Conflict, NotFound
from workflows.permissions import Permission, check
from workflows.ports import Sent
from workflows.records.acceptance import Acceptance
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.records.task import Task
from workflows.records.webhook import News, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from workflows.saying import say
from workflows.states import Job

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""Between tries, as the Standard Webhooks specification suggests: three days in all."""
GONE = 410
"""The one status by which a receiver ends it: the endpoint is closed."""
PAGE = 100


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """An address to tell news to; its secret comes sealed."""

    id: str
    hospital_code: str
    url: str
    sealed_secret: str


# --- endpoints


def open_endpoint(session: Session, new: NewEndpoint, actor: Actor, *, now: datetime) -> WebhookEndpoint:
    """Tell a hospital's news to an address from now on."""
    check(actor, Permission.MANAGE_STAFF)
    hospital = session.get(Hospital, new.hospital_code)
    if hospital is None or (actor.id is not None and hospital.region_code != actor.region_code):
        raise NotFound(say("Rumah sakit ini belum terdaftar di daerah Anda. Daftarkan dulu, lalu ulangi."))
    endpoint = WebhookEndpoint(id=new.id, hospital_code=hospital.code, url=new.url, sealed_secret=new.sealed_secret, created_at=now)
    session.add(endpoint)
    session.flush()
    audit.record(session, f"webhook:{endpoint.id}", "OPEN_ENDPOINT", actor=actor, now=now, hospital=hospital.code)
    return endpoint


def close_endpoint(session: Session, endpoint_id: str, actor: Actor, *, now: datetime) -> WebhookEndpoint:
    """Tell it nothing more; what is still to be sent is given up when its turn comes."""
    check(actor, Permission.MANAGE_STAFF)
    endpoint = _endpoint(session, endpoint_id, actor)
    if endpoint.closed_at is not None:
        raise Conflict(say("Alamat webhook ini sudah ditutup. Buat yang baru bila perlu."))
    _close(session, endpoint, actor, now=now)
    return endpoint


def endpoints(session: Session, actor: Actor) -> Sequence[WebhookEndpoint]:
    """All addresses the actor manages or is told at, the closed ones too."""
    query = select(WebhookEndpoint).join(Hospital).order_by(col(WebhookEndpoint.created_at), col(WebhookEndpoint.id))
    found: Sequence[WebhookEndpoint] = session.exec(_own(query, actor)).all()
    return found


# --- news


def tell(session: Session, case: Case, letter: Letter, news: News, *, now: datetime) -> None:
    """Promise news of a letter to the hospitals concerned, in the transaction of what happened and under the case's lock."""
    acceptance, moved = session.get(Acceptance, letter.id), transfers.confirmed(session, letter.id)
    named = (letter.hospital_code, acceptance and acceptance.hospital_code, moved and moved.to_hospital)
    concerned = {code for code in named if code}
    query = select(WebhookEndpoint).where(col(WebhookEndpoint.hospital_code).in_(concerned), col(WebhookEndpoint.closed_at).is_(None))
    for endpoint in session.exec(query) if concerned else ():
        _promise(session, case, letter, endpoint, news, now=now)


def payload(news: News, letter: Letter, *, now: datetime) -> str:
    """The body, thin on purpose: the receiver asks for the rest with its key."""
    at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    until = letter.valid_until.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    facts = {"letter_id": letter.token_id, "number": letter.number, "state": letter.state.value, "valid_until": until}
    return json.dumps({"type": news.value, "timestamp": at, "data": facts}, separators=(",", ":"), ensure_ascii=False)


def delivery_of(session: Session, task: Task) -> tuple[WebhookDelivery, WebhookEndpoint]:
    """What a task is to send, and where."""
    query = select(WebhookDelivery, WebhookEndpoint).join(WebhookEndpoint)
    return session.exec(query.where(WebhookDelivery.task_hash == task.input_hash)).one()


def note(session: Session, case: Case, task: Task, sent: Sent, *, now: datetime) -> None:
    """Keep what became of a try, and promise the next one where it failed and some are left."""
    delivery, endpoint = delivery_of(session, task)
    delivery.tries, delivery.attempts = delivery.tries + 1, delivery.attempts + 1
    facts: dict[str, Any] = {"status": sent.status, "error": sent.error, "milliseconds": sent.milliseconds}
    session.add(WebhookAttempt(delivery_id=_id(delivery), number=delivery.attempts, at=now, **facts))
    if sent.status is not None and 200 <= sent.status < 300:
        delivery.delivered_at = now
    elif sent.status == GONE or endpoint.closed_at is not None or delivery.tries > len(PAUSES):
        delivery.failed_at = now
    else:
        pause = max(PAUSES[delivery.tries - 1], timedelta(seconds=sent.told))
        _next_try(session, case, delivery, now=now, due_at=now + pause)
    session.add(delivery)
    if sent.status == GONE and endpoint.closed_at is None:
        _close(session, endpoint, None, now=now)


# --- the log, and sending again


def deliveries(session: Session, actor: Actor, *, undelivered: bool = False, before: int | None = None) -> Sequence[WebhookDelivery]:
    """What was promised, newest first."""
    check(actor, Permission.READ_NEWS)
    query = select(WebhookDelivery).join(WebhookEndpoint).join(Hospital)
    if undelivered:
        query = query.where(col(WebhookDelivery.delivered_at).is_(None))
    if before is not None:
        query = query.where(col(WebhookDelivery.id) < before)
    newest = _own(query, actor).order_by(col(WebhookDelivery.id).desc()).limit(PAGE)
    found: Sequence[WebhookDelivery] = session.exec(newest).all()
    return found


def attempts(session: Session, delivery: WebhookDelivery) -> Sequence[WebhookAttempt]:
    """Every try of one delivery, in order."""
    return session.exec(select(WebhookAttempt).where(WebhookAttempt.delivery_id == delivery.id).order_by(col(WebhookAttempt.number))).all()


def replay(session: Session, message_id: str, actor: Actor, *, now: datetime) -> WebhookDelivery:
    """Send a finished delivery again under its old message id, so that a receiver that had it knows it."""
    check(actor, Permission.READ_NEWS)
    case_id = session.exec(
        _own(select(WebhookDelivery.case_id).join(WebhookEndpoint).join(Hospital), actor).where(WebhookDelivery.message_id == message_id)
    ).first()
    if case_id is None:
        raise NotFound(say("Kiriman ini tidak ada. Periksa nomornya di daftar kiriman."))
    # Under the case's lock, as every promise: two who replay come one after the other.
    case = session.exec(select(Case).where(Case.id == case_id).with_for_update()).one()
    query = select(WebhookDelivery, WebhookEndpoint).join(WebhookEndpoint).where(WebhookDelivery.message_id == message_id)
    delivery, endpoint = session.exec(query.execution_options(populate_existing=True)).one()
    if endpoint.closed_at is not None:
        raise Conflict(say("Alamat webhook kiriman ini sudah ditutup. Buka alamat baru lebih dulu."))
    if delivery.delivered_at is None and delivery.failed_at is None:
        raise Conflict(say("Kiriman ini masih dicoba. Tunggu hasilnya, lalu ulangi bila perlu."))
    delivery.tries, delivery.delivered_at, delivery.failed_at = 0, None, None
    _next_try(session, case, delivery, now=now, due_at=now)
    session.add(delivery)
    audit.record(session, f"webhook:{endpoint.id}", "REPLAY", actor=actor, now=now, message=message_id)
    return delivery


def _promise(session: Session, case: Case, letter: Letter, endpoint: WebhookEndpoint, news: News, *, now: datetime) -> None:
    delivery = WebhookDelivery(
        message_id=f"msg_{secrets.token_hex(16)}",
        endpoint_id=endpoint.id,
        case_id=letter.case_id,
        letter_id=letter.id or 0,
        news=news,
        body=payload(news, letter, now=now),
        task_hash="",
        created_at=now,
    )
    _next_try(session, case, delivery, now=now, due_at=now)
    session.add(delivery)
    session.flush()


def _next_try(session: Session, case: Case, delivery: WebhookDelivery, *, now: datetime, due_at: datetime) -> None:
    delivery.task_hash = hashlib.sha256(f"{delivery.message_id} {delivery.attempts}".encode()).hexdigest()
    tasks.add(session, case, Job.WEBHOOK, delivery.task_hash, now=now, due_at=due_at)


def _endpoint(session: Session, endpoint_id: str, actor: Actor) -> WebhookEndpoint:
    query = select(WebhookEndpoint).join(Hospital).where(WebhookEndpoint.id == endpoint_id).with_for_update(of=WebhookEndpoint)
    found: WebhookEndpoint | None = session.exec(_own(query, actor)).first()
    if found is None:
        raise NotFound(say("Alamat webhook ini tidak ada. Periksa daftarnya."))
    return found


def _close(session: Session, endpoint: WebhookEndpoint, actor: Actor | None, *, now: datetime) -> None:
    endpoint.closed_at = now
    session.add(endpoint)
    audit.record(session, f"webhook:{endpoint.id}", "CLOSE_ENDPOINT", actor=actor or SYSTEM, now=now)


def _own(query: Any, actor: Actor) -> Any:
    """Narrowed to what the actor may see: a hospital its own, an admin the region's, an operator everything."""
    if actor.hospital_code is not None:
        return query.where(Hospital.code == actor.hospital_code)
    return query if actor.id is None else query.where(Hospital.region_code == actor.region_code)


def _id(delivery: WebhookDelivery) -> int:
    assert delivery.id is not None
    return delivery.id
