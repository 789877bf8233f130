"""Looking at one case, and doing one thing to it by a form."""

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from marshmallow import Schema
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import plain
from verify.auth import me, parts
from verify.web.once import once
from workflows import advance, queries
from workflows.errors import ChangedMeanwhile, NotFound
from workflows.facts import opened_on
from workflows.queries import CaseView
from workflows.records.case import Case
from workflows.rules.policy import RegionPolicy
from workflows.states import Action
from workflows.vocabulary import LetterType

Act = Callable[[Session, Case, Any], object]


def look(ticket: str) -> CaseView:
    """A case the person may see; ``NotFound`` otherwise."""
    with parts().database.read() as session:
        return queries.case_view(session, ticket, me())


def known(ticket: str) -> Case | None:
    """The same, where a case that may not be seen is no error."""
    try:
        return look(ticket).case
    except NotFound:
        return None


def look_before(ticket: str, action: Action) -> CaseView:
    """A case on which a step can be taken now; ``TransitionRefused`` says where it stands."""
    view = look(ticket)
    advance.find(view.case.state, action)
    return view


def policy_of(case: Case) -> RegionPolicy:
    """The rules the case is pinned to."""
    return parts().policies.pinned(case.region_code, case.policy_valid_from)


def asks_diagnosis(policy: RegionPolicy, case: Case) -> bool:
    """Whether the letter the case is for prints a diagnosis here."""
    guarantee = case.letter_type is LetterType.JAMINAN_PELAYANAN
    return guarantee and policy.letter(case.letter_type, opened_on(case)).terms.asks_diagnosis


def typed_on(case: Case, many: tuple[str, ...] = ()) -> dict[str, Any]:
    """What was typed about a case, with lists of check boxes in ``many``."""
    return plain(request.form, zone=case.timezone, many=many)


def still_at(case: Case) -> None:
    """``ChangedMeanwhile`` where the form was shown for another version of the case."""
    if typed_on(case).get("version") not in (None, case.version):
        raise ChangedMeanwhile()


def do(
    ticket: str,
    schema: Schema,
    act: Act,
    done: str,
    shape: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    many: tuple[str, ...] = (),
) -> Response:
    """Load the form sent, with lists of check boxes in ``many``, do it to the case under its lock, and go to the case."""
    typed = typed_on(look(ticket).case, many)
    given = schema.load(shape(typed) if shape else typed)

    def effect(session: Session) -> str:
        act(session, advance.lock(session, ticket, me(), version=typed.get("version")), given)
        return url_for("case_page.show", ticket=ticket)

    return once(effect, done)
