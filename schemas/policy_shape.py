"""The shape of policy files in marshmallow: what may stand in them, and what to do where it may not.

``schemas.policy_file`` reads the files and says file and line. Every message is Indonesian, for the
person who writes the file.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from schemas.approval_rows import ChainRows, LimitRows, QuorumRows
from schemas.letter_shape import LETTER_TERMS, LetterFormShape, form_faults
from schemas.office_time import CutoffRows, OpeningRows
from schemas.policy_fields import WORDS, PolicyShape, Rule, choice, day, flag, listed, part, ruled, sentences, text, whole, words
from schemas.retention_terms import TermShape, term_faults
from schemas.waiting_limits import WaitingRows
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
    PaperSize,
    RefusalReason,
    Ruled,
    SigningMode,
)
from workflows.vocabulary import DocumentType


class _OfficeShape(Rule):
    name = text()
    government = text()
    address = text()
    phone = text()
    place = text()
    unit = text()
    issuer = text(r"^[a-z0-9.-]{3,40}$", "Pakai 3 sampai 40 huruf kecil, angka, titik, atau tanda hubung.")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Office:
        """The letterhead."""
        return Office(**{key: value for key, value in data.items() if key != "retroactive"})


class _Question(PolicyShape):
    key = text(r"^[a-z0-9_]+$", "Pakai huruf kecil, angka, dan garis bawah.")
    question = text()
    decisive = fields.Boolean(truthy={True}, falsy={False}, error_messages=words("Tulis true atau false."))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Criterion:
        """One question."""
        return Criterion(**data)


class _Questions(Rule):
    code = text(r"^[A-Z0-9_]{3,64}$", "Pakai 3 sampai 64 huruf besar, angka, dan garis bawah.")
    title = text()
    threshold = fields.Integer(strict=True, error_messages=words("Tulis bilangan bulat, atau hapus kunci ini bila tanpa ambang."))
    criteria = part(_Question, many=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CriteriaSet:
        """A list of questions; its order is the order on the form."""
        kept = {key: value for key, value in data.items() if key not in ("retroactive", "criteria", "threshold")}
        return CriteriaSet(**kept, criteria=tuple(data["criteria"]), threshold=data.get("threshold"))


class _Block(PolicyShape):
    valid_from = day()
    valid_to = day(required=False)
    office = part(_OfficeShape)
    activation_mode = ruled(choice(ActivationMode))
    cutoff_days = ruled(listed(whole(1, 31), least=0))
    eligibility = ruled(choice(EligibilityBasis))
    desil_max = ruled(whole(1, 10))
    residence_months = ruled(whole(0, 120))
    criteria_set = ruled(text())
    own_criteria = part(_Questions, required=False)
    papers = ruled(listed(choice(DocumentType)))
    reactivation_papers = ruled(listed(choice(DocumentType)))
    guarantee_papers = ruled(listed(choice(DocumentType)))
    removal_papers = ruled(listed(choice(DocumentType)))
    newborn_papers = ruled(listed(choice(DocumentType)))
    unidentified_papers = ruled(listed(choice(DocumentType)))
    homeless_papers = ruled(listed(choice(DocumentType)))
    foreigner_papers = ruled(listed(choice(DocumentType)))
    traffic_accident_papers = ruled(listed(choice(DocumentType)))
    work_accident_papers = ruled(listed(choice(DocumentType)))
    arrears_rule = ruled(choice(ArrearsRule))
    papers_due_hours = ruled(whole(1, 720))
    hospital_clock_hours = ruled(whole(1, 720))
    hospital_clock_counting = ruled(choice(Counting))
    classification = ruled(text())
    number_template = ruled(text())
    signer_titles = ruled(listed(text()))
    signing_mode = ruled(choice(SigningMode))
    quota_seats = ruled(whole(0, 10_000_000))
    sla_hours = ruled(whole(1, 8760))
    sla_counting = ruled(choice(Counting))
    cutoffs = ruled(CutoffRows(required=True, error_messages=WORDS))
    office_hours = ruled(OpeningRows(required=True, error_messages=WORDS))
    holidays_added = ruled(listed(day(), least=0))
    holidays_removed = ruled(listed(day(), least=0))
    emergency_over_quota = ruled(flag(), required=False)
    paper = ruled(choice(PaperSize), required=False)
    approval_chain = ruled(ChainRows(required=True, error_messages=WORDS), required=False)
    separate_intake = ruled(flag(), required=False)
    acting_limits = ruled(LimitRows(required=True, error_messages=WORDS), required=False)
    quorum = ruled(QuorumRows(required=True, error_messages=WORDS), required=False)
    letters = part(LETTER_TERMS)
    uhc_coverage_percent = ruled(text(r"^\d{1,3}(\.\d{1,2})?$", 'Tulis persen dengan titik, misalnya "91.64".'))

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse what is well-formed but cannot be meant."""
        faults = dict(_block_faults(data))
        if faults:
            raise ValidationError(faults)


