"""The bedside lane's pages: the hospital opens a case and holds its token; the office sees what is late and decides."""

from flask import Blueprint, abort, render_template, request, url_for
from marshmallow import ValidationError
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.bedside import CALLED, TITLES, BedsideSchema, PapersSchema
from schemas.casework import ReasonSchema
from schemas.forms import plain
from verify.access_log import shows
from verify.auth import me, parts, public, requires
from verify.bedside_counter import address_of, admit, note_papers, open_here, stands
from verify.documents.qr import draw_qr
from verify.web import answers, choices
from verify.web.bedside_answers import answers_of
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
from workflows.saying import say

blueprint = Blueprint("bedside", __name__)

SCHEMA, PAPERS, REASON = BedsideSchema(), PapersSchema(), ReasonSchema()
SAID: dict[Cover, tuple[str, str, str]] = {
    cover: (kind, icon, TITLES[cover])
    for cover, kind, icon in (
        (Cover.RUNNING, "good", "clock"),
        (Cover.LATE, "warn", "warning"),
        (Cover.COMPLETE, "good", "check"),
        (Cover.LETTER, "good", "letter"),
        (Cover.LAPSED, "bad", "stop"),
        (Cover.CLOSED, "warn", "info"),
    )
}
"""Colour, icon and words of how a token stands."""


@blueprint.get("/periksa/ajukan")
@requires(Permission.OPEN_AT_BEDSIDE)
def show() -> str:
    """Four fields, none of them a paper."""
    return _form(blank())


@blueprint.post("/periksa/ajukan")
@requires(Permission.OPEN_AT_BEDSIDE)
def create() -> Response | str | tuple[str, int]:
    """Open the case and show its token, once the answers were looked at."""
    if back := answers.going_back():
        return _form(back)
    try:
        return _create()
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return _form(form), form.status


@blueprint.get("/periksa/sementara")
@requires(Permission.OPEN_AT_BEDSIDE)
def mine() -> str:
    """This hospital's bedside cases with their clocks."""
    return _mine(blank())


@blueprint.get("/sementara")
@requires(Permission.READ_CASES)
def all_of_region() -> str:
    """The office's side of the same clock."""
    with parts().database.read() as session:
        found = [stands(session, one) for one in bedside.of_region(session, me().region_code)]
    return _list(found, blank(), office=True)


@blueprint.post("/periksa/sementara/<token_id>/berkas")
@requires(Permission.OPEN_AT_BEDSIDE)
def add_papers(token_id: str) -> Response | tuple[str, int]:
    """Papers that are in hand by now."""
    try:
        given = PAPERS.load(plain(request.form, zone="UTC", many=("papers",)))

        def effect(session: Session) -> str:
            note_papers(session, token_id, given)
            return url_for("bedside.mine")

        return once(effect, say("Berkas dicatat. Dinas Sosial langsung melihatnya."))
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return _mine(form), form.status


@blueprint.get("/t/<token_id>")
@blueprint.get("/T/<token_id>", endpoint="status_printed")
@public
def status(token_id: str) -> str:
    """What anybody sees who holds the token: how it stands and until when, and nothing of the patient but initials."""
    one = _of_anybody(token_id)
    name = one.case.name if one.case.name in CALLED.values() else initials(one.case.name)
    office = parts().policy_today(one.case.region_code).office
    return render_template("bedside_status.html", one=one, said=SAID[one.cover], initials=name, office=office, now=parts().clock())


@blueprint.get("/t/<token_id>/qr.svg")
@public
def code(token_id: str) -> Response:
    """The token's address as a QR, for the wristband or the folder at the bed."""
    found = _of_anybody(token_id).provisional.token_id
    return Response(draw_qr(address_of(found)).svg, mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@blueprint.get("/berkas/<ticket>/gugur")
@requires(Permission.WITHDRAW)
def show_lapse(ticket: str) -> str:
    """Ask a person for the reason."""
    return _lapse_page(ticket, blank())


@blueprint.post("/berkas/<ticket>/gugur")
@requires(Permission.WITHDRAW)
def lapse(ticket: str) -> Response | tuple[str, int]:
    """End the token, by name."""
    done = say("Tanda sementara gugur. Rumah sakit melihat alasannya.")
    return tried(lambda: do(ticket, REASON, _lapse, done), lambda form: _lapse_page(ticket, form))


def _create() -> Response | str:
    policy, now = parts().policy_today(me().region_code), parts().clock()
    given = SCHEMA.load(plain(request.form, zone=policy.timezone))
    if not answers.were_looked_at():
        return answers.page(request.path, say("Buka berkas"), answers_of(given), gaps=say("Belum diisi, boleh menyusul"))
    admit(given)

    def effect(session: Session) -> str:
        return url_for("bedside.status", token_id=open_here(session, given, policy, now=now).provisional.token_id)

    return once(effect, say("Berkas dibuka. Tanda sementara ini berlaku sekarang juga."))


def _mine(form: Form) -> str:
    with parts().database.read() as session:
        found = [stands(session, one) for one in bedside.of_hospital(session, me().hospital_code or "")]
    return _list(found, form, office=False)


def _list(found: list[Bedside], form: Form, *, office: bool) -> str:
    shows(one.case for one in found)
    words = {"said": SAID, "paper": choices.paper_word}
    return render_template("bedside_list.html", found=found, form=form, now=parts().clock(), office=office, **words)


def _of_anybody(token_id: str) -> Bedside:
    with parts().database.read() as session:
        found = bedside.by_token(session, token_id)
        if found is None:
            abort(404)
        return stands(session, found)


def _form(form: Form) -> str:
    policy = parts().policy_today(me().region_code)
    lists = {"no_niks": choices.NO_NIKS, "sexes": choices.SEXES, "urgencies": choices.URGENCIES}
    key = answers.kept_key() if form.at else None
    return render_template("bedside.html", form=form, key=key, hours=policy.papers_due_hours.value, **lists)


def _lapse_page(ticket: str, form: Form) -> str:
    view = look(ticket)
    with parts().database.read() as session:
        provisional = session.get(Provisional, view.case.id)
    if provisional is None:
        raise NotFound(say("Berkas ini tidak dibuka rumah sakit. Batalkan seperti berkas lain."))
    return render_template("bedside_lapse.html", form=form, case=view.case, provisional=provisional)


def _lapse(session: Session, case: Case, given: dict[str, str]) -> None:
    bedside.lapse(session, case, given["reason"], parts().policies, me(), now=parts().clock())
