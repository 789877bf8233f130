"""Forty parafs on a telephone: what needs an eye first, the rest at once, and only what was really seen."""

from flask import Blueprint, render_template, request
from marshmallow import ValidationError

from schemas.approvals import NOT_WHAT_WAS_SHOWN, ParafsSchema
from verify.access_log import shows
from verify.approval_batch import paraf_all
from verify.auth import me, parts, requires
from verify.web.approving import NOTHING_CHOSEN, chosen, code_of, skipped
from verify.web.form import Form, blank, tried
from workflows import approvals, collective_view
from workflows.approvals import MOST, BatchOutcome, Shown, digest_of
from workflows.errors import InvalidInput
from workflows.permissions import Permission

blueprint = Blueprint("paraf_batch", __name__)

SCHEMA = ParafsSchema()


@blueprint.get("/paraf")
@requires(Permission.PARAF)
def show() -> str:
    """What waits for this post: exceptions first, then the others, ticked."""
    return page(blank())


@blueprint.post("/paraf/periksa")
@requires(Permission.PARAF)
def confirm() -> str | tuple[str, int]:
    """The number and the hash once more before the parafs are given."""
    return tried(_confirm, page)


@blueprint.post("/paraf")
@requires(Permission.PARAF)
def give() -> str | tuple[str, int]:
    """Give them; sent again the same form only shows the same answers."""
    return tried(_give, page)


def page(form: Form) -> str:
    """The list."""
    with parts().database.read() as session:
        queue = approvals.waiting_for_paraf(session, me(), skipped())
        covers = collective_view.waiting_for(session, me())
    shows(one.case for one in queue.cases)
    plain = [one for one in queue.cases if not one.notes]
    return render_template(
        "paraf_batch.html",
        form=form,
        covers=covers,
        queue=queue,
        noted=[one for one in queue.cases if one.notes],
        plain=plain[:MOST],
        more=max(len(plain) - MOST, 0),
        code=code_of,
        now=parts().clock(),
    )


def _confirm() -> str:
    ticked = chosen()
    if not ticked:
        raise InvalidInput(NOTHING_CHOSEN)
    shown = [Shown(**one) for one in ticked]
    return render_template("paraf_batch_confirm.html", shown=shown, digest=digest_of(shown), code=code_of)


def _give() -> str:
    try:
        given = SCHEMA.load({"shown": request.form.get("shown", ""), "cases": chosen()})
    except ValidationError:
        raise InvalidInput(NOT_WHAT_WAS_SHOWN) from None
    answers = paraf_all(given["shown"], given["cases"], f"page:{request.form.get('kunci', '')}")
    by_outcome = {outcome: [answer for answer in answers if answer.outcome == outcome] for outcome in BatchOutcome}
    return render_template("paraf_batch_done.html", answers=by_outcome, total=len(answers))
