"""Pages that explain: each kind of problem by its name, and how to work with Rekom."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, render_template

from verify.auth import public
from verify.errors import FORM_TOO_OLD, MAYBE_STORED, STEP_MAY_STAND, status_of
from verify.statuses import told
from workflows.errors import RekomError
from workflows.saying import Sentence

blueprint = Blueprint("sheets", __name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem: what happened, and what to do about it."""

    status: int
    sentence: str
    next_step: str


OTHERS = {
    "formulir-kedaluwarsa": (400, FORM_TOO_OLD),
    "basis-data-tidak-menjawab": (503, told(503).cause),
    "kesalahan-dalam": (500, told(500).cause),
    MAYBE_STORED: (503, STEP_MAY_STAND),
}
"""Problems that have no class of their own in the exception tree."""


@blueprint.get("/masalah/<slug>")
@public
def problem(slug: str) -> str:
    """What a kind of problem means; the ``type`` of an API problem points here."""
    found = problems().get(slug)
    return render_template("problem.html", problem=found, slug=slug) if found else abort(404)


@blueprint.get("/bantuan")
@public
def help_page() -> str:
    """How to work with Rekom, by role."""
    return render_template("help.html")


def problems() -> dict[str, Problem]:
    """Every kind of problem by its slug."""
    found = {f"http-{status.value}": _problem(status, told(status).cause) for status in HTTPStatus if status >= HTTPStatus.BAD_REQUEST}
    found |= {kind.slug: _problem(status_of(kind()), Sentence(kind.sentence)) for kind in _kinds(RekomError) if "slug" in vars(kind)}
    return found | {slug: _problem(status, sentence) for slug, (status, sentence) in OTHERS.items()}


def _problem(status: int, sentence: str) -> Problem:
    return Problem(status, sentence, told(status).next_step)


def _kinds(kind: type[RekomError]) -> Iterator[type[RekomError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from _kinds(inner)
