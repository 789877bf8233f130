"""Sign-in and what it allows: argon2 passwords, sessions in the database, one permission per route.

Pages carry the session's token in a signed, HttpOnly cookie under CSRF protection; the API takes it only as
``Authorization: Bearer``, which no browser sends by itself. Hospital systems come with a key instead of a password: they get
short tokens by client credentials, or sign each request (``verify/signed_request.py``).
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import Flask, current_app, g, request
from flask import session as cookie
from sqlalchemy import bindparam
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, exists, select

from verify import hospital_secrets, signed_request, throttle
from verify.composition import Rekom
from verify.factors import Holder
from verify.step_up import check_factor
from workflows import audit, hospital_keys
from workflows.actor import Actor
from workflows.authority import authority_of
from workflows.errors import InvalidInput, NotAllowed
from workflows.permissions import Permission, check
from workflows.records.hospital_key import HospitalKey, HospitalKeyScope
from workflows.records.sign_in import SignIn
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff, StaffRole
from workflows.states import Role
from workflows.vocabulary import Scope

View = TypeVar("View", bound=Callable[..., Any])

PERMISSION, PUBLIC, BEFORE_FACTOR = "_rekom_permission", "_rekom_public", "_rekom_before_factor"
PROGRAMS = ("/api/", "/oauth/", "/fhir/")
TOKEN_LIFE = timedelta(minutes=15)
"""Of a hospital system's token: long enough for a shift's requests, too short to be worth stealing."""

_ALLOWED = (
    sql_select(
        Staff,
        exists().where(col(SigningAuthority.staff_id) == Staff.id).label("signs"),
        col(HospitalKey.client_id),
        col(StaffRole.role),
        col(HospitalKeyScope.scope),
    )
    .outerjoin(StaffRole, col(StaffRole.staff_id) == Staff.id)
    .outerjoin(HospitalKey, col(HospitalKey.staff_id) == Staff.id)
    .outerjoin(HospitalKeyScope, col(HospitalKeyScope.client_id) == HospitalKey.client_id)
)
"""People with what they may: a row for each role and scope."""
_PERSON = _ALLOWED.where(col(Staff.id) == bindparam("staff_id"))
_SESSIONS = (
    _ALLOWED.add_columns(SignIn)
    .join(SignIn, col(SignIn.staff_id) == Staff.id)
    .where(col(SignIn.digest).in_(bindparam("digests", expanding=True)))
)


class NotSignedIn(NotAllowed):
    """Nobody is signed in, or the session is over."""

    slug = "belum-masuk"
    sentence = "Anda belum masuk, atau sesi sudah berakhir. Masuk lagi; isian Anda belum terkirim."


class WrongPassword(NotAllowed):
    """Name or password is wrong; which of them is not said."""

    slug = "sandi-salah"
    sentence = "Nama pengguna atau kata sandi tidak cocok. Periksa huruf besar dan kecil, lalu coba lagi."


class NoSuchAccount(NotAllowed):
    """The account service knows somebody whom this office does not."""

    slug = "akun-belum-ada"
    sentence = "Akun bersama Anda belum terdaftar di Rekom, atau sudah dinonaktifkan. Minta admin menambahkannya dengan nama yang sama."


class WrongScope(InvalidInput):
    """More was asked for than the key is good for."""

    slug = "lingkup-salah"
    sentence = "Lingkup yang diminta melebihi lingkup kunci. Minta lingkup yang ada, atau kosongkan."


class WrongKey(NotAllowed):
    """A hospital system's id or secret is wrong; which of them is not said."""

    slug = "kunci-rs-salah"
    sentence = "Isian client_id atau client_secret tidak cocok, atau kunci sudah dicabut. Periksa lagi, atau minta kunci baru."


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare what a route needs; ``guard`` enforces it before the view runs."""

    def mark(view: View) -> View:
        setattr(view, PERMISSION, permission)
        return view

    return mark


def public(view: View) -> View:
    """Declare that a route is for everybody."""
    setattr(view, PUBLIC, True)
    return view


def before_factor(view: View) -> View:
    """Declare that a route may be used before the second factor was shown."""
    setattr(view, BEFORE_FACTOR, True)
    return view


def opened(view: Callable[..., Any]) -> Callable[..., Any]:
    """A library's own view, declared public."""

    @wraps(view)
    def call(*args: Any, **options: Any) -> Any:
        return view(*args, **options)

    return public(call)


