"""Opening hours and cut-offs as a lawyer writes them in a policy file."""

import re
from datetime import time
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError, fields

from workflows.rules.calendar import Cutoff, Cutoffs, OfficeHours, Opening

DAYS = "senin selasa rabu kamis jumat sabtu minggu".split()
CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
OPENING = re.compile(rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))?((?: {CLOCK}-{CLOCK})+)")
CUTOFF = re.compile(rf"sampai ({CLOCK}) selesai ({CLOCK})")
LATER = re.compile(r"sesudahnya ([1-9]\d?) hari kerja")

OPENING_HINT = 'Tulis misalnya "senin-kamis 08:00-16:00" atau "jumat 08:00-11:30 13:00-16:30", setiap hari satu kali, jam berurutan.'
CUTOFF_HINT = 'Tulis misalnya "sampai 12:00 selesai 13:00", jam berurutan, lalu "sesudahnya 1 hari kerja"; atau [] bila tidak ada.'


class OpeningRows(fields.Field[OfficeHours]):
    """``["senin-kamis 08:00-16:00", "jumat 08:00-11:30 13:00-16:30"]``; days not named are days off."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> OfficeHours:  # noqa: ARG002
        week: dict[int, tuple[Opening, ...]] = {}
        for row in _rows(value, OPENING_HINT):
            match = OPENING.fullmatch(row)
            if match is None:
                raise ValidationError(OPENING_HINT)
            first = DAYS.index(match[1])
            days = range(first, DAYS.index(match[2] or match[1]) + 1)
            if not days or any(day in week for day in days):
                raise ValidationError(OPENING_HINT)
            week |= dict.fromkeys(days, _openings(match[3]))
        if not week:
            raise ValidationError(OPENING_HINT)
        return tuple(week.get(day, ()) for day in range(7))


class CutoffRows(fields.Field[Cutoffs]):
    """``["sampai 12:00 selesai 13:00", "sesudahnya 1 hari kerja"]``; an empty list where the office has none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> Cutoffs:  # noqa: ARG002
        rows = _rows(value, CUTOFF_HINT)
        if not rows:
            return Cutoffs()
        found, later = [CUTOFF.fullmatch(row) for row in rows[:-1]], LATER.fullmatch(rows[-1])
        cutoffs = tuple(Cutoff(_time(match[1]), _time(match[2])) for match in found if match)
        moments = [moment for row in cutoffs for moment in (row.until, row.ready)]
        if later is None or not cutoffs or None in found or not _rising([row.until for row in cutoffs]):
            raise ValidationError(CUTOFF_HINT)
        if any(row.ready < row.until for row in cutoffs) or not _rising(moments[1::2]):
            raise ValidationError(CUTOFF_HINT)
        return Cutoffs(cutoffs, int(later[1]))


def _rows(value: Any, hint: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(row, str) for row in value):
        raise ValidationError(hint)
    return value


def _openings(text: str) -> tuple[Opening, ...]:
    pairs = [span.split("-") for span in text.split()]
    openings = tuple((_time(begin), _time(end)) for begin, end in pairs)
    if not _rising([moment for opening in openings for moment in opening]):
        raise ValidationError(OPENING_HINT)
    return openings


def _rising(moments: list[time]) -> bool:
    return all(earlier < later for earlier, later in pairwise(moments))


def _time(text: str) -> time:
    return time.fromisoformat(text)
