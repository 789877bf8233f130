"""The families' page: where a case stands, by its number and four digits, without an account and without a name."""

import re

from flask import Blueprint, render_template, request

from verify import lookups
from verify.auth import parts, public
from verify.web.family_words import STAGES, message, opening_hours, status_of
from verify.web.form import Form, Values, blank, wrong
from verify.web.look import policy_of
from workflows import family
from workflows.codes import ALPHABET
from workflows.nik import SEPARATORS
from workflows.queries import CaseView
from workflows.saying import say

blueprint = Blueprint("family", __name__)

TICKET = re.compile(f"[{ALPHABET}]{{8}}")
FOUR = re.compile(r"[0-9]{4}")
NO_TICKET = say("Ketik nomor berkas 8 huruf dan angka, seperti 7QMK-2F9X.")
NO_DIGITS = say("Ketik 4 angka.")
NOT_FOUND = say("Nomor berkas dan empat angka itu tidak cocok. Periksa tanda terima Anda, lalu coba lagi.")
"""For an unknown number and for wrong digits alike: nobody learns which numbers exist."""


@blueprint.get("/status")
@public
def show() -> str:
    """The question; the number may come with the QR of the receipt."""
    return page(blank(ticket=request.args.get("berkas", "")[:9]))


@blueprint.post("/status")
@public
def look() -> str | tuple[str, int]:
    """The answer; what was typed stays, nothing is stored."""
    ticket, digits = (SEPARATORS.sub("", request.form.get(name, "")).upper() for name in ("ticket", "last_four"))
    if not TICKET.fullmatch(ticket):
        return page(wrong("ticket", NO_TICKET)), 422
    if not FOUR.fullmatch(digits):
        return page(wrong("last_four", NO_DIGITS)), 422
    view = _find(f"{ticket[:4]}-{ticket[4:]}", digits)
    return answer(view) if view else (page(Form(_kept(), problem=NOT_FOUND)), 422)


def page(form: Form) -> str:
    """The two fields."""
    return render_template("family.html", form=form)


def answer(view: CaseView) -> str:
    """What the family is told."""
    policy = policy_of(view.case)
    status = status_of(view, policy, now=parts().clock())
    return render_template(
        "family_status.html",
        family=status,
        stages=STAGES,
        office=policy.office,
        hours=opening_hours(policy.office_hours.value),
        message=message(status, policy, parts().settings.public_url),
    )


def _find(ticket: str, digits: str) -> CaseView | None:
    lookups.admit_family(ticket)
    with parts().database.read() as session:
        view = family.find(session, ticket, digits)
    if view:
        lookups.family_found(ticket)
    return view


def _kept() -> Values:
    """The number stays, the digits do not: the next person at a shared telephone shall not read them."""
    return Values({"ticket": request.form.get("ticket", "")})
