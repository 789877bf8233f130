"""The person's own account: where it is signed in, and with which second factors."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from verify.auth import before_factor, me, parts, requires
from verify.devices import own_sessions
from verify.factors import factors_of
from verify.language import tell
from verify.passkeys import usable
from verify.web.once import SEE_OTHER
from workflows import sign_ins
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("account", __name__)


@blueprint.get("/akun")
@before_factor
@requires(Permission.SIGNED_IN)
def show() -> str:
    """What there is to look after."""
    return render_template("account.html", sessions=own_sessions(), **_factors(), zone=parts().zone(me().region_code))


@blueprint.post("/akun/sesi/<handle>")
@requires(Permission.SIGNED_IN)
def end(handle: str) -> Response:
    """Sign out somewhere else."""
    with parts().database.write() as session:
        sign_ins.end(session, handle, me(), now=parts().clock())
    tell(say("Sesi itu sudah diakhiri."))
    return redirect(url_for("account.show"), SEE_OTHER)


def _factors() -> dict[str, object]:
    """What the person has, what the office wants, and what this address can do."""
    settings = parts().settings
    return {
        "has": factors_of(parts(), me().person_id),
        "owes": bool(me().roles & settings.factor_roles),
        "passkeys_work": usable(settings),
    }
