"""What a desk sends to have a letter moved, and what an office answers to it and to acceptances that collided."""

from marshmallow import fields

from schemas.fields import REQUIRED, Count, Flag, Shape, Text


class MoveSchema(Shape):
    """The letter's code, why it should move, and the hospital's own number if there is one."""

    code = Text(2000, required=True)
    transfer_reason = Text(300, required=True)
    transfer_registration = Text(64, allow_none=True, load_default=None)


class MoveAnswerSchema(Shape):
    """Yes, or no with a reason."""

    transfer = Count(1, strict=False, required=True)
    confirms = Flag(required=True)
    note = Text(300, allow_none=True, load_default=None)


class ProlongSchema(Shape):
    """The code of a letter that expired."""

    code = Text(2000, required=True)


class ProlongAnswerSchema(Shape):
    """A new case, or why not."""

    extension = Count(1, strict=False, required=True)
    opens = Flag(required=True)
    note = Text(300, allow_none=True, load_default=None)


class SettlementSchema(Shape):
    """How an acceptance that could not be used was put right."""

    nonce = fields.String(required=True, error_messages=REQUIRED)
    settlement = Text(300, required=True)
