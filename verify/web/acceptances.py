"""What an office settles between hospitals: moves they ask for, and acceptances without network that collided."""

from flask import Blueprint, render_template, request, url_for
from marshmallow import ValidationError
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.desk_move import MoveAnswerSchema, SettlementSchema
from schemas.forms import plain
from verify.auth import me, parts, requires
from verify.web.form import Form, blank, failed
from verify.web.once import once
from workflows import late_acceptances, transfers
from workflows.errors import RekomError
from workflows.permissions import Permission

blueprint = Blueprint("acceptances", __name__)

ANSWER, SETTLEMENT = MoveAnswerSchema(), SettlementSchema()


@blueprint.get("/penerimaan")
@requires(Permission.CONFIRM_TRANSFER)
def show() -> str:
    """Everything that waits for the office's word."""
    return page(blank())


@blueprint.post("/penerimaan/pindah")
@requires(Permission.CONFIRM_TRANSFER)
def answer() -> Response | tuple[str, int]:
    """Say yes or no to a move."""
    try:
        given = ANSWER.load(plain(request.form, zone="UTC"))

        def effect(session: Session) -> str:
            note, confirms = given["note"], given["confirms"]
            transfers.decide(session, given["transfer"], confirms=confirms, note=note, actor=me(), now=parts().clock())
            return url_for("acceptances.show")

        return once(effect, "Jawaban tersimpan. Kedua rumah sakit langsung melihatnya.")
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return page(form), form.status


@blueprint.post("/penerimaan/susulan")
@requires(Permission.CONFIRM_TRANSFER)
def settle() -> Response | tuple[str, int]:
    """Say how an acceptance was put right."""
    try:
        given = SETTLEMENT.load(plain(request.form, zone="UTC"))

        def effect(session: Session) -> str:
            late_acceptances.settle(session, given["nonce"], given["settlement"], me(), now=parts().clock())
            return url_for("acceptances.show")

        return once(effect, "Penyelesaian tersimpan.")
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return page(form), form.status


def page(form: Form) -> str:
    """The two lists, each with its forms."""
    with parts().database.read() as session:
        asked, late = transfers.waiting(session, me().region_code), late_acceptances.unsettled(session, me().region_code)
    return render_template("acceptances.html", form=form, asked=asked, late=late, zone=parts().zone(me().region_code))