def declared(view: Any) -> Permission | bool | None:
    """A route's permission, True for public, None where somebody forgot."""
    while view is not None:
        if getattr(view, PUBLIC, False):
            return True
        if permission := getattr(view, PERMISSION, None):
            return permission  # type: ignore[no-any-return]
        view = getattr(view, "__wrapped__", None)
    return None


def guard(app: Flask) -> None:
    """Refuse every request whose route declares nothing or needs more than the person has."""

    @app.before_request
    def enforce() -> None:
        view = app.view_functions.get(request.endpoint or "")
        if view is None:
            return
        needed = declared(view)
        if needed is True:
            return
        if not isinstance(needed, Permission):
            raise NotAllowed()
        check(me(), needed)
        if not hasattr(view, BEFORE_FACTOR) and me().scopes is None:  # a hospital system's key is no person
            check_factor(parts(), my_session(), me(), needed, now=parts().clock())


def me() -> Actor:
    """The person behind this request; ``NotSignedIn`` where there is none."""
    if "actor" not in g:
        g.session, g.actor = _asks()
    if g.actor is None:
        raise NotSignedIn()
    return g.actor  # type: ignore[no-any-return]


def _asks() -> tuple[SignIn | None, Actor | None]:
    rekom = parts()
    if is_api() and signed_request.is_signed(request):
        person, now = signed_request.signer(rekom, request), rekom.clock()
        with rekom.database.read() as session:
            return None, _actor(rekom, session, person, now)
    return find_session(rekom, bearer()) or (None, None)


def my_session() -> SignIn:
    """The session behind this request; ``NotSignedIn`` for a request that was signed by a key and has none."""
    me()
    if g.session is None:
        raise NotSignedIn()
    return g.session  # type: ignore[no-any-return]


def holder() -> Holder:
    """The person of this request with the session, for showing a factor."""
    return Holder(me(), my_session().digest)


def anybody() -> Actor | None:
    """The person behind this request, if any."""
    try:
        return me()
    except NotSignedIn:
        return None


def parts() -> Rekom:
    """The parts of the process that serves this request."""
    return current_app.extensions["rekom"]  # type: ignore[no-any-return]


def is_api() -> bool:
    """Whether a program asks."""
    return request.path.startswith(PROGRAMS)


def bearer() -> str | None:
    """The session's token, from the header for programs, from the cookie for pages."""
    if is_api():
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else None
    return cookie.get("token")


def sign_in(rekom: Rekom, username: str, password: str, *, address: str | None = None, device: str | None = None) -> tuple[str, datetime]:
    """Check the password and begin a session; returns its token and when it ends. ``TooMany`` after too many tries."""
    now = rekom.clock()
    with rekom.database.write() as session:
        person = session.exec(select(Staff).where(Staff.username == username)).first() if _is_text(username) else None
        throttle.admit(rekom, session, username, address, person, now=now)
    fits = _password_fits(rekom, person, password if _is_text(password) else "")
    if not fits or person is None or person.disabled_at is not None:
        raise WrongPassword()
    with rekom.database.write() as session:
        throttle.proved(rekom, session, username, address, now=now)
        return _begin(rekom, session, person, device, now=now)


def sign_in_as(rekom: Rekom, username: str, *, device: str | None = None) -> tuple[str, datetime]:
    """Begin a session for whom the region's account service named; ``NoSuchAccount`` where the office does not know the name."""
    with rekom.database.write() as session:
        person = session.exec(select(Staff).where(Staff.username == username)).first() if _is_text(username) else None
        if person is None or person.disabled_at is not None or person.hospital_code is not None:
            raise NoSuchAccount()
        return _begin(rekom, session, person, device, now=rekom.clock(), by="account service")


def _begin(rekom: Rekom, session: Session, person: Staff, device: str | None, *, now: datetime, **detail: str) -> tuple[str, datetime]:
    token, ends = secrets.token_urlsafe(32), now + timedelta(minutes=rekom.settings.session_minutes)
    assert person.id is not None
    session.add(SignIn(digest=digest(token), staff_id=person.id, created_at=now, expires_at=ends, device=device))
    audit.record_on_person(session, "SIGN_IN", actor=_actor(rekom, session, person, now), now=now, **detail)
    return token, ends


