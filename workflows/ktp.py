"""A KTP from the lines that were read in its photograph: each field is certain, to be checked against the card, or not readable.

The layout is that of every electronic KTP: a label, a colon, a value, one row each. Nothing is mended silently: what was guessed, does
not fit the other fields or was hard to read is to be checked, and says why. A NIK has no check digit, so it is certain only where all its
digits were digits, clearly read, and its birth date and sex are those that stand on the same card.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise

from workflows.card_lines import Row, Seen, first_text, rows, turned, upright
from workflows.errors import InvalidInput, InvalidNik
from workflows.look_alikes import apart, folded, mended
from workflows.nik import Nik, parse_nik
from workflows.saying import Sentence, joined, say
from workflows.vocabulary import Sex

CLEAR = 0.9
"""A reader's own score from which on it was sure of a line."""
NIK_DIGITS, FEWEST_DIGITS = 16, 10
LONGEST_WORD, LONGEST_NAME = 9, 6
"""Letters of a word, and of a name that is one word: what is longer may be two words whose space was lost."""
FEWEST_LABELS = 3
"""Fewer labels than this are no KTP."""

NIK, NAME, BORN, SEX, ADDRESS, RT_RW, VILLAGE, DISTRICT = (
    "NIK",
    "Nama",
    "Tempat/Tgl Lahir",
    "Jenis Kelamin",
    "Alamat",
    "RT/RW",
    "Kel/Desa",
    "Kecamatan",
)
OTHERS = ("Agama", "Status Perkawinan", "Pekerjaan", "Kewarganegaraan", "Berlaku Hingga")
LABELS = (NIK, NAME, BORN, SEX, ADDRESS, RT_RW, VILLAGE, DISTRICT, *OTHERS)
"""From above."""
SEVERAL_ROWS = (NAME, ADDRESS)
"""What may go on in the next row."""

NO_TEXT = say("Tidak ada tulisan yang terbaca di foto ini. Dekatkan KTP, tunggu gambarnya tajam, lalu foto lagi.")
NO_CARD = say("Foto ini tidak terbaca sebagai KTP. Foto bagian depan, seluruh kartu, tajam dan terang, lalu kirim lagi.")
BLURRED = say("KTP di foto ini buram atau terpotong. Taruh di tempat terang dan rata, lalu foto lagi. Atau ketik NIK-nya.")
TWO_CARDS = say("Ada lebih dari satu NIK di foto ini. Foto satu KTP saja, lalu kirim lagi.")

UNCLEAR = say("Tulisannya kurang jelas.")
UNLABELLED = say("Angkanya tidak terbaca di belakang tulisan NIK.")
FUTURE = say("Tanggal lahir ini di masa depan.")
GUESSED = say("Ada angka yang terbaca sebagai huruf dan dikira-kira.")
NOT_SIXTEEN = say("Tidak terbaca 16 angka.")
OTHER_DATE = say("Tidak cocok dengan tanggal lahir di foto.")
OTHER_SEX = say("Tidak cocok dengan jenis kelamin di foto.")
UNCOMPARED = say("Tanggal lahir dan jenis kelamin tidak terbaca jelas, jadi belum dibandingkan.")
JOINED = say("Mungkin dua kata yang tersambung.")
SPACES = say("Spasinya bisa hilang.")
PARTLY = say("Sebagian tidak terbaca.")
TWICE = say("Dua kali dibaca, hasilnya berbeda.")

DAY = re.compile(r"(\d{2})[-./ ]?(\d{2})[-./ ]?(\d{4})\D*$")
DIGITS = r"[0-9OoDQIil|SsBZG]"
WRITTEN_DAY = re.compile(rf"{DIGITS}{{2}}\s?[-./ ]?\s?{DIGITS}{{2}}\s?[-./ ]?\s?{DIGITS}{{4}}\W*$")
BESIDE_NUMBERS = " :;.,-=_'\"*"


class NoCard(InvalidInput):
    """One reading found no card in the photograph; the other one may."""


