"""Scans made by the tests: one good of each kind, and more than seventy that mean harm or are broken."""

import base64
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


def a_stream(packed: bytes, named: bytes = b"/Filter /FlateDecode", end: bytes = b"\nendstream endobj\n") -> bytes:
    """A PDF with one stream, packed and named in whatever way."""
    return b"%PDF-1.7\n1 0 obj << " + named + b" >> stream\n" + packed + end + b"trailer << /Root 1 0 R >>\n%%EOF\n"


def hidden() -> Iterator[tuple[str, bytes]]:
    """PDFs whose program a viewer finds and a careless look does not, because the stream does not open as it says it is packed."""
    program = zlib.compress(b"<< /S /JavaScript /JS (app.alert) >>")
    objects = b"/Type /ObjStm /N 1 /First 4 /Filter "
    yield "pdf wrong sum", a_stream(program[:-1] + bytes([program[-1] ^ 1]), objects + b"/FlateDecode")
    yield "pdf no sum", a_stream(program[:-4], objects + b"/FlateDecode")
    yield "pdf lzw", a_stream(b"\x80\x0b\x60\x50", objects + b"/LZWDecode")
    yield "pdf ascii85", a_stream(base64.a85encode(b"<< /S /JavaScript >>") + b"~>", objects + b"[/ASCII85Decode]")
    yield "pdf in two", a_stream(base64.a85encode(program) + b"~>", objects + b"[ /ASCII85Decode /FlateDecode ]")
    yield "pdf in hex in flate", a_stream(zlib.compress(b"2f4a53>"), objects + b"[/FlateDecode/ASCIIHexDecode]")
    yield "pdf elsewhere named", a_stream(base64.a85encode(program) + b"~>", objects + b"5 0 R")
    yield "pdf by numbers", a_stream(base64.a85encode(program) + b"~>", objects + b"/ASCII#385Decode")
    yield "pdf predicted", a_stream(zlib.compress(b"\x02/\x02J\x02S"), objects + b"/FlateDecode /DecodeParms << /Predictor 12 >>")
    yield "pdf object in a picture", a_stream(b"\xff\xd8 9 0 obj %\n << /S /JavaScript >>", b"/Subtype /Image /Filter /DCTDecode")
    yield "pdf object behind a NUL", a_stream(b"\xff\xd8 9 0 obj\0<</S/JavaScript>>", b"/Subtype /Image /Filter /DCTDecode")
    yield "pdf list of actions", a_stream(b"\xff\xd8 9 0 obj [<</S/JavaScript>>]", b"/Subtype /Image /Filter /DCTDecode")
    yield "pdf objects that say they are a picture", a_stream(program, b"/Subtype /Image " + objects + b"/FlateDecode")
    yield "pdf no end", a_stream(program, objects + b"/FlateDecode", end=b"\nendobj\n")
    yield "pdf one in another", a_stream(zlib.compress(b"q Q") + b"endobj 2 0 obj << " + objects + b"/FlateDecode >> stream\n" + program)
    yield (
        "pdf a space more",
        a_stream(b"", objects + b"/FlateDecode", end=b"").replace(b"stream\n", b"stream \n" + program + b"\nendstream "),
    )


def a_flood(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it has very many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(bytes(1000))) + _chunk(b"IEND", b"")


def hostile() -> Iterator[tuple[str, bytes]]:
    """More than seventy files, the same each time: each is refused, or comes out as a plain picture."""
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
    yield from hidden()


def _bent(raw: bytes, dice: random.Random) -> bytes:
    bent = bytearray(raw)
    for _ in range(12):
        bent[dice.randrange(8, len(bent))] = dice.randrange(256)
    return bytes(bent)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
