"""Approving or initialling what was shown: the list, the hash over it, and one answer a case."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from schemas.fields import REQUIRED, Count, Shape, Text
from workflows.approvals import MOST, Approvable, BatchAnswer, BatchOutcome, Queue, Shown, digest_of
from workflows.masking import mask_nik
from workflows.saying import say

NOT_WHAT_WAS_SHOWN = say("Hash tidak sama dengan daftar yang dikirim. Ambil daftar lagi, lalu setujui yang Anda lihat.")
OUTCOMES = [outcome for outcome in BatchOutcome if outcome is not BatchOutcome.IN_HAND]
HASH = {"description": "SHA-256, 64 angka heksadesimal"}


class ShownSchema(Shape):
    """A case as it was shown, as the list gave it."""

    ticket = Text(9, required=True)
    version = Count(required=True)
    facts = Text(64, required=True, metadata=HASH)
    findings = Text(64, required=True, metadata=HASH)


class SeenSchema(ShownSchema):
    """The same; ``reason`` where findings are not met."""

    reason = Text(1000, allow_none=True)


def _cases(shape: type[ShownSchema]) -> Any:
    return fields.List(
        fields.Nested(shape),
        required=True,
        validate=validate.Length(1, MOST, error=say("Pilih 1 sampai {most} berkas.", most=MOST)),
        error_messages={**REQUIRED, "invalid": say("Kirim daftar berkas.")},
    )


class ParafsSchema(Shape):
    """What gets a paraf: these cases, exactly as they were shown."""

    shown = Text(64, required=True, metadata={"description": "SHA-256 atas daftar ini: JSON rapat, kunci urut abjad, tanpa reason"})
    cases = _cases(ShownSchema)

    @validates_schema
    def _check_list(self, data: dict[str, Any], **_: object) -> None:
        tickets = [one["ticket"] for one in data["cases"]]
        if len(set(tickets)) < len(tickets):
            raise ValidationError(say("Setiap berkas satu kali saja."), "cases")
        if digest_of(map(_seen, data["cases"])) != data["shown"]:
            raise ValidationError(NOT_WHAT_WAS_SHOWN, "shown")

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"shown": data["shown"], "cases": [(_seen(one), one.get("reason")) for one in data["cases"]]}


class ApprovalsSchema(ParafsSchema):
    """What is approved: the same, with a reason where one is due."""

    cases = _cases(SeenSchema)


class ApprovableSchema(Schema):
    """A case that waits for the decision; ``notes`` are why it needs an eye of its own."""

    ticket = fields.String()
    version = fields.Integer()
    facts = fields.String(metadata=HASH)
    findings = fields.String(metadata=HASH)
    name = fields.String()
    nik = fields.String(metadata={"description": "tersamar"})
    urgency = fields.String()
    notes = fields.List(fields.String())


class QueueQuery(Shape):
    """Where in the queue to begin."""

    skip = Count(strict=False, load_default=0, metadata={"description": "lewati sekian berkas yang paling mendesak"})


class ApprovablesSchema(Schema):
    """Those that wait, the most urgent first, as many as one look weighs."""

    cases = fields.List(fields.Nested(ApprovableSchema))
    skipped = fields.Integer(metadata={"description": "berkas yang menunggu sebelum daftar ini"})
    behind = fields.Integer(metadata={"description": "berkas yang menunggu sesudah daftar ini"})
    noted = fields.Integer(metadata={"description": "di antara keduanya, yang perlu dilihat satu per satu"})


class BatchAnswerSchema(Schema):
    """What became of one case."""

    ticket = fields.String()
    name = fields.String()
    outcome = fields.String(metadata={"description": f"salah satu: {', '.join(OUTCOMES)}"})
    letter = fields.String(allow_none=True)
    place = fields.Integer(allow_none=True, metadata={"description": "nomor di daftar tunggu"})
    changed = fields.List(fields.String(), metadata={"description": "apa yang berubah sejak dilihat"})
    sentence = fields.String(allow_none=True)


class ApprovalsAnswerSchema(Schema):
    """The whole batch, case by case in the order sent."""

    approved = fields.Integer()
    results = fields.List(fields.Nested(BatchAnswerSchema))


class ParafsAnswerSchema(Schema):
    """The whole batch, case by case in the order sent."""

    initialled = fields.Integer()
    results = fields.List(fields.Nested(BatchAnswerSchema))


def list_answer(queue: Queue) -> dict[str, Any]:
    """Ready for ``ApprovablesSchema``."""
    counts = {"skipped": queue.skipped, "behind": queue.behind, "noted": queue.noted}
    return {"cases": [_row(one) for one in queue.cases], **counts}


def batch_answer(answers: Sequence[BatchAnswer]) -> dict[str, Any]:
    """Ready for ``ApprovalsAnswerSchema``."""
    approved = sum(answer.outcome == BatchOutcome.APPROVED for answer in answers)
    return {"approved": approved, "results": [plain_answer(answer) for answer in answers]}


def parafs_answer(answers: Sequence[BatchAnswer]) -> dict[str, Any]:
    """Ready for ``ParafsAnswerSchema``."""
    given = sum(answer.outcome == BatchOutcome.INITIALLED for answer in answers)
    return {"initialled": given, "results": [plain_answer(answer) for answer in answers]}


def plain_answer(answer: BatchAnswer) -> dict[str, Any]:
    """One answer as JSON values; ``read_answer`` reads it back."""
    return {**asdict(answer), "outcome": answer.outcome.value, "changed": list(answer.changed)}


def read_answer(plain: dict[str, Any]) -> BatchAnswer:
    """What ``plain_answer`` wrote."""
    return BatchAnswer(**{**plain, "outcome": BatchOutcome(plain["outcome"]), "changed": tuple(plain["changed"])})


def _row(one: Approvable) -> dict[str, Any]:
    case = one.case
    words = {"name": case.name, "nik": mask_nik(case.nik), "urgency": case.urgency.value, "notes": list(one.notes)}
    return asdict(one.shown) | words


def _seen(one: dict[str, Any]) -> Shown:
    return Shown(one["ticket"], one["version"], one["facts"], one["findings"])
