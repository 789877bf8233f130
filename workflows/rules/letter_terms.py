"""What a letter of each type says, to whom, on which law and for how long: the nation's form, and the region's terms.

Both are dated data. ``schemas.policy_file`` joins them, so that a region's block knows for each type every rule it needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workflows.saying import sayings
from workflows.vocabulary import LetterType


@dataclass(frozen=True, slots=True)
class LetterForm:
    """The nation's form of one type since a day. ``code`` is what ``{jenis}`` becomes in a number; ``terms`` stand under the
    validity; ``promises_start`` lets the letter say when cover starts. Words in braces are filled in by the letter's facts."""

    type: LetterType
    code: str
    subject: str
    finding: str
    request: str
    terms: str
    promises_start: bool
    law: tuple[str, ...]
    reference: str
    document: str
    decided_on: date
    example: bool = False


@dataclass(frozen=True, slots=True)
class LetterTerms:
    """A region's own terms for one type, in one block. What is None is the nation's or the office's.

    ``outpatient_hours``, ``cap_rupiah``, ``mou_only`` and ``asks_diagnosis`` are letter C's: validity outside a ward, the most
    the region pays, whether only at hospitals it has a contract with, and whether the diagnosis is asked and printed.
    """

    addressee: tuple[str, ...]
    copies: tuple[str, ...]
    legal_basis: tuple[str, ...]
    validity_hours: int
    reference: str
    document: str
    decided_on: date
    example: bool = False
    subject: str | None = None
    request: str | None = None
    number_template: str | None = None
    own_counter: bool = False
    outpatient_hours: int | None = None
    cap_rupiah: int | None = None
    mou_only: bool = False
    asks_diagnosis: bool = False


@dataclass(frozen=True, slots=True)
class LetterRule:
    """Form and terms of one type together, as they hold for a case."""

    form: LetterForm
    terms: LetterTerms

    @property
    def subject(self) -> str:
        """What the letter is about."""
        return self.terms.subject or self.form.subject

    @property
    def request(self) -> str:
        """What is asked of the addressee."""
        return self.terms.request or self.form.request

    @property
    def law(self) -> tuple[str, ...]:
        """The grounds: the nation's, then the region's own."""
        return (*self.form.law, *self.terms.legal_basis)

    def counter(self, unit: str) -> str:
        """Which running number the letter takes: the unit's, or the type's own within it."""
        return f"{unit}/{self.form.code}" if self.terms.own_counter else unit

    def hours(self, *, in_ward: bool) -> int:
        """How long the letter is good for."""
        return self.terms.validity_hours if in_ward or self.terms.outpatient_hours is None else self.terms.outpatient_hours


NAMES: Mapping[LetterType, str] = {
    LetterType.REKOM_PBPU_PEMDA: "Surat rekomendasi peserta daerah",
    LetterType.KET_REAKTIVASI_PBI_JK: "Surat keterangan pengaktifan kembali PBI JK",
    LetterType.JAMINAN_PELAYANAN: "Surat jaminan pelayanan",
    LetterType.PENCABUTAN: "Surat pencabutan peserta daerah",
    LetterType.PENGANTAR_KOLEKTIF: "Surat pengantar kolektif",
}
"""What people at the counter call a letter."""
NAMES = sayings(NAMES)

LetterRules = tuple[tuple[date, LetterRule], ...]
"""Rules of one type by the day they hold from, newest last."""
