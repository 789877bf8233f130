"""A check done by hand, where a registry does not answer or a person knows better."""

from typing import Any

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from schemas.casework import ManualCheckSchema
from schemas.forms import day_and_time
from verify.auth import me, parts, requires
from verify.web import choices
from verify.web.form import Form, blank, tried
from verify.web.look import do, look
from verify.web.words import CHECK, SLUG
from workflows import checks
from workflows.permissions import Permission
from workflows.states import Job

blueprint = Blueprint("checking", __name__)

SCHEMA = ManualCheckSchema()
ADDRESS = "/berkas/<ticket>/cek-manual/<slug>"


@blueprint.get(ADDRESS)
@requires(Permission.RECORD_CHECK)
def show(ticket: str, slug: str) -> str:
    """The form for one check."""
    day, time = day_and_time(parts().clock(), look(ticket).case.timezone)
    return page(ticket, kind_of(slug), blank(as_of_day=day, as_of_time=time))


@blueprint.post(ADDRESS)
@requires(Permission.RECORD_CHECK)
def record(ticket: str, slug: str) -> Response | tuple[str, int]:
    """Keep what the officer found."""
    kind = kind_of(slug)

    def load() -> Response:
        return do(
            ticket,
            SCHEMA,
            lambda session, case, found: checks.record_by_person(session, case, found, me(), now=parts().clock()),
            f"Hasil pemeriksaan {CHECK[kind]} tersimpan.",
            lambda typed: _only_this(kind, typed),
        )

    return tried(load, lambda form: page(ticket, kind, form))


def page(ticket: str, kind: Job, form: Form) -> str:
    """The form."""
    return render_template(
        "manual_check.html",
        form=form,
        case=look(ticket).case,
        kind=kind.value,
        title=CHECK[kind],
        results=choices.results(kind),
        segments=choices.SEGMENTS,
        desils=choices.DESILS,
    )


def kind_of(slug: str) -> Job:
    """The check behind an address; unknown ones are not there."""
    found = next((kind for kind, known in SLUG.items() if known == slug), None)
    return found if found else abort(404)


def _only_this(kind: Job, typed: dict[str, Any]) -> dict[str, Any]:
    typed.pop("version", None)
    if "desil" in typed:
        typed["desil"] = int(typed["desil"]) if str(typed["desil"]).isdecimal() else typed["desil"]
    return typed | {"kind": kind.value}
