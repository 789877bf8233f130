"""The shape of policy files in marshmallow: what may stand in them, and what to do where it may not.

``schemas.policy_file`` reads the files and says file and line. Every message is Indonesian, for the
person who writes the file.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from schemas.approval_rows import ChainRows
from schemas.office_time import CutoffRows, OpeningRows
from workflows.errors import PolicyFileError
from workflows.letter_number import check_template
from workflows.rules.calendar import Counting
from workflows.rules.policy import (
    ActivationMode,
    ArrearsRule,
    CriteriaSet,
    Criterion,
    EligibilityBasis,
    Office,
    RefusalReason,
    Ruled,
    SigningMode,
)
from workflows.vocabulary import DocumentType

WORDS: dict[str, Any] = {
    "required": "Kunci ini wajib ada. Tambahkan.",
    "null": "Nilai tidak boleh kosong. Isi nilainya.",
    "unknown": "Kunci ini tidak dikenal. Hapus, atau betulkan ejaannya.",
    "type": "Tulis sebagai tabel, misalnya { value = ..., reference = ... }.",
}


LONGEST_SENTENCE = 20
"""Words; what a family reads must be plain."""


class _Shape(Schema):
    error_messages = WORDS


def _day(required: bool = True) -> fields.Raw:
    return fields.Raw(required=required, validate=_check_day, error_messages=WORDS)


def _check_day(value: Any) -> None:
    if type(value) is not date:
        raise ValidationError("Tulis tanggal tanpa tanda kutip, misalnya 2026-01-31.")


def _words(invalid: str) -> dict[str, Any]:
    return {**WORDS, "invalid": invalid, "unknown": invalid}


def _text(pattern: str = r"^\S(.*\S)?$", hint: str = "Isi teks, tanpa spasi di awal dan akhir.") -> fields.String:
    return fields.String(
        required=True, validate=validate.Regexp(pattern, error=hint), error_messages=_words("Tulis teks dalam tanda kutip.")
    )


def _sentences() -> fields.String:
    return fields.String(required=True, validate=_check_plain, error_messages=_words("Tulis teks dalam tanda kutip."))


def _check_plain(text: str) -> None:
    """A family reads it: sentences of twenty words at most, each with its full stop."""
    if not text.strip() or not text.rstrip().endswith("."):
        raise ValidationError("Tulis kalimat lengkap yang berakhir dengan titik.")
    if any(len(sentence.split()) > LONGEST_SENTENCE for sentence in text.split(". ")):
        raise ValidationError(f"Kalimat paling panjang {LONGEST_SENTENCE} kata. Pecah menjadi dua kalimat.")


def _whole(low: int, high: int) -> fields.Integer:
    hint = f"Tulis bilangan bulat {low} sampai {high}, tanpa tanda kutip."
    return fields.Integer(required=True, strict=True, validate=validate.Range(low, high, error=hint), error_messages=_words(hint))


def _choice(words: type[StrEnum]) -> fields.Enum[Any]:
    hint = f"Pilih salah satu: {', '.join(words)}."
    return fields.Enum(words, by_value=True, required=True, error_messages=_words(hint))


def _list(item: fields.Field[Any], least: int = 1) -> fields.List[Any]:
    check = validate.Length(min=least, error="Isi paling sedikit satu.")
    return fields.List(item, required=True, validate=check, error_messages=_words("Tulis daftar dalam kurung siku."))


def _flag() -> fields.Boolean:
    return fields.Boolean(required=True, truthy={True}, falsy={False}, error_messages=_words("Tulis true atau false."))


def _part(shape: type[Schema], many: bool = False, required: bool = True) -> fields.Nested:
    return fields.Nested(shape, many=many, required=required, error_messages=WORDS)


class _Rule(_Shape):
    reference = _text()
    document = _text()
    decided_on = _day()
    example = fields.Boolean(truthy={True}, falsy={False}, error_messages=_words("Tulis true atau false."))
    retroactive = fields.Boolean(truthy={True}, falsy={False}, error_messages=_words("Tulis true atau false."))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """A ``Ruled`` value; lists become tuples."""
        value = data["value"]
        return Ruled(**{**data, "value": tuple(value) if isinstance(value, list) else value})


def _ruled(value: fields.Field[Any], required: bool = True) -> fields.Nested:
    return _part(_Rule.from_dict({"value": value}), required=required)


class _OfficeShape(_Rule):
    name = _text()
    government = _text()
    address = _text()
    phone = _text()
    place = _text()
    unit = _text()
    issuer = _text(r"^[a-z0-9.-]{3,40}$", "Pakai 3 sampai 40 huruf kecil, angka, titik, atau tanda hubung.")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Office:
        """The letterhead."""
        return Office(**{key: value for key, value in data.items() if key != "retroactive"})


class _Block(_Shape):
    valid_from = _day()
    valid_to = _day(required=False)
    office = _part(_OfficeShape)
    activation_mode = _ruled(_choice(ActivationMode))
    cutoff_days = _ruled(_list(_whole(1, 31), least=0))
    eligibility = _ruled(_choice(EligibilityBasis))
    desil_max = _ruled(_whole(1, 10))
    residence_months = _ruled(_whole(0, 120))
    criteria_set = _ruled(_text())
    papers = _ruled(_list(_choice(DocumentType)))
    reactivation_papers = _ruled(_list(_choice(DocumentType)))
    guarantee_papers = _ruled(_list(_choice(DocumentType)))
    newborn_papers = _ruled(_list(_choice(DocumentType)))
    unidentified_papers = _ruled(_list(_choice(DocumentType)))
    homeless_papers = _ruled(_list(_choice(DocumentType)))
    foreigner_papers = _ruled(_list(_choice(DocumentType)))
    traffic_accident_papers = _ruled(_list(_choice(DocumentType)))
    work_accident_papers = _ruled(_list(_choice(DocumentType)))
    arrears_rule = _ruled(_choice(ArrearsRule))
    papers_due_hours = _ruled(_whole(1, 720))
    hospital_clock_hours = _ruled(_whole(1, 720))
    hospital_clock_counting = _ruled(_choice(Counting))
    letter_validity_hours = _ruled(_whole(1, 8760))
    classification = _ruled(_text())
    number_template = _ruled(_text())
    signer_titles = _ruled(_list(_text()))
    signing_mode = _ruled(_choice(SigningMode))
    copies = _ruled(_list(_text()))
    legal_basis = _ruled(_list(_text()))
    quota_seats = _ruled(_whole(0, 10_000_000))
    sla_hours = _ruled(_whole(1, 8760))
    sla_counting = _ruled(_choice(Counting))
    cutoffs = _ruled(CutoffRows(required=True, error_messages=WORDS))
    office_hours = _ruled(OpeningRows(required=True, error_messages=WORDS))
    holidays_added = _ruled(_list(_day(), least=0))
    holidays_removed = _ruled(_list(_day(), least=0))
    emergency_over_quota = _ruled(_flag(), required=False)
    approval_chain = _ruled(ChainRows(required=True, error_messages=WORDS), required=False)
    separate_intake = _ruled(_flag(), required=False)
    uhc_coverage_percent = _ruled(_text(r"^\d{1,3}(\.\d{1,2})?$", 'Tulis persen dengan titik, misalnya "91.64".'))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what is well-formed but cannot be meant."""
        faults = dict(_block_faults(data))
        if faults:
            raise ValidationError(faults)


