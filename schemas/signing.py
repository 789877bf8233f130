"""Signing a batch, and the list of what waits for it."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from schemas.fields import REQUIRED, Count, NikText, Shape, Text
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter
from workflows.records.letter import Letter
from workflows.saying import say

MOST = 50
"""Letters in one batch: at two minutes each more would outlast a working morning."""


class BatchSchema(Shape):
    """Which letters to sign, and with whose passphrase; it is kept in memory for this batch only."""

    tickets = fields.List(Text(9), load_default=list)
    collective_letters = fields.List(Count(1), load_default=list, metadata={"description": "nomor surat pengantar dalam daftar"})
    nik = NikText(required=True, metadata={"description": "NIK penanda tangan"})
    passphrase = fields.String(required=True, load_only=True, error_messages=REQUIRED)

    @validates_schema
    def _check_number(self, data: dict[str, Any], **_: object) -> None:
        if not 1 <= len(data.get("tickets", ())) + len(data.get("collective_letters", ())) <= MOST:
            raise ValidationError(say("Pilih 1 sampai {most} surat.", most=MOST), "tickets")


class WaitingLetterSchema(Schema):
    """A letter that waits for a signature."""

    ticket = fields.String()
    number = fields.String()
    name = fields.String()
    mode = fields.String()
    error = fields.String(allow_none=True)


class WaitingCoverSchema(Schema):
    """A cover letter that waits for a signature."""

    id = fields.Integer()
    number = fields.String()
    people = fields.Integer()
    mode = fields.String()
    error = fields.String(allow_none=True)


class WaitingSchema(Schema):
    """All of them, oldest first."""

    letters = fields.List(fields.Nested(WaitingLetterSchema))
    collective_letters = fields.List(fields.Nested(WaitingCoverSchema))


def waiting(found: Sequence[tuple[Letter, Case]], covers: Sequence[CollectiveLetter]) -> dict[str, Any]:
    """The list, ready for ``WaitingSchema``."""
    return {
        "collective_letters": [
            {"id": one.id, "number": one.number, "people": one.people, "mode": one.signing_mode, "error": one.signing_error}
            for one in covers
        ],
        "letters": [
            {
                "ticket": case.ticket,
                "number": letter.number,
                "name": case.name,
                "mode": letter.signing_mode.value,
                "error": letter.signing_error,
            }
            for letter, case in found
        ],
    }
