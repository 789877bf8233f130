"""The token of a letter: one spelling only, and nothing that was touched is taken for ours."""

import random
from base64 import b32decode, b32encode
from dataclasses import asdict, replace
from typing import Any

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from schemas.es256 import COORDINATE, ORDER, sign
from schemas.letter_token import (
    CLAIMS_SCHEMA,
    LETTER,
    MAX_CHARACTERS,
    ForgedToken,
    LetterClaims,
    MalformedToken,
    SealingKey,
    UnfitClaims,
    UnknownKey,
    WrongSignature,
    _envelope,
    _payload,
    _split,
    _to_be_signed,
    check_code,
    is_fit,
    open_token,
    seal,
    token_in,
)

KEY = SealingKey("00112233445566aa", ec.derive_private_key(20261122, ec.SECP256R1()))
KEYS = {KEY.key_id: KEY.private.public_key()}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CLAIMS = LetterClaims(
    issuer="dinsos-3673",
    key_id=KEY.key_id,
    token_id="0123456789abcdef0123456789abcdef",
    number="400.9/007/Dinsos/XI/2026",
    letter_type="REKOM_PBPU_PEMDA",
    name="SITI CONTOH",
    birth_year=1990,
    nik_digest=bytes(range(16)),
    segment="PEMDA",
    care_class="3",
    hospital_code="3673015",
    valid_from=1_795_330_800,
    valid_until=1_795_590_000,
    single_use=True,
)
TOKEN = seal(CLAIMS, KEY)


def raw_of(text: str) -> bytes:
    return b32decode(text + "=" * (-len(text) % 8))


def text_of(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=")


def signed(payload: bytes) -> str:
    """What an office would sign if its own code were wrong: a true signature over any payload."""
    key_id = bytes.fromhex(KEY.key_id)
    return text_of(_envelope(key_id, payload, sign(_to_be_signed(key_id, payload), KEY.private)))


def test_a_sealed_letter_opens_to_the_same_claims() -> None:
    assert open_token(TOKEN, KEYS) == CLAIMS


def test_sealing_twice_gives_the_same_text() -> None:
    assert seal(CLAIMS, KEY) == TOKEN


def test_lower_case_is_read() -> None:
    assert open_token(TOKEN.lower(), KEYS) == CLAIMS


def test_the_text_stays_in_the_alphanumeric_mode_of_a_qr() -> None:
    assert set(TOKEN) <= set(ALPHABET)
    assert len(TOKEN) < 400


def test_an_independent_library_reads_it() -> None:
    pem = KEYS[KEY.key_id].public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = cwt.COSEKey.from_pem(pem, alg="ES256", kid=bytes.fromhex(KEY.key_id))
    claims: dict[int, Any] = cbor2.loads(cwt.COSE.new().decode(raw_of(TOKEN), key))
    assert claims[1] == CLAIMS.issuer
    assert claims[7].hex() == CLAIMS.token_id
    assert claims[LETTER][1] == CLAIMS.number


def test_no_single_bit_flip_is_accepted() -> None:
    raw = raw_of(TOKEN)
    positions = random.Random(1).sample(range(len(raw) * 8), min(2_000, len(raw) * 8))
    for position in positions:
        touched = bytearray(raw)
        touched[position // 8] ^= 1 << position % 8
        with pytest.raises(ForgedToken):
            open_token(text_of(bytes(touched)), KEYS)


def test_no_bit_flip_of_the_text_is_accepted() -> None:
    for position in range(len(TOKEN) * 8):
        letters = bytearray(TOKEN.encode())
        letters[position // 8] ^= 1 << position % 8
        text = letters.decode("latin-1")
        if text.upper() != TOKEN:
            with pytest.raises(ForgedToken):
                open_token(text, KEYS)


@settings(max_examples=2_000, deadline=None)
@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(ALPHABET + "0189-_ =%/\u017f\u0131\0"))
def test_no_character_substitution_is_accepted(position: int, letter: str) -> None:
    text = TOKEN[:position] + letter + TOKEN[position + 1 :]
    if text != TOKEN:
        with pytest.raises(ForgedToken):
            open_token(text, KEYS)


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=50), st.binary(max_size=300).map(text_of)))
def test_rubbish_is_refused_by_name(text: str) -> None:
    with pytest.raises(ForgedToken):
        open_token(text, KEYS)


