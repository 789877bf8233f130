"""What a desk sends to have a letter moved or a new one made, and what an office answers to it and to acceptances that collided."""

from typing import Any

from marshmallow import Schema, fields

from schemas.fields import REQUIRED, Count, Flag, Shape, Text
from workflows.extensions import Prolonged
from workflows.records.extension import ExtensionOutcome
from workflows.records.letter import Letter
from workflows.records.transfer import Transfer, TransferOutcome

LETTER_ID = {"description": "letter_id dari jawaban pemeriksaan"}


class MoveSchema(Shape):
    """The letter's code, why it should move, and the hospital's own number if there is one."""

    code = Text(2000, required=True)
    transfer_reason = Text(300, required=True)
    transfer_registration = Text(64, allow_none=True, load_default=None)


class MoveWordSchema(Shape):
    """The office's yes, or no with a note that the hospital reads."""

    confirms = Flag(required=True)
    note = Text(300, allow_none=True, load_default=None)


class MoveAnswerSchema(MoveWordSchema):
    """The same from a page's list, on one of its requests."""

    transfer = Count(1, strict=False, required=True)


class ProlongSchema(Shape):
    """The code of a letter that expired."""

    code = Text(2000, required=True)


class NewWordSchema(Shape):
    """Whether the office opens a case for a new letter; if not, a note that the hospital reads."""

    opens = Flag(required=True)
    note = Text(300, allow_none=True, load_default=None)


class ProlongAnswerSchema(NewWordSchema):
    """The same from a page's list, on one of its requests."""

    extension = Count(1, strict=False, required=True)


class AskMoveSchema(Shape):
    """A letter that was checked, why it should move, and the hospital's own number if there is one."""

    letter_id = Text(32, required=True, metadata=LETTER_ID)
    reason = Text(300, required=True)
    registration_number = Text(64, allow_none=True, load_default=None)


class AskNewSchema(Shape):
    """A letter that was checked and has expired."""

    letter_id = Text(32, required=True, metadata=LETTER_ID)


class AskedSchema(Schema):
    """What a hospital asked for, and the office's word on it."""

    id = fields.Integer()
    letter_id = fields.String()
    number = fields.String()
    requested_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    note = fields.String(allow_none=True, metadata={"description": "alasan Dinas Sosial bila menolak"})


class TransferSchema(AskedSchema):
    """A letter's move to the hospital that asks."""

    from_hospital = fields.String()
    to_hospital = fields.String()
    reason = fields.String()
    registration_number = fields.String(allow_none=True)
    outcome = fields.String(allow_none=True, metadata={"enum": [*(one.value for one in TransferOutcome), None]})


class TransferListSchema(Schema):
    """Oldest first."""

    transfers = fields.List(fields.Nested(TransferSchema))


class ExtensionSchema(AskedSchema):
    """A new letter in the place of one that expired."""

    hospital = fields.String()
    outcome = fields.String(allow_none=True, metadata={"enum": [*(one.value for one in ExtensionOutcome), None]})
    new_letter_id = fields.String(allow_none=True, metadata={"description": "surat barunya, begitu terbit"})
    new_number = fields.String(allow_none=True)


class ExtensionListSchema(Schema):
    """Oldest first."""

    extensions = fields.List(fields.Nested(ExtensionSchema))


class SettlementSchema(Shape):
    """How an acceptance that could not be used was put right; ``admits`` makes it the letter's acceptance after all."""

    nonce = fields.String(required=True, error_messages=REQUIRED)
    settlement = Text(300, required=True)
    admits = Flag(load_default=False)


def transfer_facts(asked: Transfer, letter: Letter) -> dict[str, Any]:
    """Ready for ``TransferSchema``."""
    known = {name: getattr(asked, name) for name in "id requested_at decided_at note reason registration_number".split()}
    places = {"from_hospital": asked.from_hospital, "to_hospital": asked.to_hospital}
    return {**known, **places, "outcome": asked.outcome, "letter_id": letter.token_id, "number": letter.number}


def extension_facts(became: Prolonged, letter: Letter) -> dict[str, Any]:
    """Ready for ``ExtensionSchema``."""
    asked, new = became.extension, became.letter
    known = {name: getattr(asked, name) for name in "id requested_at decided_at note outcome".split()}
    fresh = {"new_letter_id": new.token_id if new else None, "new_number": new.number if new else None}
    return {**known, **fresh, "hospital": asked.hospital_code, "letter_id": letter.token_id, "number": letter.number}
