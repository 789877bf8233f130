"""The admin's page of news to hospital systems: addresses, a form for a new one, its secret once, what did not arrive."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import plain
from schemas.webhook import NewEndpointSchema
from verify.auth import me, parts, requires
from verify.endpoint_making import make_endpoint
from verify.language import tell
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER, count, once
from workflows import staffing, webhooks
from workflows.permissions import Permission
from workflows.records.webhook import News
from workflows.saying import say, sayings

blueprint = Blueprint("news", __name__)

PLACE = "/kabar"
SCHEMA = NewEndpointSchema()
NEWS: Mapping[News, str] = {
    News.LETTER_ISSUED: "Surat terbit",
    News.LETTER_ACCEPTED: "Surat dipakai",
    News.LETTER_REVOKED: "Surat dicabut",
    News.LETTER_REPLACED: "Surat diganti",
    News.LETTER_EXPIRED: "Surat habis masa berlakunya",
    News.MEMBERSHIP_ACTIVE: "Kepesertaan aktif",
}
"""What is told to hospital systems."""
NEWS = sayings(NEWS)


@blueprint.get(PLACE)
@requires(Permission.MANAGE_STAFF)
def show() -> str:
    """Addresses and the newest news."""
    return page(blank())


@blueprint.post(PLACE)
@requires(Permission.MANAGE_STAFF)
def make() -> Response | str | tuple[str, int]:
    """Open an address and show its secret, once: the same form sent again opens nothing and shows nothing."""
    try:
        return tried(_make, page)
    except IntegrityError:
        tell(say("Alamat dari formulir ini sudah dibuka. Bila rahasianya belum disimpan, tutup alamat itu dan buka yang baru."), "warning")
        return redirect(PLACE, SEE_OTHER)


@blueprint.post("/kabar/<endpoint_id>/tutup")
@requires(Permission.MANAGE_STAFF)
def close(endpoint_id: str) -> Response:
    """Tell an address nothing more."""

    def effect(session: Session) -> str:
        webhooks.close_endpoint(session, endpoint_id, me(), now=parts().clock())
        return PLACE

    return once(effect, say("Alamat ditutup. Kabar yang belum terkirim tidak dikirim lagi."))


@blueprint.post("/kabar/kiriman/<message_id>/ulangi")
@requires(Permission.MANAGE_STAFF)
def replay(message_id: str) -> Response:
    """Send a finished piece of news again."""

    def effect(session: Session) -> str:
        webhooks.replay(session, message_id, me(), now=parts().clock())
        return PLACE

    return once(effect, say("Kabar dikirim lagi. Muat ulang halaman ini untuk melihat hasilnya."))


def page(form: Form) -> str:
    """The lists with the form as it stands."""
    with parts().database.read() as session:
        hospitals = {one.code: one.name for one in staffing.hospitals(session) if one.region_code == me().region_code}
        endpoints = webhooks.endpoints(session, me())
        log = [(one, webhooks.attempts(session, one)) for one in webhooks.deliveries(session, me())]
    addresses = {one.id: one for one in endpoints}
    lists = {"endpoints": endpoints, "log": log, "addresses": addresses, "names": hospitals, "words": NEWS}
    return render_template("news.html", form=form, zone=parts().zone(me().region_code), **lists)


def _make() -> str:
    given: dict[str, Any] = SCHEMA.load(plain(request.form, zone="UTC", numbers=()))
    with parts().database.write() as session:
        count(session)
        endpoint, secret = make_endpoint(parts(), session, given["hospital"], given["url"], me())
    return render_template("news_opened.html", endpoint=endpoint, secret=secret)
