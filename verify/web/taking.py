"""Taking a case in hand from its page, giving it back, handing it to a colleague."""

from flask import Blueprint, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from verify.auth import me, parts, requires
from verify.web.form import Form, blank, tried
from verify.web.look import look
from verify.web.once import once
from workflows import advance, taking
from workflows.errors import InvalidInput
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("taking", __name__)


@blueprint.post("/berkas/<ticket>/ambil")
@requires(Permission.READ_CASES)
def take(ticket: str) -> Response:
    """Take one, also from a colleague: the page said whose it is."""

    def effect(session: Session) -> str:
        taking.take(session, advance.lock(session, ticket, me()), me(), now=parts().clock(), over=True)
        return _case(ticket)

    return once(effect, say("Berkas ini sekarang di tangan Anda."))


@blueprint.post("/berkas/<ticket>/lepas")
@requires(Permission.READ_CASES)
def release(ticket: str) -> Response:
    """Give it back."""

    def effect(session: Session) -> str:
        taking.release(session, advance.lock(session, ticket, me()), me(), now=parts().clock())
        return _case(ticket)

    return once(effect, say("Berkas dilepas. Rekan lain dapat mengambilnya."))


@blueprint.get("/berkas/<ticket>/serahkan")
@requires(Permission.READ_CASES)
def show_colleagues(ticket: str) -> str:
    """Who could go on with it."""
    return page(ticket, blank())


@blueprint.post("/berkas/<ticket>/serahkan")
@requires(Permission.READ_CASES)
def hand_to(ticket: str) -> Response | tuple[str, int]:
    """Put it into a colleague's hand."""
    chosen = request.form.get("owner", "")

    def effect(session: Session) -> str:
        if not chosen.isdecimal() or len(chosen) > 9:
            raise InvalidInput(taking.NO_COLLEAGUE)
        taking.hand_to(session, advance.lock(session, ticket, me()), int(chosen), me(), now=parts().clock())
        return _case(ticket)

    return tried(lambda: once(effect, say("Berkas sekarang di tangan rekan Anda.")), lambda form: page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The question."""
    case = look(ticket).case
    with parts().database.read() as session:
        others = [(str(one.id), one.name) for one in taking.colleagues(session, case, me())]
    return render_template("hand_to.html", form=form, case=case, colleagues=others)


def _case(ticket: str) -> str:
    return url_for("case_page.show", ticket=ticket)
