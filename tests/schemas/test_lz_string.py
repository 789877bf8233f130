"""LZ-string: our packer and unpacker agree, and nothing that comes from outside breaks or floods the unpacker."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.lz_string import ALPHABET, compress, decompress

TEXTS = st.text(max_size=300) | st.text(alphabet="ab ", max_size=2_000) | st.text(alphabet='{}":,0123456789siti', max_size=1_000)
PACKED = st.text(alphabet=ALPHABET + " ", max_size=400)


def letters(bits: str) -> str:
    """Bits, six to a letter."""
    padded = bits + "0" * (-len(bits) % 6)
    return "".join(ALPHABET[int(padded[at : at + 6], 2)] for at in range(0, len(padded), 6))


@given(TEXTS)
def test_a_round_trip_gives_the_text_back(text: str) -> None:
    assert decompress(compress(text)) == text


@given(TEXTS)
def test_packed_text_is_safe_in_an_address(text: str) -> None:
    assert set(compress(text)) <= set(ALPHABET)


@given(PACKED)
@settings(max_examples=500)
def test_any_letters_either_unfold_within_the_limit_or_are_a_value_error(packed: str) -> None:
    try:
        assert len(decompress(packed, limit=500)) <= 500
    except ValueError as error:
        assert re.fullmatch(r"LZ text [a-z ]+", str(error)), "the message repeats nothing of the input"


@given(st.text(max_size=60))
def test_any_text_at_all_is_answered_the_same_way(packed: str) -> None:
    try:
        decompress(packed)
    except ValueError:
        return


@given(TEXTS.filter(bool), st.data())
def test_a_text_cut_short_is_never_taken_for_whole(text: str, data: st.DataObject) -> None:
    packed = compress(text)
    cut = packed[: data.draw(st.integers(0, len(packed) - 2))]
    try:
        shorter = decompress(cut)
    except ValueError:
        return
    assert shorter == text, "only zero bits after the end mark may be missing"


def test_the_limit_counts_utf16_units() -> None:
    packed = compress("😀" * 10)
    assert decompress(packed, limit=20) == "😀" * 10
    with pytest.raises(ValueError, match="limit"):
        decompress(packed, limit=19)


def test_a_bomb_is_stopped_early() -> None:
    bomb = compress("a" * 3_000_000)
    assert len(bomb) < 10_000
    began = time.perf_counter()
    with pytest.raises(ValueError, match="limit"):
        decompress(bomb)
    assert time.perf_counter() - began < 2.0


def test_a_space_stands_for_a_plus() -> None:
    text = "".join(chr(unit) for unit in range(256))
    assert "+" in compress(text)
    assert decompress(compress(text).replace("+", " ")) == text


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        ("", "early"),
        ("A", "early"),
        ("IYSg*", "alphabet"),
        ("IYSg\n", "alphabet"),
        (compress("SITI CONTOH")[:-4], "early"),
        ("////", "alphabet"),
        ("$$$$", "early"),
    ],
)
def test_each_kind_of_damage_is_named_without_repeating_it(packed: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        decompress(packed)


def test_an_impossible_code_and_half_a_pair_are_named() -> None:
    with pytest.raises(ValueError, match="impossible code"):
        decompress(letters("00" + "10000110" + "111"))  # an "a", then code 7 of a dictionary that ends at 3
    with pytest.raises(ValueError, match="surrogate"):
        decompress(compress("\ud83d"))
