"""The trust bundle: one spelling, its own type, and nothing that was touched is taken for ours."""

import random
from base64 import b32encode
from dataclasses import replace
from typing import Any

import cbor2
import cwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from docs.verifier.vector_parts import BUNDLE, CURRENT, FOREIGN, LETTER, crafted_bundle, mirrored
from schemas.letter_token import ForgedToken, _payload, open_token
from schemas.trust_bundle import TRUST, UnfitBundle, _claims, open_bundle, seal_bundle

KEYS = {CURRENT.key_id: CURRENT.private.public_key()}
RAW = seal_bundle(BUNDLE, CURRENT)


def test_a_sealed_bundle_opens_to_what_was_sealed() -> None:
    opened = open_bundle(RAW, KEYS)
    assert replace(opened, keys=BUNDLE.keys) == BUNDLE
    assert {name: key.public_numbers() for name, key in opened.keys.items()} == {
        name: key.public_numbers() for name, key in BUNDLE.keys.items()
    }


def test_sealing_twice_gives_the_same_bytes() -> None:
    assert seal_bundle(BUNDLE, CURRENT) == RAW


def test_an_empty_one_is_small() -> None:
    empty = replace(BUNDLE, withdrawn=frozenset(), gone=frozenset(), used=frozenset(), witness=None)
    raw = seal_bundle(empty, CURRENT)
    assert len(raw) < 450
    assert open_bundle(raw, KEYS).witness is None


@pytest.mark.parametrize("number", [100, 3_000, 5_000])
def test_each_letter_costs_sixteen_bytes(number: int) -> None:
    many = frozenset(f"{place:032x}" for place in range(number))
    raw = seal_bundle(replace(BUNDLE, used=many), CURRENT)
    assert open_bundle(raw, KEYS).used == many
    assert len(raw) < 16 * number + 800


def test_an_independent_library_reads_it() -> None:
    pem = CURRENT.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = cwt.COSEKey.from_pem(pem, alg="ES256", kid=bytes.fromhex(CURRENT.key_id))
    claims: dict[int, Any] = cbor2.loads(cwt.COSE.new().decode(RAW, key))
    assert claims[TRUST][1] == BUNDLE.counter
    assert [cwt.COSEKey.new(key).kid.hex() for key in claims[TRUST][2]] == sorted(BUNDLE.keys)


def test_no_single_bit_flip_is_accepted() -> None:
    for position in random.Random(1).sample(range(len(RAW) * 8), 2_000):
        touched = bytearray(RAW)
        touched[position // 8] ^= 1 << position % 8
        with pytest.raises(UnfitBundle):
            open_bundle(bytes(touched), KEYS)


def test_every_cut_and_every_tail_is_refused() -> None:
    for raw in [*(RAW[:length] for length in range(len(RAW))), RAW + b"\x00", mirrored(RAW), seal_bundle(BUNDLE, FOREIGN)]:
        with pytest.raises(UnfitBundle):
            open_bundle(raw, KEYS)


def test_neither_a_letter_nor_a_bundle_is_taken_for_the_other() -> None:
    as_token = b32encode(RAW).decode().rstrip("=")
    with pytest.raises(ForgedToken):
        open_token(as_token, KEYS)
    with pytest.raises(UnfitBundle):
        open_bundle(crafted_bundle(_payload(LETTER)), KEYS)


CLAIMS = _claims(BUNDLE)
STRANGE = {
    "no map": [1, 2],
    "version 2": CLAIMS | {TRUST: [2, *CLAIMS[TRUST][1:]]},
    "a claim more": CLAIMS | {2: "x"},
    "a field less": CLAIMS | {TRUST: CLAIMS[TRUST][:-1]},
    "half an id": CLAIMS | {TRUST: [*CLAIMS[TRUST][:5], b"1234567", None]},
    "ids in no order": CLAIMS | {TRUST: [*CLAIMS[TRUST][:5], b"2" * 16 + b"1" * 16, None]},
    "a point beside the curve": CLAIMS | {TRUST: [1, 7, [{**CLAIMS[TRUST][2][0], -2: bytes(32)}], b"", b"", b"", None]},
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_this_office_never_writes_is_refused_even_signed(name: str) -> None:
    with pytest.raises(UnfitBundle):
        open_bundle(crafted_bundle(cbor2.dumps(STRANGE[name], canonical=True)), KEYS)


def test_another_spelling_of_the_same_claims_is_refused() -> None:
    with pytest.raises(UnfitBundle):
        open_bundle(crafted_bundle(cbor2.dumps(dict(reversed(CLAIMS.items())))), KEYS)
