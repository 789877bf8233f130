"""Forty letters on a telephone: what needs an eye first, the rest at once, and only what was really seen."""

from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import ValidationError

from schemas.approvals import NOT_WHAT_WAS_SHOWN, ApprovalsSchema
from verify.access_log import shows
from verify.approval_batch import approve_all
from verify.auth import me, parts, requires
from verify.counter import seat_outlook
from verify.web.form import Form, blank, tried
from workflows import approvals, collective_view, late_nik
from workflows.approvals import MOST, BatchOutcome, Shown, digest_of
from workflows.errors import InvalidInput
from workflows.permissions import Permission
from workflows.saying import say

blueprint = Blueprint("approving", __name__)

SCHEMA = ApprovalsSchema()
LONGEST = 2**31 - 1
"""Rows that a database can be asked to leave out."""
NOTHING_CHOSEN = say("Centang paling sedikit satu berkas, lalu lanjutkan.")
NOT_OURS = say("Daftar ini tidak dapat dibaca. Muat ulang halaman, lalu pilih lagi.")


@blueprint.get("/setuju")
@requires(Permission.DECIDE)
def show() -> str:
    """What waits: exceptions first, then the others, ticked."""
    return page(blank())


@blueprint.post("/setuju/periksa")
@requires(Permission.DECIDE)
def confirm() -> str | tuple[str, int]:
    """The number, the money and the hash once more before the word is given."""
    return tried(_confirm, page)


@blueprint.post("/setuju")
@requires(Permission.DECIDE)
def approve() -> str | tuple[str, int]:
    """Approve; sent again the same form only shows the same answers."""
    return tried(_approve, page)


def page(form: Form) -> str:
    """The list."""
    with parts().database.read() as session:
        queue = approvals.waiting(session, me(), skipped())
        lacking = late_nik.to_replace(session, me())
        covers = collective_view.waiting_for(session, me())
    shows(one.case for one in queue.cases)
    shows(case for _, case in lacking)
    plain = [one for one in queue.cases if not one.notes]
    return render_template(
        "approvals.html",
        form=form,
        lacking=lacking,
        covers=covers,
        queue=queue,
        noted=[one for one in queue.cases if one.notes],
        plain=plain[:MOST],
        more=max(len(plain) - MOST, 0),
        code=code_of,
        outlook=seat_outlook(),
        now=parts().clock(),
    )


def skipped() -> int:
    """How many of the most urgent the reader has seen on the screens before, ``LONGEST`` at most; a strange word is none."""
    return min(max(request.args.get("lewati", 0, type=int), 0), LONGEST)


def code_of(shown: Shown) -> str:
    """What a tick sends: the case exactly as it stands on the page."""
    return f"{shown.ticket} {shown.version} {shown.facts} {shown.findings}"


def _confirm() -> str:
    ticked = chosen()
    if not ticked:
        raise InvalidInput(NOTHING_CHOSEN)
    shown = [Shown(**one) for one in ticked]
    with parts().database.read() as session:
        seated = approvals.seated_among(session, shown, me())
    return render_template(
        "approvals_confirm.html", shown=shown, seated=seated, digest=digest_of(shown), code=code_of, outlook=seat_outlook()
    )


def _approve() -> str:
    try:
        given = SCHEMA.load({"shown": request.form.get("shown", ""), "cases": chosen()})
    except ValidationError:
        raise InvalidInput(NOT_WHAT_WAS_SHOWN) from None
    answers = approve_all(given["shown"], given["cases"], f"page:{request.form.get('kunci', '')}")
    by_outcome = {outcome: [answer for answer in answers if answer.outcome == outcome] for outcome in BatchOutcome}
    return render_template("approvals_done.html", answers=by_outcome, total=len(answers), outlook=seat_outlook())


def chosen() -> list[dict[str, Any]]:
    """The cases that were ticked, as they stood on the page; ``InvalidInput`` for what no page of ours sent."""
    rows = [row.split(" ") for row in request.form.getlist("seen")]
    if any(len(row) != 4 or not row[1].isdecimal() for row in rows):
        raise InvalidInput(NOT_OURS)
    return [{"ticket": ticket, "version": int(version), "facts": facts, "findings": findings} for ticket, version, facts, findings in rows]
