"""From what a scanner read to the letter it belongs to: the seal must be ours, whole, and the one the letter has now."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from sqlmodel import Session

from schemas.letter_token import ANY_HOSPITAL, ForgedToken, LetterClaims, WrongSignature, open_token, token_in
from verify.keyring import KeyRing
from workflows import desk, lost_letters, trust
from workflows.desk import Known, Verdict
from workflows.lost_letters import Lost
from workflows.records.collective import CollectiveLetter
from workflows.records.letter import Letter
from workflows.standing import Standing
from workflows.vocabulary import LetterType

Tried = TypeVar("Tried")

SHORTEST_SEAL = 100
"""Characters. Whatever is shorter was typed and not scanned: a number, a word, never a damaged seal."""


class Opened(NamedTuple):
    """A seal that holds, and the one way to write it."""

    claims: LetterClaims
    token: str


class OldSeal(ForgedToken):
    """A seal this office made, under a key that was withdrawn since."""

    slug = "segel-lama"
    sentence = "Kunci surat ini ditarik. Minta cetakan baru di Dinas Sosial; pasien gawat darurat tetap dilayani."


def letter_with(session: Session, code: str, keys: KeyRing) -> Letter | CollectiveLetter | Lost | None:
    """The letter whose code this is, where nobody waits for the transaction: ``opened``, then ``letter_of``."""
    return letter_of(session, opened(code, keys), keys)


def opened(code: str, keys: KeyRing) -> Opened | ForgedToken | None:
    """What stands in a code under a seal that holds, or why it does not hold; None for what is no seal at all.

    This asks no table. A signature takes its time: it is verified before a transaction that others wait for.
    """
    return _tried(_opened, code, keys)


def letter_of(session: Session, read: Opened | ForgedToken | None, keys: KeyRing) -> Letter | CollectiveLetter | Lost | None:
    """The letter a seal that holds is of; ``Lost`` where a restore explains that it is not here.

    None for a true seal of a letter we do not know otherwise, and for what is no seal at all.
    Raises ``ForgedToken``; ``OldSeal`` where the code was ours until its key was withdrawn. Under a withdrawn key only
    the very codes we printed are called ours: whoever has the key can seal anything. A letter whose key was withdrawn
    in the database is returned, and refused by the desk with its number and its name.
    """
    if isinstance(read, ForgedToken):
        raise read
    if read is None:
        return None
    letter = desk.find_by_token_id(session, read.claims.token_id) or desk.find_collective(session, read.claims.token_id)
    return _whose(session, read, letter, keys, withdrawn=trust.is_withdrawn(session, read.claims.key_id))


def letters_of(session: Session, read: Sequence[Opened | ForgedToken | None], keys: KeyRing) -> list[Known | ForgedToken | None]:
    """The same for many seals with few statements, in their order; what would be raised stands in its place."""
    found = desk.find_by_token_ids(session, (one.claims.token_id for one in read if isinstance(one, Opened)))
    return [_tried(_standing, session, one, found.get(one.claims.token_id), keys) if isinstance(one, Opened) else one for one in read]


def _standing(session: Session, opened: Opened, found: Standing | CollectiveLetter | None, keys: KeyRing) -> Known | None:
    """What was found, where the seal is the one it has now; under the key it has now nobody need be asked about the key."""
    if not isinstance(found, Standing):
        return _whose(session, opened, found, keys, withdrawn=trust.is_withdrawn(session, opened.claims.key_id))
    asked = found.letter.key_id == opened.claims.key_id
    withdrawn = found.key_withdrawn if asked else trust.is_withdrawn(session, opened.claims.key_id)
    _whose(session, opened, found.letter, keys, withdrawn=withdrawn)
    return found


def told_by(claims: LetterClaims, token: str, session: Session) -> Lost:
    """What a true seal says of a letter that is not here."""
    return Lost(
        token=token,
        token_id=claims.token_id,
        key_id=claims.key_id,
        number=claims.number,
        type=LetterType(claims.letter_type),
        nik_digest=claims.nik_digest,
        hospital_code=None if claims.hospital_code == ANY_HOSPITAL else claims.hospital_code,
        valid_from=datetime.fromtimestamp(claims.valid_from, UTC),
        valid_until=datetime.fromtimestamp(claims.valid_until, UTC),
        known=lost_letters.is_known(session, claims.token_id),
    )


def refusal(error: ForgedToken) -> Verdict:
    """What a desk is told of a code without a letter."""
    return desk.OLD_SEAL if isinstance(error, OldSeal) else desk.FORGED


def _opened(code: str, keys: KeyRing) -> Opened | None:
    text = token_in(code)
    if len(text) < SHORTEST_SEAL:
        return None
    return Opened(open_token(text, keys.known), text.upper())  # in this order: upper() makes letters of what is none


def _whose(
    session: Session, opened: Opened, letter: Letter | CollectiveLetter | None, keys: KeyRing, *, withdrawn: bool
) -> Letter | CollectiveLetter | Lost | None:
    claims, token = opened
    if letter is not None and letter.token == token and (withdrawn or claims.key_id in keys.verifying):
        return letter
    if withdrawn or claims.key_id in keys.withdrawn:
        raise OldSeal if _was_ours(session, letter, token) else WrongSignature
    if letter is not None:
        raise WrongSignature
    lost = told_by(claims, token, session)
    return lost if lost.known or lost_letters.is_lost(session, lost.valid_from) else None


def _tried(act: Callable[..., Tried], *given: Any) -> Tried | ForgedToken:
    try:
        return act(*given)
    except ForgedToken as error:
        return error


def _was_ours(session: Session, letter: Letter | CollectiveLetter | None, token: str) -> bool:
    return (letter is not None and letter.token == token) or trust.was_replaced(session, token)
