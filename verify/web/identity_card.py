"""Whom a NIK belongs to, before a case is opened: what its digits say and what the office already knows. No registry is asked yet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from verify.auth import me, parts
from verify.web.times import day
from verify.web.words import RESULT
from workflows.masking import mask_nik
from workflows.nik import parse_nik
from workflows.person_facts import PersonFacts, Told, facts_of
from workflows.records.case import Case
from workflows.saying import say
from workflows.states import Job
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
    zone: ZoneInfo
    facts: PersonFacts

    @property
    def age(self) -> int | None:
        """Whole years today; None where the digits leave two birth dates."""
        if len(self.born) != 1:
            return None
        (born,) = self.born
        return self.today.year - born.year - ((self.today.month, self.today.day) < (born.month, born.day))

    @property
    def told(self) -> tuple[tuple[str, str | None, str], ...]:
        """What is known beside the digits: its name, its words, and whose it is as of which day; None where nobody told."""
        facts = self.facts
        return (
            self._line(say("Alamat"), facts.address, str),
            self._line(say("Nomor KK"), facts.kk, mask_nik),
            self._line(say("Kepesertaan BPJS"), facts.membership, lambda outcome: RESULT[Job.MEMBERSHIP][outcome.value]),
            self._line(say("Desil DTSEN"), facts.desil, desil_words),
        )

    def _line(self, label: str, told: Told[Any] | None, words: Callable[[Any], str]) -> tuple[str, str | None, str]:
        if told is None:
            return label, None, ""
        as_of = say("{source}, data {day}", source=told.source, day=day(told.as_of.astimezone(self.zone).date()))
        return label, words(told.value), as_of

    @property
    def known(self) -> Case | None:
        """The case that says most about the person: the last one."""
        return self.cases[0] if self.cases else None


def card_of(digits: str, cases: Sequence[Case]) -> IdentityCard:
    """The card of a NIK and of this office's cases for it."""
    nik = parse_nik(digits, practice=True)
    zone = ZoneInfo(parts().policy_today(me().region_code).timezone)
    today = parts().clock().astimezone(zone).date()
    with parts().database.read() as session:
        facts = facts_of(session, digits, cases[0] if cases else None)
    blocks = parts().policies.regions.get(nik.district[:4], ())
    return IdentityCard(
        nik=digits,
        district=f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}",
        region=blocks[-1].region_name if blocks else None,
        sex=Sex.FEMALE if nik.female else Sex.MALE,
        born=tuple(born for born in nik.possible_birth_dates() if born <= today),
        cases=tuple(cases),
        today=today,
        zone=zone,
        facts=facts,
    )


def desil_words(desil: int | None) -> str:
    """``None`` is not in DTSEN, 0 is there without a rank."""
    return say("tidak tercatat") if desil is None else say("belum diperingkat") if desil == 0 else str(desil)
