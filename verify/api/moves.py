"""What hospitals ask the office of a letter: to have it moved here, or a new one for one that expired; and the office's word."""

from datetime import timedelta
from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.desk_move import (
    AskMoveSchema,
    AskNewSchema,
    ExtensionListSchema,
    ExtensionSchema,
    MoveWordSchema,
    NewWordSchema,
    TransferListSchema,
    TransferSchema,
    extension_facts,
    transfer_facts,
)
from verify.auth import me, parts, requires
from verify.idempotency import once
from workflows import desk, extensions, transfers
from workflows.permissions import Permission
from workflows.records.extension import Extension
from workflows.records.letter import Letter

blueprint = Blueprint("moves", __name__, url_prefix="/api/v1", description="Pindah dan perpanjangan")

TRANSFER, EXTENSION = TransferSchema(), ExtensionSchema()
KEPT = timedelta(days=30)
"""How long an answered request stands in a hospital's list."""


@blueprint.post("/hospital/transfers")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(AskMoveSchema)
@blueprint.response(201, TransferSchema)
def ask_move(given: dict[str, Any]) -> Response:
    """Ask the office to move a letter to this hospital. Until it says yes the letter is whose it was."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        letter = desk.find_by_token_id(session, given["letter_id"])
        asked = transfers.request(session, letter, given["reason"], given["registration_number"], me(), now=parts().clock())
        return 201, TRANSFER.dump(transfer_facts(asked, session.get_one(Letter, asked.letter_id)))

    return once(effect)


@blueprint.get("/hospital/transfers")
@requires(Permission.ACCEPT_LETTER)
@blueprint.response(200, TransferListSchema)
def list_moves() -> dict[str, Any]:
    """What this hospital asked for that is open or was answered in thirty days."""
    with parts().database.read() as session:
        found = transfers.of_hospital(session, me().hospital_code or "", since=parts().clock() - KEPT)
        return {"transfers": [transfer_facts(*one) for one in found]}


@blueprint.post("/hospital/extensions")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(AskNewSchema)
@blueprint.response(201, ExtensionSchema)
def ask_new(given: dict[str, Any]) -> Response:
    """Ask the office for a new letter in the place of one that expired."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        letter = desk.find_by_token_id(session, given["letter_id"])
        asked = extensions.request(session, letter, me(), now=parts().clock())
        return 201, EXTENSION.dump(_wish(session, asked, session.get_one(Letter, asked.letter_id)))

    return once(effect)


@blueprint.get("/hospital/extensions")
@requires(Permission.ACCEPT_LETTER)
@blueprint.response(200, ExtensionListSchema)
def list_new() -> dict[str, Any]:
    """What this hospital asked for that is open or was answered in thirty days, each with its new letter once there is one."""
    with parts().database.read() as session:
        found = extensions.of_hospital(session, me().hospital_code or "", since=parts().clock() - KEPT)
        return {"extensions": [_wish(session, *one) for one in found]}


@blueprint.get("/transfers")
@requires(Permission.CONFIRM_TRANSFER)
@blueprint.response(200, TransferListSchema)
def list_waiting_moves() -> dict[str, Any]:
    """Moves that wait for this office's word."""
    with parts().database.read() as session:
        return {"transfers": [transfer_facts(one.transfer, one.letter) for one in transfers.waiting(session, me().region_code)]}


@blueprint.post("/transfers/<int(max=2147483647):transfer_id>/answer")
@requires(Permission.CONFIRM_TRANSFER)
@blueprint.arguments(MoveWordSchema)
@blueprint.response(201, TransferSchema)
def answer_move(given: dict[str, Any], transfer_id: int) -> dict[str, Any]:
    """Move the letter, or say why not."""
    confirms, note = given["confirms"], given["note"]
    with parts().database.write() as session:
        asked = transfers.decide(session, transfer_id, confirms=confirms, note=note, actor=me(), now=parts().clock())
        return transfer_facts(asked, session.get_one(Letter, asked.letter_id))


@blueprint.get("/extensions")
@requires(Permission.CONFIRM_TRANSFER)
@blueprint.response(200, ExtensionListSchema)
def list_waiting_new() -> dict[str, Any]:
    """Wishes for new letters that wait for this office's word."""
    with parts().database.read() as session:
        waiting = extensions.waiting(session, me().region_code)
        return {"extensions": [_wish(session, one.extension, one.letter) for one in waiting]}


@blueprint.post("/extensions/<int(max=2147483647):extension_id>/answer")
@requires(Permission.CONFIRM_TRANSFER)
@blueprint.arguments(NewWordSchema)
@blueprint.response(201, ExtensionSchema)
def answer_new(given: dict[str, Any], extension_id: int) -> dict[str, Any]:
    """Open a case for a new letter with what is known of the old one, or say why not."""
    now = parts().clock()
    with parts().database.write() as session:
        if given["opens"]:
            extensions.open_again(session, extension_id, parts().policy_today(me().region_code), me(), now=now)
        else:
            extensions.refuse(session, extension_id, given["note"], me(), now=now)
        asked = session.get_one(Extension, extension_id)
        return _wish(session, asked, session.get_one(Letter, asked.letter_id))


def _wish(session: Session, asked: Extension, letter: Letter) -> dict[str, Any]:
    return extension_facts(extensions.became(session, asked), letter)
