"""A refusal is a page: why, what can be done, until when an objection may come. And a sheet for the family to take home."""

from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from schemas.casework import DeathSchema, ObjectionAnswerSchema, ObjectionSchema, ReasonSchema
from verify.auth import me, parts, requires
from verify.counter import answer_objection, file_objection, record_death, retract_objection
from verify.language import in_indonesian
from verify.office_time import objection_term
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, look_before, policy_of
from verify.web.story import who_did
from verify.web.words import OBJECTION
from workflows.permissions import Permission
from workflows.queries import CaseView
from workflows.saying import say
from workflows.states import Action

blueprint = Blueprint("refusal", __name__)

OBJECTING, ANSWER, RETRACTION, DEATH = ObjectionSchema(), ObjectionAnswerSchema(), ReasonSchema(), DeathSchema()
PAPERS = ("A4", "F4")
"""F4 is folio, 215 x 330 mm, the paper of many offices."""


@blueprint.get("/berkas/<ticket>/penolakan")
@requires(Permission.READ_CASES)
def show(ticket: str) -> str:
    """For the officer who tells the family."""
    return render_template("refusal.html", papers=PAPERS, **_told(ticket))


@blueprint.get("/berkas/<ticket>/penolakan/lembar")
@requires(Permission.READ_CASES)
@in_indonesian()
def sheet(ticket: str) -> str:
    """For the family, on one sheet of paper."""
    paper = request.args.get("kertas", PAPERS[0])
    if paper not in PAPERS:
        abort(404)
    return render_template("refusal_sheet.html", paper=paper, **_told(ticket))


@blueprint.get("/berkas/<ticket>/keberatan")
@requires(Permission.OBJECT)
def show_objection(ticket: str) -> str:
    """Who objects, and why."""
    look_before(ticket, Action.OBJECT)
    return _form("object.html", ticket, blank())


@blueprint.post("/berkas/<ticket>/keberatan")
@requires(Permission.OBJECT)
def file(ticket: str) -> Response | tuple[str, int]:
    """Take the objection in."""
    done = say("Keberatan diterima. Pejabat lain menjawabnya.")
    return tried(lambda: do(ticket, OBJECTING, file_objection, done), lambda form: _form("object.html", ticket, form))


@blueprint.get("/berkas/<ticket>/keberatan/jawaban")
@requires(Permission.DECIDE)
def show_answer(ticket: str) -> str:
    """What was told, what is objected, and two ways on."""
    look_before(ticket, Action.UPHOLD)
    return _form("objection_answer.html", ticket, blank())


@blueprint.post("/berkas/<ticket>/keberatan/jawaban")
@requires(Permission.DECIDE)
def answer(ticket: str) -> Response | tuple[str, int]:
    """The office's answer."""
    done = say("Jawaban keberatan tersimpan.")
    return tried(lambda: do(ticket, ANSWER, answer_objection, done), lambda form: _form("objection_answer.html", ticket, form))


@blueprint.get("/berkas/<ticket>/keberatan/cabut")
@requires(Permission.OBJECT)
def show_retraction(ticket: str) -> str:
    """Why it is taken back."""
    look_before(ticket, Action.RETRACT)
    return _form("retract.html", ticket, blank())


@blueprint.post("/berkas/<ticket>/keberatan/cabut")
@requires(Permission.OBJECT)
def retract(ticket: str) -> Response | tuple[str, int]:
    """Take the objection back."""
    done = say("Keberatan dicabut. Penolakan tetap berlaku.")
    return tried(lambda: do(ticket, RETRACTION, retract_objection, done), lambda form: _form("retract.html", ticket, form))


@blueprint.get("/berkas/<ticket>/wafat")
@requires(Permission.RECORD_DEATH)
def show_death(ticket: str) -> str:
    """When, and who told us."""
    look_before(ticket, Action.RECORD_DEATH)
    return _form("death.html", ticket, blank())


@blueprint.post("/berkas/<ticket>/wafat")
@requires(Permission.RECORD_DEATH)
def death(ticket: str) -> Response | tuple[str, int]:
    """Close the case."""
    done = say("Berkas ditutup. Keluarga tidak perlu mengurus apa pun lagi di sini.")
    return tried(lambda: do(ticket, DEATH, record_death, done), lambda form: _form("death.html", ticket, form))


def _form(template: str, ticket: str, form: Form) -> str:
    view = look(ticket)
    told = _told(ticket) if view.refusal else {"view": view, "case": view.case}
    return render_template(template, form=form, **told)


def _told(ticket: str) -> dict[str, Any]:
    """The refusal in words; 404 where there was none."""
    view: CaseView = look(ticket)
    if view.refusal is None:
        abort(404)
    case, decided_at = view.case, view.refusal.decision.decided_at
    objection = view.refusal.objection
    last_day = objection.last_day if objection else objection_term(case, parts().policies, decided_at=decided_at).last_day(decided_at)
    return {
        "view": view,
        "case": case,
        "refusal": view.refusal,
        "objection_word": OBJECTION[objection.outcome] if objection and objection.outcome else None,
        "last_day": last_day,
        "office": policy_of(case).office,
        "decider": who_did(view.timeline, "REJECT"),
        "handled": me().id in view.kept_from,
    }
