"""Taking cases in hand from the list or the case's page, giving one back, handing one to a colleague."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from verify.auth import me, parts, requires
from verify.language import tell
from verify.web.form import Form, blank, tried
from verify.web.look import look
from verify.web.once import SEE_OTHER, once
from workflows import advance, taking
from workflows.errors import Conflict, InvalidInput, NotAllowed, NotFound, TakenMeanwhile
from workflows.permissions import Permission
from workflows.saying import joined, say

blueprint = Blueprint("taking", __name__)

MOST = 50
"""Cases at once: a page of the list."""
NOTHING_TICKED = say("Centang dulu berkas yang akan Anda ambil.")


@blueprint.post("/berkas/ambil")
@requires(Permission.READ_CASES)
def take_many() -> Response:
    """Take what was ticked; what a colleague was faster with is named, the rest is taken."""
    tickets = request.form.getlist("tickets")[:MOST]
    outcomes = [(ticket, _taken(ticket)) for ticket in tickets]
    for ticket, refusal in outcomes:
        if refusal:
            tell(joined((ticket, refusal), ": "), "warning")
    done = sum(refusal is None for _, refusal in outcomes)
    if done or not tickets:
        tell(say("{done} berkas sekarang di tangan Anda.", done=done) if done else NOTHING_TICKED, "message" if done else "warning")
    return redirect(url_for("work_list.show", siapa="saya") if done else url_for("work_list.show"), SEE_OTHER)


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


def _taken(ticket: str) -> str | None:
    """Take one in a transaction of its own; why not, where it cannot be."""
    try:
        with parts().database.write() as session:
            taking.take(session, advance.lock(session, ticket, me()), me(), now=parts().clock())
    except TakenMeanwhile as error:
        return say("sudah diambil {holder}.", holder=error.context["holder"])
    except (NotAllowed, NotFound, Conflict) as error:
        return str(error)
    return None


def _case(ticket: str) -> str:
    return url_for("case_page.show", ticket=ticket)
