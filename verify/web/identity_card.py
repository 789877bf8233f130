"""Whom a NIK belongs to, before a case is opened: what its digits say and what this office's own cases say. No registry is asked yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from verify.auth import me, parts
from workflows.nik import parse_nik
from workflows.records.case import Case
from workflows.vocabulary import Sex


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """``born`` are the days that the digits can mean up to today, ``region`` a name where Rekom knows one; ``cases`` newest first."""

    nik: str
    district: str
    region: str | None
    sex: Sex
    born: tuple[date, ...]
    cases: tuple[Case, ...]
    today: date

    @property
    def age(self) -> int | None:
        """Whole years today; None where the digits leave two birth dates."""
        if len(self.born) != 1:
            return None
        (born,) = self.born
        return self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day))

    @property
    def known(self) -> Case | None:
        """The case that says most about the person: the last one."""
        return self.cases[0] if self.cases else None


def card_of(digits: str, cases: Sequence[Case]) -> IdentityCard:
    """The card of a NIK and of this office's cases for it."""
    nik = parse_nik(digits, practice=True)
    zone = ZoneInfo(parts().policy_today(me().region_code).timezone)
    today = parts().clock().astimezone(zone).date()
    blocks = parts().policies.regions.get(nik.district[:4], ())
    return IdentityCard(
        nik=digits,
        district=f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}",
        region=blocks[-1].region_name if blocks else None,
        sex=Sex.FEMALE if nik.female else Sex.MALE,
        born=tuple(day for day in nik.possible_birth_dates() if day <= today),
        cases=tuple(cases),
        today=today,
    )
