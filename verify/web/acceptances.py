"""What hospitals wait for an office's word on: moves, new letters for expired ones, and acceptances that collided."""

from flask import Blueprint, render_template, request, url_for
from marshmallow import ValidationError
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.desk_move import MoveAnswerSchema, ProlongAnswerSchema, SettlementSchema
from schemas.forms import plain
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.web.form import Form, blank, failed
from verify.web.once import once
from workflows import extensions, late_acceptances, late_admissions, transfers
from workflows.errors import RekomError
from workflows.permissions import Permission
from workflows.saying import say
from workflows.seat_years import rules_on

blueprint = Blueprint("acceptances", __name__)

ANSWER, PROLONG, SETTLEMENT = MoveAnswerSchema(), ProlongAnswerSchema(), SettlementSchema()


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

        return once(effect, say("Jawaban tersimpan. Kedua rumah sakit langsung melihatnya."))
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return page(form), form.status


@blueprint.post("/penerimaan/susulan")
@requires(Permission.CONFIRM_TRANSFER)
def settle() -> Response | tuple[str, int]:
    """Say how an acceptance was put right."""
    try:
        given, now = SETTLEMENT.load(plain(request.form, zone="UTC")), parts().clock()
        rules = rules_on(parts().policies, me().region_code, now=now)

        def effect(session: Session) -> str:
            if given["admits"]:
                late_admissions.admit(session, given["nonce"], given["settlement"], rules, me(), now=now)
            else:
                late_acceptances.settle(session, given["nonce"], given["settlement"], me(), now=now)
            return url_for("acceptances.show")

        return once(effect, say("Penyelesaian tersimpan."))
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return page(form), form.status


@blueprint.post("/penerimaan/perpanjangan")
@requires(Permission.CONFIRM_TRANSFER)
def prolong() -> Response | tuple[str, int]:
    """Open the case for a new letter, or say why not."""
    try:
        given = PROLONG.load(plain(request.form, zone="UTC"))
        policy, now = parts().policy_today(me().region_code), parts().clock()

        def effect(session: Session) -> str:
            if given["opens"]:
                ticket = extensions.open_again(session, given["extension"], policy, me(), now=now).ticket
                return url_for("case_page.show", ticket=ticket)
            extensions.refuse(session, given["extension"], given["note"], me(), now=now)
            return url_for("acceptances.show")

        return once(effect, say("Jawaban tersimpan. Rumah sakit langsung melihatnya."))
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return page(form), form.status


def page(form: Form) -> str:
    """The three lists, each with its forms."""
    here = me().region_code
    with parts().database.read() as session:
        asked, late = transfers.waiting(session, here), late_acceptances.unsettled(session, here)
        expired = extensions.waiting(session, here)
    shows([*(one.case for one in asked), *(one.case for one in late), *(one.case for one in expired)])
    return render_template(
        "acceptances.html", form=form, asked=asked, late=late, expired=expired, in_time=late_admissions.in_time, zone=parts().zone(here)
    )
