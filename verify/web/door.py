"""Signing in and out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from verify.auth import anybody, bearer, before_factor, me, my_session, parts, public, requires, sign_in, sign_out
from verify.devices import device_of
from verify.language import tell
from verify.seeds import DEMO_PASSWORD, office_seats
from verify.step_up import owes_one
from verify.web import factor_door, resending
from verify.web.form import Form, blank, failed, wrong
from verify.web.once import SEE_OTHER
from verify.web.onward import home_of, onward_to
from verify.web.resending import travelled
from verify.web.words import ROLE
from workflows.errors import NotAllowed, TooMany
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("door", __name__)


@blueprint.get("/masuk")
@public
def show() -> Response | str:
    """The form, or straight on for whoever is signed in."""
    actor = anybody()
    if actor is None:
        return page(blank())
    waits = my_session().factor_at is None and owes_one(parts(), actor)
    return redirect(url_for("factor_door.show") if waits else home_of(actor), SEE_OTHER)


@blueprint.post("/masuk")
@public
def enter() -> Response | tuple[str, int]:
    """Check name and password and begin a session."""
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    if not username or not password:
        form = wrong("password" if username else "username", say("Isian ini wajib diisi."))
        return page(form), form.status
    try:
        token, _ = sign_in(parts(), username, password, address=request.remote_addr, device=device_of(request.user_agent.string))
    except (NotAllowed, TooMany) as error:
        form = failed(error)
        return page(form), form.status
    cookie.clear()
    cookie["token"] = token
    onward, owes = onward_to(request.form.get("lanjut", "")), owes_one(parts(), me())
    if typed := travelled():
        return factor_door.page(blank(lanjut=onward)) if owes else resending.page(typed), 200
    return redirect(url_for("factor_door.show", lanjut=onward) if owes else onward, SEE_OTHER)


@blueprint.post("/keluar")
@before_factor
@requires(Permission.SIGNED_IN)
def leave() -> Response:
    """End the session for good."""
    sign_out(parts(), bearer())
    cookie.clear()
    tell(say("Anda sudah keluar."))
    return redirect(url_for("door.show"), SEE_OTHER)


def page(form: Form) -> str:
    """The sign-in form."""
    return render_template("sign_in.html", form=form, typed=travelled(), seats=demo_seats(), shared=bool(parts().settings.oidc_issuer))


def demo_seats() -> list[tuple[str, str, str]]:
    """Account, role and password for whoever tries Rekom out; nothing anywhere else."""
    if parts().settings.environment != "demo":
        return []
    return [(seat.username, ROLE[seat.role], DEMO_PASSWORD) for seat in office_seats(parts().policy_today(parts().settings.region))]