class NoPicture(InvalidInput):
    """What was sent is no photograph."""


class Sureness(StrEnum):
    """CERTAIN was read clearly and fits; CHECK is a proposal; UNREAD is nothing."""

    CERTAIN = "CERTAIN"
    CHECK = "CHECK"
    UNREAD = "UNREAD"


@dataclass(frozen=True, slots=True)
class Told:
    """One field; ``why`` says what is to be looked at where it is not certain."""

    value: str = ""
    sureness: Sureness = Sureness.UNREAD
    why: str | None = None


@dataclass(frozen=True, slots=True)
class ReadCard:
    """``born`` is DD-MM-YYYY, ``sex`` a value of ``Sex``, ``address`` in one line with RT/RW, kelurahan and kecamatan."""

    nik: Told
    name: Told
    born_at: Told
    born: Told
    sex: Told
    address: Told


NOTHING = ReadCard(*[Told()] * 6)
"""Not one field."""


def read_card(seen: Sequence[Seen], *, practice: bool = False) -> ReadCard:
    """The card in one reading of a photograph; ``InvalidInput`` says what is wrong with the photograph and what to do."""
    if not any(one.text.strip() for one in seen):
        raise NoCard(NO_TEXT)
    lines = upright(seen)
    upside_down, straight = _labelled(rows(turned(lines))), _labelled(rows(lines))
    found = max(straight, upside_down, key=_downwards)
    numbers = _whole_numbers(one.text for one in lines)
    if len(numbers) > 1:
        raise InvalidInput(TWO_CARDS)
    if len(found) < FEWEST_LABELS and not numbers:
        raise NoCard(NO_CARD)
    return _card(found, numbers, practice)


def read_twice(first: Sequence[Seen], second: Sequence[Seen], *, practice: bool = False) -> ReadCard:
    """The card in two readings of one photograph; where only one of them found it, nothing of it is certain."""
    found: list[ReadCard] = []
    refusal: NoCard | None = None
    for seen in (first, second):
        try:
            found.append(read_card(seen, practice=practice))
        except NoCard as error:
            refusal = refusal or error
    if refusal and not found:
        raise refusal
    return agreed(found[0], found[1] if len(found) == 2 else NOTHING)


def agreed(first: ReadCard, second: ReadCard) -> ReadCard:
    """Two readings of one photograph: certain is only what both read alike; ``InvalidInput`` where neither read whose card it is."""
    both = ReadCard(*(_both(getattr(first, one.name), getattr(second, one.name)) for one in fields(ReadCard)))
    if not both.nik.value and not both.name.value:
        raise InvalidInput(BLURRED)
    return both


def born_until(card: ReadCard, today: date) -> ReadCard:
    """The card with nothing certain that rests on a birth date after today."""
    day = DAY.search(card.born.value)
    if day is None or date(int(day[3]), int(day[2]), int(day[1])) <= today:
        return card
    nik = replace(card.nik, sureness=Sureness.CHECK, why=UNCOMPARED) if card.nik.sureness is Sureness.CERTAIN else card.nik
    return replace(card, born=replace(card.born, sureness=Sureness.CHECK, why=FUTURE), nik=nik)


def _both(one: Told, other: Told) -> Told:
    if one.value == other.value:
        return one if one.sureness is not Sureness.CERTAIN else other
    if not one.value or not other.value:
        chosen = one if one.value else other
        return replace(chosen, sureness=Sureness.CHECK, why=chosen.why or TWICE)
    chosen = max(one, other, key=_how_good)
    return replace(chosen, sureness=Sureness.CHECK, why=joined((TWICE, chosen.why)) if chosen.why else TWICE)


def _how_good(told: Told) -> tuple[bool, bool, int]:
    """Of two readings that differ: the whole number, then the certain one, then the one that lost fewer letters or spaces."""
    return told.why is not NOT_SIXTEEN, told.sureness is Sureness.CERTAIN, len(told.value)


