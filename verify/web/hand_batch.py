"""Cases that were ticked on the list: taken, given back or handed on, with what needs an eye first, by name and with its reason."""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from verify.access_log import shows, shows_ticket
from verify.approval_batch import answer_all
from verify.auth import me, parts, requires
from verify.language import tell
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER, key_of_form
from workflows import hand_batches, queries, taking
from workflows.approvals import BatchAnswer, BatchOutcome, Shown, digest_of
from workflows.errors import InvalidInput, NotFound
from workflows.hand_batches import MOST, Seen, Step
from workflows.permissions import Permission
from workflows.records.case import Case
from workflows.saying import say

blueprint = Blueprint("hand_batch", __name__)

NOTHING_TICKED = say("Centang dulu paling sedikit satu berkas.")
NOT_OURS = say("Daftar ini tidak dapat dibaca. Muat ulang halaman, lalu pilih lagi.")


@blueprint.post("/berkas/ambil")
@requires(Permission.READ_CASES)
def take() -> Response | tuple[str, int] | str:
    """Take what was ticked."""
    return _done("takings", partial(hand_batches.take, actor=me(), now=parts().clock()), say("diambil"), say("Diambil"))


@blueprint.post("/berkas/lepas")
@requires(Permission.READ_CASES)
def release() -> Response | tuple[str, int] | str:
    """Give back what was ticked."""
    return _done("releases", partial(hand_batches.release, actor=me(), now=parts().clock()), say("dilepas"), say("Dilepas"))


@blueprint.post("/berkas/serahkan")
@requires(Permission.READ_CASES)
def ask_to_whom() -> Response | str:
    """To whom what was ticked is handed on; what cannot be is named first and left out."""
    return page(blank()) if _ticked() else _nothing()


@blueprint.post("/berkas/serahkan/kirim")
@requires(Permission.READ_CASES)
def hand_on() -> Response | tuple[str, int] | str:
    """Hand them on."""
    return tried(_hand_on, page)


def page(form: Form) -> str:
    """The question to whom."""
    ready: list[tuple[Seen, Case]] = []
    left: list[BatchAnswer] = []
    for seen in _ticked():
        with parts().database.read() as session:
            answer = _seen_again(session, seen)
            if isinstance(answer, Case):
                ready.append((seen, answer))
            else:
                left.append(answer)
    with parts().database.read() as session:
        others = [(str(one.id), one.name) for one in hand_batches.colleagues(session, [case for _, case in ready], me())]
    shows(case for _, case in ready)
    return render_template("hands_to.html", form=form, ready=ready, colleagues=others, **_exceptions(left))


def _hand_on() -> Response | str:
    chosen = request.form.get("owner", "")
    if not chosen.isdecimal() or len(chosen) > 9:
        raise InvalidInput(taking.NO_COLLEAGUE)
    step = partial(hand_batches.hand_to, staff_id=int(chosen), actor=me(), now=parts().clock())
    return _done("handovers", step, say("diserahkan"), say("Diserahkan"))


def _done(kind: str, step: Step, word: str, title: str) -> Response | str:
    """The step on each; where all went well back to the list, else a page with the exceptions first."""
    ticked = _ticked()
    if not ticked:
        return _nothing()
    answers = _answers(kind, step, ticked)
    done = [answer for answer in answers if answer.outcome is BatchOutcome.IN_HAND]
    if len(done) == len(answers):
        tell(say("{done} berkas {word}.", done=len(done), word=word))
        return redirect(url_for("work_list.show", siapa="saya"), SEE_OTHER)
    return render_template("hands_done.html", done=done, total=len(answers), word=word, title=title, **_exceptions(answers))


def _answers(kind: str, step: Step, ticked: list[Seen]) -> list[BatchAnswer]:
    """Once for a form as it was filled in, however often it is sent: to another colleague it is another one."""
    shown = [Shown(one.ticket, one.version, "", "") for one in ticked]

    def act(session: Session, _digest: str, one: Shown, _reason: str | None) -> BatchAnswer:
        try:
            return hand_batches.do(session, Seen(one.ticket, one.version), step, me())
        except NotFound as error:
            return BatchAnswer(one.ticket, "", BatchOutcome.REFUSED, sentence=str(error))

    return answer_all(kind, act, digest_of(shown), [(one, None) for one in shown], key_of_form())


def _seen_again(session: Session, seen: Seen) -> Case | BatchAnswer:
    try:
        case = queries.visible(session, seen.ticket, me())
    except NotFound as error:
        return BatchAnswer(seen.ticket, "", BatchOutcome.REFUSED, sentence=str(error))
    return hand_batches.kept_back(session, case, seen, me()) or case


def _exceptions(answers: list[BatchAnswer]) -> dict[str, list[BatchAnswer]]:
    """What was left, by why; whose name an answer tells was seen."""
    for answer in answers:
        if answer.name:
            shows_ticket(answer.ticket)
    kinds = {"changed": BatchOutcome.CHANGED, "refused": BatchOutcome.REFUSED}
    return {name: [answer for answer in answers if answer.outcome is kind] for name, kind in kinds.items()}


def _nothing() -> Response:
    tell(NOTHING_TICKED, "warning")
    return redirect(url_for("work_list.show"), SEE_OTHER)


def _ticked() -> list[Seen]:
    """What was ticked, each once, as it stood on the list; ``InvalidInput`` for what no page of ours sent."""
    rows = [row.split(" ") for row in dict.fromkeys(request.form.getlist("tickets"))][:MOST]
    if any(len(row) != 2 or not row[1].isdecimal() or len(row[1]) > 9 for row in rows):
        raise InvalidInput(NOT_OURS)
    return [Seen(ticket, int(version)) for ticket, version in rows]
