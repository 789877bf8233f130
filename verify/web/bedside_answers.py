"""The answers of a hospital's own case in words, in the order in which its form asks."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verify.web.answers import Answer
from verify.web.form import label
from verify.web.times import day
from verify.web.words import NO_NIK, SEX, URGENCY
from workflows.masking import grouped
from workflows.saying import say

WISHED = ("name", "phone")
"""What the office will want sooner or later: named first where it was left empty."""


def answers_of(given: Mapping[str, Any]) -> Iterator[Answer]:
    """Each answer of a loaded ``BedsideSchema``; what was left empty and nobody misses is not asked again."""
    spoken: Mapping[str, Callable[[Any], str]] = {
        "nik": grouped,
        "no_nik": NO_NIK.__getitem__,
        "name": str,
        "age": lambda years: say("{years} tahun", years=years),
        "birth_date": day,
        "sex": SEX.__getitem__,
        "other_number": str,
        "mother_nik": grouped,
        "phone": str,
        "urgency": URGENCY.__getitem__,
    }
    for name, words in spoken.items():
        value = given[name]
        if value is not None:
            yield Answer(name, label(name), words(value))
        elif name in WISHED:
            yield Answer(name, label(name), missing=True)
