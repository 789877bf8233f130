"""What the officer's telephone sees behind the QR of the counter's page: which paper, and the camera. Nothing of the person."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from verify import phone_counter
from verify.auth import public
from verify.language import tell
from verify.web import choices
from verify.web.choices import paper_word
from verify.web.form import Form, blank, tried
from verify.web.look import policy_of
from verify.web.once import SEE_OTHER
from verify.web.sent_pictures import sent_picture
from workflows import clocks
from workflows.saying import say

blueprint = Blueprint("phone", __name__)


@blueprint.get("/foto/<token>")
@public
def show(token: str) -> str:
    """Which paper, and a photograph of it."""
    return page(token)


@blueprint.post("/foto/<token>")
@public
def take(token: str) -> Response | tuple[str, int]:
    """Keep the photograph, and offer the next paper."""
    phone_counter.handed(token)  # a guess has no form to come back to, and counts once
    return tried(lambda: _take(token), lambda form: page(token, form))


def page(token: str, form: Form | None = None) -> str:
    """The papers asked for, those that are there, and the camera."""
    handed = phone_counter.handed(token)
    asked = clocks.asked_of(handed.case, policy_of(handed.case))
    there = {one.type.value for one in handed.kept if one.removed_at is None}
    known = choices.papers(asked)
    return render_template(
        "phone.html",
        form=form or blank(paper=next((paper for paper in asked if paper not in there), None)),
        token=token,
        asked=[(paper_word(paper), paper in there) for paper in asked],
        papers=[*known["asked"], *known["others"]],
        until=handed.link.ends_at,
        zone=handed.case.timezone,
    )


def _take(token: str) -> Response:
    paper, content = sent_picture(request)
    phone_counter.send(token, paper, content)
    tell(say("Foto {paper} terkirim. Lihat di layar loket.", paper=paper_word(paper)))
    return redirect(url_for("phone.show", token=token), SEE_OTHER)
