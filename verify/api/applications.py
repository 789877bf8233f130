"""Applications: open with a KTP, add what follows, look."""

from typing import Any
from urllib.parse import urlencode

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.application import CASE, CaseListSchema, CaseSchema, summary
from schemas.fields import Choice, Count, Shape
from schemas.intake import AmendSchema, IdentifiedSchema, IntakeSchema
from verify.access_log import shows
from verify.api.shown import shown
from verify.auth import me, parts, requires
from verify.counter import amend_case, identify_case, on_case, open_case, warnings
from verify.idempotency import once
from workflows import queries
from workflows.case_lists import Asked, case_list
from workflows.intake import Intake
from workflows.permissions import Permission
from workflows.states import State

blueprint = Blueprint("applications", __name__, url_prefix="/api/v1/applications", description="Berkas permohonan")


class ListQuery(Shape):
    """Which cases to list."""

    state = Choice(State)
    before = Count(strict=False, metadata={"description": "lanjutan daftar, dari tautan next"})


@blueprint.post("")
@requires(Permission.OPEN_CASE)
@blueprint.arguments(IntakeSchema)
@blueprint.response(201, CaseSchema)
def open_application(given: Intake) -> Response:
    """Open a case; ``Idempotency-Key`` makes a repeat harmless."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        case = open_case(session, given)
        return 201, CASE.dump(shown(queries.case_view(session, case.ticket, me()), warnings(given)))

    return once(effect)


@blueprint.get("")
@requires(Permission.READ_CASES)
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, CaseListSchema)
def list_applications(query: dict[str, Any]) -> dict[str, Any]:
    """The office's cases, newest first."""
    with parts().database.read() as session:
        page = case_list(session, me(), asked=Asked(query.get("state")), before=query.get("before"))
    shows(page.cases)
    return {
        "applications": [summary(case) for case in page.cases],
        "next": _address(state=query.get("state"), before=page.cases[-1].id) if page.more else None,
    }


@blueprint.get("/<ticket>")
@requires(Permission.READ_CASES)
@blueprint.response(200, CaseSchema)
def show_application(ticket: str) -> dict[str, Any]:
    """One case with its checks, findings, letter and timeline."""
    with parts().database.read() as session:
        return shown(queries.case_view(session, ticket, me()))


@blueprint.patch("/<ticket>")
@requires(Permission.AMEND_CASE)
@blueprint.arguments(AmendSchema)
@blueprint.response(200, CaseSchema)
def amend_application(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Add what follows later, or correct what was typed."""
    with parts().database.write() as session:
        amend_case(session, ticket, given)
        return shown(queries.case_view(session, ticket, me()))


@blueprint.post("/<ticket>/nik")
@requires(Permission.AMEND_CASE)
@blueprint.arguments(IdentifiedSchema)
@blueprint.response(201, CaseSchema)
def identify(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Add the NIK of somebody whose case began without one; every registry is asked by it."""
    return shown(on_case(ticket, given["version"], lambda session, case: identify_case(session, case, given)))


def _address(**query: object) -> str:
    """The list's address with what is asked of it; what is None is left out."""
    return f"{blueprint.url_prefix}?{urlencode({name: value for name, value in query.items() if value is not None})}"
