"""The numbers behind the masks, once and with a reason."""

from flask import Blueprint, render_template, request

from schemas.casework import ReasonSchema
from schemas.forms import plain
from verify.auth import me, parts, requires
from verify.counter import reveal_numbers, reveals_left
from verify.web.form import Form, blank, tried
from verify.web.look import look
from workflows.permissions import Permission

blueprint = Blueprint("revealing", __name__)

SCHEMA = ReasonSchema()


@blueprint.get("/berkas/<ticket>/data-lengkap")
@requires(Permission.REVEAL)
def ask(ticket: str) -> str:
    """Ask for the reason."""
    return page(ticket, blank())


@blueprint.post("/berkas/<ticket>/data-lengkap")
@requires(Permission.REVEAL)
def show_numbers(ticket: str) -> str | tuple[str, int]:
    """Show them; they are gone with the page."""

    def load() -> str:
        given = SCHEMA.load(plain(request.form, zone="UTC"))
        shown = reveal_numbers(ticket, given["reason"])
        return render_template("revealed.html", case=look(ticket).case, shown=shown, left=reveals_left(), actor=me())

    return tried(load, lambda form: page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The question."""
    return render_template("reveal.html", form=form, case=look(ticket).case, left=reveals_left(), per_day=parts().settings.reveals_per_day)
