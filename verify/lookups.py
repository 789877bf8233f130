"""Looking people up by NIK has a limit, per account, per address and per stretch of NIKs, counted before the answer.

What leads somewhere is given back: a case that is found or opened, a letter that fits. What is left are guesses. A person
who guesses too much is locked out of looking up until ``rekom staff unlock``. Opening a case, an emergency above all, is
never refused here; where nothing can be counted, nothing is answered.
"""

import hmac
import logging
from datetime import timedelta

from flask import request
from sqlmodel import Session

from verify import throttle
from verify.auth import me, parts
from verify.config import Settings
from workflows import audit, meters
from workflows.meters import Limit
from workflows.records.meter import Purpose

log = logging.getLogger(__name__)

STRETCH = 12
"""Region and birth date: all that somebody who guesses the serial of a known person knows."""
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ADDRESSES = 5
"""How many accounts' worth of guesses one address has: an office sits behind one."""
STRANGERS = Limit(60, HOUR)
"""Letters that are unknown or forged, asked about from one address without signing in."""

FAMILIES = Limit(30, HOUR)
"""Wrong answers on the families' page from one address, behind which a whole village may sit."""
ONE_FAMILY = Limit(10, DAY)
"""Wrong answers about one number, whoever gives them: ten guesses of ten thousand a day."""


def account_limit(settings: Settings) -> Limit:
    """Guesses of one person a day, then a lock."""
    return Limit(settings.lookup_misses, DAY, lock=settings.lookup_misses)


def stretch_limit(settings: Settings) -> Limit:
    """Guesses within one stretch of NIKs a day, whoever asks."""
    return Limit(settings.lookup_stretch_misses, DAY)


def admit(nik: str) -> None:
    """Count a look-up; ``TooMany`` where it may not be answered. Always in this order, so that no two wait in a ring."""
    settings, now = parts().settings, parts().clock()
    with parts().database.write() as session:
        locked = meters.count(session, Purpose.LOOKUP_ACCOUNT, str(me().person_id), account_limit(settings), now=now)
        if request.remote_addr:
            limit = Limit(settings.lookup_misses * ADDRESSES, DAY)
            meters.count(session, Purpose.LOOKUP_ADDRESS, _address(request.remote_addr), limit, now=now)
        meters.count(session, Purpose.LOOKUP_PREFIX, _stretch(nik), stretch_limit(settings), now=now)
        if locked:
            audit.record_on_person(session, "LOOKUPS_LOCKED", actor=me(), now=now)
    if locked:
        log.warning("look-ups of staff %s are locked after %s guesses", me().person_id, settings.lookup_misses)


def found(nik: str) -> None:
    """The look-up led somewhere."""
    with parts().database.write() as session:
        no_guess(session, nik)


def no_guess(session: Session, nik: str) -> None:
    """Give a look-up back in the transaction of what it led to."""
    meters.give_back(session, Purpose.LOOKUP_ACCOUNT, str(me().person_id))
    if request.remote_addr:
        meters.give_back(session, Purpose.LOOKUP_ADDRESS, _address(request.remote_addr))
    meters.give_back(session, Purpose.LOOKUP_PREFIX, _stretch(nik))


def admit_stranger() -> None:
    """``TooMany`` for an address that asked about too many letters that are none."""
    with parts().database.read() as session:
        meters.check_open(session, Purpose.LOOKUP_ADDRESS, _stranger(), now=parts().clock())


def missed_by_stranger() -> None:
    """A letter that is unknown or forged was asked about."""
    with parts().database.write() as session:
        meters.count(session, Purpose.LOOKUP_ADDRESS, _stranger(), STRANGERS, now=parts().clock())


def admit_family(ticket: str) -> None:
    """Count a question of a family before it is answered, for a number that exists and for one that does not alike."""
    with parts().database.write() as session:
        for subject, limit in _family(ticket):
            meters.count(session, Purpose.LOOKUP_ADDRESS, subject, limit, now=parts().clock())


def family_found(ticket: str) -> None:
    """The digits were right: no guess."""
    with parts().database.write() as session:
        for subject, _ in _family(ticket):
            meters.give_back(session, Purpose.LOOKUP_ADDRESS, subject)


def _family(ticket: str) -> tuple[tuple[str, Limit], ...]:
    return ((_address(f"family at {request.remote_addr}"), FAMILIES), (_address(f"family of {ticket}"), ONE_FAMILY))


def _stranger() -> str:
    return throttle.address_key(parts(), f"stranger {request.remote_addr}")


def _address(address: str) -> str:
    return throttle.address_key(parts(), address)


def _stretch(nik: str) -> str:
    secret = hmac.digest(parts().keys.digest_key, b"rekom: stretches of NIKs", "sha256")
    return hmac.digest(secret, nik[:STRETCH].encode(), "sha256").hex()
