"""Opening a case: what the KTP says first, the rest now or later."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.forms import CHANGE, plain, whole_day
from schemas.intake import IntakeSchema
from verify.access_log import shows, shows_ticket
from verify.auth import me, parts, requires
from verify.counter import examine_case, open_case, warnings
from verify.language import tell
from verify.web import answers, choices, glimpse, held
from verify.web.form import Form, blank, failed, tried
from verify.web.identity_card import IdentityCard, card_of
from verify.web.intake_answers import answers_of
from verify.web.look import known
from verify.web.once import SEE_OTHER, once
from verify.web.words import SEX
from workflows import queries, typo
from workflows.errors import OpenCaseExists
from workflows.intake import Intake
from workflows.nik import SEPARATORS, parse_nik
from workflows.permissions import Permission
from workflows.records.case import Case
from workflows.saying import say

blueprint = Blueprint("intake_page", __name__)

SCHEMA = IntakeSchema()
SOUGHT, COUNTED, TYPED = "sought", "counted", "typed"
"""Noted of a held form: the NIK that was looked for, the one whose look is counted, and that somebody has typed since."""
OPENED = say("Berkas dibuka. Pemeriksaan data berjalan sendiri.")


@blueprint.get("/berkas/baru")
@requires(Permission.OPEN_CASE)
def show() -> Response | str:
    """The empty form; at the address that a search led to, the form as it stood."""
    kept = held.held()
    return page(blank()) if kept is None else _as_it_stood(kept)


@blueprint.post("/berkas/baru")
@requires(Permission.OPEN_CASE)
def create() -> Response:
    """Show what was answered, then open the case; or show the form again with everything typed."""
    answer = make_response(tried(_create, page))
    if answer.status_code == SEE_OTHER and held.WORD not in str(answer.location):
        return held.let_go(answer, request.path)
    if before := held.held():
        notes = {SOUGHT: before.notes[SOUGHT], COUNTED: _counted(before.notes.get(COUNTED, "")), TYPED: "ya"}
        held.hold(answer, request.path, notes, request.form.items(multi=True), held.handle())
    return answer


def page(
    form: Form,
    *,
    card: IdentityCard | None = None,
    existing: Case | None = None,
    photo: bool = False,
    key: str | None = None,
) -> str:
    """The form; ``card`` says whose NIK it is, ``existing`` is the open case that stands in the way, ``photo`` says that a photograph
    filled it in, ``key`` is the form's own where it must not be a new one."""
    if card is not None:
        glimpse.shown(card)
    with parts().database.read() as session:
        hospitals = choices.hospitals(session, me().region_code)
    policy = parts().policy_today(me().region_code)
    return render_template(
        "intake.html",
        form=form,
        held_as=held.handle(),
        key=key or answers.kept_key(),
        card=card,
        recorded=_recorded(form.value("phone_from"), form.value("nik")),
        existing=existing,
        photo=photo,
        hospitals=hospitals,
        **choices.papers(policy.papers.value),
        regions=choices.regions(),
        policy=policy,
        urgencies=choices.URGENCIES,
        no_niks=choices.NO_NIKS,
        sexes=choices.SEXES,
        sex_words=SEX,
        channels=choices.CHANNELS,
    )


def go(digits: str, read: Mapping[str, str]) -> Response:
    """To the form for a NIK that was looked for: a page of its own, which a reload shows again without another look-up."""
    answer = redirect("", SEE_OTHER)
    path = url_for("intake_page.show")
    name = held.hold(answer, path, {SOUGHT: digits}, read.items())
    answer.location = f"{path}?{held.WORD}={name}"
    return answer


def _as_it_stood(kept: held.Held) -> Response | str:
    digits = kept.notes[SOUGHT]
    with parts().database.read() as session:
        cases = queries.cases_of(session, digits, me())
    if cases and cases[0].closed_at is None:
        return redirect(url_for("case_page.show", ticket=cases[0].ticket), SEE_OTHER)
    if TYPED not in kept.notes:
        return begin(digits, cases, kept.typed)
    counted = kept.notes[COUNTED] or (digits if not cases else "")  # by the last look, or by the search that led here
    key = glimpse.counted_key(counted) if counted else None
    return page(Form(kept.typed, at=kept.typed.get(CHANGE, "name")), card=card_of(digits, cases), key=key)


def _counted(before: str) -> str:
    """The NIK of whose look the form that was sent is free: the one that stands in it, or still the one ``before``."""
    nik = SEPARATORS.sub("", request.form.get("nik", "") or request.form.get("mother_nik", ""))
    return nik if glimpse.is_counted(nik) else before


