"""One case on one page: what is next, what was found, what happened."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from verify.auth import me, parts, requires
from verify.documents.qr import picture_of
from verify.language import in_indonesian
from verify.reprinting import hand_out
from verify.web.facts import facts_of
from verify.web.family_words import message, status_of
from verify.web.look import look, policy_of
from verify.web.next_step import next_step, other_steps
from verify.web.papers import pictures_of
from verify.web.progress import progress
from workflows import taking
from workflows.permissions import Permission
from workflows.queries import CaseView
from workflows.rules.promise import ready_by

blueprint = Blueprint("case_page", __name__)


@blueprint.get("/berkas/<ticket>")
@requires(Permission.READ_CASES)
def show(ticket: str) -> str:
    """The case."""
    return page(look(ticket))


@blueprint.get("/berkas/<ticket>/tanda-terima")
@requires(Permission.READ_CASES)
@in_indonesian()
def receipt(ticket: str) -> str:
    """What the family takes home: the number, who acts for whom, what is missing, and what was promised."""
    view = look(ticket)
    policy = policy_of(view.case)
    promise = ready_by(policy) if view.letter is None and view.case.closed_at is None else None
    address = f"{parts().settings.public_url}/status"
    return render_template(
        "receipt.html",
        view=view,
        case=view.case,
        promise=promise,
        status_address=address,
        status_picture=picture_of(f"{address}?berkas={ticket}"),
        **facts_of(view, policy, now=parts().clock()),
    )


@blueprint.post("/berkas/<ticket>/surat.pdf")
@requires(Permission.READ_LETTER)
def paper(ticket: str) -> Response:
    """The letter: the original once, then marked copies; each is counted."""
    return hand_out(ticket)


def page(view: CaseView) -> str:
    """Everything the office sees of a case."""
    now, policy = parts().clock(), policy_of(view.case)
    with parts().database.read() as session:
        holder = taking.holder(session, view.case)
    facts = facts_of(view, policy, now=now)
    return render_template(
        "case.html",
        view=view,
        case=view.case,
        next=next_step(view, me(), agrees=facts["agrees"]),
        others=other_steps(view, me()),
        progress=progress(view, now=now),
        now=now,
        holder=holder,
        holds=holder is not None and holder.staff_id == me().id,
        can_take=taking.can_take(view.case, me()),
        pictures=[one for one in pictures_of(view.case) if one.gone is None],
        message=message(status_of(view, policy, now=now), policy, parts().settings.public_url),
        **facts,
    )
