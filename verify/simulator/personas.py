"""The made-up people of the simulator, and how its registries compare names.

Named personas stand in ``personas.toml``. Besides them every structurally possible NIK of district 990199 belongs
to a *generated* resident, so that load tests can open as many distinct cases as they like with matching names.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("personas.toml")
GENERATED_DISTRICT = "990199"
NIK_SHAPE = re.compile(r"[0-9]{16}\Z")
OLDEST = date(1940, 1, 1)
DAYS = 24_000
"""Generated people are born from ``OLDEST`` on within this many days, that is until 2005."""
STRIDE = 7919
"""Prime and no divisor of ``DAYS``: neighbouring numbers get birth dates far apart."""
SERIALS = 9999
WOMEN = "ANI BUNGA CINTA DINI EKA FITRI GITA HANA INDAH JULI KARTIKA LESTARI MAYA NOVI PUSPA RINI SARI TUTI UMI WULAN".split()
MEN = "ADI BAYU CAHYO DEDI EKO FAJAR GUNTUR HADI IWAN JOKO KRISNA LUKMAN MAMAN NANANG OKI PRIYO RAHMAT SLAMET TEGUH WAHYU".split()
MIDDLE = "ANGGREK BAMBU CEMARA DAHLIA ENAU FLAMBOYAN GAHARU HANJUANG JATI KENANGA LONTAR MELATI NIPAH PINANG RANDU SERUNI".split()


@dataclass(frozen=True, slots=True)
class Civil:
    """What Dukcapil holds. ``status``: found, deceased, duplicate, inactive."""

    status: str
    name: str
    birth_date: date
    kk: str


@dataclass(frozen=True, slots=True)
class Member:
    """What BPJS holds; dates are ``tglTMT`` and ``tglTAT``. ``name`` where it writes another one than the KTP."""

    card: str
    status_code: str
    status_text: str
    segment_code: str
    segment_text: str
    cover_from: date
    cover_until: date
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """What DTSEN holds: decile 1 (poorest) to 10, 0 known but not ranked."""

    desil: int
    exclusion_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Persona:
    """One made-up person. ``name``, ``birth_date`` and ``kk`` stand on the KTP; the rest is what each register holds."""

    key: str
    nik: str
    name: str
    birth_date: date
    kk: str
    story: str
    civil: Civil | None = None
    member: Member | None = None
    family: Family | None = None

    @property
    def female(self) -> bool:
        """Whether the NIK's day carries the offset for women."""
        return int(self.nik[6:8]) > 40


class Population:
    """Everybody the simulator knows, by NIK and by BPJS card."""

    def __init__(self, personas: tuple[Persona, ...]) -> None:
        self.personas = personas
        self._by_nik = {persona.nik: persona for persona in personas}
        self._by_card = {persona.member.card: persona for persona in personas if persona.member}

    def find(self, nik: str) -> Persona | None:
        """The person with this NIK, named or generated."""
        return self._by_nik.get(nik) or (generated(nik) if is_generated(nik) else None)

    def by_card(self, card: str) -> Persona | None:
        """The member with this card; generated people are no members."""
        return self._by_card.get(card)

    def by_key(self, key: str) -> Persona | None:
        """The named persona with this key, such as ``siti-contoh``."""
        return next((persona for persona in self.personas if persona.key == key), None)

    def somebody_else(self, nik: str) -> Persona:
        """A named persona with another NIK: whom a confused registry answers about."""
        return next(persona for persona in self.personas if persona.nik != nik)


def load_population() -> Population:
    """The named personas of ``personas.toml``."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Population(tuple(_persona(key, row) for key, row in rows.items()))


def is_generated(nik: str) -> bool:
    """Whether a NIK belongs to a generated resident: district 990199, a possible birth date, a serial above 0000."""
    return bool(NIK_SHAPE.match(nik)) and nik.startswith(GENERATED_DISTRICT) and _birth_date(nik) is not None and nik[12:] != "0000"


def generated(nik: str) -> Persona:
    """The resident behind a NIK of district 990199: never registered with BPJS, desil 1-4, alive, found everywhere.

    All of it follows from the NIK: the name is a given name (by sex), a plant and ``UJI``, chosen by the NIK's SHA-256;
    the year is 19YY for YY 40 and above, else 20YY; the desil is 1 + the third digest byte modulo 4; the KK is the
    NIK with the women's offset taken out of the day. Raises ``ValueError`` for any other NIK.
    """
    birth_date = _birth_date(nik) if is_generated(nik) else None
    if birth_date is None:
        raise ValueError("not a NIK of the generated district 990199")
    digest = hashlib.sha256(nik.encode()).digest()
    given = WOMEN if int(nik[6:8]) > 40 else MEN
    name = f"{given[digest[0] % len(given)]} {MIDDLE[digest[1] % len(MIDDLE)]} UJI"
    kk = f"{GENERATED_DISTRICT}{birth_date:%d%m%y}{nik[12:]}"
    persona = Persona(f"warga-{nik[6:]}", nik, name, birth_date, kk, "Warga rekaan untuk uji beban.")
    return replace(persona, civil=Civil("found", name, birth_date, kk), family=Family(1 + digest[2] % 4))


def generated_nik(number: int) -> str:
    """The NIK of the generated resident with this number, 0 to 239,975,999; different numbers give different people."""
    if not 0 <= number < DAYS * SERIALS:
        raise ValueError("number of a generated resident out of range")
    born = OLDEST + timedelta(days=number * STRIDE % DAYS)
    day = born.day + (40 if number % 2 else 0)
    return f"{GENERATED_DISTRICT}{day:02d}{born:%m%y}{number // DAYS + 1:04d}"


def name_score(typed: str, registered: str) -> int:
    """0-100: how alike two names are, spaces and case aside. The real registry's measure is not published."""
    one, other = (" ".join(name.upper().split()) for name in (typed, registered))
    return round(100 * SequenceMatcher(None, one, other, autojunk=False).ratio())


def dtsen_as_of(today: date) -> date:
    """The day of the current DTSEN extract: the first of the quarter, because it is renewed about every three months."""
    return date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)


def _persona(key: str, row: Mapping[str, Any]) -> Persona:
    plain = {name: row[name] for name in ("nik", "name", "birth_date", "kk", "story")}
    base = {name: row[name] for name in ("name", "birth_date", "kk")}
    return Persona(
        key,
        **plain,
        civil=Civil(**{**base, **row["civil"]}) if "civil" in row else None,
        member=Member(**row["member"]) if "member" in row else None,
        family=Family(**row["family"]) if "family" in row else None,
    )


def _birth_date(nik: str) -> date | None:
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    century = 1900 if year >= OLDEST.year % 100 else 2000
    try:
        return date(century + year, month, day - 40 if day > 40 else day)
    except ValueError:
        return None
