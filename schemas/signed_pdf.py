"""Whether a PDF that came back signed is our own paper with a signature behind it.

A signer appends a revision (ISO 32000-1, 7.5.6): all bytes of the paper stay as they are, the signature follows. So the
paper is ours only if the answer begins with exactly our bytes, and signed only if a signature in what follows covers
them all. Whether the certificate is genuine is not judged here.
"""

import re

HEADER = b"%PDF-"
END = b"%%EOF"
LONGEST_TAIL = 1024
"""Bytes in which the end mark is looked for; readers allow that much behind it."""
BYTE_RANGE = re.compile(rb"/ByteRange\s{0,4}\[\s{0,4}(\d{1,10})\s{1,12}(\d{1,10})\s{1,12}(\d{1,10})\s{1,12}(\d{1,10})\s{0,12}\]")


def is_pdf(raw: bytes) -> bool:
    """Whether bytes begin as a PDF does."""
    return raw.startswith(HEADER)


def is_whole(raw: bytes) -> bool:
    """Whether the end of a PDF came along too."""
    return is_pdf(raw) and END in raw[-LONGEST_TAIL:]


def continues(original: bytes, signed: bytes) -> bool:
    """Whether ``signed`` is ``original``, byte for byte, with something behind it."""
    return len(signed) > len(original) and signed.startswith(original)


def is_signed_over(original: bytes, signed: bytes) -> bool:
    """Whether a signature that was added covers all of ``original``."""
    return any(_covers(original, signed, match) for match in BYTE_RANGE.finditer(signed, len(original)))


def _covers(original: bytes, signed: bytes, match: "re.Match[bytes]") -> bool:
    start, before, after, length = (int(number) for number in match.groups())
    hole = signed[before:after]
    in_place = start == 0 and len(original) <= before < after <= after + length <= len(signed)
    return in_place and hole.startswith(b"<") and hole.endswith(b">")
