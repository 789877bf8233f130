"""Approvals: what waits for the head, and many at once against the hash of what was shown."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from schemas.approvals import ApprovablesSchema, ApprovalsAnswerSchema, ApprovalsSchema, batch_answer, list_answer
from verify.approval_batch import approve_all
from verify.auth import me, parts, requires
from verify.idempotency import HEADER, check_key
from workflows import approvals
from workflows.permissions import Permission

blueprint = Blueprint("approvals", __name__, url_prefix="/api/v1/approvals", description="Persetujuan")


@blueprint.get("")
@requires(Permission.DECIDE)
@blueprint.response(200, ApprovablesSchema)
def show() -> dict[str, Any]:
    """The cases that wait for the decision, each with the hashes of what is shown of it."""
    with parts().database.read() as session:
        return list_answer(approvals.waiting(session, me()))


@blueprint.post("")
@requires(Permission.DECIDE)
@blueprint.arguments(ApprovalsSchema)
@blueprint.response(200, ApprovalsAnswerSchema)
def approve(given: dict[str, Any]) -> dict[str, Any]:
    """Approve up to 40 cases exactly as they were shown; one that changed drops out with what changed, the rest goes on.

    With ``Idempotency-Key`` each case is answered once, however often the batch is sent.
    """
    key = check_key(request.headers.get(HEADER))
    return batch_answer(approve_all(given["shown"], given["cases"], key))
