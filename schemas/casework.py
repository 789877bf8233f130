"""What people say about a case: answers, validation, manual results, decision."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from schemas.fields import REQUIRED, Choice, Count, Flag, KkText, Moment, NikText, PastDay, PersonName, Phone, Shape, Text
from workflows.checks import WORDS, ManualResult
from workflows.deaths import Death
from workflows.intake import Intake
from workflows.refusals import Objecting
from workflows.removals import OlderMember
from workflows.rules.facts import Answer
from workflows.saying import say
from workflows.states import CHECKS, Action, Job
from workflows.vocabulary import LetterType, ObjectionOutcome, RemovalReason, WithdrawalCause


def _version(*, required: bool = False) -> Count:
    seen = {"description": "versi berkas yang dilihat; bila sudah lain, 409"}
    return Count(required=required, metadata=seen)


class AssessmentSchema(Shape):
    """A caseworker's answers, one for each criterion of the region's set."""

    answers = fields.Dict(
        keys=Text(64),
        values=Choice(Answer),
        required=True,
        error_messages={**REQUIRED, "invalid": say("Kirim objek kriteria dan jawaban.")},
    )
    note = Text(1000, allow_none=True, load_default=None)
    version = _version()


class ValidationSchema(Shape):
    """A validator's word: agrees, or sends back with a reason."""

    agrees = Flag(required=True)
    note = Text(1000, allow_none=True, load_default=None)
    version = _version(required=True)

    @validates_schema
    def _check_reason(self, data: dict[str, Any], **_: object) -> None:
        if not data.get("agrees") and not data.get("note"):
            raise ValidationError(say("Tulis alasan mengapa berkas dikembalikan."), "note")


class SeenVersionSchema(Shape):
    """Which version of the case was seen, and nothing else."""

    version = _version(required=True)


class DecisionSchema(Shape):
    """The decider's word."""

    outcome = fields.String(
        required=True,
        validate=validate.OneOf([Action.APPROVE, Action.REJECT, Action.SEND_BACK], error=say("Pilih salah satu: {choices}.")),
        error_messages=REQUIRED,
    )
    reason = Text(1000, allow_none=True, load_default=None)
    grounds = fields.List(
        Text(32),
        load_default=list,
        error_messages={**REQUIRED, "invalid": say("Kirim daftar kode alasan.")},
        metadata={"description": "kode alasan menolak, dari /api/v1/refusal-reasons; wajib bila menolak"},
    )
    cap_rupiah = Count(
        1,
        1_000_000_000,
        allow_none=True,
        load_default=None,
        metadata={"description": "batas surat jaminan, rupiah; kosong berarti batas daerah"},
    )
    version = _version(required=True)

    @validates_schema
    def _check_reason(self, data: dict[str, Any], **_: object) -> None:
        if data.get("outcome") == Action.SEND_BACK and not data.get("reason"):
            raise ValidationError(say("Tulis alasan keputusan ini."), "reason")
        if data.get("outcome") == Action.REJECT and not data.get("grounds"):
            raise ValidationError(say("Pilih paling sedikit satu alasan dari daftar."), "grounds")


class ObjectionSchema(Shape):
    """Who objects to a refusal, and why; loads into ``Objecting`` beside the version seen."""

    objector = PersonName(200, required=True)
    relation = Text(50, allow_none=True, metadata={"description": "hubungan dengan pemohon, bila orang lain"})
    grounds = Text(2000, required=True)
    version = _version()

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"version": data.pop("version", None), "objecting": Objecting(**data)}


class ObjectionAnswerSchema(Shape):
    """The answer to an objection."""

    outcome = Choice(ObjectionOutcome, required=True)
    reason = Text(1000, required=True)
    version = _version(required=True)


