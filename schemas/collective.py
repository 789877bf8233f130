"""Letter E as the API takes and shows it: the list with masked NIKs, the chain, and the SHA-256 a word is given to."""

from typing import Any

from marshmallow import Schema, fields

from schemas.fields import REQUIRED, Flag, NikText, Shape, Text
from workflows.collective_states import LABEL, CollectiveStatus
from workflows.collective_view import CollectiveView
from workflows.masking import mask_nik
from workflows.records.collective import CollectiveLetter

LIST = {"description": "SHA-256 daftar yang dilihat, list_sha256"}


class SeenListSchema(Shape):
    """Which list was seen, and nothing else."""

    list_sha256 = Text(64, required=True, metadata=LIST)


class CollectiveWordSchema(SeenListSchema):
    """A post's or the head's word on the list that was seen; who does not agree says why."""

    agrees = Flag(required=True)
    reason = Text(500, allow_none=True, load_default=None)


class CollectivePenSchema(Shape):
    """Whose passphrase signs; it is kept in memory for this one try."""

    nik = NikText(required=True, metadata={"description": "NIK penanda tangan"})
    passphrase = fields.String(required=True, load_only=True, error_messages=REQUIRED)


class CollectiveLineSchema(Schema):
    """One letter in the list of letters."""

    id = fields.Integer()
    status = fields.String(metadata={"enum": [one.value for one in CollectiveStatus]})
    status_label = fields.String()
    since = fields.DateTime()
    number = fields.String(allow_none=True)
    people = fields.Integer()
    file_sha256 = fields.String()
    list_sha256 = fields.String()
    valid_until = fields.DateTime(allow_none=True)
    ended_reason = fields.String(allow_none=True)


class CollectiveLettersSchema(Schema):
    """An office's last cover letters."""

    letters = fields.List(fields.Nested(CollectiveLineSchema))


class CollectiveStepSchema(Schema):
    """One post asked for its paraf."""

    role = fields.String()
    name = fields.String(allow_none=True)
    given_at = fields.DateTime(allow_none=True)


class CollectivePersonSchema(Schema):
    """One person on the list, with the case and the letter it rests on; ``ended_at`` once BPJS answered or the letter ended."""

    position = fields.Integer()
    ticket = fields.String()
    name = fields.String()
    nik = fields.String(metadata={"description": "tersamar"})
    letter_number = fields.String()
    letter_day = fields.Date()
    ended_at = fields.DateTime(allow_none=True)


class CollectiveLetterSchema(CollectiveLineSchema):
    """One letter with its file, its chain and its list."""

    batch = fields.Integer(metadata={"description": "nomor berkas kiriman"})
    proposed_by = fields.String()
    decided_by = fields.String(allow_none=True)
    signing_mode = fields.String(allow_none=True)
    signing_error = fields.String(allow_none=True)
    replaces = fields.String(allow_none=True, metadata={"description": "nomor surat yang diganti"})
    replaced_by = fields.String(allow_none=True, metadata={"description": "nomor surat penggantinya"})
    turn = fields.String(allow_none=True, metadata={"description": "pejabat yang ditunggu parafnya"})
    steps = fields.List(fields.Nested(CollectiveStepSchema))
    list_ = fields.List(fields.Nested(CollectivePersonSchema), data_key="list")


def line_of(letter: CollectiveLetter) -> dict[str, Any]:
    """A letter, ready for ``CollectiveLineSchema``."""
    own = ("id", "since", "number", "people", "file_sha256", "list_sha256", "valid_until", "ended_reason")
    return {name: getattr(letter, name) for name in own} | {"status": letter.status.value, "status_label": LABEL[letter.status]}


def letter_facts(view: CollectiveView) -> dict[str, Any]:
    """The same with all there is, ready for ``CollectiveLetterSchema``."""
    letter = view.letter
    return line_of(letter) | {
        "batch": view.batch.number,
        "proposed_by": view.proposer,
        "decided_by": view.decider,
        "signing_mode": letter.signing_mode.value if letter.signing_mode else None,
        "signing_error": letter.signing_error,
        "replaces": view.replaces,
        "replaced_by": view.replaced_by,
        "turn": view.turn.value if view.turn else None,
        "steps": [{"role": step.role.value, "name": step.name, "given_at": step.given_at} for step in view.steps],
        "list_": [
            {
                "position": row.position,
                "ticket": ticket,
                "name": row.name,
                "nik": mask_nik(row.nik),
                "letter_number": row.letter_number,
                "letter_day": row.letter_day,
                "ended_at": row.ended_at,
            }
            for row, ticket in view.rows
        ],
    }
