"""News of one case as server-sent events: a page that waits for the machine hears of each step at once.

Only that there is news goes over the line; the page then fetches itself. A stream ends after some seconds and the browser comes back by
itself, so that no thread is held for long; where too many listen, a page is told to look by itself instead (204).
"""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import BoundedSemaphore, Event

from flask import Blueprint, request
from werkzeug.wrappers import Response

from verify.auth import me, parts, requires
from verify.composition import Rekom
from workflows import queries
from workflows.actor import Actor
from workflows.permissions import Permission

blueprint = Blueprint("live", __name__)

LOOKS, PAUSE = 8, 0.6
"""How often one stream looks, and seconds between."""
BACK_MS = 300
"""When the browser comes back after a stream ended."""
LISTENERS = BoundedSemaphore(6)
"""Streams at once in one process, which serves everybody else with the threads that are left."""


@blueprint.get("/berkas/<ticket>/langsung")
@requires(Permission.READ_CASES)
def listen(ticket: str) -> Response:
    """Say when something happened to the case."""
    actor, rekom = me(), parts()
    now = pulse(rekom, ticket, actor)
    if not LISTENERS.acquire(blocking=False):
        return Response(status=204)
    seat = ExitStack()
    seat.callback(LISTENERS.release)
    response = Response(_news(rekom, ticket, actor, _seen(now), seat), mimetype="text/event-stream")
    response.call_on_close(seat.close)
    response.headers["X-Accel-Buffering"] = "no"  # a proxy in front shall not save it up
    return response


def _seen(now: int) -> int:
    """As far as the page knows: what it heard last, or what was there when it was made; a step in between is news at once."""
    said = request.headers.get("Last-Event-ID") or request.args.get("sejak", "")
    return int(said) if said.isdecimal() and len(said) < 10 else now


def pulse(rekom: Rekom, ticket: str, actor: Actor) -> int:
    """A number that changes with every step; ``NotFound`` for a case of another office."""
    with rekom.database.read() as session:
        return queries.events_so_far(session, ticket, actor)


def _news(rekom: Rekom, ticket: str, actor: Actor, before: int, seat: ExitStack) -> Iterator[str]:
    with seat:
        yield f"retry: {BACK_MS}\n\n"
        for _ in range(LOOKS):
            if (now := pulse(rekom, ticket, actor)) != before:
                yield f"id: {now}\ndata: {now}\n\n"
                return
            Event().wait(PAUSE)
