"""Assessment by one person, validation by another."""

from typing import Any

from flask import Blueprint, render_template
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from schemas.casework import AssessmentSchema, ValidationSchema
from schemas.forms import grouped
from verify.auth import parts, requires
from verify.counter import assess_case, validate_case
from verify.web import choices
from verify.web.facts import facts_of
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, look_before, policy_of
from workflows.permissions import Permission
from workflows.rules.policy import CriteriaSet
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
def assess(ticket: str) -> Response | tuple[str, int]:
    """Keep the answers."""

    def load() -> Response:
        return do(ticket, ASSESSMENT, assess_case, ASSESSED, lambda typed: _complete(ticket, typed))

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


def _complete(ticket: str, typed: dict[str, Any]) -> dict[str, Any]:
    """The answers under one name; each question without one is named."""
    given = grouped(typed, "answers")
    missing = [criterion.key for criterion in criteria_of(ticket).criteria if criterion.key not in given["answers"]]
    if missing:
        raise ValidationError({"answers": {key: [UNANSWERED] for key in missing}})
    return given
