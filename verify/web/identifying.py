"""Adding the NIK of somebody whose case began without one."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from schemas.intake import IdentifiedSchema
from verify.auth import requires
from verify.counter import identify_case
from verify.web.form import Form, blank, tried
from verify.web.look import do, look
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("identifying", __name__)

SCHEMA = IdentifiedSchema()


@blueprint.get("/berkas/<ticket>/nik")
@requires(Permission.AMEND_CASE)
def show(ticket: str) -> str:
    """Ask for the NIK, and for what was only guessed before."""
    return page(ticket, blank())


@blueprint.post("/berkas/<ticket>/nik")
@requires(Permission.AMEND_CASE)
def identify(ticket: str) -> Response | tuple[str, int]:
    """Keep it; the registries are asked again by themselves."""
    done = say("NIK tersimpan. Registri ditanya dengan NIK ini.")
    return tried(lambda: do(ticket, SCHEMA, identify_case, done), lambda form: page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The form for one case."""
    view = look(ticket)
    return render_template("identify.html", form=form, view=view, case=view.case)
