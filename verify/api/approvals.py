"""Approvals and parafs: what waits for the head or a post, and many at once against the hash of what was shown."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from schemas.approvals import (
    ApprovablesSchema,
    ApprovalsAnswerSchema,
    ApprovalsSchema,
    ParafsAnswerSchema,
    ParafsSchema,
    QueueQuery,
    batch_answer,
    list_answer,
    parafs_answer,
)
from verify.access_log import shows
from verify.approval_batch import approve_all, paraf_all
from verify.auth import me, parts, requires
from verify.idempotency import HEADER, check_key
from workflows import approvals
from workflows.permissions import Permission

blueprint = Blueprint("approvals", __name__, url_prefix="/api/v1", description="Persetujuan")


@blueprint.get("/approvals")
@requires(Permission.DECIDE)
@blueprint.arguments(QueueQuery, location="query")
@blueprint.response(200, ApprovablesSchema)
def show(query: dict[str, Any]) -> dict[str, Any]:
    """The cases that wait for the decision, each with the hashes of what is shown of it, the most urgent first, up to 80 at once."""
    with parts().database.read() as session:
        queue = approvals.waiting(session, me(), query["skip"])
    shows(one.case for one in queue.cases)
    return list_answer(queue)


@blueprint.post("/approvals")
@requires(Permission.DECIDE)
@blueprint.arguments(ApprovalsSchema)
@blueprint.response(200, ApprovalsAnswerSchema)
def approve(given: dict[str, Any]) -> dict[str, Any]:
    """Approve up to 40 cases exactly as they were shown; one that changed drops out with what changed, the rest goes on.

    With ``Idempotency-Key`` each case is answered once, however often the batch is sent.
    """
    key = check_key(request.headers.get(HEADER))
    return batch_answer(approve_all(given["shown"], given["cases"], key))


@blueprint.get("/parafs")
@requires(Permission.PARAF)
@blueprint.arguments(QueueQuery, location="query")
@blueprint.response(200, ApprovablesSchema)
def show_parafs(query: dict[str, Any]) -> dict[str, Any]:
    """The cases that wait for the paraf of the actor's post, each with the hashes of what is shown of it, the most urgent first."""
    with parts().database.read() as session:
        queue = approvals.waiting_for_paraf(session, me(), query["skip"])
    shows(one.case for one in queue.cases)
    return list_answer(queue)


@blueprint.post("/parafs")
@requires(Permission.PARAF)
@blueprint.arguments(ParafsSchema)
@blueprint.response(200, ParafsAnswerSchema)
def paraf(given: dict[str, Any]) -> dict[str, Any]:
    """Put the post's paraf to up to 40 cases exactly as they were shown; one that changed drops out with what changed.

    With ``Idempotency-Key`` each case is answered once, however often the batch is sent.
    """
    key = check_key(request.headers.get(HEADER))
    return parafs_answer(paraf_all(given["shown"], given["cases"], key))
