"""Scans made by the tests: one good of each kind, and sixty that mean harm or are broken."""

import io
import random
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

GPS = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x0f\x01\x02\x00\x0e\x00\x00\x00\x1a\x00\x00\x00KAMERA-RAHASIA\x00\x00"
"""An EXIF block that names the camera."""


def a_scan(kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """A small picture as a scanner sends it."""
    written = io.BytesIO()
    Image.linear_gradient("L").resize((60, 80)).convert(mode).save(written, kind, **({"exif": GPS} if kind == "JPEG" else {}))
    return written.getvalue()


def a_pdf(inside: bytes = b"<< /Type /Catalog >>", *, packed: bytes = b"") -> bytes:
    """A PDF with one object, and one packed stream where there is one."""
    stream = b"2 0 obj << /Filter /FlateDecode >> stream\n" + zlib.compress(packed) + b"\nendstream endobj\n" if packed else b""
    return b"%PDF-1.7\n1 0 obj " + inside + b" endobj\n" + stream + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def a_flood(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has very many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(1000))) + _chunk(b"IEND", b"")


def hostile() -> Iterator[tuple[str, bytes]]:
    """Sixty files, the same each time: each is refused, or comes out as a plain picture."""
    dice, jpeg, png = random.Random(7), a_scan(), a_scan("PNG")
    for number in range(15):
        yield f"jpeg cut {number}", jpeg[: dice.randrange(4, len(jpeg) - 2)]
        yield f"png cut {number}", png[: dice.randrange(9, len(png) - 12)]
    for number in range(8):
        yield f"jpeg bent {number}", _bent(jpeg, dice)
        yield f"png bent {number}", _bent(png, dice)
    for width, height in ((60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (5_001, 5_000)):
        yield f"flood {width}x{height}", a_flood(width, height)
    for word in (b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA", b"/Encrypt", b"/J#61vaScript"):
        yield f"pdf {word!r}", a_pdf(b"<< /Type /Catalog /A << /S " + word + b" >> >>")
    yield "pdf packed", a_pdf(packed=b"<< /S /JavaScript /JS (app.alert) >>")
    yield "pdf cut", a_pdf()[:-8]


def _bent(raw: bytes, dice: random.Random) -> bytes:
    bent = bytearray(raw)
    for _ in range(12):
        bent[dice.randrange(8, len(bent))] = dice.randrange(256)
    return bytes(bent)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
