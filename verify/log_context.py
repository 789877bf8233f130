"""What every log line of a request or a job says beside its own words: which request, which route, which case or task."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars, get_contextvars

HEADER = "X-Request-ID"
PROXYS = re.compile(r"(?!.*\d{13})[A-Za-z0-9-]{8,64}")
"""An id a proxy may give; nothing that could hold a NIK."""


def install(app: Flask, *, behind_proxy: bool) -> None:
    """Name each request, in the log and in its answer. The route stands for the address, which may hold a letter's token."""

    @app.before_request
    def name_request() -> None:
        clear_contextvars()  # a thread serves one request after another
        name = name_for(request.headers.get(HEADER, ""), behind_proxy=behind_proxy)
        known = {"request": name, "route": str(request.url_rule or "-")}
        ticket = (request.view_args or {}).get("ticket")
        bind_contextvars(**known, **({"case": ticket} if ticket else {}))

    @app.after_request
    def tell_name(response: Response) -> Response:
        response.headers[HEADER] = get_contextvars().get("request", "-")
        return response


def name_for(given: str, *, behind_proxy: bool) -> str:
    """What a request is called: as the proxy in front says, or a name of its own, too short to be taken for a NIK."""
    return given if behind_proxy and PROXYS.fullmatch(given) else secrets.token_urlsafe(9)


@contextmanager
def job_context(task_id: int) -> Iterator[None]:
    """Name a worker's run, and its case as soon as that is known (``name_case``)."""
    with bound_contextvars(task=task_id, case="-"):
        yield


def name_case(ticket: str) -> None:
    """Say which case the rest of this run is about."""
    bind_contextvars(case=ticket)
