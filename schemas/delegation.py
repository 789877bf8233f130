"""A delegation as the head's form sends it."""

from typing import Any

from marshmallow import fields, post_load

from schemas.fields import Choice, Day, Shape, Text
from workflows.delegation import Delegation
from workflows.vocabulary import Capacity, LetterType


class DelegationSchema(Shape):
    """Whom, as what, from when until when, for which letters; loads into ``Delegation``."""

    username = Text(64, required=True)
    capacity = Choice(Capacity, required=True, metadata={"description": "PLH atau AN"})
    first = Day(required=True)
    last = Day(required=True)
    position = Text(200, allow_none=True, load_default=None)
    letter_types = fields.List(Choice(LetterType), load_default=list)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Delegation:
        return Delegation(**{**data, "letter_types": frozenset(data["letter_types"])})
