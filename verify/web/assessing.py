"""Assessment by one person, validation by another."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from schemas.casework import AssessmentSchema, ValidationSchema
from schemas.forms import grouped
from verify.auth import parts, requires
from verify.counter import assess_case, validate_case
from verify.web import answers, choices
from verify.web.facts import facts_of
from verify.web.form import Form, blank, label, tried
from verify.web.look import do, look, look_before, policy_of, still_at, typed_on
from verify.web.words import ANSWER
from workflows.permissions import Permission
from workflows.rules.facts import Answer
from workflows.rules.policy import CriteriaSet, Criterion
from workflows.saying import say
from workflows.states import Action

blueprint = Blueprint("assessing", __name__)

ASSESSMENT, VALIDATION = AssessmentSchema(), ValidationSchema()
ASSESSED = say("Penilaian tersimpan. Validator yang melanjutkan.")
UNANSWERED = say("Pilih Ya, Tidak, atau Belum tahu.")


@blueprint.get("/berkas/<ticket>/nilai")
@requires(Permission.ASSESS)
def show(ticket: str) -> str:
    """The questions of the region's criteria."""
    look_before(ticket, Action.ASSESS)
    return page(ticket, blank())


@blueprint.post("/berkas/<ticket>/nilai")
@requires(Permission.ASSESS)
def assess(ticket: str) -> Response | str | tuple[str, int]:
    """Show the answers, then keep them."""

    def load() -> Response | str:
        if answers.were_looked_at():
            return do(ticket, ASSESSMENT, assess_case, ASSESSED, lambda typed: _complete(ticket, typed))
        return _before(ticket)

    return tried(load, lambda form: page(ticket, form))


@blueprint.get("/berkas/<ticket>/validasi")
@requires(Permission.VALIDATE)
def show_validation(ticket: str) -> str:
    """Somebody else's answers, to confirm or to send back."""
    look_before(ticket, Action.VALIDATE)
    return validation_page(ticket, blank())


@blueprint.post("/berkas/<ticket>/validasi")
@requires(Permission.VALIDATE)
def validate(ticket: str) -> Response | tuple[str, int]:
    """Confirm or send back."""

    def load() -> Response:
        return do(ticket, VALIDATION, validate_case, say("Hasil validasi tersimpan."))

    return tried(load, lambda form: validation_page(ticket, form))


def page(ticket: str, form: Form) -> str:
    """The questions."""
    view = look(ticket)
    policy = policy_of(view.case)
    return render_template(
        "assess.html",
        form=form,
        key=answers.kept_key() if form.at else None,
        case=view.case,
        criteria=criteria_of(ticket),
        answers=choices.ANSWERS,
        returned=next((event for event in view.timeline if event.action in ("SEND_BACK", "ASSESS", "OPEN")), None),
        policy=policy,
    )


def validation_page(ticket: str, form: Form) -> str:
    """The answers and what the rules make of them."""
    view = look(ticket)
    return render_template(
        "validate.html", form=form, view=view, case=view.case, **facts_of(view, policy_of(view.case), now=parts().clock())
    )


def criteria_of(ticket: str) -> CriteriaSet:
    """The questions the case's rules ask."""
    case = look(ticket).case
    return parts().policies.criteria_for(policy_of(case), case.letter_type)


def _before(ticket: str) -> str:
    """The questions again for whoever goes back to one, else the answers to look at; none of a case that changed meanwhile."""
    case = look_before(ticket, Action.ASSESS).case
    still_at(case)
    if back := answers.going_back():
        return page(ticket, back)
    given = ASSESSMENT.load(_complete(ticket, typed_on(case)))
    shown = [_answer(place, criterion, given["answers"]) for place, criterion in enumerate(criteria_of(ticket).criteria, 1)]
    shown.append(answers.Answer("note", label("note"), given["note"] or say("Kosong")))
    return answers.page(request.path, say("Simpan penilaian"), shown, gaps=say("Belum tahu"), title=case.name)


def _answer(place: int, criterion: Criterion, given: Mapping[str, Answer]) -> answers.Answer:
    answer = given[criterion.key]
    question = f"{place}. {criterion.question}"
    return answers.Answer(".".join(("answers", criterion.key)), question, ANSWER[answer], missing=answer is Answer.UNKNOWN)


def _complete(ticket: str, typed: dict[str, Any]) -> dict[str, Any]:
    """The answers under one name; each question without one is named."""
    given = grouped(typed, "answers")
    missing = [criterion.key for criterion in criteria_of(ticket).criteria if criterion.key not in given["answers"]]
    if missing:
        raise ValidationError({"answers": {key: [UNANSWERED] for key in missing}})
    return given
