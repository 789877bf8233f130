"""Keys of hospital systems: made, listed, revoked by an admin."""

from typing import Any

from flask_smorest import Blueprint

from schemas.hospital_key import KeyListSchema, KeySchema, MadeKeySchema, NewKeySchema, key_facts
from verify.auth import me, parts, requires
from verify.key_making import make_key
from workflows import hospital_keys
from workflows.permissions import Permission

blueprint = Blueprint("hospital_keys", __name__, url_prefix="/api/v1/hospital-keys", description="Kunci sistem rumah sakit")


@blueprint.get("")
@requires(Permission.MANAGE_STAFF)
@blueprint.response(200, KeyListSchema)
def list_keys() -> dict[str, Any]:
    """All keys of the region's hospitals, the revoked ones too."""
    with parts().database.read() as session:
        return {"keys": [key_facts(view) for view in hospital_keys.keys(session, me())]}


@blueprint.post("")
@requires(Permission.MANAGE_STAFF)
@blueprint.arguments(NewKeySchema)
@blueprint.response(201, MadeKeySchema)
def make(given: dict[str, Any]) -> dict[str, Any]:
    """Make a key. ``client_secret`` is told this once; who loses it gets another key."""
    with parts().database.write() as session:
        view, secret = make_key(parts(), session, given["hospital"], given["label"], frozenset(given["scopes"]), me())
        return key_facts(view) | {"client_secret": secret}


@blueprint.delete("/<client_id>")
@requires(Permission.MANAGE_STAFF)
@blueprint.response(200, KeySchema)
def revoke(client_id: str) -> dict[str, Any]:
    """Revoke a key for good; its tokens end at once."""
    with parts().database.write() as session:
        hospital_keys.revoke(session, client_id, me(), now=parts().clock())
        return key_facts(hospital_keys.find(session, client_id, me()))
