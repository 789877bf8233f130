"""Showing a second factor: codes of an authenticator app, passkeys, recovery codes.

Secrets of apps lie sealed under a key derived from the office's; recovery codes as keyed digests. Each answer is counted
before it is checked, and each code counts once.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlmodel import Session

from verify.composition import Rekom
from verify.keyring import KeyFileError
from workflows import meters, second_factor
from workflows.actor import Actor
from workflows.errors import InvalidInput
from workflows.meters import Limit
from workflows.records.meter import Purpose
from workflows.saying import say
from workflows.second_factor import codes_left, has_one, passkeys_of, totp_of

LABEL, CODES_LABEL = b"rekom: secrets of authenticator apps, version 1", b"rekom: recovery codes, version 1"
NONCE_BYTES = 12
STEP_SECONDS = 30
DRIFT = (0, -1, 1)
"""Steps: a telephone's clock may be half a minute off, before or behind."""
CODES = 10
CODE_LETTERS, CODE_LENGTH = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16
"""Eighty bits, without letters that look like digits."""
TRIES = Limit(5, timedelta(days=1), timedelta(seconds=30), lock=20)


class WrongFactor(InvalidInput):
    """The code is wrong, too old, or was used before; which of them is not said."""

    slug = "kode-salah"
    sentence = "Kode ini tidak cocok, sudah lewat, atau sudah dipakai. Tunggu kode berikutnya, lalu ketik lagi."


@dataclass(frozen=True, slots=True)
class Holder:
    """The person of this request with the session that shows the factor."""

    actor: Actor
    session_digest: str


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has, for the account page."""

    app: bool
    passkeys: tuple[tuple[int, str, datetime], ...]
    codes_left: int

    @property
    def any(self) -> bool:
        """Whether one of them counts."""
        return self.app or bool(self.passkeys)


def factors_of(rekom: Rekom, staff_id: int) -> Factors:
    """What a person has."""
    with rekom.database.read() as session:
        app = totp_of(session, staff_id)
        keys = tuple((key.id or 0, key.name, key.created_at) for key in passkeys_of(session, staff_id))
        return Factors(app is not None and app.confirmed_at is not None, keys, codes_left(session, staff_id))


# --- the authenticator app


def begin_app(rekom: Rekom, actor: Actor, username: str) -> tuple[str, str]:
    """A new secret, kept sealed until its first code; returns it in base32 and as the address an app's camera reads."""
    secret = pyotp.random_base32()
    with rekom.database.write() as session:
        second_factor.begin_totp(session, actor.person_id, _seal(rekom, actor.person_id, secret), now=rekom.clock())
    return secret, pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=f"Rekom {rekom.settings.region}")


def confirm_app(rekom: Rekom, holder: Holder, code: str) -> tuple[str, ...]:
    """The first right code switches the app on; returns recovery codes where the person had no factor before."""
    now = rekom.clock()
    count(rekom, holder.actor)
    with rekom.database.write() as session:
        step = _step_of(rekom, session, holder.actor.person_id, code, confirmed=False)
        first = not has_one(session, holder.actor.person_id)
        second_factor.confirm_totp(session, holder.actor, step, now=now)
        proved(session, holder, "TOTP", now=now)
        return recovery_codes(rekom, session, holder.actor, now=now) if first else ()


def show_code(rekom: Rekom, holder: Holder, typed: str) -> None:
    """A code of the app, or a recovery code; ``WrongFactor`` otherwise, ``TooMany`` after too many."""
    now = rekom.clock()
    count(rekom, holder.actor)
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    with rekom.database.write() as session:
        if len(code) == CODE_LENGTH:
            kind, fits = "RECOVERY", second_factor.use_code(session, holder.actor.person_id, _digest(rekom, code), now=now)
        else:
            step = _step_of(rekom, session, holder.actor.person_id, code, confirmed=True)
            kind, fits = "TOTP", second_factor.use_step(session, holder.actor.person_id, step)
        if not fits:
            raise WrongFactor()
        proved(session, holder, kind, now=now)


def renew_codes(rekom: Rekom, holder: Holder) -> tuple[str, ...]:
    """New recovery codes in place of the older ones."""
    with rekom.database.write() as session:
        return recovery_codes(rekom, session, holder.actor, now=rekom.clock())


def count(rekom: Rekom, actor: Actor) -> None:
    """One try, kept whatever becomes of it."""
    with rekom.database.write() as session:
        meters.count(session, Purpose.FACTOR, str(actor.person_id), TRIES, now=rekom.clock())


def proved(session: Session, holder: Holder, kind: str, *, now: datetime) -> None:
    """The answer was right: the tries start anew, and the session has its factor."""
    meters.give_back_all(session, Purpose.FACTOR, str(holder.actor.person_id))
    second_factor.prove(session, holder.session_digest, holder.actor, kind, now=now)


def _step_of(rekom: Rekom, session: Session, staff_id: int, code: str, *, confirmed: bool) -> int:
    known = totp_of(session, staff_id)
    if known is None or (known.confirmed_at is not None) != confirmed:
        raise WrongFactor()
    app = pyotp.TOTP(_open(rekom, staff_id, known.sealed))
    current = int(rekom.clock().timestamp()) // STEP_SECONDS
    for drift in DRIFT:
        if hmac.compare_digest(app.generate_otp(current + drift).encode(), code.encode()):
            return current + drift
    raise WrongFactor()


# --- recovery codes


def recovery_codes(rekom: Rekom, session: Session, actor: Actor, *, now: datetime) -> tuple[str, ...]:
    """New codes in place of all older ones; only their digests are kept."""
    codes = tuple("".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES))
    second_factor.renew_codes(session, actor, [_digest(rekom, code) for code in codes], now=now)
    return tuple("-".join(code[place : place + 4] for place in range(0, CODE_LENGTH, 4)) for code in codes)


def _digest(rekom: Rekom, code: str) -> str:
    return hmac.digest(hmac.digest(rekom.keys.digest_key, CODES_LABEL, "sha256"), code.encode(), "sha256").hex()


# --- sealing


def _seal(rekom: Rekom, staff_id: int, secret: str) -> str:
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = _cipher(rekom).encrypt(nonce, secret.encode(), str(staff_id).encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def _open(rekom: Rekom, staff_id: int, sealed: str) -> str:
    raw = base64.urlsafe_b64decode(sealed)
    try:
        return _cipher(rekom).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], str(staff_id).encode()).decode()
    except InvalidTag:
        raise KeyFileError(
            say("Rahasia kode ini disegel dengan kunci lain. Pulihkan berkas kunci, atau rekom staff reset-factor.")
        ) from None


def _cipher(rekom: Rekom) -> AESGCM:
    return AESGCM(hmac.digest(rekom.keys.digest_key, LABEL, "sha256"))
