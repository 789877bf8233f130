"""The decision: facts on one screen, what needs the eye first, and a named person's word."""

from typing import Any

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from schemas.casework import DecisionSchema
from verify.auth import me, parts, requires
from verify.counter import decide_case, refusal_reasons, seat_outlook, waiting_words
from verify.language import tell
from verify.web.facts import facts_of
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, look_before, policy_of
from workflows import seat_years, seats
from workflows.permissions import Permission
from workflows.saying import say
from workflows.states import Action

blueprint = Blueprint("deciding", __name__)

SCHEMA = DecisionSchema()


@blueprint.get("/berkas/<ticket>/putusan")
@requires(Permission.DECIDE)
def show(ticket: str) -> str:
    """The facts and three ways on."""
    look_before(ticket, Action.APPROVE)
    return page(ticket, blank())


@blueprint.post("/berkas/<ticket>/putusan")
@requires(Permission.DECIDE)
def decide(ticket: str) -> Response | tuple[str, int]:
    """Approve and sign, refuse, or send back."""

    def load() -> Response:
        answer = do(ticket, SCHEMA, decide_case, say("Keputusan tersimpan."), _with_cap, many=("grounds",))
        for sentence in waiting_words(look(ticket)):
            tell(sentence, "warning")
        return answer

    return tried(load, lambda form: page(ticket, form))


def _with_cap(typed: dict[str, Any]) -> dict[str, Any]:
    """Rupiah as people type them: ``1.500.000`` or ``Rp 1.500.000``."""
    text = str(typed.get("cap_rupiah", "")).removeprefix("Rp").replace(".", "").strip()
    return typed | {"cap_rupiah": int(text)} if text.isdecimal() else typed


def page(ticket: str, form: Form) -> str:
    """The decision page."""
    view = look(ticket)
    facts = facts_of(view, policy_of(view.case), now=parts().clock())
    reasons = [(reason.code, reason.sentence) for reason in refusal_reasons().values()]
    outlook, rules = seat_outlook(), seat_years.rules_on(parts().policies, me().region_code, now=parts().clock())
    full = facts["takes_seat"] and not outlook.left
    above = full and seats.may_exceed(view.case, rules)
    told = {"outlook": outlook, "reasons": reasons, "above": above, "waits": full and not above}
    return render_template("decide.html", form=form, view=view, case=view.case, **told, **facts)
