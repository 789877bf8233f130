"""Ending a case early: withdrawn at the applicant's wish, or the letter taken back."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.casework import OlderRemovalSchema, ReasonSchema, RemovalSchema, ReplacementSchema, WithdrawalSchema
from schemas.forms import plain
from verify.auth import me, parts, requires
from verify.counter import replace_letter, start_older_removal, start_removal, withdraw_case
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, look_before
from verify.web.once import once
from workflows import casework, late_nik, letters
from workflows.permissions import Permission
from workflows.records.case import Case
from workflows.rules.removal import REASONS as REMOVAL_WORDS
from workflows.saying import say
from workflows.states import Action

blueprint = Blueprint("closing", __name__)

SCHEMA, REPLACEMENT, WITHDRAWAL = ReasonSchema(), ReplacementSchema(), WithdrawalSchema()
REMOVAL, OLDER = RemovalSchema(), OlderRemovalSchema()
CAUSES = [(cause.value, word) for cause, word in casework.CAUSES.items()]
REASONS = [(str(reason), word.capitalize()) for reason, word in REMOVAL_WORDS.items()]


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
    return tried(lambda: do(ticket, WITHDRAWAL, withdraw_case, say("Berkas dibatalkan.")), lambda form: page("withdraw.html", ticket, form))


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
        lambda: do(ticket, SCHEMA, _revoke, say("Surat dicabut. Loket rumah sakit langsung melihatnya.")),
        lambda form: page("revoke.html", ticket, form),
    )


@blueprint.get("/berkas/<ticket>/ganti-surat")
@requires(Permission.REVOKE_LETTER)
def show_replacement(ticket: str) -> str:
    """Ask what is wrong on the paper."""
    view = look_before(ticket, Action.REPLACE)
    case = view.case
    known = {
        "reason": late_nik.REASON if view.nik_came_late else None,
        "name": case.name,
        "birth_date": f"{case.birth_date:%d-%m-%Y}",
        "address": case.address,
    }
    return page("replace.html", ticket, blank(**known))


@blueprint.post("/berkas/<ticket>/ganti-surat")
@requires(Permission.REVOKE_LETTER)
def replace(ticket: str) -> Response | tuple[str, int]:
    """Make the new letter."""
    done = say("Surat diganti. Loket yang memegang surat lama diberi tahu nomor yang baru.")
    return tried(lambda: do(ticket, REPLACEMENT, replace_letter, done), lambda form: page("replace.html", ticket, form))


@blueprint.get("/berkas/<ticket>/pencabutan")
@requires(Permission.START_REMOVAL)
def show_removal(ticket: str) -> str:
    """Ask why the member is to be taken off the list."""
    return page("removal.html", ticket, blank())


@blueprint.post("/berkas/<ticket>/pencabutan")
@requires(Permission.START_REMOVAL)
def remove(ticket: str) -> Response | tuple[str, int]:
    """Open the case for it."""

    def load() -> Response:
        given = REMOVAL.load(plain(request.form, zone=look(ticket).case.timezone))

        def effect(session: Session) -> str:
            return url_for("case_page.show", ticket=start_removal(session, ticket, given))

        return once(effect, say("Berkas pencabutan dibuka. Registri sedang ditanya."))

    return tried(load, lambda form: page("removal.html", ticket, form))


@blueprint.get("/pencabutan")
@requires(Permission.START_REMOVAL)
def show_older_removal() -> str:
    """Ask who the member without a case is, why, and what shows the membership."""
    return older_page(blank())


@blueprint.post("/pencabutan")
@requires(Permission.START_REMOVAL)
def remove_older() -> Response | tuple[str, int]:
    """Open the case for it."""

    def load() -> Response:
        given = OLDER.load(plain(request.form, zone=parts().zone(me().region_code)))

        def effect(session: Session) -> str:
            return url_for("case_page.show", ticket=start_older_removal(session, given))

        return once(effect, say("Berkas pencabutan dibuka. Registri sedang ditanya."))

    return tried(load, older_page)


def older_page(form: Form) -> str:
    """The form for a member older than this system."""
    return render_template("removal_older.html", form=form, reasons=REASONS)


def page(template: str, ticket: str, form: Form) -> str:
    """One of the two forms."""
    view = look(ticket)
    return render_template(template, form=form, view=view, case=view.case, reasons=REASONS, causes=CAUSES)


def _revoke(session: Session, case: Case, given: dict[str, Any]) -> None:
    letters.revoke(session, case, me(), reason=given["reason"], now=parts().clock())
