"""How alike two spellings of an Indonesian name are, 0-100.

A register that answers with the right number and another person's name must not be believed, and one that writes
``Hj. SITI NUR'AINI, S.Pd`` for ``Siti Nuraini`` must be. So titles, case, punctuation, word order, the many spellings
of Muhammad and the old spelling (``OE``, ``DJ``, ``TJ``) do not count; words are compared with words, because two
names of the same family are alike as a whole and still different people.
"""

import re
import unicodedata
from difflib import SequenceMatcher

from schemas.foreign import Reason, refused

SAME_WORD = 0.83
"""Long words less alike than this are different words: RAHMAT and ROHMAT are 0.83, HARTONO and HARTINI 0.71."""
SHORT_WORD = 5
"""Up to so many letters one letter makes another name: BUDI and RUDI, RARA and RIRI."""
INITIAL = 0.9
"""What an initial is worth beside the word it may stand for."""
FULL_WORD = 3
"""Letters from which a word counts as a name of its own and not as an initial."""
CUT_FROM = 25
"""Registers cut long names off; from this many equal letters the beginning stands for the whole."""

TITLES = frozenset(
    "H HJ HI HAJI HAJJAH KH KYAI USTADZ UST USTAZ DR DRG DRH DRS DRA IR PROF NY NYONYA NN NONA TN TUAN SDR SDRI BPK BAPAK IBU "
    "ALM ALMH ALMARHUM ALMARHUMAH".split()
)
"""Before a name."""
DEGREES = frozenset(
    "BA BSC SAG SE SH SHI SHUM SIP SIKOM SKED SKEP SKG SKM SKOM SP SPD SPDI SPSI SPT SS SSI SSN SSOS SSOSI SST SSTP STP ST STR STRKEB "
    "MA MAG MAP MARS MBA MH MKES MKM MKOM MM MMPD MP MPD MPDI MPH MSC MSI MT MTI AMD AMDKEB AMDKEP AMAPD AMKG AMK AMKEB NERS NS PHD SPA "
    "SPOG SPB SPPD LC CPA AK APT".split()
)
"""After a name, without their dots."""
CONNECTING = frozenset("BIN BINTI BTE".split())
MUHAMMAD = re.compile(r"(?:M|MHD|MHMD|M[OU]C?H(?:D|AM{1,2}[AE]D)?)\Z")
SHORTENED = {"ABD": "ABDUL", "ST": "SITI"}
OLD_SPELLING = (("OE", "U"), ("DJ", "J"), ("TJ", "C"), ("NJ", "NY"), ("SJ", "SY"), ("CH", "H"), ("KH", "H"), ("DH", "D"), ("PH", "F"))
ALIKE = str.maketrans("JYVZQ", "IIFSK")
"""Letters that are written for each other: JUSUF and YUSUF, DEDI and DEDY, FEBRI and VEBRI."""
DOUBLED = re.compile(r"(.)\1+")
DOTTED = re.compile(r"[^\W\d_]{1,4}(?:\.[^\W\d_]{1,4})+\.?\Z")
APOSTROPHES = re.compile(r"['`´‘’ʼ]")


def likeness(one: str, other: str) -> int:
    """0-100: how surely two spellings name the same person; the order of the two does not matter. 0 where one has no letters."""
    words, others = sorted((name_words(one), name_words(other)))
    if not words or not others:
        return 0
    if _joined_alike("".join(words), "".join(others)):
        return 100
    return _paired(words, others)


def check_name(registry: str, told: str, asked: str, *, least: int) -> None:
    """``Refused`` where an answer names somebody else than the one asked about: less alike than ``least``, 0-100."""
    if likeness(told, asked) < least:
        raise refused(registry, Reason.NAME)


def name_words(name: str) -> list[str]:
    """The words of a name as they are compared: without titles and degrees, in one spelling, in the order given."""
    words = _without_degrees(_split(name))
    while len(words) > 1 and words[0] in TITLES:
        words = words[1:]
    kept = [word for word in words if word not in CONNECTING] or words
    return [_folded(word, alone=len(kept) == 1) for word in kept]


def _split(name: str) -> list[str]:
    """Upper-case words; an abbreviation with dots stays one word only if it is a degree: S.Pd is one, MUH.RIZKY two."""
    plain = unicodedata.normalize("NFKD", APOSTROPHES.sub("", name)).upper()
    words: list[str] = []
    for piece in plain.replace(",", " ").split():
        joined = _letters(piece)
        if DOTTED.match(piece) and joined in DEGREES | TITLES:
            words.append(joined)
        else:
            words += [_letters(part) for part in re.split(r"[\W\d_]+", _unmarked(piece))]
    return [word for word in words if word]


def _without_degrees(words: list[str]) -> list[str]:
    while len(words) > 1 and words[-1] in DEGREES:
        words = words[:-1]
    return words


def _unmarked(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())


def _folded(word: str, *, alone: bool) -> str:
    if MUHAMMAD.match(word) and not (alone and len(word) < FULL_WORD):
        return "MUHAMAD"
    word = SHORTENED.get(word, word)
    for old, new in OLD_SPELLING:
        word = word.replace(old, new)
    return DOUBLED.sub(r"\1", word.translate(ALIKE))


def _joined_alike(one: str, other: str) -> bool:
    """The same letters however they are cut into words, or one cut off at the end of its field."""
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= CUT_FROM and longer.startswith(shorter))


def _paired(words: list[str], others: list[str]) -> int:
    """Each word with its most alike one on the other side; words left over count against."""
    pairs = sorted(
        ((_alike(one, other), len(one) + len(other), i, j) for i, one in enumerate(words) for j, other in enumerate(others)), reverse=True
    )
    ones, twos, worth, known = set[int](), set[int](), 0.0, False
    for alike, letters, i, j in pairs:
        if alike and i not in ones and j not in twos:
            ones.add(i)
            twos.add(j)
            worth += alike * letters
            known = known or min(len(words[i]), len(others[j])) >= FULL_WORD
    return round(100 * worth / sum(map(len, words + others))) if known else 0


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) == 1:
        return INITIAL if one[0] == other[0] else 0.0
    if min(len(one), len(other)) <= SHORT_WORD:
        return 0.0
    ratio = SequenceMatcher(None, min(one, other), max(one, other), autojunk=False).ratio()
    return ratio if ratio >= SAME_WORD else 0.0
