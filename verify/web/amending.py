"""Adding what follows later, and correcting what was typed."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import day_and_time, plain
from schemas.intake import AmendSchema
from verify.auth import parts, requires
from verify.counter import amend_case
from verify.web import choices
from verify.web.form import Form, blank, tried
from verify.web.look import asks_diagnosis, look, policy_of
from verify.web.once import once
from workflows.errors import TransitionRefused
from workflows.intake import AMENDABLE_STATES
from workflows.permissions import Permission
from workflows.records.case import Case
from workflows.rules.papers import papers_for
from workflows.saying import say

blueprint = Blueprint("amending", __name__)

SCHEMA = AmendSchema()
CLEARABLE = tuple(
    "address domicile_code resident_since hospital_code admitted_at proxy_name proxy_relation proxy_kin proxy_paper diagnosis".split()
)
"""Emptying these fields means that the fact is withdrawn; masked ones stay as they are."""


@blueprint.get("/berkas/<ticket>/lengkapi")
@requires(Permission.AMEND_CASE)
def show(ticket: str) -> str:
    """The facts as they stand, to complete or correct."""
    case = look(ticket).case
    if case.state not in AMENDABLE_STATES:
        raise TransitionRefused(say("Berkas sudah diputus. Datanya tidak dapat diubah lagi."))
    return page(ticket, blank(**_known(case)))


@blueprint.post("/berkas/<ticket>/lengkapi")
@requires(Permission.AMEND_CASE)
def amend(ticket: str) -> Response | tuple[str, int]:
    """Save them; the checks that read them differently run again."""
    return tried(lambda: _amend(ticket), lambda form: page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The form for one case."""
    view = look(ticket)
    policy = policy_of(view.case)
    with parts().database.read() as session:
        hospitals = choices.hospitals(session, view.case.region_code)
    return render_template(
        "amend.html",
        form=form,
        case=view.case,
        policy=policy,
        seen=view.documents,
        asks_diagnosis=asks_diagnosis(policy, view.case),
        hospitals=hospitals,
        **choices.papers(papers_for(policy, view.case.letter_type).value),
        regions=choices.regions(),
        urgencies=choices.URGENCIES,
    )


def _amend(ticket: str) -> Response:
    typed = plain(request.form, zone=look(ticket).case.timezone, many=("documents",), clearable=CLEARABLE)
    given: dict[str, Any] = SCHEMA.load(typed)

    def effect(session: Session) -> str:
        amend_case(session, ticket, given)
        return url_for("case_page.show", ticket=ticket)

    return once(effect, say("Data tersimpan. Pemeriksaan yang perlu berjalan ulang sendiri."))


def _known(case: Case) -> dict[str, object]:
    day, time = day_and_time(case.admitted_at, case.timezone) if case.admitted_at else (None, None)
    return {
        "name": case.name,
        "birth_date": f"{case.birth_date:%d-%m-%Y}",
        "urgency": case.urgency.value,
        "address": case.address,
        "domicile_code": case.domicile_code,
        "resident_since": f"{case.resident_since:%d-%m-%Y}" if case.resident_since else None,
        "hospital_code": case.hospital_code,
        "admitted_at_day": day,
        "admitted_at_time": time,
        "diagnosis": case.diagnosis,
        "proxy_name": case.proxy_name,
        "proxy_relation": case.proxy_relation,
        "proxy_kin": case.proxy_kin.value if case.proxy_kin else None,
        "proxy_paper": case.proxy_paper,
    }
