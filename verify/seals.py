"""From what a scanner read to the letter it belongs to: the seal must be ours, whole, and the one the letter has now."""

from sqlmodel import Session

from schemas.letter_token import ForgedToken, WrongSignature, open_token, token_in
from verify.keyring import KeyRing
from workflows import desk, trust
from workflows.desk import Verdict
from workflows.records.collective import CollectiveLetter
from workflows.records.letter import Letter

SHORTEST_SEAL = 100
"""Characters. Whatever is shorter was typed and not scanned: a number, a word, never a damaged seal."""


class OldSeal(ForgedToken):
    """A seal this office made, under a key that was withdrawn since."""

    slug = "segel-lama"
    sentence = "Kunci surat ini ditarik. Minta cetakan baru di Dinas Sosial; pasien gawat darurat tetap dilayani."


def letter_with(session: Session, code: str, keys: KeyRing) -> Letter | CollectiveLetter | None:
    """The letter whose code this is; None for a true seal of a letter we do not know, and for what is no seal at all.

    Raises ``ForgedToken``; ``OldSeal`` where the code was ours until its key was withdrawn. Under a withdrawn key only
    the very codes we printed are called ours: whoever has the key can seal anything. A letter whose key was withdrawn
    in the database is returned, and refused by the desk with its number and its name.
    """
    text = token_in(code)
    if len(text) < SHORTEST_SEAL:
        return None
    claims, token = open_token(text, keys.known), text.upper()  # in this order: upper() makes letters of what is none
    letter = desk.find_by_token_id(session, claims.token_id) or desk.find_collective(session, claims.token_id)
    withdrawn = trust.is_withdrawn(session, claims.key_id)
    if letter is not None and letter.token == token and (withdrawn or claims.key_id in keys.verifying):
        return letter
    if withdrawn or claims.key_id in keys.withdrawn:
        raise OldSeal if _was_ours(session, letter, token) else WrongSignature
    if letter is not None:
        raise WrongSignature
    return None


def refusal(error: ForgedToken) -> Verdict:
    """What a desk is told of a code without a letter."""
    return desk.OLD_SEAL if isinstance(error, OldSeal) else desk.FORGED


def _was_ours(session: Session, letter: Letter | CollectiveLetter | None, token: str) -> bool:
    return (letter is not None and letter.token == token) or trust.was_replaced(session, token)
