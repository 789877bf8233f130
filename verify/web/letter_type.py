"""Choosing another letter than the one the path found, with a reason."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from schemas.casework import LetterTypeSchema
from verify.auth import requires
from verify.counter import choose_letter_type
from verify.web.form import Form, blank, tried
from verify.web.look import do, look
from workflows import letter_types
from workflows.errors import TransitionRefused
from workflows.permissions import Permission
from workflows.rules.letter_terms import NAMES
from workflows.saying import say
from workflows.vocabulary import CHOSEN

blueprint = Blueprint("letter_type", __name__)

SCHEMA = LetterTypeSchema()
CHOICES = [(kind.value, NAMES[kind]) for kind in CHOSEN]


@blueprint.get("/berkas/<ticket>/jenis-surat")
@requires(Permission.CHOOSE_LETTER)
def show(ticket: str) -> str:
    """The letters there are, and why another one."""
    view = look(ticket)
    if view.case.state not in letter_types.OPEN:
        raise TransitionRefused(letter_types.TOO_LATE)
    return page(ticket, blank(letter_type=view.case.letter_type.value))


@blueprint.post("/berkas/<ticket>/jenis-surat")
@requires(Permission.CHOOSE_LETTER)
def choose(ticket: str) -> Response | tuple[str, int]:
    """Keep the choice; findings are weighed again."""
    done = say("Jenis surat tersimpan. Temuan dihitung ulang sendiri.")
    return tried(lambda: do(ticket, SCHEMA, choose_letter_type, done), lambda form: page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The form."""
    return render_template("letter_type.html", form=form, case=look(ticket).case, letters=CHOICES, names=NAMES)
