"""Clocks and kept promises as the API and the command line show them: tickets and times, no names."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from marshmallow import Schema, fields

from workflows.clocks import KeptMonth, LateCase, RunningClock

APPLICANT = "APPLICANT"
"""Whose turn it is where it is nobody's of the office."""


class ClockSchema(Schema):
    """One running clock; minutes are counted as ``counting`` says, ``paused_minutes`` by the wall clock."""

    kind = fields.String()
    counting = fields.String(metadata={"description": "CLOCK: setiap jam; WORKING_DAYS: hari kerja; WORKING: jam buka kantor"})
    start = fields.DateTime()
    due = fields.DateTime(metadata={"description": "bila sedang berhenti: akhir waktunya bila berjalan lagi sekarang"})
    allowed_minutes = fields.Integer()
    remaining_minutes = fields.Integer()
    paused_minutes = fields.Integer()
    waiting = fields.Boolean(metadata={"description": "berhenti, menunggu pemohon"})
    state = fields.String(metadata={"description": "ON_TIME, SOON, LATE"})
    owner = fields.String(metadata={"description": "peran yang bergiliran, atau APPLICANT"})


class LateSchema(Schema):
    """A clock that ran out."""

    ticket = fields.String()
    region_code = fields.String()
    kind = fields.String()
    owner = fields.String()
    since = fields.DateTime()
    late_minutes = fields.Integer(metadata={"description": "menurut jam dinding"})


class MonthSchema(Schema):
    """One local month's letters."""

    month = fields.String(metadata={"description": "tahun dan bulan, misalnya 2026-11"})
    issued = fields.Integer()
    kept = fields.Integer()
    overdue = fields.Integer(metadata={"description": "berkas yang janjinya lewat dan belum bersurat"})
    share = fields.Float(metadata={"description": "0 sampai 1"})


class PromisesSchema(Schema):
    """How many promises were kept; months without one are left out."""

    issued = fields.Integer()
    kept = fields.Integer()
    overdue = fields.Integer(metadata={"description": "berkas yang janjinya lewat dan belum bersurat"})
    share = fields.Float(allow_none=True, metadata={"description": "kosong bila belum ada surat"})
    months = fields.List(fields.Nested(MonthSchema))


LATE, PROMISES = LateSchema(many=True), PromisesSchema()


def clock_facts(clock: RunningClock) -> dict[str, Any]:
    """One clock, ready for ``ClockSchema``."""
    return {
        "kind": clock.kind.value,
        "counting": clock.counting.value,
        "start": clock.start,
        "due": clock.due,
        "allowed_minutes": minutes(clock.allowed),
        "remaining_minutes": minutes(clock.remaining),
        "paused_minutes": minutes(clock.paused),
        "waiting": clock.waiting,
        "state": clock.state.value,
        "owner": owner_word(clock),
    }


def late_facts(one: LateCase, *, now: datetime) -> dict[str, Any]:
    """One late case, ready for ``LateSchema``."""
    return {
        "ticket": one.ticket,
        "region_code": one.region_code,
        "kind": one.clock.kind.value,
        "owner": owner_word(one.clock),
        "since": one.clock.due,
        "late_minutes": minutes(now - one.clock.due),
    }


def promise_facts(months: Iterable[KeptMonth]) -> dict[str, Any]:
    """All months and their sum, ready for ``PromisesSchema``."""
    months = list(months)
    sums = {name: sum(getattr(one, name) for one in months) for name in ("issued", "kept", "overdue")}
    promised = sums["issued"] + sums["overdue"]
    rows = [
        {"month": f"{one.month:%Y-%m}", "issued": one.issued, "kept": one.kept, "overdue": one.overdue, "share": round(one.share, 4)}
        for one in months
    ]
    return {**sums, "share": round(sums["kept"] / promised, 4) if promised else None, "months": rows}


def owner_word(clock: RunningClock) -> str:
    """The role whose turn it is, or the applicant."""
    return clock.owner.value if clock.owner else APPLICANT


def minutes(span: timedelta) -> int:
    """Whole minutes."""
    return int(span.total_seconds() // 60)
