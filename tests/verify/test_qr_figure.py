"""The QR as desks meet it: the rendered PDF at 150 dpi, turned, squeezed as JPEG, copied once; read by another decoder."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import deqr
import pytest
from PIL import Image

from schemas.letter_token import open_token, token_in
from tests.many_letters import size
from tests.printing import copied, printed, squeezed
from tests.verify.letter_facts import AT, LONG, NORMAL
from verify.documents.letter import TypstPress, letter_claims
from verify.keys import make_keys
from workflows.ports import LetterFacts

LETTERS = size("REKOM_QR", 20)
"""The full figure is 200: half on A4, half on F4, each with its own facts, angle and copy."""
TURN = 5.0


def facts_of(number: int) -> LetterFacts:
    base = LONG if number % 5 == 0 else NORMAL
    paper, at = ("A4", "F4")[number % 2], AT + timedelta(minutes=number)
    token_id = random.Random(number).randbytes(16).hex()
    return replace(base, paper=paper, number=f"400.9/{number:03d}/Dinsos/XI/2026", token_id=token_id, valid_from=at, signed_at=at)


def read(image: Image.Image) -> list[str]:
    """What qrdec, the reader of ZBar, which shares nothing with the writer, reads."""
    doubled = image.resize((2 * image.width, 2 * image.height))
    for look in (image, doubled):  # as scanning programs do, once more where the first look finds nothing
        if found := deqr.QRdecDecoder().decode(look.copy()):
            return [str(entry.data) for code in found for entry in code.data_entries]
    return []


@pytest.mark.slow
def test_each_printed_letter_is_read_turned_squeezed_and_copied(tmp_path: Path) -> None:
    keys = make_keys(tmp_path / "keys")
    press, missed = TypstPress(lambda: keys, "https://rekom.example.go.id"), []
    for number in range(LETTERS):
        facts, angle = facts_of(number), random.Random(number).uniform(-TURN, TURN)
        page = printed(press.press(facts).pdf)
        turned = copied(page).rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        codes = read(squeezed(turned))
        if len(codes) != 1 or open_token(token_in(codes[0]), keys.verifying) != letter_claims(facts, keys):
            missed.append((number, facts.paper, round(angle, 1)))
    assert missed == []
