"""Days and spans in words, as they stand in letters and on screens."""

from datetime import date

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


def long_date(day: date) -> str:
    """``22 November 2026``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def span(first: date, last: date) -> str:
    """``22 November 2026``, or ``1 sampai 22 November 2026`` and so on, naming month and year once where they are the same."""
    if first == last:
        return long_date(first)
    if first.year != last.year:
        return f"{long_date(first)} sampai {long_date(last)}"
    begin = f"{first.day}" if first.month == last.month else f"{first.day} {MONTHS[first.month - 1]}"
    return f"{begin} sampai {long_date(last)}"