def test_every_cut_is_refused() -> None:
    raw = raw_of(TOKEN)
    for length in range(len(raw)):
        with pytest.raises(ForgedToken):
            open_token(text_of(raw[:length]), KEYS)


@pytest.mark.parametrize("extra", [b"\0", b"\xf6", bytes(5), bytes(64)])
def test_extra_bytes_are_refused(extra: bytes) -> None:
    for raw in (raw_of(TOKEN) + extra, extra + raw_of(TOKEN)):
        with pytest.raises(MalformedToken):
            open_token(text_of(raw), KEYS)


def test_padding_and_trailing_bits_are_refused() -> None:
    unused = len(TOKEN) * 5 % 8
    spellings = [TOKEN[:-1] + letter for letter in ALPHABET if letter != TOKEN[-1]]
    same_bytes = [text for text in spellings if raw_of(text) == raw_of(TOKEN)]
    assert len(same_bytes) == 2**unused - 1
    for text in (*same_bytes, TOKEN + "=" * (-len(TOKEN) % 8), TOKEN + "A", f" {TOKEN}", f"{TOKEN}\n"):
        with pytest.raises(MalformedToken):
            open_token(text, KEYS)


def test_a_text_too_long_is_not_even_decoded() -> None:
    with pytest.raises(MalformedToken):
        open_token("A" * (MAX_CHARACTERS + 1), KEYS)


def test_the_second_signature_of_the_same_letter_is_refused() -> None:
    raw = raw_of(TOKEN)
    s = int.from_bytes(raw[-COORDINATE:], "big")
    assert s <= ORDER // 2
    with pytest.raises(WrongSignature):
        open_token(text_of(raw[:-COORDINATE] + (ORDER - s).to_bytes(COORDINATE, "big")), KEYS)


@pytest.mark.parametrize(("r", "s"), [(0, 0), (0, 1), (1, 0), (ORDER, 1), (1, 1), (2**256 - 1, 1)])
def test_degenerate_signatures_are_refused(r: int, s: int) -> None:
    with pytest.raises(WrongSignature):
        open_token(text_of(raw_of(TOKEN)[:-64] + r.to_bytes(32, "big") + s.to_bytes(32, "big")), KEYS)


def test_a_foreign_key_and_an_unknown_key_are_told_apart() -> None:
    foreign = SealingKey(KEY.key_id, ec.derive_private_key(7, ec.SECP256R1()))
    with pytest.raises(WrongSignature):
        open_token(seal(CLAIMS, foreign), KEYS)
    with pytest.raises(UnknownKey):
        open_token(TOKEN, {})


def test_claims_of_one_letter_do_not_pass_under_the_signature_of_another() -> None:
    other = seal(replace(CLAIMS, token_id="f" * 32), KEY)
    key_id, payload, _ = _split(raw_of(TOKEN))
    with pytest.raises(WrongSignature):
        open_token(text_of(_envelope(key_id, payload, raw_of(other)[-64:])), KEYS)


def other_spellings() -> list[bytes]:
    """Payloads with the same or nearly the same meaning that this version would not write."""
    payload = _payload(CLAIMS)
    content = cbor2.loads(payload)
    letter = content[LETTER]
    return [
        payload + b"\0",
        cbor2.dumps(dict(reversed(content.items()))),
        cbor2.dumps(content | {8: 1}, canonical=True),
        cbor2.dumps({**content, 4: float(content[4])}, canonical=True),
        cbor2.dumps({**content, 7: content[7].hex()}, canonical=True),
        cbor2.dumps({**content, LETTER: [2, *letter[1:]]}, canonical=True),
        cbor2.dumps({**content, LETTER: letter[:-1]}, canonical=True),
        cbor2.dumps({**content, LETTER: [*letter, 1]}, canonical=True),
        cbor2.dumps({**content, LETTER: [*letter[:-1], 1]}, canonical=True),
        cbor2.dumps({**content, LETTER: [*letter[:3], b"SITI CONTOH", *letter[4:]]}, canonical=True),
        cbor2.dumps({key: value for key, value in content.items() if key != 1}, canonical=True),
        cbor2.dumps([content], canonical=True),
        cbor2.dumps("x" * 40),
        b"\xbf" + payload[1:] + b"\xff",
        b"\xff" * 40,
    ]


