"""A case as every API answer shows it, with its clocks as they are now."""

from typing import Any

from schemas.application import whole
from verify.auth import parts
from verify.office_time import clocks_on, objection_term
from workflows.queries import CaseView


def shown(view: CaseView, warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Ready for ``CaseSchema``."""
    book, refused = parts().policies, view.refusal
    decided_at = refused.decision.decided_at if refused else None
    last_day = objection_term(view.case, book, decided_at=decided_at).last_day(decided_at) if decided_at else None
    return whole(view, warnings, clocks_on(view, book, now=parts().clock()), last_day)
