"""A region's seats as the API shows them: counts, whole rupiah, and when they run out."""

from typing import Any

from marshmallow import Schema, fields

from schemas.fields import Choice, Shape
from workflows.outlook import Outlook
from workflows.records.seat import Account, ReleaseReason
from workflows.seats import LATER


class PaceSchema(Schema):
    """How fast seats were given; ``out_on`` null means not this year."""

    days = fields.Integer()
    measured = fields.Integer(metadata={"description": "hari yang benar-benar diukur; tahun yang baru mulai belum penuh"})
    given = fields.Integer()
    per_day = fields.Float()
    out_on = fields.Date(allow_none=True)


class RupiahSchema(Schema):
    """Whole rupiah: a seat's month and year, and the balances of the year's books."""

    per_seat_month = fields.Integer()
    per_seat_year = fields.Integer()
    budget = fields.Integer()
    reserved = fields.Integer()
    committed = fields.Integer()


class SeatsSchema(Schema):
    """A region's year of seats."""

    region_code = fields.String()
    year = fields.Integer()
    as_of = fields.Date()
    cap = fields.Integer()
    extra = fields.Integer(metadata={"description": "bagian cap di atas kuota, untuk gawat darurat"})
    used = fields.Integer()
    reserved = fields.Integer()
    committed = fields.Integer()
    left = fields.Integer()
    waiting = fields.Integer()
    rupiah = fields.Nested(RupiahSchema)
    paces = fields.List(fields.Nested(PaceSchema))


class ReleaseSchema(Shape):
    """Why a patient's seat is free again."""

    reason = Choice(ReleaseReason, required=True, metadata={"description": f"salah satu: {', '.join(sorted(LATER))}"})


def seats_answer(outlook: Outlook) -> dict[str, Any]:
    """Everything the API shows of a year."""
    names = ("region_code", "year", "as_of", "cap", "extra", "used", "reserved", "committed", "left", "waiting", "paces")
    rupiah = {account.value.lower(): outlook.balances[account] for account in (Account.BUDGET, Account.RESERVED, Account.COMMITTED)}
    costs = {"per_seat_month": outlook.monthly, "per_seat_year": outlook.per_seat_year}
    return {name: getattr(outlook, name) for name in names} | {"rupiah": costs | rupiah}
