"""The person's own second factors: adding an app or a passkey, new recovery codes, taking one away."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from verify import factors, passkeys
from verify.auth import before_factor, holder, me, my_session, parts, requires
from verify.documents.qr import picture_of
from verify.factors import factors_of
from verify.language import tell
from verify.step_up import check_fresh
from verify.web.form import Form, blank, failed, wrong
from verify.web.once import SEE_OTHER
from workflows import second_factor
from workflows.errors import RekomError
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("own_factors", __name__)


@blueprint.post("/akun/aplikasi")
@before_factor
@requires(Permission.SIGNED_IN)
def begin_app() -> str:
    """A new secret as a picture and as text; it counts after its first code."""
    _check_may_change()
    return _app_page(blank())


@blueprint.post("/akun/aplikasi/pastikan")
@before_factor
@requires(Permission.SIGNED_IN)
def confirm_app() -> Response | str | tuple[str, int]:
    """The first code of the app."""
    _check_may_change()
    try:
        codes = factors.confirm_app(parts(), holder(), request.form.get("code", "").strip())
    except RekomError as error:
        form = wrong("code", str(error)) if isinstance(error, factors.WrongFactor) else failed(error)
        return _confirm_page(form), form.status
    return _done(codes, say("Aplikasi kode terpasang."))


@blueprint.post("/akun/kunci")
@before_factor
@requires(Permission.SIGNED_IN)
def begin_passkey() -> str:
    """What the browser needs to make a passkey."""
    _check_may_change()
    return render_template("passkey_new.html", form=blank(), options=passkeys.ask_for_new(parts(), holder(), _username()))


@blueprint.post("/akun/kunci/simpan")
@before_factor
@requires(Permission.SIGNED_IN)
def keep_passkey() -> Response | str:
    """Keep what the browser made."""
    _check_may_change()
    codes = passkeys.keep_new(parts(), holder(), request.form.get("credential", ""), request.form.get("name", ""))
    return _done(codes, say("Kunci sandi terpasang."))


@blueprint.post("/akun/kode-cadangan")
@requires(Permission.SIGNED_IN)
def renew_codes() -> str | Response:
    """New recovery codes."""
    check_fresh(parts(), my_session(), now=parts().clock())
    return _done(factors.renew_codes(parts(), holder()), say("Kode cadangan diganti."))


@blueprint.post("/akun/pengaman/<kind>/<int:number>")
@requires(Permission.SIGNED_IN)
def remove(kind: str, number: int) -> Response:
    """Take one away."""
    check_fresh(parts(), my_session(), now=parts().clock())
    with parts().database.write() as session:
        second_factor.remove(session, me(), "TOTP" if kind == "aplikasi" else "PASSKEY", number, now=parts().clock())
    tell(say("Pengaman itu sudah dihapus."))
    return redirect(url_for("account.show"), SEE_OTHER)


def _check_may_change() -> None:
    """Whoever has a factor shows it first: a password alone must not add another one."""
    if factors_of(parts(), me().person_id).any:
        check_fresh(parts(), my_session(), now=parts().clock())


def _app_page(form: Form) -> str:
    secret, address = factors.begin_app(parts(), me(), _username())
    return render_template("totp_new.html", form=form, secret=secret, picture=picture_of(address))


def _confirm_page(form: Form) -> str:
    """The code once more, without showing the secret a second time."""
    return render_template("totp_new.html", form=form, secret=None, picture=None)


def _done(codes: tuple[str, ...], sentence: str) -> Response | str:
    if codes:
        return render_template("recovery_codes.html", codes=codes, sentence=sentence)
    tell(sentence)
    return redirect(url_for("account.show"), SEE_OTHER)


def _username() -> str:
    with parts().database.read() as session:
        return second_factor.username_of(session, me())