def sign_in_program(rekom: Rekom, client_id: str, secret: str, asked: frozenset[str]) -> tuple[str, frozenset[Scope]]:
    """Check a hospital system's key and begin a short session; returns its token and what it is for.

    ``WrongScope`` where more was ``asked`` for than the key has.
    """
    now, token = rekom.clock(), secrets.token_urlsafe(32)
    with rekom.database.write() as session:
        found = hospital_keys.usable(session, client_id) if _is_text(client_id) else None
        stored = found[0].secret_sha256 if found else "0" * 64
        if not hospital_secrets.fits(secret, stored) or found is None:
            raise WrongKey()
        actor = _actor(rekom, session, found[1], now)
        if not asked <= (actor.scopes or frozenset()):
            raise WrongScope()
        hospital_keys.give_token(session, found[1], digest(token), actor, now=now, ends=now + TOKEN_LIFE)
    return token, actor.scopes or frozenset()


def sign_out(rekom: Rekom, token: str | None) -> None:
    """End a session for good."""
    with rekom.database.write() as session:
        found = session.get(SignIn, digest(token or ""))
        if found is not None and found.ended_at is None:
            found.ended_at = rekom.clock()


def find_actor(rekom: Rekom, token: str | None) -> Actor | None:
    """The person behind a token, with today's roles."""
    found = find_session(rekom, token)
    return found[1] if found else None


def find_session(rekom: Rekom, token: str | None) -> tuple[SignIn, Actor] | None:
    """A session that still counts, and its person."""
    return session_of(rekom, digest(token)) if token else None


def session_of(rekom: Rekom, token_digest: str) -> tuple[SignIn, Actor] | None:
    """The same by what is stored of its token; one statement, for whoever holds no authority to sign."""
    with rekom.database.read() as session:
        return sessions_of(rekom, session, (token_digest,), now=rekom.clock()).get(token_digest)


def sessions_of(rekom: Rekom, session: Session, digests: Iterable[str], *, now: datetime) -> dict[str, tuple[SignIn, Actor]]:
    """The same for many; whose session does not count is left out."""
    asked: dict[str, list[Any]] = {}
    for row in session.execute(_SESSIONS, {"digests": list(set(digests))}):
        asked.setdefault(row.SignIn.digest, []).append(row)
    return {digest: (rows[0].SignIn, _allowed(rekom, session, rows, now)) for digest, rows in asked.items() if _counts(rows[0], now)}


def _counts(row: Any, now: datetime) -> bool:
    return row.SignIn.ended_at is None and row.SignIn.expires_at > now and row.Staff.disabled_at is None


def hash_password(password: str, *, environment: str) -> str:
    """An argon2id hash; cheap in tests, the library's recommended cost everywhere else."""
    return _hasher(environment).hash(password)


def _actor(rekom: Rekom, session: Session, person: Staff, now: datetime) -> Actor:
    return _allowed(rekom, session, session.execute(_PERSON, {"staff_id": person.id}).all(), now)


def _allowed(rekom: Rekom, session: Session, rows: Sequence[Any], now: datetime) -> Actor:
    person: Staff = rows[0].Staff
    assert person.id is not None
    roles: set[Role] = {row.role for row in rows if row.role}
    # An acting signer has the head's role for exactly the days of the authority.
    if rows[0].signs and authority_of(session, person.id, person.region_code, rekom.zone(person.region_code), now=now) is not None:
        roles.add(Role.KADIS)
    is_key = person.hospital_code is not None and rows[0].client_id is not None
    scopes: frozenset[Scope] | None = frozenset(row.scope for row in rows if row.scope) if is_key else None
    return Actor(person.id, person.name, frozenset(roles), person.region_code, person.hospital_code, scopes)


def _is_text(text: str) -> bool:
    """Whether UTF-8 and PostgreSQL can hold it: JSON can carry half a character or a NUL."""
    return text.isprintable() or not any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text)


def _password_fits(rekom: Rekom, person: Staff | None, password: str) -> bool:
    hasher = _hasher(rekom.settings.environment)
    # An unknown name costs the same time as a wrong password.
    known = person.password_hash if person else _nobodys_hash(rekom.settings.environment)
    try:
        return hasher.verify(known, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def _hasher(environment: str) -> PasswordHasher:
    if environment == "test":
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher()


@cache
def _nobodys_hash(environment: str) -> str:
    return _hasher(environment).hash(secrets.token_hex(16))


def digest(token: str) -> str:
    """What is stored of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()
