"""Delegations: whom the head lets sign until a day, and taking it back."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.delegation import DelegationSchema, GivenSchema, GivensSchema, given_facts
from verify.auth import me, parts, requires
from verify.idempotency import once
from workflows import delegation
from workflows.delegation import Delegation
from workflows.permissions import Permission
from workflows.records.staff import Staff

blueprint = Blueprint("delegations", __name__, url_prefix="/api/v1", description="Delegasi tanda tangan")

GIVEN = GivenSchema()


@blueprint.get("/delegations")
@requires(Permission.DELEGATE)
@blueprint.response(200, GivensSchema)
def show() -> dict[str, Any]:
    """One's own delegations that are not over, the next to end first."""
    with parts().database.read() as session:
        found = delegation.given_by(session, me(), _zone(), now=parts().clock())
    return {"delegations": [given_facts(authority, person) for authority, person in found]}


@blueprint.post("/delegations")
@requires(Permission.DELEGATE)
@blueprint.arguments(DelegationSchema)
@blueprint.response(201, GivenSchema)
def give(given: Delegation) -> Response:
    """Let a person of the office sign from the first day to the last; it ends by itself. ``Idempotency-Key`` makes a repeat harmless."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        authority = delegation.delegate(session, given, me(), parts().policy_today(me().region_code), now=parts().clock())
        return 201, GIVEN.dump(given_facts(authority, session.get_one(Staff, authority.staff_id)))

    return once(effect)


@blueprint.delete("/delegations/<int(max=2147483647):delegation_id>")
@requires(Permission.DELEGATE)
@blueprint.response(204)
def take_back(delegation_id: int) -> None:
    """End one at once; what was signed under it stands."""
    with parts().database.write() as session:
        delegation.take_back(session, delegation_id, me(), _zone(), now=parts().clock())


def _zone() -> str:
    return parts().zone(me().region_code)
