"""The second door: a code or a passkey, after the password and again before what is worth asking twice."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from verify import factors, passkeys
from verify.auth import before_factor, holder, me, parts, requires
from verify.factors import WrongFactor, factors_of
from verify.web.door import onward_to
from verify.web.form import Form, blank, failed, wrong
from verify.web.once import SEE_OTHER
from workflows.errors import TooMany
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("factor_door", __name__)

LONGEST_CODE = 40


@blueprint.get("/masuk/kode")
@before_factor
@requires(Permission.SIGNED_IN)
def show() -> Response | str:
    """Ask for it."""
    return page(blank(lanjut=request.args.get("lanjut", "")))


@blueprint.post("/masuk/kode")
@before_factor
@requires(Permission.SIGNED_IN)
def enter() -> Response | tuple[str, int]:
    """Check a code, or what a passkey signed."""
    answer, code = request.form.get("credential", ""), request.form.get("code", "").strip()
    try:
        if answer:
            passkeys.show(parts(), holder(), answer)
        elif not code or len(code) > LONGEST_CODE:
            raise WrongFactor(say("Ketik 6 angka dari aplikasi kode, atau satu kode cadangan."))
        else:
            factors.show_code(parts(), holder(), code)
    except WrongFactor as error:
        form = wrong("code", str(error))
        return page(form), form.status
    except TooMany as error:
        form = failed(error)
        return page(form), form.status
    return redirect(onward_to(request.form.get("lanjut", "")), SEE_OTHER)


def page(form: Form) -> str:
    """The question; who has no factor yet is sent to make one."""
    options = passkeys.ask(parts(), holder()) if passkeys.usable(parts().settings) else None
    return render_template("factor_door.html", form=form, has=factors_of(parts(), me().person_id), options=options)
