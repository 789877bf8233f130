"""The bedside lane's pages: the hospital opens a case and holds its token; the office sees what is late and decides."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, render_template, request, url_for
from marshmallow import ValidationError
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.bedside import BedsideSchema, bedside_intake
from schemas.casework import ReasonSchema
from schemas.forms import plain
from verify.auth import me, parts, public, requires
from verify.counter import refuse_practice
from verify.desk_counter import count_lookup
from verify.holidays import national_holidays
from verify.web import choices
from verify.web.form import Form, blank, failed, tried
from verify.web.look import do, look
from verify.web.once import once
from workflows import bedside
from workflows.bedside import Bedside, Cover
from workflows.errors import NotFound, RekomError
from workflows.masking import initials
from workflows.permissions import Permission
from workflows.records.bedside import Provisional
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.rules.calendar import deadline
from workflows.rules.policy import RegionPolicy

blueprint = Blueprint("bedside", __name__)

SCHEMA, REASON = BedsideSchema(), ReasonSchema()
SAID: dict[Cover, tuple[str, str, str]] = {
    Cover.RUNNING: ("good", "clock", "Tanda sementara berjalan"),
    Cover.LATE: ("warn", "warning", "Berkas terlambat, tanda sementara masih berjalan"),
    Cover.COMPLETE: ("good", "check", "Berkas lengkap, sedang diproses"),
    Cover.LETTER: ("good", "letter", "Surat sudah terbit"),
    Cover.LAPSED: ("bad", "stop", "Tanda sementara gugur"),
    Cover.CLOSED: ("warn", "info", "Berkas sudah ditutup"),
}
"""Colour, icon and words of how a token stands."""


@blueprint.get("/periksa/ajukan")
@requires(Permission.OPEN_AT_BEDSIDE)
def show() -> str:
    """Four fields, none of them a paper."""
    return _form(blank())


@blueprint.post("/periksa/ajukan")
@requires(Permission.OPEN_AT_BEDSIDE)
def create() -> Response | tuple[str, int]:
    """Open the case and show its token."""
    try:
        return _create()
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return _form(form), form.status


@blueprint.get("/periksa/sementara")
@requires(Permission.OPEN_AT_BEDSIDE)
def mine() -> str:
    """This hospital's bedside cases with their clocks."""
    now = parts().clock()
    with parts().database.read() as session:
        found = [_shown(session, one) for one in bedside.of_hospital(session, me().hospital_code or "")]
    return render_template("bedside_list.html", found=found, now=now, said=SAID, paper=choices.paper_word, office=False)


@blueprint.get("/sementara")
@requires(Permission.READ_CASES)
def all_of_region() -> str:
    """The office's side of the same clock."""
    now = parts().clock()
    with parts().database.read() as session:
        found = [_shown(session, one) for one in bedside.of_region(session, me().region_code)]
    return render_template("bedside_list.html", found=found, now=now, said=SAID, paper=choices.paper_word, office=True)


@blueprint.get("/t/<token_id>")
@public
def status(token_id: str) -> str:
    """What anybody sees who holds the token: how it stands and until when, and nothing of the patient but initials."""
    now = parts().clock()
    with parts().database.read() as session:
        found = bedside.by_token(session, token_id)
        one = _shown(session, found) if found else None
    if one is None:
        abort(404)
    return render_template("bedside_status.html", one=one, said=SAID[one.cover], initials=initials(one.case.name), now=now)


@blueprint.get("/berkas/<ticket>/gugur")
@requires(Permission.WITHDRAW)
def show_lapse(ticket: str) -> str:
    """Ask a person for the reason."""
    return _lapse_page(ticket, blank())


@blueprint.post("/berkas/<ticket>/gugur")
@requires(Permission.WITHDRAW)
def lapse(ticket: str) -> Response | tuple[str, int]:
    """End the token, by name."""
    done = "Tanda sementara gugur. Rumah sakit melihat alasannya."
    return tried(lambda: do(ticket, REASON, _lapse, done), lambda form: _lapse_page(ticket, form))


def _create() -> Response:
    policy, now = parts().policy_today(me().region_code), parts().clock()
    given = SCHEMA.load(plain(request.form, zone=policy.timezone))
    for digits in (given["nik"], given["mother_nik"]):
        if digits:
            refuse_practice(digits)
            count_lookup(digits)

    def effect(session: Session) -> str:
        hospital = session.get(Hospital, me().hospital_code)
        today = now.astimezone(ZoneInfo(policy.timezone)).date()
        intake = bedside_intake(given, today, hospital.phone if hospital else None)
        one = bedside.open_case(session, intake, me(), policy, _due(policy, now), now=now)
        return url_for("bedside.status", token_id=one.provisional.token_id)

    return once(effect, "Berkas dibuka. Tanda sementara ini berlaku sekarang juga.")


def _due(policy: RegionPolicy, now: datetime) -> datetime:
    return deadline(now, policy.papers_due_hours.value, policy.calendar(national_holidays()))


def _shown(session: Session, found: tuple[Provisional, Case]) -> Bedside:
    case = found[1]
    return bedside.shown(session, found, parts().policies.pinned(case.region_code, case.policy_valid_from), now=parts().clock())


def _form(form: Form) -> str:
    policy = parts().policy_today(me().region_code)
    lists = {"no_niks": choices.NO_NIKS, "sexes": choices.SEXES, "urgencies": choices.URGENCIES}
    return render_template("bedside.html", form=form, hours=policy.papers_due_hours.value, **lists)


def _lapse_page(ticket: str, form: Form) -> str:
    view = look(ticket)
    with parts().database.read() as session:
        provisional = session.get(Provisional, view.case.id)
    if provisional is None:
        raise NotFound("Berkas ini tidak dibuka rumah sakit. Batalkan seperti berkas lain.")
    return render_template("bedside_lapse.html", form=form, case=view.case, provisional=provisional)


def _lapse(session: Session, case: Case, given: dict[str, str]) -> None:
    bedside.lapse(session, case, given["reason"], me(), now=parts().clock())
