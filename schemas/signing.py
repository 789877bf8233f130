"""Signing a batch, and the list of what waits for it."""

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields, validate

from schemas.fields import REQUIRED, NikText, Shape, Text
from workflows.records.case import Case
from workflows.records.letter import Letter

MOST = 50
"""Letters in one batch: at two minutes each more would outlast a working morning."""


class BatchSchema(Shape):
    """Which letters to sign, and with whose passphrase; it is kept in memory for this batch only."""

    tickets = fields.List(
        Text(9), required=True, validate=validate.Length(1, MOST, error=f"Pilih 1 sampai {MOST} surat."), error_messages=REQUIRED
    )
    nik = NikText(required=True, metadata={"description": "NIK penanda tangan"})
    passphrase = fields.String(required=True, load_only=True, error_messages=REQUIRED)


class WaitingLetterSchema(Schema):
    """A letter that waits for a signature."""

    ticket = fields.String()
    number = fields.String()
    name = fields.String()
    mode = fields.String()
    error = fields.String(allow_none=True)


class WaitingSchema(Schema):
    """All of them, oldest first."""

    letters = fields.List(fields.Nested(WaitingLetterSchema))


def waiting(found: Sequence[tuple[Letter, Case]]) -> dict[str, Any]:
    """The list, ready for ``WaitingSchema``."""
    return {
        "letters": [
            {
                "ticket": case.ticket,
                "number": letter.number,
                "name": case.name,
                "mode": letter.signing_mode.value,
                "error": letter.signing_error,
            }
            for letter, case in found
        ]
    }
