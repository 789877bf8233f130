"""A way in front of Flask for the one question that hospitals' systems ask all day: a letter's code, by a key's token.

It asks the same rules, writes the same look, and says byte for byte what the plain way says (ADR 0014). Whatever is not that one
question put plainly goes on to the plain way untouched, and so does whatever would be refused: only good answers leave here.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from typing import Any, NamedTuple

from flask import Flask, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from structlog.contextvars import bind_contextvars, clear_contextvars

from schemas.bedside import provisional_in
from schemas.hospital import HospitalAnswerSchema, answered
from schemas.letter_token import ForgedToken
from verify import auth, headers, log_context, seals, traces
from verify.composition import Rekom
from verify.db import be_impatient
from verify.seals import Opened
from verify.together import Together
from workflows import advance, desk
from workflows.actor import Actor
from workflows.desk import Question, Verdict
from workflows.permissions import Permission, can
from workflows.standing import Standing

log = logging.getLogger(__name__)

PATH = "/api/v1/hospital/check"
LARGEST = 4096
"""Bytes of a question that is looked at here: a code has 2,000 characters at most."""
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?")
CODE = re.compile("[!-~]{1,2000}")
"""A code that ``DeskQuestion`` would leave as it is: printable ASCII without spaces."""
ASIDE = ("HTTP_COOKIE", "HTTP_X_CONS_ID", "HTTP_TRANSFER_ENCODING", "HTTP_CONTENT_ENCODING", "SCRIPT_NAME", "QUERY_STRING")
"""What nobody sends with the one question put plainly; a signed request has its own way."""
NOT_GOT = "55P03"
"""PostgreSQL's state for a lock that was not got in time."""
FAULT = "rekom.fault"
"""Where the plain way finds that the database did not answer, so that nobody waits for that twice."""

SCHEMA = HospitalAnswerSchema()
_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class Asked(NamedTuple):
    """A key's session, by what is stored of its token, and the seal it asks about, opened."""

    session: str
    seal: Opened | ForgedToken | None


def install(app: Flask, rekom: Rekom) -> None:
    """Put the door in front of the application; where requests are traced, each of them goes the plain way with its span."""

    @app.before_request
    def tell_fault() -> None:
        if fault := request.environ.get(FAULT):
            raise fault

    if not traces.COLLECTED:
        app.wsgi_app = CheckDoor(rekom, app.wsgi_app)  # type: ignore[method-assign, assignment]


class CheckDoor:
    """A WSGI application in front of another one."""

    def __init__(self, rekom: Rekom, plain: Application) -> None:
        self._rekom, self._plain = rekom, plain
        self._together: Together[Asked, Verdict | None] = Together(self._judge)
        self._headers = [*headers.of_every_answer(rekom.settings).items(), headers.NOT_KEPT]
        self._behind_proxy = bool(rekom.settings.trusted_proxies)

    def __call__(self, environ: Environ, start: Any) -> Iterable[bytes]:
        """Answer, or let the plain way answer."""
        code = code_in(environ) if environ["PATH_INFO"] == PATH else None
        token = token_in(environ) if code else None
        if code is None or token is None:
            return self._plain(environ, start)
        name = log_context.name_for(environ.get("HTTP_X_REQUEST_ID", ""), behind_proxy=self._behind_proxy)
        clear_contextvars()
        bind_contextvars(request=name, route=PATH)
        try:
            verdict = self._together.ask(Asked(auth.digest(token), seals.opened(code, self._rekom.keys)))
        except Exception as error:  # nobody at a desk hears of it: the plain way answers, or meets the same fault and tells it
            environ |= {FAULT: error} if _is_silence(error) else {}
            _log(error)
            verdict = None
        return self._plain(environ, start) if verdict is None else self._say(verdict, name, start)

    def _say(self, verdict: Verdict, name: str, start: Any) -> list[bytes]:
        body = f"{_text(SCHEMA.dump(answered(verdict, now=self._rekom.clock())))}\n".encode()
        own = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start("200 OK", [*own, *self._headers, (log_context.HEADER, name)])
        return [body]

    def _judge(self, asked: Sequence[Asked]) -> list[Verdict | None]:
        """The verdicts on all that was asked at once, each look written down; None for what the plain way must answer."""
        now, keys = self._rekom.clock(), self._rekom.keys
        with self._rekom.database.write(rings=False) as session:
            people = auth.sessions_of(self._rekom, session, (one.session for one in asked), now=now)
            held = advance.hold_free(session, (one.seal.claims.token_id for one in asked if isinstance(one.seal, Opened)))
            ours = [one.session in people and _is_ours(one.seal, held) and can_ask(people[one.session][1]) for one in asked]
            known = seals.letters_of(session, [one.seal for one, mine in zip(asked, ours, strict=True) if mine], keys)
            if not all(isinstance(one, Standing) for one in known):  # a miss is written to a person's chain, which others may hold
                be_impatient(session)
            actors = [people[one.session][1] for one, mine in zip(asked, ours, strict=True) if mine]
            found = (seals.refusal(one) if isinstance(one, ForgedToken) else one for one in known)
            questions = [Question(one, actor) for one, actor in zip(found, actors, strict=True)]
            verdicts = iter(desk.check_held(session, questions, now=now) if questions else ())
        return [next(verdicts) if mine else None for mine in ours]


def code_in(environ: Environ) -> str | None:
    """The code that is asked about, where it is asked plainly; the body can be read again afterwards."""
    length = environ.get("CONTENT_LENGTH") or ""
    plain = environ["REQUEST_METHOD"] == "POST" and environ.get("CONTENT_TYPE") == "application/json"
    if not plain or not length.isascii() or not length.isdigit() or int(length) > LARGEST or any(map(environ.get, ASIDE)):
        return None
    if not HOST.fullmatch(environ.get("HTTP_HOST", "")):
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    try:
        given = json.loads(body.decode())
    except (ValueError, RecursionError):
        return None
    code = given.get("code") if isinstance(given, dict) and len(given) == 1 else None
    return code if isinstance(code, str) and CODE.fullmatch(code) and not provisional_in(code) else None


def token_in(environ: Environ) -> str | None:
    """The bearer's token."""
    scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def can_ask(actor: Actor) -> bool:
    """Whether this is a key that is good for checking; people owe a second factor, which is asked for on the plain way."""
    return actor.scopes is not None and can(actor, Permission.CHECK_LETTER)


def _is_ours(seal: Opened | ForgedToken | None, held: set[str]) -> bool:
    """Whether the answer can be given here: a letter whose case nobody else holds, or a code that is none of ours."""
    return not isinstance(seal, Opened) or seal.claims.token_id in held


def _is_silence(error: Exception) -> bool:
    """Whether the database did not answer at all; with a state of SQL it said why, and the plain way asks again by itself."""
    return isinstance(error, SQLAlchemyError) and (not isinstance(error, DBAPIError) or not _state_in(error))


def _log(error: Exception) -> None:
    """Tell of a fault by its kind alone, since its words may quote a row: else one that only the door meets would slow every check
    unseen. Silence is told by the plain way, and to wait no longer for a lock is no fault."""
    if not _is_silence(error) and _state_in(error) != NOT_GOT:
        log.error("check went the plain way: %s", type(error).__name__)


def _state_in(error: Exception) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
