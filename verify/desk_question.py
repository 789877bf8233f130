"""A desk's question in two halves: what its code says by itself, gathered before any transaction, and what the tables know of it.

Signatures cost processor time, and on SQLite a transaction that writes has the whole office waiting.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from schemas.bedside import provisional_in
from schemas.letter_token import ForgedToken
from verify import seals
from verify.keyring import KeyRing
from verify.seals import Opened
from workflows import desk
from workflows.desk import Found, Known, Verdict


class Asked(NamedTuple):
    """A loaded ``DeskQuestion`` with what its code says: a bedside token, or what stands under a seal, or why the seal is not ours."""

    question: dict[str, Any]
    keys: KeyRing
    provisional: str | None = None
    seal: Opened | ForgedToken | None = None


def gather(question: dict[str, Any], keys: KeyRing) -> Asked:
    """Read the code, where there is one; this asks no table and raises nothing."""
    if "code" not in question:
        return Asked(question, keys)
    return _gather(question["code"], keys)._replace(question=question)


def gather_codes(codes: Sequence[str], keys: KeyRing) -> list[Asked]:
    """The same for many codes, in their order."""
    return [_gather(code, keys) for code in codes]


def _gather(code: str, keys: KeyRing) -> Asked:
    provisional = provisional_in(code)
    return Asked({"code": code}, keys, provisional, None if provisional else seals.opened(code, keys))


def look_up(session: Session, asked: Asked) -> Found | None:
    """The letter asked about; a NIK alone, or a bedside token, may also find a case that has no letter yet.

    ``ForgedToken`` where the seal is not ours.
    """
    question = asked.question
    if asked.provisional:
        return desk.find_by_provisional(session, asked.provisional)
    if "code" in question:
        return seals.letter_of(session, asked.seal, asked.keys)
    if "number" in question:
        return desk.find_by_number(session, question["number"], question["nik"])
    return desk.find_by_nik(session, question["nik"])


def look_up_or_refuse(session: Session, asked: Asked) -> Found | Verdict | None:
    """The same, with the verdict on a seal that is not ours in place of the error: it was a look too."""
    try:
        return look_up(session, asked)
    except ForgedToken as error:
        return seals.refusal(error)


def look_up_codes(session: Session, asked: Sequence[Asked]) -> list[Known | None]:
    """The same for many codes with few statements, in their order."""
    sealed = [one for one in asked if not one.provisional]
    read = iter(seals.letters_of(session, [one.seal for one in sealed], sealed[0].keys)) if sealed else iter(())
    found = [desk.find_by_provisional(session, one.provisional) if one.provisional else next(read) for one in asked]
    return [seals.refusal(one) if isinstance(one, ForgedToken) else one for one in found]
