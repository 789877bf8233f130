"""LZ-string's URI-safe form, as VClaim packs its answers (domain 5.3; algorithm by pieroxy, lz-string 1.5).

The format counts UTF-16 code units. A short input can unfold to a long output, so decoding stops at a
bound; every fault is a ``ValueError`` that repeats nothing of the input.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"
SIX_BITS = {letter: format(value % 64, "06b") for value, letter in enumerate(ALPHABET)} | {" ": format(62, "06b")}
"""A space stands for ``+``: that is what form decoding makes of it. ``$`` only ever pads."""
NARROW, WIDE, END = 0, 1, 2
"""The three reserved codes: a new 8-bit unit follows, a new 16-bit unit follows, the text is over."""
FIRST_CODE = 3
DEFAULT_LIMIT = 200_000
"""UTF-16 units; a Peserta answer has about 1,200."""


class _Bits:
    """Reads numbers from the packed letters, lowest bit first."""

    def __init__(self, packed: str) -> None:
        try:
            self._bits = "".join([SIX_BITS[letter] for letter in packed])
        except KeyError:
            raise ValueError("LZ text holds a character outside its alphabet") from None
        self._at = 0

    def read(self, width: int) -> int:
        bits = self._bits[self._at : self._at + width]
        if len(bits) < width:
            raise ValueError("LZ text ends too early")
        self._at += width
        return int(bits[::-1], 2)


@dataclass(slots=True)
class _Width:
    """How wide the next code is: it grows by one bit whenever the dictionary could need it."""

    bits: int
    left: int

    def count(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.left = 1 << self.bits
            self.bits += 1


def decompress(packed: str, *, limit: int = DEFAULT_LIMIT) -> str:
    """Undo ``compressToEncodedURIComponent``.

    ``limit`` bounds the output in UTF-16 units. Raises ``ValueError`` for letters outside the alphabet, a
    text cut short, an impossible code, an output over the limit, and half a surrogate pair.
    """
    parts, length = [], 0
    for part in _entries(_Bits(packed)):
        length += len(part)
        if length > limit:
            raise ValueError("LZ text unfolds beyond the limit")
        parts.append(part)
    return _joined("".join(parts))


def _entries(bits: _Bits) -> Iterator[str]:
    dictionary = ["", "", ""]
    width = _Width(bits=2, left=2)
    previous = ""
    while True:
        code = bits.read(width.bits)
        if code == END:
            return
        if code in (NARROW, WIDE):
            dictionary.append(chr(bits.read(8 if code == NARROW else 16)))
            code = len(dictionary) - 1
            width.count()
        entry = _entry(dictionary, code, previous)
        yield entry
        if previous:
            dictionary.append(previous + entry[0])
        width.count()
        previous = entry


def _entry(dictionary: list[str], code: int, previous: str) -> str:
    if FIRST_CODE <= code < len(dictionary):
        return dictionary[code]
    if code == len(dictionary) and previous:
        return previous + previous[0]
    raise ValueError("LZ text holds an impossible code")


def _joined(units: str) -> str:
    try:
        return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise ValueError("LZ text holds half a surrogate pair") from None


@dataclass(slots=True)
class _Packer:
    """The encoder's state: known phrases, units not yet written out, and the bits so far."""

    codes: dict[str, int] = field(default_factory=dict)
    unwritten: set[str] = field(default_factory=set)
    width: _Width = field(default_factory=lambda: _Width(bits=2, left=2))
    bits: list[str] = field(default_factory=list)

    def learn(self, phrase: str) -> None:
        self.codes[phrase] = len(self.codes) + FIRST_CODE

    def number(self, value: int, width: int) -> None:
        self.bits.append(format(value, f"0{width}b")[::-1])

    def write(self, phrase: str) -> None:
        if phrase in self.unwritten:
            self.unwritten.remove(phrase)
            wide = ord(phrase) > 255
            self.number(WIDE if wide else NARROW, self.width.bits)
            self.number(ord(phrase), 16 if wide else 8)
            self.width.count()
        else:
            self.number(self.codes[phrase], self.width.bits)
        self.width.count()

    def letters(self) -> str:
        bits = "".join(self.bits)
        bits += "0" * (6 - len(bits) % 6)
        return "".join(ALPHABET[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6))


def compress(text: str) -> str:
    """``compressToEncodedURIComponent``, letter for letter; the simulator answers with it."""
    packer, phrase = _Packer(), ""
    for unit in _units(text):
        if unit not in packer.codes:
            packer.learn(unit)
            packer.unwritten.add(unit)
        if phrase + unit in packer.codes:
            phrase += unit
            continue
        packer.write(phrase)
        packer.learn(phrase + unit)
        phrase = unit
    if phrase:
        packer.write(phrase)
    packer.number(END, packer.width.bits)
    return packer.letters()


def _units(text: str) -> Iterator[str]:
    raw = text.encode("utf-16-le", "surrogatepass")
    return (chr(int.from_bytes(raw[at : at + 2], "little")) for at in range(0, len(raw), 2))
