"""Signing in with the region's own account, where the office has an account service."""

from flask import Blueprint, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from verify import single_sign_on
from verify.auth import me, parts, public, sign_in_as
from verify.devices import device_of
from verify.step_up import owes_one
from verify.web.once import SEE_OTHER
from verify.web.onward import onward_to

blueprint = Blueprint("shared_account", __name__)

ONWARD = "lanjut"


@blueprint.get("/masuk/bersama")
@public
def leave() -> Response:
    """To the account service."""
    cookie[ONWARD] = request.args.get(ONWARD, "")[:200]
    return single_sign_on.send_away(parts().settings.public_url.rstrip("/") + url_for("shared_account.come_back"))


@blueprint.get("/masuk/bersama/kembali")
@public
def come_back() -> Response:
    """Back from it: begin a session for the account of that name."""
    name = single_sign_on.who_came_back(parts().settings)
    onward = str(cookie.get(ONWARD, ""))
    token, _ = sign_in_as(parts(), name, device=device_of(request.user_agent.string))
    cookie.clear()
    cookie["token"] = token
    target = onward_to(onward)
    return redirect(url_for("factor_door.show", lanjut=target) if owes_one(parts(), me()) else target, SEE_OTHER)
