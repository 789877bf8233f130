"""The proof that what comes back is our paper, byte for byte, with a signature behind it."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.bsre import signed_paper
from schemas.signed_pdf import continues
from verify.simulator.pdf_signature import add_signature, blank_paper
from workflows.errors import Refused, RegistryError
from workflows.ports import SignedPaper

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PAPER = blank_paper()
SIGNED = add_signature(PAPER, name="Wati Contoh", reason="uji", location="Serang", now=NOW)
ELSEWHERE = Path(__file__).with_name("signed_elsewhere.pdf").read_bytes()
"""The same paper signed by pyHanko, an independent signer, with a certificate of its own."""


def paper(returned: bytes, original: bytes = PAPER) -> SignedPaper:
    return signed_paper(original, returned, "1", NOW)


@pytest.mark.parametrize("returned", [SIGNED, ELSEWHERE, SIGNED + b"\n", SIGNED + b"1 0 obj\n<</DSS 1>>\nendobj\nstartxref\n1\n%%EOF\n"])
def test_our_own_paper_signed_is_believed(returned: bytes) -> None:
    found = paper(returned)
    digests = (hashlib.sha256(PAPER).hexdigest(), hashlib.sha256(returned).hexdigest())
    assert (found.pdf, found.sha256_before, found.sha256_after) == (returned, *digests)
    assert (found.document_id, found.source, found.as_of) == ("1", "BSrE", NOW)
    assert "%PDF" not in repr(found)


def ranged(start: int = 0, before: int = 0, after: int = 0, cut: int = 0) -> bytes:
    """A paper with a revision whose range is right, apart from what is added to each number (``cut``: to the length)."""
    added = b"\n9 0 obj\n<</Contents<00>/ByteRange[%d %-5d %-5d %-5d]>>\nendobj\n%%%%EOF"
    hole = len(PAPER) + added.index(b"<00>")
    size = len(PAPER) + len(added % (0, 0, 0, 0))
    return PAPER + added % (start, hole + before, hole + 4 + after, size - hole - 4 + cut)


OTHER = add_signature(PAPER.replace(b"595 842", b"595 841"), name="Wati", reason="", location="", now=NOW)


@pytest.mark.parametrize(
    "returned",
    [
        PAPER,
        b"",
        b"PK\x03\x04",
        OTHER,
        SIGNED.replace(b"595 842", b"842 595"),
        b" " + SIGNED,
        PAPER + b"\n% tanpa tanda tangan\n%%EOF",
        ranged(start=1),
        ranged(before=-1),
        ranged(before=1),
        ranged(after=-1),
        ranged(after=1),
        ranged(cut=9_999),
        PAPER + b"\n<</ByteRange[0 %d %d 5]>>\n%%%%EOF" % (PAPER.index(b"<</Type"), PAPER.index(b">>") + 2),
    ],
)
def test_anything_else_is_not_ours(returned: bytes) -> None:
    with pytest.raises(Refused, match="bukan surat kita") as caught:
        paper(returned)
    assert caught.value.context == {"registry": "BSrE", "reason": "not_ours"}


def test_a_range_may_end_before_the_file_does() -> None:
    assert paper(ranged()).pdf == ranged()
    assert paper(ranged(cut=-3)).pdf == ranged(cut=-3)


def test_nothing_added_is_no_continuation() -> None:
    assert not continues(PAPER, PAPER)
    assert continues(PAPER, PAPER + b" ")


@given(st.integers(1, len(SIGNED) - 2))
def test_a_paper_cut_off_anywhere_is_never_believed(length: int) -> None:
    with pytest.raises(RegistryError):
        paper(SIGNED[:length])


@given(st.integers(0, len(PAPER) - 1), st.integers(1, 255))
def test_a_paper_with_one_byte_changed_is_never_believed(place: int, change: int) -> None:
    changed = bytearray(SIGNED)
    changed[place] ^= change
    with pytest.raises(RegistryError):
        paper(bytes(changed))