def begin(digits: str, cases: Sequence[Case], read: Mapping[str, str]) -> str:
    """The form for a NIK under the card of its person, with what this office's last case said already filled in, else what was ``read``
    in a photograph of the KTP; a birth date that the digits leave no doubt of is there to be confirmed."""
    card = card_of(digits, cases)
    if card.known is None:
        born = {"birth_date": f"{card.born[0]:%d-%m-%Y}"} if len(card.born) == 1 else {}
        seen = {name: value for name, value in read.items() if value}
        return page(blank(**{"nik": digits, **born, **seen}), card=card, photo=bool(seen), key=glimpse.counted_key(digits))
    facts = {"name": card.known.name, "birth_date": f"{card.known.birth_date:%d-%m-%Y}", "phone_from": card.known.ticket}
    return page(blank(nik=digits, **facts), card=card)


def _create() -> Response | str | tuple[str, int]:
    if back := answers.going_back():
        return redirect(f"{request.path}?{held.WORD}={held.handle()}", SEE_OTHER) if held.held() else page(back)
    zone = parts().policy_today(me().region_code).timezone
    given = SCHEMA.load(_completed(plain(request.form, zone=zone, many=("documents",))))
    try:
        return _open(given) if _was_looked_at(given) else _look(given)
    except OpenCaseExists as error:
        shows_ticket(error.context["ticket"])
        return page(failed(error), existing=known(error.context["ticket"])), failed(error).status


def _was_looked_at(given: Intake) -> bool:
    """With all that the office knows, or with what the digits say where no more could be told."""
    return answers.were_looked_at(_doubts(given).sentences) or answers.were_looked_at(_own_doubts(given))


def _look(given: Intake) -> str:
    """What is about to be opened, once the office itself has nothing against it; counted, and told only while it may be."""
    digits = given.nik or given.mother_nik or ""
    counted = not digits or glimpse.is_counted(digits)
    told = counted or glimpse.count(digits)
    try:
        with parts().database.read() as session:
            examine_case(session, given)
    except OpenCaseExists:
        if told and not counted:
            glimpse.give_back(digits)
        if told:
            raise
    doubts = _told_doubts(given) if told else _own_doubts(given)
    with parts().database.read() as session:
        hospitals = dict(choices.hospitals(session, me().region_code))
    shown = answers_of(given, request.form, hospitals, parts().policy_today(me().region_code).timezone)
    key = glimpse.counted_key(digits, answers.kept_key()) if digits and told else ""
    return answers.page(request.path, say("Buka berkas"), shown, gaps=say("Belum diisi, boleh menyusul"), doubts=doubts, key=key)


def _open(given: Intake) -> Response:
    def effect(session: Session) -> str:
        return url_for("case_page.show", ticket=open_case(session, given).ticket)

    response = once(effect, OPENED)
    for sentence in warnings(given):
        tell(sentence, "warning")
    return response


def _completed(typed: dict[str, Any]) -> dict[str, Any]:
    """A birth date without its strokes; the telephone of the person's last case where the page offered it and none was typed."""
    typed.pop(held.WORD, None)
    recorded = _recorded(typed.pop("phone_from", ""), typed.get("nik", ""))
    found = {"phone": recorded.phone, **typed} if recorded else typed
    return found | {"birth_date": whole_day(found["birth_date"], parts().clock().year)} if "birth_date" in found else found


def _recorded(ticket: str, nik: str) -> Case | None:
    """The case whose telephone may serve again: one of the same person."""
    case = known(ticket) if ticket else None
    return case if case and case.phone and case.nik == SEPARATORS.sub("", nik) else None


def _told_doubts(given: Intake) -> tuple[str, ...]:
    """The doubts, and a line at the case of the namesake that they tell of."""
    found = _doubts(given)
    shows([found.namesake])
    return found.sentences


def _own_doubts(given: Intake) -> tuple[str, ...]:
    """What the NIK's own digits say against the birth date; tells of nobody else."""
    return typo.own_doubts(parse_nik(given.nik, practice=True), given.birth_date) if given.nik else ()


def _doubts(given: Intake) -> typo.Doubts:
    if given.nik is None:
        return typo.Doubts()
    with parts().database.read() as session:
        nik, region = parse_nik(given.nik, practice=True), me().region_code
        return typo.doubts(session, nik, name=given.name, birth_date=given.birth_date, region_code=region, sex=given.sex)
