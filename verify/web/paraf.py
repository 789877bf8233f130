"""A paraf: the facts on one screen, and one post's word before the head decides."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from schemas.casework import ValidationSchema
from verify.auth import parts, requires
from verify.counter import paraf_case
from verify.web.facts import facts_of
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, look_before, policy_of
from workflows.permissions import Permission
from workflows.states import Action

blueprint = Blueprint("paraf", __name__)

SCHEMA = ValidationSchema()


@blueprint.get("/berkas/<ticket>/paraf")
@requires(Permission.PARAF)
def show(ticket: str) -> str:
    """The facts, and two ways on."""
    look_before(ticket, Action.PARAF)
    return page(ticket, blank())


@blueprint.post("/berkas/<ticket>/paraf")
@requires(Permission.PARAF)
def give(ticket: str) -> Response | tuple[str, int]:
    """Put the paraf, or send back."""
    return tried(lambda: do(ticket, SCHEMA, paraf_case, "Paraf Anda tersimpan."), lambda form: page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The page of the paraf."""
    view = look(ticket)
    return render_template("paraf.html", form=form, view=view, case=view.case, **facts_of(view, policy_of(view.case), now=parts().clock()))
