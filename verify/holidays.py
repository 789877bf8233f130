"""Indonesia's public holidays and cuti bersama, from the library that many hands keep up, as frozen data.

Days that follow the moon are estimates until the ministers' joint decree (SKB) is out, and cuti bersama before then is
a guess: a region corrects both in its policy file (``holidays_added``, ``holidays_removed``).
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from holidays import country_holidays

YEARS = range(2014, 2041)
"""From the oldest law a clock rests on (Permenkes 28/2014) on."""


@cache
def national_holidays() -> Mapping[date, str]:
    """Every day off by its Indonesian name, read once a process."""
    found = country_holidays("ID", years=YEARS, categories=("public", "government"), language="id")
    return MappingProxyType(dict(sorted(found.items())))
