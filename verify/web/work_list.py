"""The list of cases, what waits for me first, and the one search box.

Search first: a name stands on a list only where it is somebody's work (what waits for the reader, a chip) or was searched for. All
cases of an office, or all of a state that is another's turn, are only counted.
"""

import re
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.web.form import Form, blank, wrong
from verify.web.look import known
from verify.web.narrowing import HANDS, OPENED, Narrowed, narrowed
from verify.web.once import SEE_OTHER
from verify.web.onward import home_of
from verify.web.person_search import by_nik
from verify.web.waits import told_to_me
from workflows import case_lists, taking
from workflows.actor import Actor
from workflows.case_lists import MOST_FOUND, Asked, CasePage
from workflows.codes import ALPHABET
from workflows.nik import SEPARATORS
from workflows.permissions import OFFICE, Permission, can
from workflows.saying import say
from workflows.states import FINAL, LABEL, OWNER, Role, State
from workflows.urgency_order import place_in, place_of

blueprint = Blueprint("work_list", __name__)

ALL = "semua"
FOLLOWED = frozenset({State.ACCEPTED, State.REGISTERING})
"""What the counter does about these is done on the page of registrations, for many at once."""
TICKET = re.compile(f"[{ALPHABET}]{{8}}")

SHORTEST = 3
"""Letters of a name: fewer are no name."""

