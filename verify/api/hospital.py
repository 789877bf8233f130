"""For a hospital's own system: check, accept, its number of the stay, the day's list, a letter's status."""

from typing import Any

from flask import Response, json, request
from flask_smorest import Blueprint
from marshmallow import Schema

from schemas import hospital
from schemas.desk_check import AcceptQuestion, DeskQuestion
from schemas.hospital import (
    AcceptedListSchema,
    AcceptedSchema,
    ChecksQuestion,
    DayQuery,
    HospitalAcceptSchema,
    HospitalAnswerSchema,
    HospitalAnswersSchema,
    LetterRefusedSchema,
    NumbersSchema,
    accepted_facts,
    refusal,
    unreadable,
)
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.counter import accept_question, check_codes, check_question
from verify.path_inquiry import local_today
from workflows import desk, desk_day
from workflows.desk import Verdict
from workflows.permissions import Permission
from workflows.sealed import SealBroken

blueprint = Blueprint("hospital", __name__, url_prefix="/api/v1/hospital", description="Sistem rumah sakit")

ACCEPTED, REFUSED = HospitalAcceptSchema(), LetterRefusedSchema()
PROBLEM = "application/problem+json"


@blueprint.post("/check")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(DeskQuestion)
@blueprint.response(200, HospitalAnswerSchema)
def check(question: dict[str, Any]) -> dict[str, Any]:
    """Is this letter good, for us, now? Every answer is 200; ``code`` says which of them it is."""
    return answered(check_question(question))


@blueprint.post("/checks")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(ChecksQuestion)
@blueprint.response(200, HospitalAnswersSchema)
def check_many(question: dict[str, Any]) -> dict[str, Any]:
    """Up to 100 codes at once: each answer is the one ``check`` gives, in the order asked, and each look is written down.

    A letter whose data cannot be opened is told by its own ``code``; the others are answered.
    """
    return {"answers": [_one_of_many(verdict) for verdict in check_codes(question["codes"])]}


@blueprint.post("/accept")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(AcceptQuestion)
@blueprint.response(200, HospitalAcceptSchema)
@blueprint.alt_response(409, schema=LetterRefusedSchema, content_type=PROBLEM)
def accept(question: dict[str, Any]) -> Response:
    """Mark the letter used by this hospital. A repeat by the same hospital is 200 again; any other answer is 409 with its ``code``."""
    verdict, accepted = accept_question(question)
    return accept_response(answered(verdict), accepted=accepted)


@blueprint.get("/letters/<letter_id>")
@requires(Permission.CHECK_LETTER)
@blueprint.response(200, HospitalAnswerSchema)
def status(letter_id: str) -> dict[str, Any]:
    """How a letter stands that was checked before; an unknown id is 200 with ``surat-tidak-ditemukan``, as in a check."""
    now = parts().clock()
    with parts().database.write() as session:
        return answered(desk.check_letter(session, desk.find_by_token_id(session, letter_id), me(), now=now))


@blueprint.get("/acceptances")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(DayQuery, location="query")
@blueprint.response(200, AcceptedListSchema)
def list_accepted(query: dict[str, Any]) -> dict[str, Any]:
    """What this hospital accepted today, or on another day."""
    zone, day = parts().zone(me().region_code), query.get("day") or local_today(parts(), me().region_code)
    with parts().database.read() as session:
        found = desk_day.accepted_on(session, me(), day, zone)
    shows(one.case for one in found)
    return {"day": day, "sandbox": False, "acceptances": [accepted_facts(one) for one in found]}


@blueprint.patch("/acceptances/<letter_id>")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(NumbersSchema)
@blueprint.response(200, AcceptedSchema)
def note_numbers(given: dict[str, Any], letter_id: str) -> dict[str, Any]:
    """Add or mend the hospital's own registration number of an accepted letter."""
    with parts().database.write() as session:
        number = given["registration_number"]
        return accepted_facts(desk_day.note_registration(session, letter_id, number, me(), now=parts().clock()))


def answered(verdict: Verdict) -> dict[str, Any]:
    """A verdict as a hospital's system gets it now."""
    return hospital.answered(verdict, now=parts().clock())


def _one_of_many(said: Verdict | SealBroken) -> dict[str, Any]:
    return unreadable(said, now=parts().clock()) if isinstance(said, SealBroken) else answered(said)


def accept_response(answer: dict[str, Any], *, accepted: bool) -> Response:
    """200 where the letter is this hospital's, else problem details."""
    schema: Schema = ACCEPTED if accepted else REFUSED
    body = schema.dump({**answer, "accepted": True} if accepted else refusal(answer, request.path))
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, 200 if accepted else 409, mimetype="application/json" if accepted else PROBLEM)
