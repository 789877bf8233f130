"""Work on a case: manual checks, assessment, validation, decision, withdrawal."""

from typing import Any

from flask_smorest import Blueprint

from schemas.application import CaseSchema
from schemas.casework import (
    AssessmentSchema,
    DecisionSchema,
    LetterTypeSchema,
    ManualCheckSchema,
    ReasonSchema,
    SeenVersionSchema,
    ValidationSchema,
    WithdrawalSchema,
)
from verify.api.shown import shown
from verify.auth import me, parts, requires
from verify.counter import (
    agree_to,
    assess_case,
    choose_letter_type,
    decide_case,
    on_case,
    paraf_case,
    validate_case,
    waiting_words,
    withdraw_case,
)
from workflows import checks, manual_checks
from workflows.checks import ManualResult
from workflows.permissions import Permission

blueprint = Blueprint("casework", __name__, url_prefix="/api/v1/applications/<ticket>", description="Pekerjaan pada berkas")


@blueprint.post("/checks")
@requires(Permission.RECORD_CHECK)
@blueprint.arguments(ManualCheckSchema)
@blueprint.response(201, CaseSchema)
def record_check(found: ManualResult, ticket: str) -> dict[str, Any]:
    """Record a check done by hand, with the evidence seen."""
    return shown(on_case(ticket, None, lambda session, case: checks.record_by_person(session, case, found, me(), now=parts().clock())))


@blueprint.post("/assessment")
@requires(Permission.ASSESS)
@blueprint.arguments(AssessmentSchema)
@blueprint.response(201, CaseSchema)
def assess(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Answer the criteria."""
    return shown(on_case(ticket, given.get("version"), lambda session, case: assess_case(session, case, given)))


@blueprint.post("/letter-type")
@requires(Permission.CHOOSE_LETTER)
@blueprint.arguments(LetterTypeSchema)
@blueprint.response(201, CaseSchema)
def choose_letter(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Take another letter than the one the path found, with a reason; until the case is assessed."""
    return shown(on_case(ticket, given.get("version"), lambda session, case: choose_letter_type(session, case, given)))


@blueprint.post("/validation")
@requires(Permission.VALIDATE)
@blueprint.arguments(ValidationSchema)
@blueprint.response(201, CaseSchema)
def validate(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Confirm somebody else's assessment, or send it back."""
    return shown(on_case(ticket, given.get("version"), lambda session, case: validate_case(session, case, given)))


@blueprint.post("/paraf")
@requires(Permission.PARAF)
@blueprint.arguments(ValidationSchema)
@blueprint.response(201, CaseSchema)
def paraf(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Put the actor's post's paraf before the head decides, or send the case back."""
    return shown(on_case(ticket, given.get("version"), lambda session, case: paraf_case(session, case, given)))


@blueprint.post("/agreement")
@requires(Permission.PARAF)
@blueprint.arguments(SeenVersionSchema)
@blueprint.response(201, CaseSchema)
def agree(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Agree, as one post of a quorum, to an approval that the head's signature alone is not enough for."""
    return shown(on_case(ticket, given["version"], agree_to))


@blueprint.post("/decision")
@requires(Permission.DECIDE)
@blueprint.arguments(DecisionSchema)
@blueprint.response(201, CaseSchema)
def decide(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Approve and sign, reject, or send back; with the quota full an approved case is ``WAITLISTED``, as ``warnings`` says."""
    view = on_case(ticket, given.get("version"), lambda session, case: decide_case(session, case, given))
    return shown(view, waiting_words(view))


@blueprint.post("/withdrawal")
@requires(Permission.WITHDRAW)
@blueprint.arguments(WithdrawalSchema)
@blueprint.response(201, CaseSchema)
def withdraw(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Close the case at the applicant's wish: a cause of the list, or in words."""
    return shown(on_case(ticket, given.get("version"), lambda session, case: withdraw_case(session, case, given)))


@blueprint.post("/corrections/<int(max=2147483647):correction_id>")
@requires(Permission.RECORD_CHECK)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CaseSchema)
def resolve_correction(given: dict[str, Any], ticket: str, correction_id: int) -> dict[str, Any]:
    """Say what followed from a registry's late answer that contradicts the case."""
    now, reason, version = parts().clock(), given["reason"], given.get("version")
    return shown(on_case(ticket, version, lambda session, case: manual_checks.resolve(session, case, correction_id, reason, me(), now=now)))