class RegionShape(PolicyShape):
    """One region's file."""

    region_code = text(r"^\d{4}$", 'Tulis kode Kemendagri 4 angka tanpa titik, misalnya "3673".')
    region_name = text()
    timezone = text(r"^Asia/(Jakarta|Makassar|Jayapura)$", 'Pilih "Asia/Jakarta", "Asia/Makassar", atau "Asia/Jayapura".')
    blocks = part(_Block, many=True)

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


class _Dated(Rule):
    valid_from = day()
    value = whole(1, 10_000_000)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[date, Any]:
        """The day a value holds from, and the value."""
        since = data.pop("valid_from")
        return since, Ruled(**data)


class _Refusal(Rule):
    valid_from = day()
    code = text(r"^[A-Z_]{3,32}$", "Pakai 3 sampai 32 huruf besar dan garis bawah.")
    sentence = sentences()
    next_step = sentences()
    place = sentences()
    needs_words = fields.Boolean(truthy={True}, falsy={False}, error_messages=words("Tulis true atau false."))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> RefusalReason:
        """One reason for the family."""
        return RefusalReason(**{key: value for key, value in data.items() if key != "retroactive"})


class _DatedLimits(_Dated):
    value = WaitingRows(required=True, error_messages=WORDS)  # type: ignore[assignment]


class NationalShape(PolicyShape):
    """The national file."""

    premium_region_share = part(_Dated, many=True)
    premium_self_paid = part(_Dated, many=True)
    premium_due_day = part(_Dated, many=True)
    premium_warn_days = part(_Dated, many=True)
    self_paid_wait_days = part(_Dated, many=True)
    reactivation_hours = part(_Dated, many=True)
    newborn_days = part(_Dated, many=True)
    dtsen_duty_months = part(_Dated, many=True)
    dtsen_reminder_days = part(_Dated, many=True)
    waiting_limits = part(_DatedLimits, many=True)
    uhc_coverage_threshold = part(_Dated, many=True)
    uhc_active_threshold = part(_Dated, many=True)
    objection_days = part(_Dated, many=True)
    objection_answer_days = part(_Dated, many=True)
    refusal_reasons = part(_Refusal, many=True)
    retention = part(TermShape, many=True)
    letter_forms = part(LetterFormShape, many=True)
    criteria_sets = part(_Questions, many=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse rows out of order and criteria that cannot be told apart."""
        refusals, forms = dict(_refusal_faults(data["refusal_reasons"])), dict(form_faults(data["letter_forms"]))
        terms, questions = dict(term_faults(data["retention"])), dict(_criteria_faults(data["criteria_sets"]))
        faults = {**dict(_row_faults(data)), **refusals, **forms, **terms, **questions}
        if faults:
            raise ValidationError(faults)


def _block_faults(block: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in block.items():
        if isinstance(value, Ruled) and value.decided_on > block["valid_from"] and not value.retroactive:
            hint = "Tanggal ini sesudah valid_from. Betulkan, atau tulis retroactive = true."
            yield key, {"decided_on": [hint]}
    if (own := block.get("own_criteria")) and (wrong := _criteria_fault(own, [])):
        yield "own_criteria", wrong
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
    for key in (key for key in national if key not in ("letter_forms", "criteria_sets", "refusal_reasons", "retention")):
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
