"""A process of its own that decodes one scan: whatever a hostile picture does, it does it here, within limits.

Started as a script, isolated from our packages. Reads the scan from standard input; writes it anew, as a JPEG without
anything but its pixels, or a PDF as it came; or one word to standard error that says why not.
"""

import io
import re
import resource
import sys
import warnings
import zlib
from contextlib import suppress

from PIL import Image, ImageOps

QUALITY = 88
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|Encrypt)(?![A-Za-z])")
"""What a PDF does by itself, and what hides that from us (ISO 32000-1, 12.6.4 and 7.6)."""
OBJECT = re.compile(rb"obj(?:[\s\0]|%[^\r\n]*[\r\n])*(?:<<|\[)")
"""What stands between is white space (ISO 32000-1, 7.2.2), which has a NUL here, or a comment; an object may be a list of what acts."""
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"stream\s*(.*?)endstream", re.DOTALL)
FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/[^\s/\[\]<>()]+|[^\s>]*)")
"""How a stream is packed (ISO 32000-1, 7.4): one name or a list of them."""
PACKED = b"FlateDecode"
PICTURE_FILTERS = frozenset({b"DCTDecode", b"JPXDecode", b"CCITTFaxDecode", b"JBIG2Decode"})
"""What only pixels are packed by: no viewer finds an object in there."""
SIGNED = b"Adobe.PPKLite"
"""No filter: whose signature it is, under the same name."""
KNOWN = frozenset({(), (PACKED,), (SIGNED,), *((one,) for one in PICTURE_FILTERS), *((PACKED, one) for one in PICTURE_FILTERS)})
"""The chains of filters that are taken; Flate around a picture is opened like any other."""
LARGEST_STREAM = 20_000_000
"""Bytes of one unpacked stream that are looked into, and of all together."""


class Refused(Exception):
    """One word says why."""


def main(memory: int, seconds: int, pixels: int, edge: int = 0) -> int:
    """Limit this process, then read."""
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0))
    for limit, value in limits:  # no core: what was sent must not outlive the process that read it
        with suppress(ValueError, OSError):  # macOS knows no limit of the address space
            resource.setrlimit(limit, (value, value))
    raw = sys.stdin.buffer.read()
    try:
        clean = pdf(raw) if raw.startswith(b"%PDF-") else picture(raw, pixels, edge)
    except Refused as why:
        return refuse(str(why))
    except MemoryError:
        return refuse("large")
    except Exception:  # a decoder fails in as many ways as there are broken files
        return refuse("broken")
    sys.stdout.buffer.write(clean)
    return 0


def picture(raw: bytes, pixels: int, edge: int) -> bytes:
    """The pixels alone, upright, on white; at most ``edge`` a side, unless that is 0."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # our own limit is stricter, and asked before anything is unpacked
    with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG")) as opened:
        if opened.width * opened.height > pixels:
            raise Refused("large")
        if edge:
            opened.draft("RGB", (edge, edge))  # a JPEG need not be unpacked larger than it will be
        upright = ImageOps.exif_transpose(opened)
        if upright.mode in ("RGBA", "LA", "PA", "P"):
            paper = Image.new("RGB", upright.size, "white")
            paper.paste(upright.convert("RGBA"), mask=upright.convert("RGBA").getchannel("A"))
        else:
            paper = upright.convert("RGB")
    if edge:
        paper.thumbnail((edge, edge))
    written = io.BytesIO()
    Image.frombytes("RGB", paper.size, paper.tobytes()).save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def pdf(raw: bytes) -> bytes:
    """A whole PDF that does nothing by itself, also not within its packed streams."""
    if b"%%EOF" not in raw[-1024:]:
        raise Refused("broken")
    left, end = LARGEST_STREAM, 0
    for found in STREAM.finditer(raw):
        before = plain_names(raw[end : found.start()])
        unpacked = unpack(before, found[1], left)
        left, end = left - len(unpacked), found.end()
        check_still(before)
        check_stream(before, found[1], unpacked)
    if b"stream" in raw[end:]:
        raise Refused("broken")
    check_still(raw[end:])
    return raw


def check_stream(before: bytes, packed: bytes, unpacked: bytes) -> None:
    """``Refused`` where a stream holds what acts.

    Of the millions of bytes of a picture three spell a name by chance, in one large scan of four. What is packed, and what is pixels
    by its own word, is looked into only where it holds an object, as a viewer that repairs would look for one. An object stream,
    which alone has a ``/First``, is never pixels.
    """
    pixels = b"/First" not in before and (b"/Image" in before or any(one in before for one in PICTURE_FILTERS))
    for content, is_dull in ((packed, pixels or bool(unpacked)), (unpacked, pixels)):
        if not is_dull or OBJECT.search(content):
            check_still(content)


def unpack(before: bytes, packed: bytes, most: int) -> bytes:
    """A stream's content where it is packed as scanners do; nothing where it is plain, or holds pixels only.

    ``before`` is all that stands between the last stream and this one. What cannot be looked into is refused: a viewer repairs
    more than we read, and a sum that is wrong or a filter we do not know would hide from us what it shows.
    """
    chains = [tuple(re.findall(rb"[^\s/\[\]]+", names)) for names in FILTER.findall(before)]
    if any(chain not in KNOWN for chain in chains) or (b"/ObjStm" in before and b"/Predictor" in before):
        raise Refused("packed")
    if b"stream" in packed:  # one that does not end, so that the next would be taken for its content
        raise Refused("broken")
    if not any(PACKED in chain for chain in chains):
        return b""
    opened = zlib.decompressobj()
    try:
        unpacked = opened.decompress(packed, most)
    except zlib.error:
        raise Refused("broken") from None
    if len(unpacked) >= most:
        raise Refused("large")
    if not opened.eof:
        raise Refused("broken")
    return unpacked


def plain_names(text: bytes) -> bytes:
    """The same with the names that are spelled in numbers as anybody writes them."""
    return ESCAPED.sub(lambda byte: bytes([int(byte[1], 16)]), text)


def check_still(text: bytes) -> None:
    """``Refused`` where a name stands for something that acts, also where it is spelled in numbers."""
    if ACTIVE.search(text) or ACTIVE.search(plain_names(text)):
        raise Refused("active")


def refuse(word: str) -> int:
    """Say why nothing comes."""
    sys.stderr.write(word)
    return 3


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
