"""Opening a case: what the KTP says first, the rest now or later."""

from flask import Blueprint, flash, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import plain
from schemas.intake import IntakeSchema
from verify.auth import me, parts, requires
from verify.counter import open_case, warnings
from verify.web import choices
from verify.web.form import Form, blank, failed, tried
from verify.web.look import known
from verify.web.once import once
from workflows.errors import OpenCaseExists
from workflows.permissions import Permission
from workflows.records.case import Case

blueprint = Blueprint("intake_page", __name__)

SCHEMA = IntakeSchema()
OPENED = "Berkas dibuka. Pemeriksaan data berjalan sendiri."


@blueprint.get("/berkas/baru")
@requires(Permission.OPEN_CASE)
def show() -> str:
    """The empty form."""
    return page(blank())


@blueprint.post("/berkas/baru")
@requires(Permission.OPEN_CASE)
def create() -> Response | tuple[str, int]:
    """Open the case, or show the form again with everything typed."""
    return tried(_create, page)


def page(form: Form, *, earlier: Case | None = None, existing: Case | None = None) -> str:
    """The form; ``earlier`` is the person's last, closed case, ``existing`` the open one that stands in the way."""
    with parts().database.read() as session:
        hospitals = choices.hospitals(session, me().region_code)
    policy = parts().policy_today(me().region_code)
    return render_template(
        "intake.html",
        form=form,
        earlier=earlier,
        existing=existing,
        hospitals=hospitals,
        **choices.papers(policy.papers.value),
        regions=choices.regions(),
        policy=policy,
        urgencies=choices.URGENCIES,
        no_niks=choices.NO_NIKS,
        sexes=choices.SEXES,
        channels=choices.CHANNELS,
    )


def _create() -> Response | tuple[str, int]:
    zone = parts().policy_today(me().region_code).timezone
    given = SCHEMA.load(plain(request.form, zone=zone, many=("documents",)))

    def effect(session: Session) -> str:
        return url_for("case_page.show", ticket=open_case(session, given).ticket)

    try:
        response = once(effect, OPENED)
    except OpenCaseExists as error:
        return page(failed(error), existing=known(error.context["ticket"])), failed(error).status
    for sentence in warnings(given):
        flash(sentence, "warning")
    return response
