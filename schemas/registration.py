"""Registration with BPJS as the API takes and shows it: receipts, answers, SEP numbers; masked, no NIK goes out."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from schemas.desk_check import DeskQuestion
from schemas.fields import REQUIRED, Choice, Day, KkText, NikText, Phone, Shape, Text
from workflows.batches import AnswerRow
from workflows.masking import mask_nik
from workflows.records.case import Case
from workflows.records.registration import Registration, RegistrationAnswer, RegistrationBatch
from workflows.registering import Answer
from workflows.registration_states import LABEL, REFUSAL, RefusalCode, RegistrationStatus
from workflows.saying import say

SEP = r"^[0-9A-Z]{19}$"
MOST_ROWS = 500
"""Answers in one JSON request; more come as a file."""


class RegistrationSchema(Schema):
    """One registration in the list of the counter."""

    ticket = fields.String()
    name = fields.String()
    nik = fields.String(metadata={"description": "tersamar"})
    route = fields.String()
    status = fields.String()
    status_label = fields.String()
    since = fields.DateTime()
    rounds = fields.Integer(metadata={"description": "berapa kali sudah dikirim"})
    refusal = fields.String(allow_none=True)
    refusal_label = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    active_on = fields.Date(allow_none=True)
    details = fields.Dict()


class RegistrationListSchema(Schema):
    """The counter's list, the longest waiting first."""

    registrations = fields.List(fields.Nested(RegistrationSchema))


class RegistrationQuery(Shape):
    """Which registrations to list."""

    status = Choice(RegistrationStatus)


class RegistrationBatchSchema(Schema):
    """The receipt of one export file."""

    number = fields.Integer()
    people = fields.Integer()
    sha256 = fields.String()
    made_at = fields.DateTime()
    made_by = fields.String()
    sent_at = fields.DateTime(allow_none=True)
    sent_by = fields.String(allow_none=True)
    void_at = fields.DateTime(allow_none=True)
    void_reason = fields.String(allow_none=True)


class RegistrationBatchListSchema(Schema):
    """The last export files."""

    batches = fields.List(fields.Nested(RegistrationBatchSchema))


class StrangeSchema(Schema):
    """A row nobody waits for."""

    line = fields.Integer()
    reason = fields.String()


class AnswerReceiptSchema(Schema):
    """The receipt of one file of answers."""

    sha256 = fields.String()
    people = fields.Integer()
    accepted = fields.Integer()
    refused = fields.Integer()
    strange = fields.List(fields.Nested(StrangeSchema))
    received_at = fields.DateTime()
    received_by = fields.String()


class OneAnswerSchema(Shape):
    """BPJS's word on one registration; loads into ``Answer``."""

    active_on = Day(allow_none=True, load_default=None)
    card_number = fields.String(
        allow_none=True,
        load_default=None,
        validate=validate.Regexp(r"^\d{13}$", error=say("Nomor kartu terdiri dari 13 angka.")),
        error_messages=REQUIRED,
    )
    refusal = Choice(RefusalCode, allow_none=True, load_default=None)
    note = Text(500, allow_none=True, load_default=None)

    @validates_schema
    def _check_one_word(self, data: dict[str, Any], **_: object) -> None:
        if (data.get("active_on") is None) == (data.get("refusal") is None):
            raise ValidationError(say("Isi tanggal aktif, atau alasan penolakan, salah satu."), "active_on")

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Any:
        return Answer(data["active_on"], data["card_number"] if data["active_on"] else None, data["refusal"], data["note"])


class AnswerLineSchema(OneAnswerSchema):
    """The same with the person's NIK; loads into ``AnswerRow``."""

    nik = NikText(required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Any:
        answer = Answer(data["active_on"], data["card_number"] if data["active_on"] else None, data["refusal"], data["note"])
        return AnswerRow(0, data["nik"], answer)


class AnswersSchema(Shape):
    """Many answers at once; applied whole or not at all."""

    rows = fields.List(
        fields.Nested(AnswerLineSchema),
        required=True,
        validate=validate.Length(1, MOST_ROWS, error=say("Kirim 1 sampai 500 jawaban.")),
        error_messages=REQUIRED,
    )

    @validates_schema
    def _check_twice(self, data: dict[str, Any], **_: object) -> None:
        niks = [row.nik for row in data.get("rows", ())]
        if len(set(niks)) < len(niks):
            raise ValidationError(say("Ada orang yang sama di dua baris. Kirim satu jawaban per orang."), "rows")


class RegistrationDetailsSchema(Shape):
    """Columns of the form that the counter fills in or mends."""

    no_kk = KkText()
    tempat_lahir = Text(100)
    status_kawin = Text(30)
    hub_keluarga = Text(30)
    alamat = Text(300)
    rt = Text(3)
    rw = Text(3)
    kode_desa = fields.String(validate=validate.Regexp(r"^\d{10}$", error=say("Kode desa terdiri dari 10 angka.")), error_messages=REQUIRED)
    kode_pos = fields.String(validate=validate.Regexp(r"^\d{5}$", error=say("Kode pos terdiri dari 5 angka.")), error_messages=REQUIRED)
    no_hp = Phone()
    kode_fktp = Text(20)


class SentSchema(Shape):
    """A reactivation that was typed into SIKS-NG."""

    reference = Text(64, allow_none=True, load_default=None, metadata={"description": "nomor usulan di SIKS-NG, bila ada"})


class EvidenceSchema(Shape):
    """What was seen of a word that somebody else gave."""

    evidence = Text(
        500, shortest=3, required=True, metadata={"description": "apa yang dilihat, misalnya tangkapan layar SIKS-NG dan tanggalnya"}
    )


class SepQuestion(DeskQuestion):
    """Which letter, and the SEP number of its episode of care."""

    sep_number = fields.String(
        required=True,
        validate=validate.Regexp(SEP, error=say("Nomor SEP terdiri dari 19 huruf besar dan angka. Salin dari VClaim.")),
        error_messages=REQUIRED,
    )


class SepAnswerSchema(Schema):
    """The number is kept; ``closed`` once BPJS has made the person active too."""

    sep_number = fields.String()
    sep_at = fields.DateTime()
    closed = fields.Boolean()


def registration_facts(registration: Registration, case: Case) -> dict[str, Any]:
    """One row of the list, ready for ``RegistrationSchema``."""
    return {
        "ticket": case.ticket,
        "name": case.name,
        "nik": mask_nik(case.nik),
        "route": registration.route.value,
        "status": registration.status.value,
        "status_label": LABEL[registration.status],
        "since": registration.since,
        "rounds": registration.rounds,
        "refusal": registration.refusal.value if registration.refusal else None,
        "refusal_label": REFUSAL[registration.refusal] if registration.refusal else None,
        "note": registration.note,
        "active_on": registration.active_on,
        "details": {name: value for name, value in registration.details.items() if name != "no_kk"},
    }


def batch_facts(batch: RegistrationBatch) -> dict[str, Any]:
    """A receipt, ready for ``RegistrationBatchSchema``."""
    return {name: getattr(batch, name) for name in RegistrationBatchSchema().fields}


def receipt_facts(receipt: RegistrationAnswer) -> dict[str, Any]:
    """A receipt, ready for ``AnswerReceiptSchema``."""
    return {name: getattr(receipt, name) for name in AnswerReceiptSchema().fields}