class RegionShape(_Shape):
    """One region's file."""

    region_code = _text(r"^\d{4}$", 'Tulis kode Kemendagri 4 angka tanpa titik, misalnya "3673".')
    region_name = _text()
    timezone = _text(r"^Asia/(Jakarta|Makassar|Jayapura)$", 'Pilih "Asia/Jakarta", "Asia/Makassar", atau "Asia/Jayapura".')
    blocks = _part(_Block, many=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse gaps and overlaps."""
        blocks = data["blocks"]
        if not blocks:
            raise ValidationError({"blocks": ["Tulis paling sedikit satu [[blocks]]."]})
        faults = {later: fault for later in range(1, len(blocks)) if (fault := _seam_fault(blocks[later - 1], blocks[later]))}
        if end := blocks[-1].get("valid_to"):
            last = f"Sejak {end} tidak ada aturan. Hapus valid_to di blok terakhir, atau tambah blok sesudahnya."
            faults[len(blocks) - 1] = {**faults.get(len(blocks) - 1, {}), "valid_to": [last]}
        if faults:
            raise ValidationError({"blocks": faults})


class _Question(_Shape):
    key = _text(r"^[a-z0-9_]+$", "Pakai huruf kecil, angka, dan garis bawah.")
    question = _text()
    decisive = fields.Boolean(truthy={True}, falsy={False}, error_messages=_words("Tulis true atau false."))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Criterion:
        """One question."""
        return Criterion(**data)


class _Questions(_Rule):
    code = _text(r"^[A-Z0-9_]{3,64}$", "Pakai 3 sampai 64 huruf besar, angka, dan garis bawah.")
    title = _text()
    threshold = fields.Integer(strict=True, error_messages=_words("Tulis bilangan bulat, atau hapus kunci ini bila tanpa ambang."))
    criteria = _part(_Question, many=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CriteriaSet:
        """A list of questions; its order is the order on the form."""
        kept = {key: value for key, value in data.items() if key not in ("retroactive", "criteria", "threshold")}
        return CriteriaSet(**kept, criteria=tuple(data["criteria"]), threshold=data.get("threshold"))


class _Dated(_Rule):
    valid_from = _day()
    value = _whole(1, 10_000_000)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[date, Any]:
        """The day a value holds from, and the value."""
        since = data.pop("valid_from")
        return since, Ruled(**data)


class _Refusal(_Rule):
    valid_from = _day()
    code = _text(r"^[A-Z_]{3,32}$", "Pakai 3 sampai 32 huruf besar dan garis bawah.")
    sentence = _sentences()
    next_step = _sentences()
    place = _sentences()
    needs_words = fields.Boolean(truthy={True}, falsy={False}, error_messages=_words("Tulis true atau false."))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> RefusalReason:
        """One reason for the family."""
        return RefusalReason(**{key: value for key, value in data.items() if key != "retroactive"})


class NationalShape(_Shape):
    """The national file."""

    premium_region_share = _part(_Dated, many=True)
    premium_gross = _part(_Dated, many=True)
    premium_self_paid = _part(_Dated, many=True)
    self_paid_wait_days = _part(_Dated, many=True)
    reactivation_hours = _part(_Dated, many=True)
    newborn_days = _part(_Dated, many=True)
    uhc_coverage_threshold = _part(_Dated, many=True)
    uhc_active_threshold = _part(_Dated, many=True)
    objection_days = _part(_Dated, many=True)
    objection_answer_days = _part(_Dated, many=True)
    refusal_reasons = _part(_Refusal, many=True)
    criteria_sets = _part(_Questions, many=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse rows out of order and criteria that cannot be told apart."""
        refusals = dict(_refusal_faults(data["refusal_reasons"]))
        faults = {**dict(_row_faults(data)), **refusals, **dict(_criteria_faults(data["criteria_sets"]))}
        if faults:
            raise ValidationError(faults)


def _block_faults(block: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in block.items():
        if isinstance(value, Ruled) and value.decided_on > block["valid_from"] and not value.retroactive:
            hint = "Tanggal ini sesudah valid_from. Betulkan, atau tulis retroactive = true."
            yield key, {"decided_on": [hint]}
    if block.get("valid_to") and block["valid_to"] <= block["valid_from"]:
        yield "valid_to", ["Tanggal ini harus sesudah valid_from."]
    if block["activation_mode"].value is ActivationMode.NEXT_CYCLE and not block["cutoff_days"].value:
        yield "cutoff_days", ["NEXT_CYCLE memerlukan paling sedikit satu hari penutupan."]
    if block["hospital_clock_counting"].value is Counting.WORKING:
        yield "hospital_clock_counting", {"value": ["Pasien dirawat juga di luar jam buka. Pilih CLOCK atau WORKING_DAYS."]}
    if both := sorted(set(block["holidays_added"].value) & set(block["holidays_removed"].value)):
        yield "holidays_removed", {"value": [f"{both[0]} juga ada di holidays_added. Hapus di salah satunya."]}
    if fault := _template_fault(block["number_template"].value):
        yield "number_template", {"value": [fault]}


def _template_fault(template: str) -> str | None:
    try:
        check_template(template)
    except PolicyFileError as error:
        return str(error)
    return None


def _seam_fault(earlier: dict[str, Any], later: dict[str, Any]) -> dict[str, list[str]] | None:
    end, start = earlier.get("valid_to"), later["valid_from"]
    if end == start:
        return None
    if end is None or end > start:
        return {"valid_from": [f"Blok ini tumpang tindih dengan blok sebelumnya. Isi valid_to = {start} di blok sebelumnya."]}
    return {"valid_from": [f"Ada hari tanpa aturan sebelum blok ini. Samakan dengan valid_to sebelumnya, {end}."]}


def _row_faults(national: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in (key for key in national if key not in ("criteria_sets", "refusal_reasons")):
        days = [since for since, _ in national[key]]
        if not days:
            yield key, [f"Tulis paling sedikit satu [[{key}]]."]
        if wrong := [at for at in range(1, len(days)) if days[at] <= days[at - 1]]:
            yield key, {wrong[0]: {"valid_from": ["Urutkan menurut tanggal; setiap tanggal satu kali."]}}


def _refusal_faults(reasons: list[RefusalReason]) -> Iterator[tuple[str, Any]]:
    if not reasons:
        yield "refusal_reasons", ["Tulis paling sedikit satu [[refusal_reasons]]."]
    newest: dict[str, date] = {}
    for at, reason in enumerate(reasons):
        if reason.valid_from <= newest.get(reason.code, date.min):
            yield "refusal_reasons", {at: {"valid_from": ["Alasan yang sama ditulis lagi hanya dengan tanggal yang lebih baru."]}}
        newest[reason.code] = reason.valid_from


def _criteria_faults(sets: list[CriteriaSet]) -> Iterator[tuple[str, Any]]:
    faults = {at: fault for at, one in enumerate(sets) if (fault := _criteria_fault(one, [other.code for other in sets[:at]]))}
    if faults:
        yield "criteria_sets", faults


def _criteria_fault(one: CriteriaSet, earlier: list[str]) -> dict[str, list[str]] | None:
    keys = [criterion.key for criterion in one.criteria]
    if one.code in earlier:
        return {"code": ["Kode ini sudah dipakai di atas. Pakai kode lain."]}
    if not keys or len(set(keys)) < len(keys):
        return {"criteria": ["Tulis paling sedikit satu kriteria; setiap key satu kali."]}
    if one.threshold is not None and not 1 <= one.threshold <= len(keys):
        return {"threshold": [f"Ambang harus 1 sampai {len(keys)}, jumlah kriterianya."]}
    return None
