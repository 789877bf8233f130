"""How often one account and one address may try to sign in, and what happens then.

Names nobody has are counted like names somebody has: whoever guesses learns nothing from a lock.
"""

import hmac
import ipaddress
from datetime import datetime, timedelta

from sqlmodel import Session, select

from verify.composition import Rekom
from verify.config import Settings
from workflows import audit, meters
from workflows.actor import SYSTEM
from workflows.meters import Limit
from workflows.records.meter import Purpose
from workflows.records.staff import Staff

LABEL = b"rekom meter"
IPV6_SUBSCRIBER = 64
"""One subscriber has all addresses of such a prefix."""


def account_limit(settings: Settings) -> Limit:
    """For one account: pauses that double, then a lock that an admin opens."""
    return Limit(settings.sign_in_free_tries, timedelta(days=1), timedelta(seconds=30), lock=settings.sign_in_lock_tries)


def address_limit(settings: Settings) -> Limit:
    """For one address, behind which a whole office may sit: pauses, never a lock."""
    return Limit(settings.sign_in_address_tries, timedelta(hours=1), timedelta(seconds=30))


def admit(rekom: Rekom, session: Session, username: str, address: str | None, person: Staff | None, *, now: datetime) -> None:
    """Count a try to sign in; ``TooMany`` where name or address has to wait. Always address first: no two wait in a ring."""
    if address is not None:
        meters.count(session, Purpose.ADDRESS, address_key(rekom, address), address_limit(rekom.settings), now=now)
    locked = meters.count(session, Purpose.ACCOUNT, account_key(rekom, username), account_limit(rekom.settings), now=now)
    if locked and person is not None:
        session.exec(select(Staff.id).where(Staff.id == person.id).with_for_update(key_share=True)).one()
        audit.record(session, f"staff:{person.id}", "SIGN_IN_LOCKED", actor=SYSTEM, now=now)


def proved(rekom: Rekom, session: Session, username: str, address: str | None, *, now: datetime) -> None:
    """The try was right: the account starts anew, the address gets its try back."""
    if address is not None:
        meters.give_back(session, Purpose.ADDRESS, address_key(rekom, address))
    meters.give_back_all(session, Purpose.ACCOUNT, account_key(rekom, username))
    meters.sweep(session, now=now)


def unlock(rekom: Rekom, session: Session, username: str) -> bool:
    """Forget an account's wrong passwords and codes and its guessed look-ups; answers whether it was locked."""
    locked = meters.clear(session, Purpose.ACCOUNT, account_key(rekom, username))
    person = session.exec(select(Staff).where(Staff.username == username)).first()
    if person is not None:
        locked |= meters.clear(session, Purpose.LOOKUP_ACCOUNT, str(person.id)) | forget_codes(session, person)
    return locked


def forget_codes(session: Session, person: Staff) -> bool:
    """Forget a person's wrong second factors; answers whether that had locked them out."""
    return meters.clear(session, Purpose.FACTOR, str(person.id))


def account_key(rekom: Rekom, username: str) -> str:
    """What a typed name is counted under; a password typed in its place cannot be read back."""
    return _keyed(rekom, f"account {username[:200]}")


def address_key(rekom: Rekom, address: str) -> str:
    """What an address is counted under."""
    return _keyed(rekom, f"address {_subscriber(address)}")


def _subscriber(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # a unix socket has none
        return address
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, IPV6_SUBSCRIBER), strict=False))


def _keyed(rekom: Rekom, text: str) -> str:
    secret = hmac.digest(rekom.keys.digest_key, LABEL, "sha256")
    return hmac.digest(secret, text.encode("utf-8", "replace"), "sha256").hex()
