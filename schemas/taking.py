"""Who has a case in hand, who could go on with it, and what a program sends to change that."""

from marshmallow import Schema, fields

from schemas.fields import Count, Flag, Shape


class TakeSchema(Shape):
    """Whether to take the case also from a colleague who has it."""

    over = Flag(load_default=False, metadata={"description": "true: juga dari tangan rekan; tanpa itu 409 dengan namanya"})


class HandOverSchema(Shape):
    """The colleague who goes on."""

    owner = Count(1, required=True, metadata={"description": "id dari colleagues"})


class HolderSchema(Schema):
    """In whose hand a case is."""

    id = fields.Integer(attribute="staff_id")
    name = fields.String()
    since = fields.DateTime()


class ColleagueSchema(Schema):
    """Somebody who has the role the case waits for."""

    id = fields.Integer()
    name = fields.String()


class TakingSchema(Schema):
    """How a case stands on the work list, for the person who asks."""

    ticket = fields.String()
    state = fields.String()
    holder = fields.Nested(HolderSchema, allow_none=True, metadata={"description": "null: tidak di tangan siapa pun"})
    mine = fields.Boolean()
    can_take = fields.Boolean(metadata={"description": "berkas menunggu peran Anda"})
    colleagues = fields.List(fields.Nested(ColleagueSchema), metadata={"description": "selain Anda, yang berperan untuk langkah ini"})
