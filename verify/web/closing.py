"""Ending a case early: withdrawn at the applicant's wish, or the letter taken back."""

from typing import Any

from flask import Blueprint, render_template
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.casework import ReasonSchema
from verify.auth import me, parts, requires
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, look_before
from workflows import casework, letters
from workflows.permissions import Permission
from workflows.records.case import Case
from workflows.states import Action

blueprint = Blueprint("closing", __name__)

SCHEMA = ReasonSchema()


@blueprint.get("/berkas/<ticket>/batalkan")
@requires(Permission.WITHDRAW)
def show_withdrawal(ticket: str) -> str:
    """Ask for the reason."""
    look_before(ticket, Action.WITHDRAW)
    return page("withdraw.html", ticket, blank())


@blueprint.post("/berkas/<ticket>/batalkan")
@requires(Permission.WITHDRAW)
def withdraw(ticket: str) -> Response | tuple[str, int]:
    """Close the case."""
    return tried(lambda: do(ticket, SCHEMA, _withdraw, "Berkas dibatalkan."), lambda form: page("withdraw.html", ticket, form))


@blueprint.get("/berkas/<ticket>/cabut")
@requires(Permission.REVOKE_LETTER)
def show_revocation(ticket: str) -> str:
    """Ask for the reason."""
    look_before(ticket, Action.REVOKE)
    return page("revoke.html", ticket, blank())


@blueprint.post("/berkas/<ticket>/cabut")
@requires(Permission.REVOKE_LETTER)
def revoke(ticket: str) -> Response | tuple[str, int]:
    """Take the letter back."""
    return tried(
        lambda: do(ticket, SCHEMA, _revoke, "Surat dicabut. Loket rumah sakit langsung melihatnya."),
        lambda form: page("revoke.html", ticket, form),
    )


def page(template: str, ticket: str, form: Form) -> str:
    """One of the two forms."""
    view = look(ticket)
    return render_template(template, form=form, view=view, case=view.case)


def _withdraw(session: Session, case: Case, given: dict[str, Any]) -> None:
    casework.withdraw(session, case, given["reason"], me(), now=parts().clock())


def _revoke(session: Session, case: Case, given: dict[str, Any]) -> None:
    letters.revoke(session, case, me(), reason=given["reason"], now=parts().clock())
