"""The shape of what a policy file says of letters: the nation's form of each type, and a region's terms for each."""

from collections.abc import Iterator
from datetime import date
from string import Formatter
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from schemas.policy_fields import PolicyShape, Rule, choice, day, flag, listed, part, text, whole, words
from workflows.errors import PolicyFileError
from workflows.letter_number import check_template, names_type
from workflows.rules.letter_terms import LetterForm, LetterTerms
from workflows.vocabulary import LetterType

FILLED_IN = {
    "finding": frozenset({"alasan", "jumlah", "masa"}),
    "request": frozenset({"segmen", "kelas", "perawatan", "tempat", "batas"}),
    "terms": frozenset({"perawatan", "tempat"}),
    "addressee": frozenset({"rumah_sakit", "kota"}),
    "copies": frozenset({"rumah_sakit", "kota"}),
}
"""Which words in braces each text may hold."""

LONGEST_HOURS = 8760


class LetterFormShape(Rule):
    """``[[letter_forms]]`` of the national file; one row per type and day."""

    type = choice(LetterType)
    valid_from = day()
    code = text(r"^[A-Z]{2,12}$", "Pakai 2 sampai 12 huruf besar.")
    subject = text()
    finding = text()
    request = text()
    terms = text()
    promises_start = flag()
    law = listed(text())

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse braces nobody fills in."""
        _refuse(_brace_faults(data))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[date, LetterForm]:
        """The day the form holds from, and the form."""
        since = data.pop("valid_from")
        return since, LetterForm(**{key: _frozen(value) for key, value in data.items() if key != "retroactive"})


class _TermsShape(Rule):
    addressee = listed(text())
    copies = listed(text(), least=0)
    legal_basis = listed(text(), least=0)
    validity_hours = whole(1, LONGEST_HOURS)
    subject = text(required=False)
    request = text(required=False)
    number_template = text(required=False)
    own_counter = fields.Boolean(truthy={True}, falsy={False}, error_messages=words("Tulis true atau false."))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse braces nobody fills in, and a number that could be given twice."""
        _refuse({**dict(_brace_faults(data)), **dict(_number_faults(data))}.items())

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> LetterTerms:
        """A region's terms."""
        return LetterTerms(**{key: _frozen(value) for key, value in data.items() if key != "retroactive"})


class _GuaranteeShape(_TermsShape):
    outpatient_hours = whole(1, LONGEST_HOURS)
    cap_rupiah = whole(1, 1_000_000_000)
    mou_only = flag()
    asks_diagnosis = flag()


SHAPES = {LetterType.JAMINAN_PELAYANAN: _GuaranteeShape}
LETTER_TERMS = PolicyShape.from_dict({kind.value: part(SHAPES.get(kind, _TermsShape)) for kind in LetterType}, name="LetterTermsShape")
"""``[blocks.letters.TYPE]``: all types, each with its own keys; a missing one is refused."""


def form_faults(rows: list[tuple[date, LetterForm]]) -> Iterator[tuple[str, Any]]:
    """Types without a form, and rows of one type that are not in the order of their days."""
    faults: dict[int, Any] = {}
    for at, (since, form) in enumerate(rows):
        if any(earlier.type is form.type and before >= since for before, earlier in rows[:at]):
            faults[at] = {"valid_from": ["Urutkan baris satu jenis surat menurut tanggal; setiap tanggal satu kali."]}
    if missing := [kind.value for kind in LetterType if kind not in {form.type for _, form in rows}]:
        yield "letter_forms", [f"Belum ada bunyi untuk surat {', '.join(missing)}. Tambahkan [[letter_forms]]."]
    elif faults:
        yield "letter_forms", faults


def _brace_faults(data: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for key, known in FILLED_IN.items():
        value = data.get(key)
        for line in value if isinstance(value, list) else [value] if value else []:
            if fault := _brace_fault(line, known):
                yield key, [fault]


def _brace_fault(line: str, known: frozenset[str]) -> str | None:
    try:
        named = [f"{name}{width}{conversion or ''}" for _, name, width, conversion in Formatter().parse(line) if name is not None]
    except ValueError:
        return "Kurung kurawal tidak berpasangan. Betulkan."
    strange = [name for name in named if name not in known]
    return f"{{{strange[0]}}} tidak dikenal di sini. Pilihannya: {', '.join(sorted(known))}." if strange else None


def _number_faults(data: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    template = data.get("number_template")
    if template:
        try:
            check_template(template)
        except PolicyFileError as error:
            yield "number_template", [str(error)]
            return
    if data.get("own_counter") and not (template and names_type(template)):
        yield "own_counter", ["Nomor urut sendiri memerlukan number_template yang memuat {jenis}, supaya tidak ada nomor kembar."]


def _refuse(faults: Any) -> None:
    if found := dict(faults):
        raise ValidationError(found)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
