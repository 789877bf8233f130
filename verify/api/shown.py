"""A case as every API answer shows it, with its clocks as they are now."""

from typing import Any

from schemas.application import whole
from verify.auth import parts
from verify.office_time import clocks_on
from workflows.queries import CaseView


def shown(view: CaseView, warnings: tuple[str, ...] = ()) -> dict[str, Any]:
    """Ready for ``CaseSchema``."""
    return whole(view, warnings, clocks_on(view, parts().policies, now=parts().clock()))