# --- Which row says what ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """What stands behind a label, and the lowest score in it; ``y`` is the row's."""

    text: str
    score: float
    y: float


def _labelled(found: Sequence[Row]) -> dict[str, Value]:
    """The values by label; a row without label goes on with a name or an address above it."""
    values: dict[str, Value] = {}
    last, edge = "", 0.0
    for row in found:
        label, rest = _label_of(row[0].text)
        if label and label not in values:
            pieces = (replace(row[0], text=rest), *row[1:]) if rest else row[1:]
            text, score = first_text(pieces)
            values[label] = Value(_bare(text), min(score, row[0].score) if text else 0.0, row[0].y)
            last, edge = label, (pieces[0].left if pieces else 0.0)
        elif last in SEVERAL_ROWS and not label and abs(row[0].left - edge) < 2 * row[0].height:
            text, score = first_text(row)
            before = values[last]
            values[last] = Value(f"{before.text} {_bare(text)}".strip(), min(before.score, score), before.y)
    return values


def _label_of(text: str) -> tuple[str, str]:
    """The label a line begins with, and what is behind it; two empty texts for none."""
    for label in LABELS:
        cut = _behind(text, folded(label))
        if cut is not None:
            return label, cut
    return "", ""


def _behind(text: str, label: str) -> str | None:
    """What follows the label in a line that begins with it, or nearly so; None for another line."""
    allowed = 0 if len(label) < 4 else 1 if len(label) < 8 else 2
    begun = ""
    for place, letter in enumerate(text):
        begun += folded(letter)
        if len(begun) == len(label):
            return _bare(text[place + 1 :]) if apart(begun, label) <= allowed else None
    return "" if len(label) > 3 and begun and apart(begun, label) <= allowed else None


def _bare(text: str) -> str:
    return text.strip(" :;='\"")


def _downwards(values: Mapping[str, Value]) -> int:
    """How many labels stand in the order of the card, less those that do not."""
    places = [values[label].y for label in LABELS if label in values]
    return sum(1 if below > above else -1 for above, below in pairwise(places)) + bool(places)


def _whole_numbers(texts: Iterator[str]) -> list[str]:
    """The different numbers of sixteen digits in the picture, clearly read ones before mended ones."""
    found: dict[str, bool] = {}
    for text in texts:
        _, behind = _label_of(text)
        number, guessed = _number(behind or text)
        if len(number) == NIK_DIGITS:
            found[number] = found.get(number, True) and guessed
    return sorted(found, key=lambda number: found[number])


def _number(text: str) -> tuple[str, bool]:
    """The digits of a line of digits, and whether one was guessed; nothing for a line of words."""
    packed = re.sub(r"[\s.\-:;,]", "", text)
    if sum(letter.isdecimal() for letter in packed) * 4 < len(packed) * 3:
        return "", False
    number, guessed = mended(packed)
    return ("", False) if re.search(r"[^0-9]", number) else (number, guessed)


# --- The fields ------------------------------------------------------------------------------------------


def _card(values: Mapping[str, Value], numbers: Sequence[str], practice: bool) -> ReadCard:
    born_at, born = _born(values.get(BORN))
    sex = _sex(values.get(SEX))
    return ReadCard(
        nik=_nik(values.get(NIK), numbers, born, sex, practice),
        name=_name(values.get(NAME)),
        born_at=born_at,
        born=born,
        sex=sex,
        address=_address(values),
    )


def _nik(value: Value | None, numbers: Sequence[str], born: Told, sex: Told, practice: bool) -> Told:
    number, guessed = _number(value.text) if value else ("", False)
    loose = not number and bool(numbers)
    number = numbers[0] if loose else number
    if len(number) < FEWEST_DIGITS:
        return Told()
    why = UNLABELLED if loose else _doubt(number, guessed, born, sex, practice)
    why = why or (UNCLEAR if value is None or value.score < CLEAR else None)
    return Told(number, Sureness.CHECK if why else Sureness.CERTAIN, why)


