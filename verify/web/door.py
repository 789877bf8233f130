"""Signing in and out."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from verify.auth import anybody, bearer, before_factor, me, my_session, parts, public, requires, sign_in, sign_out
from verify.devices import device_of
from verify.language import tell
from verify.seeds import DEMO_PASSWORD, office_seats
from verify.step_up import owes_one
from verify.web import resending
from verify.web.form import Form, blank, failed, wrong
from verify.web.once import SEE_OTHER
from verify.web.resending import travelled
from verify.web.words import ROLE
from workflows.actor import Actor
from workflows.errors import NotAllowed, TooMany
from workflows.permissions import Permission
from workflows.saying import say
from workflows.states import Role

blueprint = Blueprint("door", __name__)

OWN_PATH = re.compile(r"/(?![/\\])[\w/.\-]*", re.ASCII)
"""Where a sign-in may lead: an address of ours, never one of somebody else's."""


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
    if (typed := travelled()) and not owes_one(parts(), me()):
        return resending.page(typed), 200
    onward = onward_to(request.form.get("lanjut", ""))
    return redirect(url_for("factor_door.show", lanjut=onward) if owes_one(parts(), me()) else onward, SEE_OTHER)


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


def home_of(actor: Actor) -> str:
    """Where a person's work begins."""
    at_desk_only = Role.HOSPITAL in actor.roles and not actor.roles - {Role.HOSPITAL}
    return url_for("reception.show") if at_desk_only else url_for("work_list.show")


def onward_to(wanted: str) -> str:
    """Where a sign-in leads: the address asked for where it is one of ours, else the person's home."""
    doors = (url_for("door.show"), url_for("door.leave"), url_for("factor_door.show"))
    return wanted if OWN_PATH.fullmatch(wanted) and wanted != "/" and wanted not in doors else home_of(me())
