"""Days and spans in words, as they stand in letters and on screens."""

from datetime import date

from workflows.saying import say, sayings

MONTHS = sayings(
    (
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
)


def long_date(day: date) -> str:
    """``22 November 2026``."""
    return say("{day} {month} {year}", day=day.day, month=MONTHS[day.month - 1], year=day.year)


def birth(day: date, *, estimated: bool) -> str:
    """A birth date; where it was guessed from somebody's age the year alone, said to be a guess."""
    return say("sekitar tahun {year} (perkiraan)", year=day.year) if estimated else long_date(day)


def span(first: date, last: date) -> str:
    """``22 November 2026``, or ``1 sampai 22 November 2026`` and so on, naming month and year once where they are the same."""
    if first == last:
        return long_date(first)
    if first.year != last.year:
        return say("{first} sampai {last}", first=long_date(first), last=long_date(last))
    if first.month == last.month:
        return say("{first} sampai {last}", first=first.day, last=long_date(last))
    begin = say("{day} {month}", day=first.day, month=MONTHS[first.month - 1])
    return say("{first} sampai {last}", first=begin, last=long_date(last))
