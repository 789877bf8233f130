"""Pictures of a case's papers: kept, listed, fetched one by one, removed with a reason."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from schemas.case_paper import CasePaperListSchema, listed
from schemas.casework import ReasonSchema
from verify.auth import me, parts, requires
from verify.case_papers import keep_paper as keep
from verify.case_papers import kept_papers, picture_response, remove_paper
from verify.counter import on_case
from workflows import queries
from workflows.errors import NotFound
from workflows.permissions import Permission
from workflows.saying import say
from workflows.vocabulary import DocumentType

blueprint = Blueprint("case_papers", __name__, url_prefix="/api/v1/applications/<ticket>/papers", description="Foto berkas")

NO_SUCH_PAPER = say("Jenis berkas ini tidak dikenal. Pakai salah satu kode berkas, misalnya KTP atau KK.")


@blueprint.get("")
@requires(Permission.READ_CASES)
@blueprint.response(200, CasePaperListSchema)
def list_papers(ticket: str) -> dict[str, Any]:
    """All pictures of a case, removed ones included."""
    return _listed(ticket)


@blueprint.put("/<paper>")
@requires(Permission.AMEND_CASE)
@blueprint.response(200, CasePaperListSchema)
def keep_paper(ticket: str, paper: str) -> dict[str, Any]:
    """Keep a picture of a paper, as JPEG, PNG or PDF in the body, 10 MB at most; the same one again changes nothing."""
    if paper not in set(DocumentType):
        raise NotFound(NO_SUCH_PAPER)
    keep(ticket, DocumentType(paper), request.get_data(), me())
    return _listed(ticket)


@blueprint.get("/<handle>/picture")
@requires(Permission.READ_CASES)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="image/jpeg")
@blueprint.alt_response(200, schema={"type": "string", "format": "binary"}, content_type="application/pdf", success=True)
def picture(ticket: str, handle: str) -> Response:
    """One picture as it is kept: pixels alone, or a PDF. Each look is written down."""
    return picture_response(ticket, handle)


@blueprint.post("/<handle>/removal")
@requires(Permission.AMEND_CASE)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CasePaperListSchema)
def remove(given: dict[str, Any], ticket: str, handle: str) -> dict[str, Any]:
    """Remove a picture while the case is open; who and why stays."""
    on_case(ticket, given.get("version"), lambda session, case: remove_paper(session, case, handle, given))
    return _listed(ticket)


def _listed(ticket: str) -> dict[str, Any]:
    with parts().database.read() as session:
        case = queries.case_view(session, ticket, me()).case
    return listed(kept_papers(case))