class DeathSchema(Shape):
    """That a patient died; loads into ``Death`` beside the version seen."""

    died_on = PastDay(required=True)
    told_by = Text(200, required=True, metadata={"description": "siapa yang memberi kabar"})
    note = Text(500, allow_none=True, metadata={"description": "surat yang dilihat, bila ada"})
    version = _version()

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"version": data.pop("version", None), "death": Death(**data)}


class RefusalReasonSchema(Schema):
    """One reason of the list."""

    code = fields.String()
    sentence = fields.String()
    next_step = fields.String()
    place = fields.String()
    reference = fields.String()
    needs_words = fields.Boolean()


class RefusalReasonsSchema(Schema):
    """The list in force today."""

    reasons = fields.List(fields.Nested(RefusalReasonSchema))


class ReasonSchema(Shape):
    """Something that needs nothing but its reason."""

    reason = Text(500, shortest=3, required=True)
    version = _version()


class WithdrawalSchema(Shape):
    """Why the applicant goes no further: a cause of the list, and words; without a cause the words say it."""

    cause = Choice(WithdrawalCause, load_default=WithdrawalCause.OTHER)
    reason = Text(500, shortest=3, allow_none=True, load_default=None)
    version = _version()


class PassOnSchema(Shape):
    """Who takes a manual check over, by staff number."""

    owner = Count(1, 2_147_483_647, required=True)
    version = _version()


class LetterTypeSchema(Shape):
    """Another letter than the path's, and why."""

    letter_type = Choice(LetterType, required=True)
    reason = Text(500, shortest=3, required=True)
    version = _version()


class ReplacementSchema(Shape):
    """What is wrong on the paper, and how it is right."""

    reason = Text(500, shortest=3, required=True)
    name = PersonName(200)
    birth_date = PastDay()
    kk = KkText()
    address = Text(300)
    version = _version()


SEEN = {"description": "bukti yang dilihat, misalnya akta kematian"}


class RemovalSchema(Shape):
    """Why a member is to be taken off the list, and the evidence seen."""

    removal = Choice(RemovalReason, required=True)
    evidence = Text(500, shortest=5, required=True, metadata=SEEN)


class OlderRemovalSchema(Shape):
    """The same for a member without a case here; ``member_seen`` where no member file lists her. Loads ``older`` as ``OlderMember``."""

    nik = NikText(required=True)
    name = PersonName(200, required=True)
    birth_date = PastDay(required=True)
    phone = Phone(required=True)
    removal = Choice(RemovalReason, required=True)
    evidence = Text(500, shortest=5, required=True, metadata=SEEN)
    member_seen = Text(300, shortest=5, allow_none=True, load_default=None, metadata={"description": "misalnya kartu JKN"})

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        person = Intake(**{name: data[name] for name in ("nik", "name", "birth_date", "phone")})
        return {"removal": data["removal"], "older": OlderMember(person, data["evidence"], data["member_seen"])}


class ManualCheckSchema(Shape):
    """A check done by hand; loads into ``ManualResult``."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf([job.value for job in CHECKS], error=say("Pilih salah satu: {choices}.")),
        error_messages=REQUIRED,
    )
    outcome = Text(32, required=True)
    note = Text(500, shortest=5, required=True, metadata={"description": "bukti yang dilihat, misalnya KTP dan KK asli"})
    as_of = Moment(required=True)
    segment = Text(32, allow_none=True)
    desil = Count(0, 10, allow_none=True)
    exclusion_reason = Text(200, allow_none=True)

    @validates_schema
    def _check_outcome(self, data: dict[str, Any], **_: object) -> None:
        words = WORDS.get(data.get("kind", ""), ())
        if data.get("outcome") not in words:
            raise ValidationError(say("Pilih salah satu: {words}.", words=", ".join(words)), "outcome")

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> ManualResult:
        details = {key: data[key] for key in ("segment", "desil", "exclusion_reason") if data.get(key) is not None}
        return ManualResult(kind=Job(data["kind"]), outcome=data["outcome"], details=details, note=data["note"], as_of=data["as_of"])
