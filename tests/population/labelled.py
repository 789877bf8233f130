"""A labelled set for matching: made-up people twice, the second time as a clerk in a hurry would write them, and strangers."""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

from workflows.population.matching import Person

FIRST = tuple(
    "SITI AHMAD MUHAMMAD NUR DEWI BUDI AGUS SRI ENDANG WATI RINI YUDI TONO ANI RATNA DIAN EKO TRI WAHYU HENDRA LINA MARIA YUSUF "
    "IBRAHIM FATIMAH AISYAH ROHMAN SLAMET SUGENG KARTINI".split()
)
LAST = tuple(
    "SAPUTRA WIBOWO HIDAYAT RAHAYU LESTARI SUSANTO PRATAMA KUSUMA SETIAWAN NUGROHO HANDAYANI PERMATA UTAMI SANTOSO GUNAWAN HARTONO "
    "WIJAYA SURYANI MAULANA FIRMANSYAH ANGGRAINI PUSPITA KURNIAWAN FAUZI HASANAH MARLINA YULIANA SAFITRI RAMADHAN SYAHPUTRA".split()
)
VARIANTS = {"MUHAMMAD": "MOH.", "SITI": "ST.", "NUR": "NOER", "YUSUF": "JUSUF", "WIJAYA": "WIDJAJA"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """Two lists and the truth: NIK in the second to NIK in the first."""

    residents: list[Person]
    others: list[Person]
    truth: dict[str, str]


def labelled(seed: int, *, pairs: int, residents: int, others: int) -> Labelled:
    """``pairs`` people stand in both lists under different NIKs; one in thirty has a twin who stands only in the second."""
    made = Maker(seed)
    both = [made.person() for _ in range(pairs)]
    again = [made.spoilt(person) for person in both]
    twins = [made.twin(person) for person in both[::30]]
    return Labelled(
        both + [made.person() for _ in range(residents)],
        again + twins + [made.person() for _ in range(others)],
        {spoilt.nik: person.nik for person, spoilt in zip(both, again, strict=True)},
    )


class Maker:
    """Makes people from a seed; no NIK comes twice."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._used: set[str] = set()

    def person(self) -> Person:
        """Anybody."""
        born = date(1945, 1, 1) + timedelta(days=self._draw.randint(0, 28_000))
        words = [self._draw.choice(FIRST), *self._draw.choices(FIRST, k=self._draw.random() < 0.4), self._draw.choice(LAST)]
        return Person(self._nik(born), " ".join(words), born)

    def twin(self, person: Person) -> Person:
        """Born the same day, under another name and another serial."""
        assert person.birth_date
        return replace(person, nik=self._nik(person.birth_date), name=f"{self._draw.choice(FIRST)} {self._draw.choice(LAST)}")

    def spoilt(self, person: Person) -> Person:
        """The same person with a typing error in the NIK, and often in something else."""
        born = person.birth_date
        assert born
        if self._draw.random() < 0.08:
            swapped = born.replace(month=born.day, day=born.month) if born.day <= 12 else born + timedelta(days=self._draw.randint(1, 9))
            born = swapped
        return Person(self._wrong(person.nik), self._respelt(person.name), born)

    def _nik(self, born: date) -> str:
        female = 40 if self._draw.random() < 0.5 else 0
        while True:
            nik = f"9901{self._draw.randint(1, 6):02d}{born.day + female:02d}{born:%m%y}{self._draw.randint(1, 9999):04d}"
            if nik not in self._used:
                self._used.add(nik)
                return nik

    def _wrong(self, nik: str) -> str:
        while True:
            place, digits = self._draw.randrange(15), list(nik)
            if self._draw.random() < 0.7:
                digits[place] = str((int(digits[place]) + self._draw.randint(1, 9)) % 10)
            else:
                digits[place], digits[place + 1] = digits[place + 1], digits[place]
            if (wrong := "".join(digits)) not in self._used:
                self._used.add(wrong)
                return wrong

    def _respelt(self, name: str) -> str:
        chance, place = self._draw.random(), self._draw.randrange(len(name))
        if chance < 0.25:
            return name[:place] + self._draw.choice("ABDEKLNRSTU") + name[place + 1 :]
        if chance < 0.35:
            return " ".join(reversed(name.split()))
        if chance < 0.45:
            return f"{self._draw.choice(('H.', 'HJ.', 'DRS.'))} {name}{self._draw.choice((', S.Pd', '', ', SE'))}"
        if chance < 0.6:
            return " ".join(VARIANTS.get(word, word) for word in name.split())
        return name
