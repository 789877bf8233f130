"""What followed from a registry's late answer that contradicts the case."""

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from schemas.casework import ReasonSchema
from verify.auth import me, parts, requires
from verify.web.form import Form, blank, tried
from verify.web.look import do, look
from verify.web.words import CHECK, NOT_YET, RESULT
from workflows import manual_checks
from workflows.permissions import Permission
from workflows.records.check_result import CheckResult
from workflows.records.manual_check import Correction
from workflows.saying import say

blueprint = Blueprint("correcting", __name__)

SCHEMA = ReasonSchema()
ADDRESS = "/berkas/<ticket>/koreksi/<int(max=2147483647):correction_id>"


@blueprint.get(ADDRESS)
@requires(Permission.RECORD_CHECK)
def show(ticket: str, correction_id: int) -> str:
    """Both answers, and room for what was done."""
    return page(ticket, correction_id, blank())


@blueprint.post(ADDRESS)
@requires(Permission.RECORD_CHECK)
def resolve(ticket: str, correction_id: int) -> Response | tuple[str, int]:
    """Keep what was done."""

    def load() -> Response:
        return do(
            ticket,
            SCHEMA,
            lambda session, case, given: manual_checks.resolve(session, case, correction_id, given["reason"], me(), now=parts().clock()),
            say("Tindak lanjut tersimpan."),
        )

    return tried(load, lambda form: page(ticket, correction_id, form))


def page(ticket: str, correction_id: int, form: Form) -> str:
    """The form."""
    view = look(ticket)
    with parts().database.read() as session:
        correction = session.get(Correction, correction_id)
        if correction is None or correction.case_id != view.case.id:
            abort(404)
        believed, answered = (_words(session.get_one(CheckResult, number)) for number in (correction.believed_id, correction.result_id))
    return render_template("correct.html", form=form, case=view.case, label=CHECK[correction.kind], believed=believed, answered=answered)


def _words(result: CheckResult) -> str:
    word = RESULT[result.kind].get(result.outcome, result.outcome) if result.outcome else NOT_YET
    return say("{word} ({source})", word=word, source=result.source)
