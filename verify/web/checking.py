"""A check done by hand, where a registry does not answer or a person knows better."""

from typing import Any

from flask import Blueprint, abort, render_template, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.casework import ManualCheckSchema
from schemas.forms import day_and_time
from verify.auth import me, parts, requires
from verify.web import choices
from verify.web.form import Form, blank, tried
from verify.web.look import do, look
from verify.web.once import once
from verify.web.words import CHECK, SLUG
from workflows import advance, asking_again, checks
from workflows.errors import Conflict
from workflows.permissions import Permission
from workflows.saying import say
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
            say("Hasil pemeriksaan {check} tersimpan.", check=CHECK[kind]),
            lambda typed: _only_this(kind, typed),
        )

    return tried(load, lambda form: page(ticket, kind, form))


@blueprint.post(f"{ADDRESS}/tanya-lagi")
@requires(Permission.RECORD_CHECK)
def ask(ticket: str, slug: str) -> Response:
    """Let the registry be asked once more, for example after its data was put right."""
    kind = kind_of(slug)

    def effect(session: Session) -> str:
        case = advance.lock(session, ticket, me())
        if not asking_again.ask_again(session, case, kind, me(), now=parts().clock()):
            raise Conflict(say("Registri ini masih ditanya, atau sudah terlalu sering ditanya. Catat hasil manual beserta buktinya."))
        return url_for("case_page.show", ticket=ticket)

    return once(effect, say("{check} ditanyakan lagi. Jawabannya muncul di halaman ini.", check=CHECK[kind]))


def page(ticket: str, kind: Job, form: Form) -> str:
    """The form."""
    return render_template(
        "manual_check.html",
        form=form,
        case=look(ticket).case,
        kind=kind.value,
        slug=SLUG[kind],
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
