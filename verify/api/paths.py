"""The path finder: one person in, one way out."""

from datetime import date
from typing import Any

from flask_smorest import Blueprint

from schemas.path import PathQuestionSchema, RouteSchema, answered
from verify.auth import requires
from verify.counter import find_path
from workflows.paths import PathQuestion
from workflows.permissions import Permission

blueprint = Blueprint("paths", __name__, url_prefix="/api/v1/paths", description="Pencari jalur")


@blueprint.post("")
@requires(Permission.OPEN_CASE)
@blueprint.arguments(PathQuestionSchema)
@blueprint.response(200, RouteSchema)
def find(given: tuple[date | None, PathQuestion]) -> dict[str, Any]:
    """Which way is this person's, with papers, promise and article; registries are asked where the given facts leave it open."""
    return answered(find_path(*given))