@pytest.mark.parametrize("payload", other_spellings())
def test_even_a_signed_payload_has_only_one_spelling(payload: bytes) -> None:
    with pytest.raises(MalformedToken):
        open_token(signed(payload), KEYS)


def test_our_own_payload_passes_the_same_way() -> None:
    assert open_token(signed(_payload(CLAIMS)), KEYS) == CLAIMS


@pytest.mark.parametrize(
    "fault",
    [
        {"number": ""},
        {"number": "x" * 121},
        {"name": "x" * 81},
        {"name": "SITI\nCONTOH"},
        {"name": "\U0001f600" * 80, "number": "\U0001f600" * 120},
        {"token_id": "0123"},
        {"token_id": "G" * 32},
        {"nik_digest": b"short"},
        {"nik_digest": "text of sixteen."},
        {"birth_year": 90},
        {"birth_year": "1990"},
        {"valid_until": CLAIMS.valid_from},
        {"valid_from": 0},
        {"hospital_code": ""},
        {"single_use": "yes"},
        {"key_id": "ffffffffffffffff"},
    ],
)
def test_claims_that_do_not_fit_are_not_sealed(fault: dict[str, Any]) -> None:
    with pytest.raises(UnfitClaims, match="kode QR"):
        seal(replace(CLAIMS, **fault), KEY)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=60), st.booleans(), st.integers(1850, 2200))
def test_any_name_comes_back_unchanged(name: str, single_use: bool, year: int) -> None:
    claims = replace(CLAIMS, name=name, single_use=single_use, birth_year=year)
    assert open_token(seal(claims, KEY), KEYS) == claims


@pytest.mark.parametrize("text", [f"HTTPS://V.EXAMPLE/S/{TOKEN}", f"https://v.example/s/{TOKEN}\r\n", TOKEN, f" {TOKEN} "])
def test_the_token_is_found_in_what_a_scanner_types(text: str) -> None:
    assert token_in(text) == TOKEN


def test_check_codes_are_short_and_the_same_for_either_case() -> None:
    assert check_code(TOKEN) == check_code(TOKEN.lower())
    assert len(check_code(TOKEN)) == 9
    assert check_code(TOKEN) != check_code(seal(replace(CLAIMS, token_id="f" * 32), KEY))


BENT: dict[str, list[Any]] = {
    "issuer": ["", "x" * 40, "x" * 41, "a\nb", 7, None, b"x"],
    "key_id": ["0" * 16, "0" * 15, "G" * 16, "0" * 16 + "\n", 7],
    "token_id": ["0" * 32, "0" * 33, "A" * 32, None],
    "birth_year": [1850, 1849, 2200, 2201, "1990", None],
    "nik_digest": [b"x" * 16, b"x" * 15, "x" * 16, None],
    "name": ["", " ", "x" * 80, "x" * 81, "SITI\u200bCONTOH"],
    "valid_from": [1, 0, 2**40, 2**41, "1"],
    "valid_until": [1, 2**40, 2**40 + 1, None],
    "single_use": [True, False, 1, "true", None],
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in BENT.items() for value in values])
def test_the_quick_question_is_the_schemas_own(field: str, value: Any) -> None:
    """What the schema loads as it is, and nothing else, is fit: the desk asks the quick way, the seal the other."""
    bent = {**asdict(CLAIMS), field: value}
    try:
        loaded = asdict(CLAIMS_SCHEMA.load(bent))
    except ValidationError:
        loaded = None
    assert is_fit(bent) == (loaded == bent and all(type(loaded[name]) is type(bent[name]) for name in bent))
