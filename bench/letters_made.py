"""Made-up letters from a number: what goes into a code, and what the press prints."""

from dataclasses import replace
from datetime import timedelta

from schemas.letter_token import LetterClaims
from tests.verify.letter_facts import NORMAL
from workflows.ports import LetterFacts

ISSUED = int(NORMAL.valid_from.timestamp())
NAMES = ("SITI CONTOH", "BUDI CONTOH", "ANI UJI", "TONO CONTOH", "RADEN RORO SITI NURHALIZA PUTRI KUSUMAWARDHANI CONTOH")


def token_id(number: int) -> str:
    """Sixteen bytes that look random and are the same in every run."""
    return f"{number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"


def claims(number: int, key_id: str) -> LetterClaims:
    """What the code of letter ``number`` says."""
    return LetterClaims(
        issuer="dinsos-3673",
        key_id=key_id,
        token_id=token_id(number),
        number=f"400.9/{number:05d}/Dinsos/XI/2026",
        letter_type="REKOM_PBPU_PEMDA",
        name=NAMES[number % len(NAMES)],
        birth_year=1950 + number % 70,
        nik_digest=number.to_bytes(16, "big"),
        segment="PEMDA",
        care_class="3",
        hospital_code="ANY",
        valid_from=ISSUED,
        valid_until=ISSUED + 72 * 3600,
        single_use=True,
    )


def facts(number: int) -> LetterFacts:
    """What the press prints of letter ``number``."""
    return replace(
        NORMAL,
        letter_id=number,
        number=f"400.9/{number:05d}/Dinsos/XI/2026",
        token_id=token_id(number),
        name=NAMES[number % len(NAMES)],
        valid_until=NORMAL.valid_from + timedelta(hours=72),
    )
