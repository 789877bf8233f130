"""Repeated requests with one effect (IETF draft "Idempotency-Key"): the answer is stored with the effect."""

import hashlib
from collections.abc import Callable
from typing import Any

from flask import Response, json, request
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from verify.auth import me, parts
from workflows.errors import IdempotencyReuse, InvalidInput
from workflows.records.idempotency import IdempotencyRecord
from workflows.saying import say

LONGEST_KEY = 255
HEADER = "Idempotency-Key"


def once(effect: Callable[[Session], tuple[int, dict[str, Any]]]) -> Response:
    """Run ``effect`` in one transaction and answer with its status and body; a repeat gets the same bytes.

    The key's row is written first, so that a twin request waits for this one instead of running beside it.
    ``IdempotencyReuse`` where the key was used for another request.
    """
    key = check_key(request.headers.get(HEADER))
    if key is None:
        with parts().database.write() as session:
            status, body = effect(session)
        return _json(status, _dump(body))
    try:
        return _first_time(key, effect)
    except IntegrityError:
        stored = _stored(key)
        if stored is None:
            raise
        return stored


def _first_time(key: str, effect: Callable[[Session], tuple[int, dict[str, Any]]]) -> Response:
    stored = _stored(key)
    if stored is not None:
        return stored
    with parts().database.write() as session:
        record = IdempotencyRecord(
            staff_id=me().person_id, key=key, request_hash=_request_hash(), status=0, body="", created_at=parts().clock()
        )
        session.add(record)
        session.flush()
        status, body = effect(session)
        record.status, record.body = status, _dump(body)
        session.add(record)
    return _json(status, record.body)


def _stored(key: str) -> Response | None:
    with parts().database.read() as session:
        record = session.get(IdempotencyRecord, (me().person_id, key))
    if record is None:
        return None
    if record.request_hash != _request_hash():
        raise IdempotencyReuse()
    return _json(record.status, record.body)


def check_key(key: str | None) -> str | None:
    """The key as it was sent, if any; ``InvalidInput`` where it cannot be kept."""
    if key is not None and (not 1 <= len(key) <= LONGEST_KEY or not key.isprintable()):
        raise InvalidInput(
            say("{header} berisi 1 sampai {longest_key} karakter yang dapat dicetak.", header=HEADER, longest_key=LONGEST_KEY)
        )
    return key


def _request_hash() -> str:
    content = f"{request.method} {request.path}\n".encode() + request.get_data()
    return hashlib.sha256(content).hexdigest()


def _dump(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)


def _json(status: int, text: str) -> Response:
    return Response(text, status, mimetype="application/json")
