"""What waits too long, and duties, as the API and the command line show them: tickets, roles and times."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields

from schemas.clocks import minutes
from workflows.records.case import Case
from workflows.records.duty import Duty
from workflows.records.staff import Staff
from workflows.stuck import Wait


class WaitSchema(Schema):
    """One thing that waits too long: a case, a cover letter, or an acceptance; the other two are empty."""

    ticket = fields.String(allow_none=True, metadata={"description": "berkas yang menunggu"})
    collective_letter = fields.Integer(allow_none=True, metadata={"description": "surat pengantar yang menunggu"})
    late_acceptance = fields.String(allow_none=True, metadata={"description": "penerimaan yang tidak menyebut surat dikenal"})
    region_code = fields.String()
    waiting = fields.String(metadata={"description": "status berkas, atau yang berjalan di sampingnya"})
    since = fields.DateTime()
    due = fields.DateTime(metadata={"description": "batas pertama menurut aturan"})
    owner = fields.String(metadata={"description": "peran yang ditunggu"})
    name = fields.String(allow_none=True, metadata={"description": "petugas yang ditunggu, bila bernama"})
    level = fields.Integer(metadata={"description": "berapa batas yang sudah lewat"})
    told = fields.String(allow_none=True, metadata={"description": "peran yang sudah diberi tahu"})
    next = fields.String(allow_none=True, metadata={"description": "peran berikutnya"})
    waiting_minutes = fields.Integer(metadata={"description": "menurut jam dinding"})


class WaitListSchema(Schema):
    """Everything that waits too long, the longest overdue first."""

    waits = fields.List(fields.Nested(WaitSchema))


class DutySchema(Schema):
    """One open duty."""

    ticket = fields.String()
    kind = fields.String()
    due_on = fields.Date()
    remind_on = fields.Date()
    owner = fields.String()


class DutyListSchema(Schema):
    """The office's open duties, the earliest due first."""

    duties = fields.List(fields.Nested(DutySchema))


WAITS = WaitSchema(many=True)


def wait_facts(wait: Wait, *, now: datetime) -> dict[str, Any]:
    """One wait, ready for ``WaitSchema``."""
    pending = wait.pending
    return {
        "ticket": pending.ticket,
        "collective_letter": pending.about.collective_id,
        "late_acceptance": pending.about.late_nonce,
        "region_code": pending.region_code,
        "waiting": pending.kind,
        "since": pending.since,
        "due": wait.due,
        "owner": pending.owner.value,
        "name": pending.name,
        "level": wait.level,
        "told": wait.told.value if wait.told else None,
        "next": wait.next.value if wait.next else None,
        "waiting_minutes": minutes(now - pending.since),
    }


def duty_facts(duty: Duty, case: Case, owner: Staff) -> dict[str, Any]:
    """One duty, ready for ``DutySchema``."""
    return {"ticket": case.ticket, "kind": duty.kind.value, "due_on": duty.due_on, "remind_on": duty.remind_on, "owner": owner.name}
