"""The work list's moves: a case taken in hand, given back, handed to a colleague."""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.taking import HandOverSchema, TakeSchema, TakingSchema
from verify.auth import me, parts, requires
from verify.idempotency import once
from workflows import advance, queries, taking
from workflows.permissions import Permission
from workflows.records.case import Case

blueprint = Blueprint("taking_api", __name__, url_prefix="/api/v1/applications/<ticket>/taking", description="Daftar kerja")

TAKING = TakingSchema()


@blueprint.get("")
@requires(Permission.READ_CASES)
@blueprint.response(200, TakingSchema)
def show_taking(ticket: str) -> dict[str, Any]:
    """In whose hand the case is, and who else could go on with it."""
    with parts().database.read() as session:
        return _facts(session, queries.case_view(session, ticket, me()).case)


@blueprint.post("")
@requires(Permission.READ_CASES)
@blueprint.arguments(TakeSchema)
@blueprint.response(201, TakingSchema)
def take_case(given: dict[str, Any], ticket: str) -> Response:
    """Take the case in hand; a colleague's only with ``over``, else 409 ``berkas-sudah-diambil`` names the ``holder``."""
    return _move(ticket, lambda session, case: taking.take(session, case, me(), now=parts().clock(), over=given["over"]))


@blueprint.post("/release")
@requires(Permission.READ_CASES)
@blueprint.response(201, TakingSchema)
def release_case(ticket: str) -> Response:
    """Give the case back to whoever comes next."""
    return _move(ticket, lambda session, case: taking.release(session, case, me(), now=parts().clock()))


@blueprint.post("/handover")
@requires(Permission.READ_CASES)
@blueprint.arguments(HandOverSchema)
@blueprint.response(201, TakingSchema)
def hand_over(given: dict[str, Any], ticket: str) -> Response:
    """Put the case into the hand of a colleague who has the role it waits for."""
    return _move(ticket, lambda session, case: taking.hand_to(session, case, given["owner"], me(), now=parts().clock()))


def _move(ticket: str, act: Callable[[Session, Case], None]) -> Response:
    """One move under the case's lock, once under its key."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        case = advance.lock(session, ticket, me())
        act(session, case)
        session.flush()
        return 201, TAKING.dump(_facts(session, case))

    return once(effect)


def _facts(session: Session, case: Case) -> dict[str, Any]:
    held = taking.holder(session, case)
    return {
        "ticket": case.ticket,
        "state": case.state,
        "holder": held,
        "mine": held is not None and held.staff_id == me().person_id,
        "can_take": taking.can_take(case, me()),
        "colleagues": taking.colleagues(session, case, me()),
    }
