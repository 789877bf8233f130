"""A delegation as the head's form or program sends it, and as the API shows it."""

from typing import Any

from marshmallow import Schema, fields, post_load

from schemas.fields import Choice, Day, Shape, Text
from workflows.delegation import Delegation
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff
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


class GivenSchema(Schema):
    """A delegation that stands; no letter types means all that the region allows."""

    id = fields.Integer()
    username = fields.String()
    name = fields.String()
    capacity = fields.String()
    position = fields.String(allow_none=True)
    first = fields.Date()
    last = fields.Date(allow_none=True)
    letter_types = fields.List(fields.String())


class GivensSchema(Schema):
    """All of one's own."""

    delegations = fields.List(fields.Nested(GivenSchema))


def given_facts(authority: SigningAuthority, person: Staff) -> dict[str, Any]:
    """Ready for ``GivenSchema``."""
    return {
        "id": authority.id,
        "username": person.username,
        "name": person.name,
        "capacity": authority.capacity.value,
        "position": authority.position,
        "first": authority.valid_from,
        "last": authority.valid_to,
        "letter_types": sorted(authority.letter_types or ()),
    }
