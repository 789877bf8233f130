"""A form has one effect, however often it is sent: double click, reload, back button. After it, another page (303)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable

from flask import current_app, redirect, request
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from werkzeug.wrappers import Response

from verify.auth import anybody, me, parts
from verify.language import tell
from workflows.errors import Conflict
from workflows.records.idempotency import IdempotencyRecord

SEE_OTHER = 303


def form_key() -> str:
    """The hidden field ``kunci``: new each time a form is shown, and whose it is."""
    return f"{secrets.token_urlsafe(12)}.{own_mark()}"


def own_mark() -> str:
    """By which a form is known as this person's own; empty where nobody is signed in."""
    actor = anybody()
    if actor is None:
        return ""
    return signed(f"form of {actor.person_id}")


def signed(said: str) -> str:
    """What only this office can have said: 72 bits in twelve signs, too short to be taken for a NIK."""
    return base64.urlsafe_b64encode(hmac.digest(str(current_app.secret_key).encode(), said.encode(), "sha256")[:9]).decode()


def once(effect: Callable[[Session], str], done: str) -> Response:
    """Run ``effect`` in one transaction, say ``done``, and go to the address it returns.

    The same form sent again only goes there; a form changed meanwhile is another form.
    """
    place = _place() or _first_time(effect)
    tell(done)
    return redirect(place, SEE_OTHER)


def _first_time(effect: Callable[[Session], str]) -> str:
    try:
        with parts().database.write() as session:
            record = count(session)
            record.body = effect(session)
            session.add(record)
        return record.body
    except (Conflict, IntegrityError):
        place = _place()
        if place is None:
            raise
        return place


def count(session: Session) -> IdempotencyRecord:
    """Note that this form was sent; ``IntegrityError`` where it was before. Written first, so that a twin waits for this one."""
    record = IdempotencyRecord(
        staff_id=me().person_id, key=key_of_form(), request_hash=_digest(), status=SEE_OTHER, body="", created_at=parts().clock()
    )
    session.add(record)
    session.flush()
    return record


def _place() -> str | None:
    with parts().database.read() as session:
        record = session.get(IdempotencyRecord, (me().person_id, key_of_form()))
    return record.body if record else None


def key_of_form() -> str:
    """By which this form is known as it was filled in: with one field changed it is another form."""
    return f"page:{_digest()}"


def _digest() -> str:
    typed = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
    return hashlib.sha256(repr((request.path, typed)).encode()).hexdigest()
