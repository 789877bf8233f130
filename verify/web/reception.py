"""The hospital's admission desk: scan, read the answer from two metres away, accept with one key."""

from flask import Blueprint, render_template, request
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from schemas.desk_check import AcceptQuestion, DeskQuestion, extendable
from schemas.forms import plain
from verify.auth import anybody, parts, public, requires
from verify.counter import accept_question
from verify.web.desk_app import NUMBER_TYPED, SCANNED, is_number, look_up, movable, opened, screen_words, told
from verify.web.desk_words import LOOK
from verify.web.form import Form, blank, failed
from workflows.desk import DeskAnswer, Verdict
from workflows.permissions import Permission

blueprint = Blueprint("reception", __name__)

QUESTION, ACCEPTANCE = DeskQuestion(), AcceptQuestion()


@blueprint.get("/periksa")
@public
def show() -> Response:
    """The question, with the cursor where the scanner types."""
    anybody()  # a database that is away is told as such: the desk's own page is better then than one without a name
    return opened(page(blank()))


@blueprint.post("/periksa")
@public
def check() -> str | tuple[str, int]:
    """The answer."""
    return _check(request.form)


@blueprint.post("/periksa/terima")
@requires(Permission.ACCEPT_LETTER)
def accept() -> str | tuple[str, int]:
    """Accept the patient; a scanner that typed the next letter into the field asks about that one instead."""
    typed = request.form.get("registration_number", "")
    if SCANNED.search(typed):
        return _check(MultiDict({"code": typed}))
    try:
        question = ACCEPTANCE.load(plain(request.form, zone="UTC"))
    except ValidationError as error:
        form = failed(error)
        return _again(form), form.status
    verdict, accepted = accept_question(question)
    return _answer(verdict, accepted=accepted)


def page(form: Form) -> str:
    """The question."""
    return render_template("desk.html", form=form, **screen_words())


def _check(typed: MultiDict[str, str]) -> str | tuple[str, int]:
    given = plain(typed, zone="UTC")
    code = given.get("code")
    if code and "number" not in given and is_number(code):
        form = Form(MultiDict({"number": code}), {"nik": NUMBER_TYPED}, None, 422)
        return page(form), form.status
    if code:
        given = {"code": code}
    try:
        question = QUESTION.load(given)
    except ValidationError as error:
        form = failed(error)
        return page(form), form.status
    return _answer(look_up(question))


def _answer(verdict: Verdict, *, accepted: bool = False, form: Form | None = None) -> str:
    kind, icon = ("good", "check") if accepted else LOOK[verdict.answer]
    return render_template(
        "desk_answer.html",
        form=form or blank(),
        answer=told(verdict),
        verdict=verdict,
        accepted=accepted,
        acceptable=verdict.answer == DeskAnswer.VALID,
        movable=movable(verdict) and not accepted,
        extendable=verdict.letter is not None and extendable(verdict),
        kind=kind,
        icon=icon,
        office=parts().policy_today(parts().settings.region).office,
    )


def _again(form: Form) -> str:
    """The answer once more, with what is wrong in the registration number."""
    code = form.value("code")
    return _answer(look_up(QUESTION.load({"code": code})), form=form) if code else page(form)
