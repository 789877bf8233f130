"""In which language this browser reads."""

from datetime import timedelta

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from verify.auth import parts, public
from verify.language import COOKIE, LANGUAGES
from verify.web.once import SEE_OTHER
from verify.web.onward import OWN_PATH

blueprint = Blueprint("language_choice", __name__)

KEPT = timedelta(days=365)


@blueprint.post("/bahasa")
@public
def choose() -> Response:
    """Keep the language chosen, and go back to the page it was chosen on."""
    wanted, back = request.form.get("bahasa", ""), request.form.get("kembali", "/")
    response = redirect(back if OWN_PATH.fullmatch(back) else "/", SEE_OTHER)
    if wanted in LANGUAGES:
        over_tls = parts().settings.public_url.startswith("https://")
        response.set_cookie(COOKIE, wanted, max_age=KEPT, httponly=True, samesite="Lax", secure=over_tls)
    return response
