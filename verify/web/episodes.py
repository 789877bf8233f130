"""SEP numbers: a hospital's patients whose episode of care has none yet, and the field to type it."""

from flask import Blueprint, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import plain
from schemas.registration import SepQuestion
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.counter import find, gathered
from verify.web.form import Form, blank, tried
from verify.web.once import once
from workflows import episodes
from workflows.permissions import Permission
from workflows.saying import say
from workflows.states import State

blueprint = Blueprint("episodes", __name__)

QUESTION = SepQuestion()


@blueprint.get("/sep")
@requires(Permission.ACCEPT_LETTER)
def show() -> str:
    """Who has none yet, the longest served first."""
    return page(blank())


@blueprint.post("/sep")
@requires(Permission.ACCEPT_LETTER)
def record() -> Response | tuple[str, int]:
    """Keep one."""
    return tried(_record, page)


def page(form: Form) -> str:
    """The list with a field for each."""
    with parts().database.read() as session:
        waiting = episodes.awaited(session, me().hospital_code or "")
    shows(case for _, _, case in waiting)
    return render_template("episodes.html", form=form, waiting=waiting, State=State, now=parts().clock())


def _record() -> Response:
    given = QUESTION.load(plain(request.form, zone="UTC"))
    asked = gathered(given)

    def effect(session: Session) -> str:
        episodes.record_sep(session, find(session, asked), given["sep_number"], me(), now=parts().clock())
        return url_for("episodes.show")

    return once(effect, say("Nomor SEP tersimpan."))
