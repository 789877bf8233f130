"""Signatures: what waits for one, a batch with BSrE, ink with the scan."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from schemas.application import CaseSchema
from schemas.signing import BatchSchema, WaitingSchema, waiting
from verify import signing_batch
from verify.api.shown import shown
from verify.auth import me, parts, requires
from verify.counter import keep_scan
from workflows import collective_paper, signing
from workflows.passphrase import Passphrase
from workflows.permissions import Permission
from workflows.rules.policy import SigningMode

BY_HAND = (SigningMode.BSRE, SigningMode.WET)
"""Letters that wait for a hand, BSrE's first."""

blueprint = Blueprint("signing", __name__, url_prefix="/api/v1", description="Tanda tangan")


@blueprint.get("/signing")
@requires(Permission.DECIDE)
@blueprint.response(200, WaitingSchema)
def list_waiting() -> dict[str, Any]:
    """Letters of this office that wait for a signature, BSrE's first."""
    with parts().database.read() as session:
        found = [pair for mode in BY_HAND for pair in signing.waiting(session, me().region_code, mode)]
        covers = [one for mode in BY_HAND for one in collective_paper.waiting(session, me().region_code, mode)]
    return waiting(found, covers)


@blueprint.post("/signing")
@requires(Permission.DECIDE)
@blueprint.arguments(BatchSchema)
@blueprint.response(202, WaitingSchema)
def sign_batch(given: dict[str, Any]) -> dict[str, Any]:
    """Sign with BSrE in the background; look at the list for what is left and why."""
    pen = signing_batch.Pen(me(), given["nik"], Passphrase(given["passphrase"]))
    signing_batch.begin(parts(), [*given["tickets"], *given["collective_letters"]], pen)
    return list_of_bsre()


@blueprint.put("/applications/<ticket>/scan")
@requires(Permission.UPLOAD_SCAN)
@blueprint.response(200, CaseSchema)
def upload_scan(ticket: str) -> dict[str, Any]:
    """Upload the scan of the paper signed in ink, as PDF, JPEG or PNG in the body."""
    return shown(keep_scan(ticket, request.get_data()))


def list_of_bsre() -> dict[str, Any]:
    """What waits for BSrE now."""
    with parts().database.read() as session:
        region, mode = me().region_code, SigningMode.BSRE
        return waiting(signing.waiting(session, region, mode), collective_paper.waiting(session, region, mode))
