"""A slip of the finger in a NIK: one digit, or two neighbours that changed places; found by what else is known of the person.
Any digit may be it, those of the district among them.

Nothing here refuses: old cards do differ from the truth. It says what to look at on the card.
"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from sqlmodel import Session, col, select

from workflows import extracts
from workflows.nik import FEMALE_DAY_OFFSET, Nik
from workflows.records.case import Case
from workflows.records.extract import ExtractKind
from workflows.records.resident import ResidentRow
from workflows.saying import say
from workflows.vocabulary import Sex

WOMAN, MAN = say("perempuan"), say("laki-laki")
MOST = 20
"""People of one name and birth date that are looked through."""


class Doubts(NamedTuple):
    """What looks like a slip, in sentences, and the case of the namesake that one of them tells of."""

    sentences: tuple[str, ...] = ()
    namesake: Case | None = None


def doubts(session: Session, nik: Nik, *, name: str, birth_date: date, region_code: str, sex: Sex | None = None) -> Doubts:
    """What looks like a slip; no sentences where nothing does. ``sex`` is what was given, if it was."""
    namesake = _namesake(session, nik, name, birth_date, region_code)
    meant = namesake.nik if namesake and namesake.nik else _among_residents(session, nik, name, birth_date)
    other_sex = _against_sex(nik, sex or _known_sex(session, name, birth_date, region_code))
    told = _told(slip(nik.digits, meant)) if meant else None
    return Doubts((*own_doubts(nik, birth_date), *(sentence for sentence in (other_sex, told) if sentence)), namesake)


def own_doubts(nik: Nik, birth_date: date) -> tuple[str, ...]:
    """What the digits say against the birth date, without a word about anybody else."""
    found = _against_birth_date(nik, birth_date)
    return (found,) if found else ()


def slip(typed: str, meant: str) -> str | None:
    """Which digits differ, counted from 1, where one slip explains it; None where none does or nothing differs."""
    places = [place for place, pair in enumerate(zip(typed, meant, strict=True), 1) if pair[0] != pair[1]]
    if len(places) == 1:
        return say("angka ke-{place}", place=places[0])
    neighbours = len(places) == 2 and places[1] - places[0] == 1
    if neighbours and typed[places[0] - 1 : places[1]] == meant[places[0] - 1 : places[1]][::-1]:
        return say("angka ke-{first} dan ke-{second} tertukar", first=places[0], second=places[1])
    return None


def _namesake(session: Session, nik: Nik, name: str, birth_date: date, region_code: str) -> Case | None:
    """The newest case of this name and birth date whose NIK is one slip away."""
    query = select(Case).where(Case.region_code == region_code, Case.name == name, Case.birth_date == birth_date)
    known = session.exec(query.order_by(col(Case.id).desc()).limit(MOST))
    return next((case for case in known if case.nik and case.nik != nik.digits and slip(nik.digits, case.nik)), None)


def _against_birth_date(nik: Nik, birth_date: date) -> str | None:
    if birth_date in nik.possible_birth_dates():
        return None
    if birth_date.day <= 12 and any(swapped == birth_date for swapped in map(_other_way, nik.possible_birth_dates())):
        return say("Hari dan bulan lahir tampak tertukar. Mana yang benar menurut KTP?")
    day = birth_date.day + (FEMALE_DAY_OFFSET if nik.female else 0)
    meant = f"{nik.digits[:6]}{day:02d}{birth_date:%m%y}{nik.digits[12:]}"
    found = slip(nik.digits, meant)
    return say("NIK dan tanggal lahir berbeda pada {places}. Mana yang benar menurut KTP?", places=found) if found else None


def _against_sex(nik: Nik, sex: Sex | None) -> str | None:
    """A woman's day of birth stands in the NIK with 40 added: its first digit tells the two apart."""
    if sex is None or nik.female is (sex is Sex.FEMALE):
        return None
    day = int(nik.digits[6:8]) + (-FEMALE_DAY_OFFSET if nik.female else FEMALE_DAY_OFFSET)
    places = slip(nik.digits, f"{nik.digits[:6]}{day:02d}{nik.digits[8:]}")
    words = {"said": WOMAN if nik.female else MAN, "places": places}
    return say("Menurut NIK orang ini {said}, menurut data lain bukan. Bedanya {places}. Mana yang benar menurut KTP?", **words)


def _known_sex(session: Session, name: str, birth_date: date, region_code: str) -> Sex | None:
    """What was stated of somebody of this name and birth date, who had no NIK then."""
    stated = select(Case.sex).where(Case.region_code == region_code, Case.name == name, Case.birth_date == birth_date)
    found = session.exec(stated.where(col(Case.sex).is_not(None)).order_by(col(Case.id).desc())).first()
    return Sex(found) if found else None


def _other_way(day: date) -> date | None:
    return date(day.year, day.day, day.month) if day.day <= 12 else None


def _told(found: str | None) -> str | None:
    return found and say("Orang dengan nama dan tanggal lahir ini pernah tercatat. NIK-nya hanya berbeda pada {places}.", places=found)


def _among_residents(session: Session, nik: Nik, name: str, birth_date: date) -> str | None:
    """The NIK one slip away in the newest list of residents, None where this NIK itself is theirs; asked by the list's key alone, because
    it has millions of rows."""
    extract = extracts.newest(session, ExtractKind.RESIDENTS)
    if extract is None:
        return None
    alike = [nik.digits, *_one_slip_away(nik.digits)]
    rows = session.exec(select(ResidentRow).where(ResidentRow.extract_id == extract.id, col(ResidentRow.nik).in_(alike)))
    theirs = [row.nik for row in rows if (row.name or "").upper() == name and row.birth_date == birth_date]
    return None if not theirs or nik.digits in theirs else min(theirs)


def _one_slip_away(digits: str) -> Iterator[str]:
    """Every number that one slip makes of these digits."""
    for place, digit in enumerate(digits):
        yield from (f"{digits[:place]}{other}{digits[place + 1 :]}" for other in "0123456789" if other != digit)
    for place, (first, second) in enumerate(pairwise(digits)):
        if first != second:
            yield f"{digits[:place]}{second}{first}{digits[place + 2 :]}"
