"""The second door: a code or a passkey, after the password and again before what is worth asking twice."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from verify import factors, passkeys
from verify.auth import before_factor, holder, me, parts, requires
from verify.factors import WrongFactor, factors_of
from verify.web import resending
from verify.web.form import Form, blank, failed, wrong
from verify.web.once import SEE_OTHER
from verify.web.onward import onward_to
from verify.web.resending import travelled
from workflows.errors import TooMany
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("factor_door", __name__)

LONGEST_CODE = 40
PROOFS = frozenset({"code", "credential"})
"""What shows a factor."""


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
    """Check a code, or what a passkey signed; a form that comes by for one has neither yet."""
    if request.form.keys().isdisjoint(PROOFS):
        return page(blank()), 200
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
    if typed := travelled():
        return resending.page(typed), 200
    return redirect(onward_to(request.form.get("lanjut", "")), SEE_OTHER)


def page(form: Form) -> str:
    """The question, with what somebody typed and could not send; who has no factor yet is sent to make one."""
    options = passkeys.ask(parts(), holder()) if passkeys.usable(parts().settings) else None
    has = factors_of(parts(), me().person_id)
    return render_template("factor_door.html", form=form, typed=travelled(), has=has, options=options)
