"""The admission desk: check a letter, accept it once."""

from typing import Any

from flask import Response, json
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from schemas.desk_check import AcceptAnswerSchema, AcceptQuestion, DeskAnswerSchema, DeskQuestion, describe
from schemas.late_acceptance import LateAcceptancesSchema, LateAnswersSchema
from schemas.membership_report import MembershipReportSchema, report_of
from verify.auth import me, parts, requires
from verify.counter import accept_question, check_question
from verify.desk_counter import receive_late
from workflows import membership_reports
from workflows.permissions import Permission
from workflows.records.hospital import Hospital

blueprint = Blueprint("desk", __name__, url_prefix="/api/v1/desk", description="Loket rumah sakit")

ACCEPT_ANSWER = AcceptAnswerSchema()


@blueprint.post("/check")
@requires(Permission.CHECK_LETTER)
@blueprint.arguments(DeskQuestion)
@blueprint.response(200, DeskAnswerSchema)
def check(question: dict[str, Any]) -> dict[str, Any]:
    """Is this letter good, for us, now? Every answer is 200; the body says which of them it is."""
    return describe(check_question(question), now=parts().clock())


@blueprint.post("/accept")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(AcceptQuestion)
@blueprint.response(200, AcceptAnswerSchema)
@blueprint.alt_response(409, schema=AcceptAnswerSchema)
def accept(question: dict[str, Any]) -> Response:
    """Mark the letter used by this hospital; 409 with the reason where it cannot be."""
    verdict, accepted = accept_question(question)
    body = ACCEPT_ANSWER.dump(describe(verdict, now=parts().clock()) | {"accepted": accepted})
    return Response(json.dumps(body, ensure_ascii=False), 200 if accepted else 409, mimetype="application/json")


@blueprint.post("/late-acceptances")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(LateAcceptancesSchema)
@blueprint.response(200, LateAnswersSchema)
def send_late(given: dict[str, Any]) -> dict[str, Any]:
    """Send what was accepted without network. Each is judged alone and kept, sent twice or not; a double one comes back
    as a conflict, one that cannot be read as UNREADABLE with what to put right."""
    return {"acceptances": receive_late(given["acceptances"])}


class ReceivedSchema(Schema):
    """The report was kept. Whether the person has a case here is not said."""

    received = fields.Boolean()


@blueprint.post("/membership")
@requires(Permission.REPORT_MEMBERSHIP)
@blueprint.arguments(MembershipReportSchema)
@blueprint.response(202, ReceivedSchema)
def report_membership(given: dict[str, Any]) -> dict[str, bool]:
    """Tell the office what the hospital's own VClaim says of a person."""
    now = parts().clock()
    with parts().database.write() as session:
        hospital = session.get_one(Hospital, me().hospital_code)
        membership_reports.report(session, report_of(given, hospital.name, now=now), me(), now=now)
    return {"received": True}
