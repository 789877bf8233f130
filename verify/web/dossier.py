"""The whole case as one PDF for whoever audits it: facts, checks, findings, answers, decision, letter, and the trail with its hashes.

That it was made stands in the trail first.
"""

from datetime import datetime

from flask import Blueprint
from sqlmodel import Session
from werkzeug.wrappers import Response

from verify.auth import me, parts, requires
from verify.case_papers import kept_papers
from verify.counter import as_pdf
from verify.documents.dossier import dossier_words, set_dossier
from verify.web.facts import facts_of
from verify.web.look import look, policy_of
from workflows import advance, audit
from workflows.permissions import Permission

blueprint = Blueprint("dossier", __name__)


@blueprint.post("/berkas/<ticket>/berkas-lengkap.pdf")
@requires(Permission.READ_LETTER)
def make(ticket: str) -> Response:
    """Note it in the trail, then set it with that note as its last event."""
    now = parts().clock()
    with parts().database.write() as session:
        _note(session, ticket, now)
    view = look(ticket)
    facts = facts_of(view, policy_of(view.case), now=now) | {"pictures": kept_papers(view.case)}
    words = dossier_words(view, facts, by=me().name, now=now)
    return as_pdf(set_dossier(words, timestamp=int(now.timestamp())), f"berkas-lengkap-{ticket}.pdf")


def _note(session: Session, ticket: str, now: datetime) -> None:
    case = advance.lock(session, ticket, me())
    audit.record(session, advance.subject(case), "DOSSIER", actor=me(), now=now)
