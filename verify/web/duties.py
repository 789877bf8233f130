"""Duties after a reactivation: what is owed until when and by whom, and the word that it was done."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import plain
from schemas.registration import EvidenceSchema
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.web.form import Form, blank, tried
from verify.web.once import once
from workflows import advance, duties
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("duties", __name__)


@blueprint.get("/kewajiban")
@requires(Permission.READ_CASES)
def show() -> str:
    """Open duties, the earliest due first."""
    return page(blank())


@blueprint.post("/kewajiban/<ticket>")
@requires(Permission.RECORD_CHECK)
def done(ticket: str) -> Response | tuple[str, int]:
    """Write down that one was done."""

    def effect(session: Session) -> str:
        given: dict[str, Any] = EvidenceSchema().load(plain(request.form, zone="UTC"))
        duties.done(session, advance.lock(session, ticket, me()), given["evidence"], me(), now=parts().clock())
        return url_for("duties.show")

    return tried(lambda: once(effect, say("Kewajiban tercatat dipenuhi.")), lambda form: page(form, ticket))


def page(form: Form, wanted: str | None = None) -> str:
    """The list; what was typed wrongly stands at the case it was typed for."""
    with parts().database.read() as session:
        found = duties.listed(session, me().region_code)
    shows(case for _, case, _ in found)
    return render_template("duties.html", form=form, empty=blank(), wanted=wanted, duties=found, today=today())


def today() -> date:
    """The office's own day."""
    return parts().clock().astimezone(ZoneInfo(parts().zone(me().region_code))).date()