NOT_SEARCHABLE = say("Ketik NIK 16 angka, nomor berkas seperti 7QMK-2F9X, atau paling sedikit 3 huruf nama.")
NO_SUCH_NAME = say("Tidak ada berkas dengan nama ini. Periksa ejaannya di KTP, atau ketik NIK.")
TOO_MANY_NAMES = say("Lebih dari {most} berkas cocok. Ketik nama lebih lengkap, atau NIK.", most=MOST_FOUND)
NO_SUCH_CASE = say("Tidak ada berkas dengan nomor ini. Periksa nomornya, lalu cari lagi.")


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the list; ``mine`` waits for the person who looks, what is not ``first`` is folded away."""

    word: str
    label: str
    count: int
    current: bool
    mine: bool
    first: bool


@blueprint.get("/")
@requires(Permission.SIGNED_IN)
def show() -> Response | str:
    """Where work begins: the list for the office, the desk for a hospital, a word for an admin."""
    actor = me()
    if actor.roles & OFFICE:
        return page(blank())
    if Role.HOSPITAL in actor.roles:
        return redirect(home_of(actor), SEE_OTHER)
    return render_template("admin.html")


@blueprint.get("/cari")
@requires(Permission.READ_CASES)
def search_again() -> Response:
    """A reload or a bookmark of the answer to a search: back to the box."""
    return redirect(url_for("work_list.show"), SEE_OTHER)


@blueprint.post("/cari")
@requires(Permission.READ_CASES)
def search() -> Response | tuple[str, int] | str:
    """A case by its number, by a NIK or by a name; what was typed never stands in an address."""
    words = request.form.get("q", "").strip()
    typed = SEPARATORS.sub("", words).upper()
    if not typed:
        return _answer(wrong("q", NOT_SEARCHABLE))
    if TICKET.fullmatch(typed) and (known(ticket := f"{typed[:4]}-{typed[4:]}") or not typed.isalpha()):
        return _by_ticket(ticket)
    if typed[0].isdecimal():
        return by_nik(typed, lambda words: _answer(wrong("q", words)))
    return _by_name(words)


def page(form: Form) -> str:
    """The list in the view asked for."""
    actor = me()
    wanted = _wanted(actor)
    state = _state(actor, wanted)
    work = state in _waiting_for(actor) or wanted.any
    with parts().database.read() as session:
        asked = Asked(state, HANDS[wanted.hand][0] if wanted.hand else None, wanted.tickets(session))
        if work:
            found = case_lists.work_list(session, actor, asked=asked, place=place_in(request.args.get("sesudah", "")))
        else:
            found = case_lists.only_counted(session, actor, asked=asked)
    if wanted.matter:  # of every state, whosever turn it is
        shows(found.cases)
    return _shown(form, wanted, state, found, work)


def _shown(form: Form, wanted: Narrowed, state: State | None, found: CasePage, work: bool, sought: str = "") -> str:
    """The page; ``sought`` is the name that was searched for."""
    actor = me()
    with parts().database.read() as session:
        holders = taking.holders(session, found.cases)
    takable = {case.ticket for case in found.cases if case.id not in holders and taking.can_take(case, actor)}
    held = {case.ticket for case in found.cases if (hand := holders.get(case.id or 0)) and hand.staff_id == actor.person_id}
    return render_template(
        "work_list.html",
        form=form,
        sought=sought,
        work=work,
        tabs=_tabs(found, None if sought else state, actor),
        narrowed=wanted,
        cases=found.cases,
        holders=holders,
        takable=takable,
        held=held,
        tickable=takable | held,
        told=told_to_me(),
        state=state,
        after=place_of(found.cases[-1]).word if found.more else None,
        ready_to_type=Role.LOKET in actor.roles or not found.cases,
        final=FINAL,
        now=parts().clock(),
        me_id=actor.person_id,
    )


def _by_name(words: str) -> tuple[str, int] | str:
    if sum(letter.isalpha() for letter in words) < SHORTEST:
        return _answer(wrong("q", NOT_SEARCHABLE))
    with parts().database.read() as session:
        cases = case_lists.by_name(session, me(), words)
        counts = case_lists.only_counted(session, me(), asked=Asked()).counts
    if not cases or len(cases) > MOST_FOUND:
        return _answer(wrong("q", TOO_MANY_NAMES if cases else NO_SUCH_NAME))
    shows(cases)
    return _shown(blank(), Narrowed(None, None, None), None, CasePage(cases, False, counts), work=False, sought=words)


def _by_ticket(ticket: str) -> Response | tuple[str, int]:
    return redirect(_case(ticket), SEE_OTHER) if known(ticket) else _answer(wrong("q", NO_SUCH_CASE))


def _case(ticket: str) -> str:
    return url_for("case_page.show", ticket=ticket)


def _answer(form: Form) -> tuple[str, int]:
    return page(form), form.status


def _wanted(actor: Actor) -> Narrowed:
    """What the address asks for; without a word of it, whom no state waits for gets the cases that this person opened."""
    wanted = narrowed()
    if wanted == Narrowed(None, None, None) and not _waiting_for(actor) and can(actor, Permission.OPEN_CASE):
        return Narrowed(ALL, OPENED, None)
    return wanted


def _state(actor: Actor, wanted: Narrowed) -> State | None:
    """The state asked for; without a word what waits for this person, else all; what is narrowed by more than that is of every state."""
    word = wanted.status or (ALL if wanted.matter or wanted.hand in ("saya", OPENED) else "")
    if word == ALL:
        return None
    asked = next((state for state in State if state.value.lower() == word), None)
    return asked or next(iter(_waiting_for(actor)), None)


def _waiting_for(actor: Actor) -> tuple[State, ...]:
    return tuple(state for state, owner in OWNER.items() if owner in actor.roles & OFFICE and state not in FINAL | FOLLOWED)


def _tabs(found: CasePage, current: State | None, actor: Actor) -> list[Tab]:
    mine = _waiting_for(actor)
    others = tuple(state for state in State if state not in mine and (found.counts.get(state) or state == current))
    every = Tab(ALL, say("Semua"), sum(found.counts.values()), current is None, mine=False, first=True)

    def tab(state: State) -> Tab:
        is_mine = state in mine
        return Tab(state.value.lower(), LABEL[state], found.counts.get(state, 0), state == current, is_mine, is_mine or not mine)

    shown = (state for state in mine if state == mine[0] or state == current or found.counts.get(state))
    return [*map(tab, shown), every, *map(tab, others)]