def _doubt(number: str, guessed: bool, born: Told, sex: Told, practice: bool) -> Sentence | None:
    if len(number) != NIK_DIGITS:
        return NOT_SIXTEEN
    if guessed:
        return GUESSED
    try:
        nik = parse_nik(number, practice=practice)
    except InvalidNik as error:
        return error.args[0] if isinstance(error.args[0], Sentence) else UNCLEAR
    return _misfit(nik, born, sex)


def _misfit(nik: Nik, born: Told, sex: Told) -> Sentence | None:
    if born.value and born.value not in {f"{day:%d-%m-%Y}" for day in nik.possible_birth_dates()}:
        return OTHER_DATE
    if sex.value and (sex.value == Sex.FEMALE) is not nik.female:
        return OTHER_SEX
    return None if born.sureness is sex.sureness is Sureness.CERTAIN else UNCOMPARED


def _born(value: Value | None) -> tuple[Told, Told]:
    """Place and day."""
    if value is None:
        return Told(), Told()
    written = WRITTEN_DAY.search(value.text)
    place = _words(replace(value, text=value.text[: written.start()] if written else value.text))
    if written is None:
        return place, Told()
    text, guessed = mended(written[0].replace(" ", ""))
    parts = DAY.search(text)
    if parts is None or not _is_day(int(parts[3]), int(parts[2]), int(parts[1])):
        return place, Told()
    why = GUESSED if guessed else UNCLEAR if value.score < CLEAR else None
    return place, Told("-".join(parts.groups()), Sureness.CHECK if why else Sureness.CERTAIN, why)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return date(year, month, day).year >= 1900
    except ValueError:
        return False


def _sex(value: Value | None) -> Told:
    """By how near the word is to each of the two."""
    word = folded(value.text) if value else ""
    for sex, written in ((Sex.FEMALE, "PEREMPUAN"), (Sex.MALE, "LAKI-LAKI")):
        wanted = folded(written)
        far = apart(word[: len(wanted)], wanted)
        if far <= 2:
            why = UNCLEAR if far or value is None or value.score < CLEAR else None
            return Told(sex.value, Sureness.CHECK if why else Sureness.CERTAIN, why)
    return Told()


def _name(value: Value | None) -> Told:
    """A name; one long word may be two."""
    told = _words(value)
    joined = told.sureness is Sureness.CERTAIN and " " not in told.value and len(told.value) > LONGEST_NAME
    return replace(told, sureness=Sureness.CHECK, why=JOINED) if joined else told


def _words(value: Value | None) -> Told:
    """A name or a place: letters alone."""
    text = " ".join(value.text.upper().strip(BESIDE_NUMBERS).split()) if value else ""
    if value is None or sum(letter.isalpha() for letter in text) < 2:
        return Told()
    strange = re.search(r"[^A-Z .,'\-/()]", text)
    joined = any(len(word) > LONGEST_WORD for word in text.split())
    why = UNCLEAR if strange or value.score < CLEAR else JOINED if joined else None
    return Told(text, Sureness.CHECK if why else Sureness.CERTAIN, why)


def _address(values: Mapping[str, Value]) -> Told:
    street, block, village, district = (values.get(label) for label in (ADDRESS, RT_RW, VILLAGE, DISTRICT))
    parts = [one.text.upper() for one in (street, _in_words(block), village, district) if one and one.text]
    if not parts:
        return Told()
    there = [one for one in (street, block, village, district) if one and one.text]
    why = PARTLY if len(there) < 4 else UNCLEAR if min(one.score for one in there) < CLEAR else SPACES
    return Told(", ".join(parts), Sureness.CHECK, why)


def _in_words(block: Value | None) -> Value | None:
    """``007/002`` as ``RT 007/RW 002``; anything else as it was read."""
    pair = re.fullmatch(r"(\d{1,3})\s*/\s*(\d{1,3})", mended(block.text)[0]) if block else None
    return replace(block, text=f"RT {pair[1]}/RW {pair[2]}") if block and pair else block
