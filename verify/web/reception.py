"""The hospital's admission desk: scan, read the answer from two metres away, accept with one key."""

import re

from flask import Blueprint, render_template, request
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from schemas.desk_check import AcceptQuestion, DeskQuestion, describe
from schemas.forms import plain
from verify.auth import parts, requires
from verify.counter import accept_question, check_question
from verify.web.form import Form, blank, failed
from workflows.desk import DeskAnswer, Verdict
from workflows.permissions import Permission

blueprint = Blueprint("reception", __name__)

QUESTION, ACCEPTANCE = DeskQuestion(), AcceptQuestion()

SCANNED = re.compile(r"https?://\S*/s/|[a-z2-7]{100,}", re.IGNORECASE)
"""What a scanner types: the address in the QR, or its token alone."""

NUMBER_TYPED = "Ini nomor surat, bukan kode QR. Isi juga NIK di bawah."

LOOK: dict[DeskAnswer, tuple[str, str]] = {
    DeskAnswer.VALID: ("good", "check"),
    DeskAnswer.EXPIRED: ("bad", "clock"),
    DeskAnswer.REVOKED: ("bad", "stop"),
    DeskAnswer.ALREADY_USED: ("warn", "warning"),
    DeskAnswer.OTHER_HOSPITAL: ("bad", "building"),
    DeskAnswer.IN_PROGRESS: ("warn", "clock"),
    DeskAnswer.UNKNOWN: ("warn", "search"),
    DeskAnswer.FORGED: ("bad", "cross"),
}
"""Colour and icon of each answer; the words stand beside them always."""


@blueprint.get("/periksa")
@requires(Permission.CHECK_LETTER)
def show() -> str:
    """The question, with the cursor where the scanner types."""
    return page(blank())


@blueprint.post("/periksa")
@requires(Permission.CHECK_LETTER)
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
    return render_template("desk.html", form=form)


def _check(typed: MultiDict[str, str]) -> str | tuple[str, int]:
    given = plain(typed, zone="UTC")
    code = given.get("code")
    if code and "number" not in given and not SCANNED.search(code) and "/" in code:
        # Somebody typed the number from the letter; a forged letter would be the wrong thing to say.
        form = Form(MultiDict({"number": code}), {"nik": NUMBER_TYPED}, None, 422)
        return page(form), form.status
    if code:
        given = {"code": code}
    try:
        question = QUESTION.load(given)
    except ValidationError as error:
        form = failed(error)
        return page(form), form.status
    return _answer(check_question(question))


def _answer(verdict: Verdict, *, accepted: bool = False, form: Form | None = None) -> str:
    kind, icon = ("good", "check") if accepted else LOOK[verdict.answer]
    return render_template(
        "desk_answer.html",
        form=form or blank(),
        answer=describe(verdict, now=parts().clock()),
        verdict=verdict,
        accepted=accepted,
        acceptable=verdict.answer == DeskAnswer.VALID,
        kind=kind,
        icon=icon,
    )


def _again(form: Form) -> str:
    """The answer once more, with what is wrong in the registration number."""
    code = form.value("code")
    return _answer(check_question(QUESTION.load({"code": code})), form=form) if code else page(form)
