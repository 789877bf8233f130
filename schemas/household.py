"""A family on one visit: what all share, each member who needs a case, and who is covered already."""

from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from schemas.application import summary
from schemas.fields import REQUIRED, Choice, KkText, PastDay, PersonName, Phone, Shape, Text
from schemas.intake import IntakeSchema
from workflows.households import Applying, Covered, Family, HouseholdView, MemberView
from workflows.intake import Intake
from workflows.ports import Segment
from workflows.saying import say
from workflows.vocabulary import Channel

MOST = 20
"""Members on one family card; a card with more is two visits."""


class ApplyingSchema(IntakeSchema):
    """A member who needs a case: as for any case, with the place in the family; what all share stands on the family."""

    relation = Text(50, required=True, metadata={"description": "hubungan dalam keluarga, misalnya istri atau anak"})
    phone = Phone()

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Any:
        relation = data.pop("relation")
        given = {"phone": "", **data, "documents": frozenset(data.get("documents", ()))}
        return Applying(relation, Intake(**given))


class CoveredSchema(Shape):
    """A member whom somebody pays for already."""

    name = PersonName(200, required=True)
    relation = Text(50, required=True)
    segment = Choice(Segment, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Covered:
        return Covered(**data)


def _list(shape: type[Schema], **options: Any) -> fields.List[Any]:
    return fields.List(fields.Nested(shape), error_messages={**REQUIRED, "invalid": say("Kirim daftar anggota keluarga.")}, **options)


class HouseholdSchema(Shape):
    """``POST /api/v1/households``; loads into ``Family``."""

    kk = KkText(required=True, metadata={"description": "nomor Kartu Keluarga, 16 angka; tidak pernah di alamat"})
    phone = Phone(required=True)
    address = Text(300, allow_none=True)
    domicile_code = Text(10, allow_none=True)
    resident_since = PastDay(allow_none=True)
    channel = Choice(Channel)
    members = _list(
        ApplyingSchema,
        required=True,
        validate=validate.Length(1, MOST, error=say("Isi 1 sampai {most} anggota yang memerlukan berkas.", most=MOST)),
    )
    covered = _list(CoveredSchema, validate=validate.Length(max=MOST, error=say("Isi paling banyak {most} anggota.", most=MOST)))

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Family:
        members, covered = data.pop("members"), data.pop("covered", [])
        return Family(data["kk"], tuple(replace(one, intake=_shared(one.intake, data)) for one in members), tuple(covered))


class MemberSchema(Schema):
    """A member as the API shows it."""

    name = fields.String()
    relation = fields.String()
    segment = fields.String(allow_none=True, metadata={"description": "jenis peserta; null bila belum peserta atau belum dijawab"})
    active = fields.Boolean(allow_none=True, metadata={"description": "null bila belum dijawab"})
    application = fields.Dict(allow_none=True, metadata={"description": "berkasnya, seperti di daftar; null bila sudah dijamin"})


class HouseholdShownSchema(Schema):
    """A family with how each member stands."""

    code = fields.String()
    page = fields.String()
    members = fields.List(fields.Nested(MemberSchema))


HOUSEHOLD = HouseholdShownSchema()


def household_facts(view: HouseholdView) -> dict[str, Any]:
    """Ready for ``HOUSEHOLD.dump``; no number of the card or of a person is in it."""
    code = view.household.code
    return {"code": code, "page": f"/keluarga/{code}", "members": [_member(one) for one in view.members]}


def _member(one: MemberView) -> dict[str, Any]:
    application = summary(one.case) | {"opened_at": one.case.opened_at.isoformat()} if one.case else None
    own = {"name": one.member.name, "relation": one.member.relation}
    return {**own, "segment": one.segment, "active": one.active, "application": application}


def _shared(given: Intake, family: dict[str, Any]) -> Intake:
    """What a member says counts for more than what the family shares."""
    names = ("kk", "phone", "address", "domicile_code", "resident_since", "channel")
    own = {name: getattr(given, name) for name in names if name != "channel"}
    return replace(given, **{name: family[name] for name in names if family.get(name) and not own.get(name)})
