"""Registration with BPJS: who waits, export files and their receipts, answers, and the SEP number that closes the loop."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from sqlmodel import Session

from schemas.application import CaseSchema
from schemas.casework import ReasonSchema
from schemas.registration import (
    AnswerReceiptSchema,
    AnswersSchema,
    EvidenceSchema,
    OneAnswerSchema,
    RegistrationBatchListSchema,
    RegistrationBatchSchema,
    RegistrationDetailsSchema,
    RegistrationListSchema,
    RegistrationQuery,
    SentSchema,
    SepAnswerSchema,
    SepQuestion,
    batch_facts,
    receipt_facts,
    registration_facts,
)
from schemas.registration_file import digest
from verify.access_log import shows
from verify.api.shown import shown
from verify.auth import me, parts, requires
from verify.counter import find, gathered, on_case
from verify.idempotency import once
from verify.registrations import WORKBOOK, apply_rows, duty_terms, file_name, make_batch
from workflows import batches, episodes, registering
from workflows.batches import AnswerRow
from workflows.permissions import Permission
from workflows.records.case import Case
from workflows.registering import Answer
from workflows.states import State

blueprint = Blueprint("registrations", __name__, url_prefix="/api/v1", description="Pendaftaran ke BPJS Kesehatan")

BATCH = RegistrationBatchSchema()


@blueprint.get("/registrations")
@requires(Permission.READ_CASES)
@blueprint.arguments(RegistrationQuery, location="query")
@blueprint.response(200, RegistrationListSchema)
def list_registrations(query: dict[str, Any]) -> dict[str, Any]:
    """The office's registrations in one status; without a status all that are not ended, the longest waiting first."""
    with parts().database.read() as session:
        found = registering.listed(session, me().region_code, query.get("status"))
    shows(case for _, case in found)
    return {"registrations": [registration_facts(registration, case) for registration, case in found]}


@blueprint.get("/registration-batches")
@requires(Permission.READ_CASES)
@blueprint.response(200, RegistrationBatchListSchema)
def list_batches() -> dict[str, Any]:
    """The last export files with their receipts."""
    with parts().database.read() as session:
        return {"batches": [batch_facts(batch) for batch in batches.newest(session, me().region_code)]}


@blueprint.post("/registration-batches")
@requires(Permission.REGISTER)
@blueprint.response(201, RegistrationBatchSchema)
def make() -> Response:
    """Put everybody who waits into one file; ``Idempotency-Key`` makes a repeat harmless."""

    def effect(session: Session) -> tuple[int, dict[str, Any]]:
        return 201, BATCH.dump(batch_facts(make_batch(parts(), session, me().region_code, me())))

    return once(effect)


@blueprint.get("/registration-batches/<int(max=2147483647):number>/file")
@requires(Permission.REGISTER)
@blueprint.response(200, description="Berkas XLSX, sama sampai ke bita setiap kali diunduh", content_type=WORKBOOK)
def download(number: int) -> Response:
    """The file as it was made; who took it is written down."""
    with parts().database.write() as session:
        batch = batches.hand_out(session, me().region_code, number, me(), now=parts().clock())
    headers = {"Content-Disposition": f'attachment; filename="{file_name(batch)}"', "Cache-Control": "no-store"}
    return Response(batch.file, mimetype=WORKBOOK, headers=headers)


@blueprint.post("/registration-batches/<int(max=2147483647):number>/sent")
@requires(Permission.REGISTER)
@blueprint.response(201, RegistrationBatchSchema)
def mark_sent(number: int) -> dict[str, Any]:
    """Write down that BPJS has the file."""
    with parts().database.write() as session:
        return batch_facts(batches.mark_sent(session, me().region_code, number, me(), now=parts().clock()))


@blueprint.post("/registration-batches/<int(max=2147483647):number>/void")
@requires(Permission.REGISTER)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, RegistrationBatchSchema)
def void(given: dict[str, Any], number: int) -> dict[str, Any]:
    """Take back a file that was not sent; everybody in it waits again."""
    with parts().database.write() as session:
        return batch_facts(batches.void(session, me().region_code, number, given["reason"], me(), now=parts().clock()))


@blueprint.post("/registration-answers")
@requires(Permission.REGISTER)
@blueprint.arguments(AnswersSchema)
@blueprint.response(201, AnswerReceiptSchema)
def take_answers(given: dict[str, Any]) -> dict[str, Any]:
    """Apply BPJS's answers, whole or not at all; the same rows again change nothing."""
    rows = [AnswerRow(line, row.nik, row.answer) for line, row in enumerate(given["rows"], 1)]
    name = digest({"nik": row.nik, "answer": row.answer} for row in rows)
    return receipt_facts(apply_rows(parts(), me().region_code, name, rows, me()))


@blueprint.post("/applications/<ticket>/registration/details")
@requires(Permission.REGISTER)
@blueprint.arguments(RegistrationDetailsSchema)
@blueprint.response(201, CaseSchema)
def mend(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Fill in or mend columns of the form; what was refused waits for the next file again."""
    return _on(ticket, lambda session, case: registering.mend(session, case, given, me(), now=parts().clock()))


@blueprint.post("/applications/<ticket>/registration/sent")
@requires(Permission.REGISTER)
@blueprint.arguments(SentSchema)
@blueprint.response(201, CaseSchema)
def send_by_hand(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Write down that a reactivation was typed into SIKS-NG."""
    return _on(ticket, lambda session, case: registering.send_by_hand(session, case, given["reference"], me(), now=parts().clock()))


@blueprint.post("/applications/<ticket>/registration/granted")
@requires(Permission.REGISTER)
@blueprint.arguments(EvidenceSchema)
@blueprint.response(201, CaseSchema)
def grant(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Write down that the ministry agrees to a reactivation, with the evidence seen."""
    return _on(ticket, lambda session, case: registering.grant(session, case, given["evidence"], me(), now=parts().clock()))


@blueprint.post("/applications/<ticket>/registration/answer")
@requires(Permission.REGISTER)
@blueprint.arguments(OneAnswerSchema)
@blueprint.response(201, CaseSchema)
def answer(given: Answer, ticket: str) -> dict[str, Any]:
    """Write down one answer: active from a day, or refused with a code."""
    return _on(ticket, lambda session, case: registering.answer(session, case, given, duty_terms(parts()), me(), now=parts().clock()))


@blueprint.post("/applications/<ticket>/registration/close")
@requires(Permission.REGISTER)
@blueprint.arguments(ReasonSchema)
@blueprint.response(201, CaseSchema)
def give_up(given: dict[str, Any], ticket: str) -> dict[str, Any]:
    """Close what BPJS will not make active, or a patient whose SEP number never came."""
    return _on(ticket, lambda session, case: registering.give_up(session, case, given["reason"], me(), now=parts().clock()))


@blueprint.post("/desk/sep")
@requires(Permission.ACCEPT_LETTER)
@blueprint.arguments(SepQuestion)
@blueprint.response(201, SepAnswerSchema)
def record_sep(given: dict[str, Any]) -> dict[str, Any]:
    """Keep the SEP number of a patient this hospital accepted."""
    asked = gathered(given)
    with parts().database.write() as session:
        letter = find(session, asked)
        kept = episodes.record_sep(session, letter, given["sep_number"], me(), now=parts().clock())
        assert letter is not None
        closed = session.get_one(Case, letter.case_id).state == State.CLOSED
    return {"sep_number": kept.sep_number, "sep_at": kept.recorded_at, "closed": closed}


def _on(ticket: str, act: Any) -> dict[str, Any]:
    return shown(on_case(ticket, None, act))
