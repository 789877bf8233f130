"""Keys of hospital systems as an admin asks for them and sees them."""

from typing import Any

from marshmallow import Schema, fields, validate

from schemas.fields import REQUIRED, Choice, Shape, Text
from workflows.hospital_keys import KeyView
from workflows.saying import say
from workflows.vocabulary import Scope

SCOPE_WORDS = {
    Scope.CHECK: say("memeriksa surat"),
    Scope.ACCEPT: say("menerima pasien"),
    Scope.OPEN: say("membuka berkas dan melaporkan kepesertaan"),
}


class NewKeySchema(Shape):
    """Which hospital's system, what it is called, and what it may do."""

    hospital = Text(32, required=True, error_messages=REQUIRED, metadata={"description": "kode rumah sakit"})
    label = Text(100, required=True, error_messages=REQUIRED, metadata={"description": "nama sistem, misalnya SIMRS IGD"})
    scopes = fields.List(
        Choice(Scope),
        required=True,
        validate=validate.Length(1, len(Scope), error=say("Pilih paling sedikit satu lingkup.")),
        error_messages=REQUIRED,
    )


class KeySchema(Schema):
    """A key without its secret."""

    client_id = fields.String()
    hospital = fields.String()
    hospital_name = fields.String()
    account = fields.String()
    scopes = fields.List(fields.String(metadata={"enum": [scope.value for scope in Scope]}))
    created_at = fields.DateTime()
    last_used_at = fields.DateTime(allow_none=True)
    revoked_at = fields.DateTime(allow_none=True)


class MadeKeySchema(KeySchema):
    """The same, with the secret, which is told this once."""

    client_secret = fields.String()


class KeyListSchema(Schema):
    """All keys, the revoked ones too."""

    keys = fields.List(fields.Nested(KeySchema))


def key_facts(view: KeyView) -> dict[str, Any]:
    """Ready for ``KeySchema``."""
    return {
        "client_id": view.key.client_id,
        "hospital": view.hospital.code,
        "hospital_name": view.hospital.name,
        "account": view.account.name,
        "scopes": [scope.value for scope in view.scopes],
        "created_at": view.account.created_at,
        "last_used_at": view.key.last_used_at,
        "revoked_at": view.account.disabled_at,
    }
