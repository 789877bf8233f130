"""Signing, sealing and packing held against another implementation: OpenSSL's command line and the npm package lz-string.

``made_with`` in the file says which versions; it is never rewritten by our own code.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from schemas.bpjs import Access, Asked, read_answer, seal, signature, unseal
from schemas.lz_string import compress, decompress
from workflows.ports import MembershipOutcome, MembershipQuestion, Segment

VECTORS = json.loads(Path(__file__).with_name("vclaim_vectors.json").read_text(encoding="utf-8"))
ANSWERS = pytest.mark.parametrize("vector", VECTORS["answers"], ids=lambda vector: vector["name"])
TEXTS = pytest.mark.parametrize("vector", VECTORS["lz"], ids=range(len(VECTORS["lz"])))


def access(vector: dict[str, str]) -> Access:
    return Access(vector["cons_id"], vector["secret"], "kunci")


@ANSWERS
def test_signature(vector: dict[str, str]) -> None:
    assert signature(access(vector), vector["timestamp"]) == vector["signature"]


@ANSWERS
def test_an_answer_sealed_elsewhere_is_opened(vector: dict[str, str]) -> None:
    assert unseal(vector["sealed"], access(vector), vector["timestamp"]) == vector["text"]


@ANSWERS
def test_the_simulator_seals_byte_for_byte_alike(vector: dict[str, str]) -> None:
    assert seal(vector["text"], access(vector), vector["timestamp"]) == vector["sealed"]


@TEXTS
def test_packing_is_letter_for_letter_alike(vector: dict[str, str]) -> None:
    assert compress(vector["text"]) == vector["packed"]
    assert decompress(vector["packed"]) == vector["text"]


def test_a_whole_answer_made_elsewhere_is_read() -> None:
    vector = VECTORS["answers"][0]
    envelope = {"metaData": {"code": "200", "message": "OK"}, "response": vector["sealed"]}
    now = datetime(2026, 11, 22, tzinfo=UTC)
    asked = Asked(MembershipQuestion("9901011202850001", "BUDI UJI", date(2026, 11, 22)), vector["timestamp"], 80)
    evidence = read_answer(envelope, asked, access(vector), now=now)
    assert (evidence.outcome, evidence.segment, evidence.card) == (MembershipOutcome.ACTIVE, Segment.PEMDA, "0009900000021")
