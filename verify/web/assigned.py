"""My tasks: the checks and corrections that have my name on them, and handing one to a colleague."""

from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from schemas.casework import PassOnSchema
from verify.auth import me, parts, requires
from verify.web.checking import kind_of
from verify.web.duties import today
from verify.web.form import Form, blank, tried
from verify.web.look import do, look
from verify.web.words import CHECK, SLUG
from workflows import assigned, duties, manual_checks
from workflows.permissions import Permission
from workflows.saying import say
from workflows.states import Job

blueprint = Blueprint("assigned", __name__)

SCHEMA = PassOnSchema()
ADDRESS = "/berkas/<ticket>/cek-manual/<slug>/alihkan"


@blueprint.get("/tugas")
@requires(Permission.RECORD_CHECK)
def show() -> str:
    """What waits for me by name."""
    with parts().database.read() as session:
        mine = assigned.assigned_to(session, me())
        owed = duties.reminded(session, me(), today())
    shown = {"tasks": mine, "duties": owed, "today": today()}
    return render_template("assigned.html", **shown, check_words=CHECK, slugs=SLUG, now=parts().clock())


@blueprint.get(ADDRESS)
@requires(Permission.RECORD_CHECK)
def show_colleagues(ticket: str, slug: str) -> str:
    """Who could do it instead."""
    return page(ticket, kind_of(slug), blank())


@blueprint.post(ADDRESS)
@requires(Permission.RECORD_CHECK)
def pass_on(ticket: str, slug: str) -> Response | tuple[str, int]:
    """Give the check to a colleague."""
    kind = kind_of(slug)

    def load() -> Response:
        return do(
            ticket,
            SCHEMA,
            lambda session, case, given: manual_checks.pass_on(session, case, kind, given["owner"], me(), now=parts().clock()),
            say("Pemeriksaan {check} dialihkan.", check=CHECK[kind]),
            _numbered,
        )

    return tried(load, lambda form: page(ticket, kind, form))


def page(ticket: str, kind: Job, form: Form) -> str:
    """The form."""
    case = look(ticket).case
    with parts().database.read() as session:
        others = assigned.colleagues(session, manual_checks.caseworkers(session, case.region_code), me())
    return render_template("pass_on.html", form=form, case=case, label=CHECK[kind], colleagues=others)


def _numbered(typed: dict[str, Any]) -> dict[str, Any]:
    owner = str(typed.get("owner", ""))
    return typed | {"owner": int(owner)} if owner.isdecimal() else typed
