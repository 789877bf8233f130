"""Letter E: the cover letter of an export file, its chain, its paper, and its end."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.casework import ReasonSchema
from schemas.collective import (
    CollectiveLetterSchema,
    CollectiveLettersSchema,
    CollectivePenSchema,
    CollectiveWordSchema,
    letter_facts,
    line_of,
)
from verify import collective as edge
from verify import signing_batch
from verify.access_log import shows_numbered
from verify.auth import me, parts, requires
from verify.idempotency import once
from verify.reprinting import hand_out_collective
from workflows import collective, collective_view
from workflows.passphrase import Passphrase
from workflows.permissions import Permission

blueprint = Blueprint("collective", __name__, url_prefix="/api/v1", description="Surat pengantar kolektif")

ONE = "/collective-letters/<int(max=2147483647):letter_id>"
LETTER = CollectiveLetterSchema()


@blueprint.get("/collective-letters")
@requires(Permission.READ_LETTER)
@blueprint.response(200, CollectiveLettersSchema)
def show_all() -> dict[str, Any]:
    """The office's last cover letters, newest first."""
    with parts().database.read() as session:
        return {"letters": [line_of(letter) for letter in collective.newest(session, me().region_code)]}


@blueprint.post("/registration-batches/<int(max=2147483647):number>/collective-letter")
@requires(Permission.REGISTER)
@blueprint.response(201, CollectiveLetterSchema)
def propose(number: int) -> Response:
    """Ask for the cover letter of an export file; ``Idempotency-Key`` makes a repeat harmless."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        letter = edge.propose(session, number)
        return 201, LETTER.dump(letter_facts(collective_view.view(session, letter.id or 0, me())))

    return once(effect)


@blueprint.get(ONE)
@requires(Permission.READ_LETTER)
@blueprint.response(200, CollectiveLetterSchema)
def show(letter_id: int) -> dict[str, Any]:
    """One letter with its list; the SHA-256 over the list is what a word is given to."""
    return _shown(letter_id)


@blueprint.post(f"{ONE}/letter.pdf")
@requires(Permission.READ_LETTER)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def paper(letter_id: int) -> Response:
    """Hand the letter out as PDF with its list: the original the first time, then copies marked ``CETAK ULANG ke-n``. Each is counted."""
    return hand_out_collective(letter_id)


@blueprint.get(f"{ONE}/draft.pdf")
@requires(Permission.READ_LETTER)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/pdf")
def draft(letter_id: int) -> Response:
    """The paper that waits for its signature."""
    return edge.draft_response(letter_id)


@blueprint.post(f"{ONE}/paraf")
@requires(Permission.PARAF)
@blueprint.arguments(CollectiveWordSchema)
@blueprint.response(201, CollectiveLetterSchema)
def paraf(given: dict[str, Any], letter_id: int) -> dict[str, Any]:
    """Put the actor's post's paraf to the list that was seen, or send the letter back with a reason."""
    return _done(letter_id, given, edge.give_paraf)


@blueprint.post(f"{ONE}/decision")
@requires(Permission.DECIDE)
@blueprint.arguments(CollectiveWordSchema)
@blueprint.response(201, CollectiveLetterSchema)
def decide(given: dict[str, Any], letter_id: int) -> dict[str, Any]:
    """Sign the list that was seen, or send it back with a reason; the number is given here and the paper made right after."""
    answer = _done(letter_id, given, edge.approve)
    if answer["number"] is None:
        return answer
    edge.press(parts(), letter_id)
    return _shown(letter_id)


@blueprint.post(f"{ONE}/withdrawal")
@requires(Permission.REGISTER)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CollectiveLetterSchema)
def withdraw(given: dict[str, Any], letter_id: int) -> dict[str, Any]:
    """Take back one's own proposal before it is signed."""
    with parts().database.write() as session:
        edge.drop(session, letter_id, given["reason"])
    return _shown(letter_id)


@blueprint.post(f"{ONE}/revocation")
@requires(Permission.REVOKE_LETTER)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CollectiveLetterSchema)
def revoke(given: dict[str, Any], letter_id: int) -> dict[str, Any]:
    """Withdraw a numbered letter; its number stays used."""
    with parts().database.write() as session:
        edge.revoke(session, letter_id, given["reason"])
    return _shown(letter_id)


@blueprint.post(f"{ONE}/replacement")
@requires(Permission.REVOKE_LETTER)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CollectiveLetterSchema)
def replace(given: dict[str, Any], letter_id: int) -> dict[str, Any]:
    """A new letter with a list taken anew; the old one keeps its number and names the new one."""
    with parts().database.write() as session:
        new = edge.replace(session, letter_id, given["reason"])
    edge.press(parts(), new.id or 0)
    return _shown(new.id or 0)


@blueprint.post(f"{ONE}/signature")
@requires(Permission.DECIDE)
@blueprint.arguments(CollectivePenSchema)
@blueprint.response(202, CollectiveLetterSchema)
def sign(given: dict[str, Any], letter_id: int) -> dict[str, Any]:
    """Sign with BSrE in the background; look at the letter for what came of it."""
    pen = signing_batch.Pen(me(), given["nik"], Passphrase(given["passphrase"]))
    signing_batch.begin(parts(), [letter_id], pen)
    return _shown(letter_id)


@blueprint.put(f"{ONE}/scan")
@requires(Permission.UPLOAD_SCAN)
@blueprint.response(200, CollectiveLetterSchema)
def upload_scan(letter_id: int) -> dict[str, Any]:
    """Upload the scan of the paper signed in ink, as PDF, JPEG or PNG in the body."""
    edge.keep_scan(letter_id, request.get_data())
    return _shown(letter_id)


def _done(letter_id: int, given: dict[str, Any], agree: edge.Agree) -> dict[str, Any]:
    with parts().database.write() as session:
        edge.word(session, letter_id, given, agree)
    return _shown(letter_id)


def _shown(letter_id: int) -> dict[str, Any]:
    with parts().database.read() as session:
        view = collective_view.view(session, letter_id, me())
    shows_numbered(row.case_id for row, _ in view.rows)
    return letter_facts(view)
