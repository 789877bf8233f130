"""The bedside lane for a hospital's own system: open with whatever exists, a provisional token at once, papers that follow."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.bedside import BedsideAnswerSchema, BedsideListSchema, BedsideSchema, PapersSchema, bedside_facts
from verify import bedside_counter
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.bedside_counter import address_of, stands
from verify.idempotency import once
from workflows import bedside
from workflows.bedside import Bedside
from workflows.permissions import Permission

blueprint = Blueprint("bedside_api", __name__, url_prefix="/api/v1/hospital/bedside", description="Tanda sementara")

ANSWER = BedsideAnswerSchema()


@blueprint.post("")
@requires(Permission.OPEN_AT_BEDSIDE)
@blueprint.arguments(BedsideSchema)
@blueprint.response(201, BedsideAnswerSchema)
def open_case(given: dict[str, Any]) -> Response:
    """Open a case for a patient of this hospital; no registry is waited for. ``Idempotency-Key`` makes a repeat harmless."""
    policy, now = parts().policy_today(me().region_code), parts().clock()
    bedside_counter.admit(given)

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        return 201, ANSWER.dump(_told(bedside_counter.open_here(session, given, policy, now=now)))

    return once(effect)


@blueprint.get("")
@requires(Permission.OPEN_AT_BEDSIDE)
@blueprint.response(200, BedsideListSchema)
def list_cases() -> dict[str, Any]:
    """The newest hundred of this hospital, with the clock of each."""
    with parts().database.read() as session:
        found = [stands(session, one) for one in bedside.of_hospital(session, me().hospital_code or "")]
    shows(one.case for one in found)
    return {"cases": [_told(one) for one in found]}


@blueprint.get("/<token>")
@requires(Permission.OPEN_AT_BEDSIDE)
@blueprint.response(200, BedsideAnswerSchema)
def show(token: str) -> dict[str, Any]:
    """How one token stands, and which papers are missing."""
    with parts().database.read() as session:
        found = stands(session, bedside.of_own(session, token, me()))
    shows([found.case])
    return _told(found)


@blueprint.post("/<token>/papers")
@requires(Permission.OPEN_AT_BEDSIDE)
@blueprint.arguments(PapersSchema)
@blueprint.response(201, BedsideAnswerSchema)
def note_papers(given: dict[str, Any], token: str) -> dict[str, Any]:
    """Say which papers are in hand by now; said twice, each is noted once."""
    with parts().database.write() as session:
        bedside_counter.note_papers(session, token, given)
        return _told(stands(session, bedside.of_own(session, token, me())))


def _told(one: Bedside) -> dict[str, Any]:
    return bedside_facts(one, address_of(one.provisional.token_id))
