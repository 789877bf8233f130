"""The same question answered by stacks as their own guides build them: one row by its token, signature checked, shaped, sent.

Each peer reads a table of its own with the same letters. FastAPI and Django come with the extra ``bench``.
"""

import hashlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, Response, jsonify, request
from marshmallow import Schema, fields
from sqlalchemy.engine import make_url
from sqlalchemy.orm import registry
from sqlmodel import Field, Session, SQLModel, create_engine, select

from bench.goal import Missing
from bench.serving import web
from tests.office import Office

DATABASE, PUBLIC = "REKOM_BENCH_DATABASE", "REKOM_BENCH_PUBLIC"
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A stack. ``app`` is a WSGI application for our own server, or the words that start a server on a port."""

    name: str
    needs: str
    app: str = ""
    command: Callable[[int], list[str]] | None = None


class Own(SQLModel, registry=registry()):
    """The peers' tables stand apart: no migration of ours knows them."""


class PeerLetter(Own, table=True):
    """What a check reads."""

    token: str = Field(primary_key=True)
    number: str
    name: str
    status: str
    valid_until: datetime
    content: bytes
    signature: bytes


class PeerLook(Own, table=True):
    """One line of a naive access log."""

    id: int | None = Field(default=None, primary_key=True)
    token: str
    at: datetime


class AnswerSchema(Schema):
    """What is answered."""

    answer = fields.String()
    number = fields.String()
    name = fields.String()
    valid_until = fields.DateTime()


def fill(made: Office, codes: list[str]) -> dict[str, str]:
    """Make and fill the peers' table; returns what their processes are told."""
    key = ec.generate_private_key(ec.SECP256R1())
    engine = create_engine(made.rekom.settings.database_url)
    Own.metadata.create_all(engine)
    with Session(engine) as session:
        if session.exec(select(PeerLetter.token).limit(1)).first() is None:
            session.add_all(_row(code, number, key) for number, code in enumerate(codes))
            session.commit()
        else:  # the rows of another peer: their signatures are under that key
            for letter in session.exec(select(PeerLetter)):
                letter.signature = key.sign(letter.content, ec.ECDSA(hashes.SHA256()))
            session.commit()
    engine.dispose()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return {DATABASE: made.rekom.settings.database_url, PUBLIC: public.decode()}


@contextmanager
def serving(peer: Peer, made: Office, codes: list[str]) -> Iterator[tuple[int, int]]:
    """Port and process id of a peer that is ready."""
    if peer.needs and find_spec(peer.needs) is None:
        raise Missing(f"{peer.name} is not installed; it comes with the extra `bench`.")
    told = fill(made, codes)
    if peer.command is None:
        with web(made.rekom.settings, peer.app, **told) as (port, pid):
            yield port, pid
        return
    port = _free_port()
    child = subprocess.Popen(peer.command(port), env={**os.environ, **told}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port, child.pid
    finally:
        child.terminate()
        child.wait(START_SECONDS)


# --- Flask, SQLModel, marshmallow -------------------------------------------------------------------------


def textbook() -> Flask:
    """Look up, verify, shape."""
    return _flask(logs=False)


def naive() -> Flask:
    """The same, and a row into the log for each request."""
    return _flask(logs=True)


def _flask(*, logs: bool) -> Flask:
    made, engine, public = Flask("textbook"), create_engine(os.environ[DATABASE]), public_key()

    @made.post("/api/v1/hospital/check")
    def check() -> Response:
        token = digest(request.get_json()["code"])
        with Session(engine) as session:
            letter = session.exec(select(PeerLetter).where(PeerLetter.token == token)).first()
            if logs:
                session.add(PeerLook(token=token, at=datetime.now(UTC)))
                session.commit()
            return jsonify(AnswerSchema().dump(judged(letter, public)))

    return made


# --- FastAPI ----------------------------------------------------------------------------------------------


def fast() -> Any:
    """FastAPI with SQLModel and a response model."""
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Question(BaseModel):
        code: str

    class Answer(BaseModel):
        answer: str
        number: str | None = None
        name: str | None = None
        valid_until: datetime | None = None

    made, engine, public = FastAPI(), create_engine(os.environ[DATABASE]), public_key()

    @made.post("/api/v1/hospital/check", response_model=Answer)
    def check(question: Question) -> Any:
        with Session(engine) as session:
            found = session.exec(select(PeerLetter).where(PeerLetter.token == digest(question.code))).first()
            return judged(found, public)

    return made


# --- Django REST framework --------------------------------------------------------------------------------


def rest() -> Any:
    """Django with a model, a serializer and an API view."""
    import django
    from django.conf import settings

    url = make_url(os.environ[DATABASE])
    place = {"ENGINE": "django.db.backends.postgresql", "NAME": url.database, "USER": url.username, "HOST": url.query.get("host", url.host)}
    settings.configure(
        DATABASES={"default": {**place, "CONN_MAX_AGE": None}},
        ROOT_URLCONF="bench.django_peer",
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=["rest_framework"],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None},
    )
    django.setup()
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


PEERS = (
    Peer("Flask + SQLModel + marshmallow", "", "bench.peers:textbook"),
    Peer(
        "FastAPI + SQLModel",
        "fastapi",
        command=lambda port: [
            sys.executable, "-m", "uvicorn", "bench.peers:fast", "--factory", "--workers", "2", "--port", str(port), "--log-level", "error"
        ],
    ),
    Peer("Django REST", "rest_framework", "bench.peers:rest"),
)  # fmt: skip
NAIVE = Peer("naive log", "", "bench.peers:naive")


def judged(letter: Any, public: ec.EllipticCurvePublicKey) -> dict[str, Any]:
    """The answer of every peer: unknown, revoked, expired or good, with the signature checked."""
    if letter is None:
        return {"answer": "UNKNOWN"}
    public.verify(bytes(letter.signature), bytes(letter.content), ec.ECDSA(hashes.SHA256()))
    until = letter.valid_until if letter.valid_until.tzinfo else letter.valid_until.replace(tzinfo=UTC)
    answer = letter.status if letter.status != "VALID" or until > datetime.now(UTC) else "EXPIRED"
    return {"answer": answer, "number": letter.number, "name": letter.name, "valid_until": until}


def digest(code: str) -> str:
    """The key of a row."""
    return hashlib.sha256(code.encode()).hexdigest()


def _row(code: str, number: int, key: ec.EllipticCurvePrivateKey) -> PeerLetter:
    content = code.encode()[:200]
    return PeerLetter(
        token=digest(code),
        number=f"400.9/{number:05d}/Dinsos/XI/2026",
        name="SITI CONTOH",
        status="REVOKED" if number % 5 == 0 else "VALID",
        valid_until=datetime(2100, 1, 1, tzinfo=UTC),
        content=content,
        signature=key.sign(content, ec.ECDSA(hashes.SHA256())),
    )


def public_key() -> ec.EllipticCurvePublicKey:
    """What a peer's process was told to check signatures with."""
    public = serialization.load_pem_public_key(os.environ[PUBLIC].encode())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    return public


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("a peer did not start")
