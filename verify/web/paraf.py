"""A paraf: the facts on one screen, and one post's word before the head decides."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from schemas.casework import SeenVersionSchema, ValidationSchema
from verify.auth import parts, requires
from verify.counter import agree_to, paraf_case
from verify.web.facts import facts_of
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, look_before, policy_of
from workflows.permissions import Permission
from workflows.saying import say
from workflows.states import Action

blueprint = Blueprint("paraf", __name__)

SCHEMA, SEEN = ValidationSchema(), SeenVersionSchema()


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
    return tried(lambda: do(ticket, SCHEMA, paraf_case, say("Paraf Anda tersimpan.")), lambda form: page(ticket, form))


@blueprint.post("/berkas/<ticket>/kuorum")
@requires(Permission.PARAF)
def agree(ticket: str) -> Response | tuple[str, int]:
    """Agree as one post of a quorum."""

    def load() -> Response:
        return do(ticket, SEEN, lambda session, case, _: agree_to(session, case), say("Persetujuan Anda tersimpan."))

    return tried(load, lambda form: page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The page of the paraf."""
    view = look(ticket)
    return render_template("paraf.html", form=form, view=view, case=view.case, **facts_of(view, policy_of(view.case), now=parts().clock()))
