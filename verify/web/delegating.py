"""The head lets somebody sign until a day, and takes it back."""

from flask import Blueprint, render_template, request
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.delegation import DelegationSchema
from verify.auth import me, parts, requires
from verify.web.form import Form, blank, tried
from verify.web.once import once
from workflows import delegation
from workflows.permissions import Permission
from workflows.saying import say
from workflows.vocabulary import Capacity, LetterType

blueprint = Blueprint("delegating", __name__)

SCHEMA = DelegationSchema()
CAPACITY = ((Capacity.PLH.value, say("Plh. (pelaksana harian)")), (Capacity.AN.value, say("a.n. (atas nama)")))


@blueprint.get("/wakil")
@requires(Permission.DELEGATE)
def show() -> str:
    """Who signs for me, and a form for one more."""
    return page(blank())


@blueprint.post("/wakil")
@requires(Permission.DELEGATE)
def give() -> Response | tuple[str, int]:
    """Delegate."""
    return tried(_give, page)


@blueprint.post("/wakil/<int(max=2147483647):number>/akhiri")
@requires(Permission.DELEGATE)
def take_back(number: int) -> Response | tuple[str, int]:
    """End one at once."""

    def effect(session: Session) -> str:
        delegation.take_back(session, number, me(), _zone(), now=parts().clock())
        return "/wakil"

    return tried(lambda: once(effect, say("Delegasi diakhiri.")), page)


def page(form: Form) -> str:
    """The list and the form."""
    with parts().database.read() as session:
        given = delegation.given_by(session, me(), _zone(), now=parts().clock())
        people = [(person.username, person.name) for person in delegation.candidates(session, me())]
    types = [letter_type.value for letter_type in LetterType]
    return render_template("delegations.html", form=form, given=given, people=people, capacities=CAPACITY, types=types, zone=_zone())


def _give() -> Response:
    typed = {name: request.form.get(name) or None for name in ("username", "capacity", "first", "last", "position")}
    given = SCHEMA.load({**{name: value for name, value in typed.items() if value}, "letter_types": request.form.getlist("letter_types")})

    def effect(session: Session) -> str:
        delegation.delegate(session, given, me(), parts().policy_today(me().region_code), now=parts().clock())
        return "/wakil"

    return once(effect, say("Delegasi tersimpan. Delegasi berakhir sendiri sesudah hari terakhir."))


def _zone() -> str:
    return parts().zone(me().region_code)
