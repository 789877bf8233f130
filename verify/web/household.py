"""A family on one page: opened on one visit, each member with a case and a decision of its own."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from marshmallow import ValidationError
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import plain
from schemas.household import HouseholdSchema
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.counter import receive_family
from verify.web import answers, choices
from verify.web.family_answers import answers_of
from verify.web.form import Form, blank, failed, for_people, messages_of
from verify.web.once import once
from verify.web.words import SEGMENT
from workflows import households
from workflows.errors import RekomError
from workflows.permissions import Permission
from workflows.saying import joined, say

blueprint = Blueprint("household", __name__)

SCHEMA = HouseholdSchema()
ROWS = 6
"""Members a form asks for; more come on a second form with the same card."""
OWN = ("nik", "name", "birth_date", "relation")
COVERED = ("name", "relation", "segment")


@blueprint.get("/keluarga/baru")
@requires(Permission.OPEN_CASE)
def show_form() -> str:
    """One card, a row for each member."""
    return page(blank())


@blueprint.post("/keluarga/baru")
@requires(Permission.OPEN_CASE)
def receive() -> Response | str | tuple[str, int]:
    """Open or link a case for each member, all or none, once the answers were looked at."""
    if back := answers.going_back():
        return page(back)
    try:
        return _receive()
    except ValidationError as error:
        return page(_by_row(error)), 422
    except RekomError as error:
        form = failed(error)
        return page(form), form.status


@blueprint.get("/keluarga/<code>")
@requires(Permission.READ_CASES)
def show(code: str) -> str:
    """How each member stands."""
    with parts().database.read() as session:
        view = households.view(session, code, me())
    shows(one.case for one in view.members)
    return render_template("household.html", view=view, segments=SEGMENT)


def page(form: Form) -> str:
    """The form."""
    policy = parts().policy_today(me().region_code)
    key = answers.kept_key() if form.at else None
    return render_template("household_form.html", form=form, key=key, rows=range(ROWS), segments=choices.SEGMENTS, policy=policy)


def _receive() -> Response | str:
    given = SCHEMA.load(_shaped(plain(request.form, zone=parts().policy_today(me().region_code).timezone)))
    if not answers.were_looked_at():
        shown = answers_of(given, *_rows())
        return answers.page(request.path, say("Catat keluarga"), shown, gaps=say("Belum diisi, boleh menyusul"))

    def effect(session: Session) -> str:
        return url_for("household.show", code=receive_family(session, given).code)

    return once(effect, say("Keluarga dicatat. Pemeriksaan setiap anggota berjalan sendiri."))


def _shaped(typed: dict[str, Any]) -> dict[str, Any]:
    """``name.0`` and its like as lists: a member with a segment is covered, any other applies. Empty rows are left out."""
    shared = {name: value for name, value in typed.items() if "." not in name}
    rows = [{name: typed[f"{name}.{row}"] for name in (*OWN, "segment") if f"{name}.{row}" in typed} for row in range(ROWS)]
    applying = [row for row in rows if row and "segment" not in row]
    covered = [{name: row[name] for name in COVERED if name in row} for row in rows if "segment" in row]
    return {**shared, "members": applying, "covered": covered}


def _by_row(error: ValidationError) -> Form:
    """What is wrong, at the row where it was typed."""
    messages = messages_of(error)
    applying, covered = _rows()
    own = {"members": applying, "covered": covered}
    found: dict[str, str] = {}
    for name, inner in messages.items():
        if name in own and isinstance(inner, dict):
            for at, wrong in inner.items():
                found |= {f"{field}.{own[name][at]}": joined(map(for_people, words)) for field, words in wrong.items()}
        else:
            found[str(name)] = joined(map(for_people, inner))
    problem = found.pop("members", None) and say("Isi paling sedikit satu anggota yang memerlukan berkas.")
    return Form(request.form, found, problem, 422)


def _rows() -> tuple[list[int], list[int]]:
    """In which rows of the form those who apply stand, and in which those who are covered."""
    typed = [row for row in range(ROWS) if any(_field(name, row) for name in (*OWN, "segment"))]
    return [row for row in typed if not _field("segment", row)], [row for row in typed if _field("segment", row)]


def _field(name: str, row: int) -> str:
    return request.form.get(f"{name}.{row}", "").strip()
