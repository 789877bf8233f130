"""The admin's page of hospital systems' keys: a list, a form for a new one, its secret once, and revoking."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import plain
from schemas.hospital_key import SCOPE_WORDS, NewKeySchema
from verify.auth import me, parts, requires
from verify.key_making import make_key
from verify.language import tell
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER, count, once
from workflows import hospital_keys, staffing
from workflows.permissions import Permission
from workflows.saying import say
from workflows.vocabulary import Scope

blueprint = Blueprint("hospital_keys_page", __name__)

PLACE = "/kunci"
SCHEMA = NewKeySchema()


@blueprint.get(PLACE)
@requires(Permission.MANAGE_STAFF)
def show() -> str:
    """The list and the form."""
    return page(blank(scopes=[Scope.CHECK.value, Scope.ACCEPT.value]))


@blueprint.post(PLACE)
@requires(Permission.MANAGE_STAFF)
def make() -> Response | str | tuple[str, int]:
    """Make a key and show its secret, once: the same form sent again makes nothing and shows nothing."""
    try:
        return tried(_make, page)
    except IntegrityError:
        tell(say("Kunci dari formulir ini sudah dibuat. Bila rahasianya belum disimpan, cabut kunci itu dan buat yang baru."), "warning")
        return redirect(PLACE, SEE_OTHER)


@blueprint.post("/kunci/<client_id>/cabut")
@requires(Permission.MANAGE_STAFF)
def revoke(client_id: str) -> Response:
    """Revoke a key for good."""

    def effect(session: Session) -> str:
        hospital_keys.revoke(session, client_id, me(), now=parts().clock())
        return PLACE

    return once(effect, say("Kunci dicabut. Sistem yang memakainya langsung ditolak."))


def page(form: Form) -> str:
    """The list with the form as it stands."""
    with parts().database.read() as session:
        views = hospital_keys.keys(session, me())
        hospitals = [one for one in staffing.hospitals(session) if one.region_code == me().region_code]
    places = [(one.code, f"{one.name} ({one.code})") for one in hospitals]
    zone = parts().zone(me().region_code)
    return render_template("hospital_keys.html", form=form, views=views, places=places, scopes=list(SCOPE_WORDS.items()), zone=zone)


def _make() -> str:
    given: dict[str, Any] = SCHEMA.load(plain(request.form, zone="UTC", many=("scopes",), numbers=()))
    with parts().database.write() as session:
        count(session)
        view, secret = make_key(parts(), session, given["hospital"], given["label"], frozenset(given["scopes"]), me())
    return render_template("hospital_key_made.html", view=view, secret=secret, scopes=list(SCOPE_WORDS.items()))
