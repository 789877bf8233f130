"""Photographs of a case's papers: choose or take one, look at it, remove it."""

import base64
from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.casework import ReasonSchema
from verify.auth import me, parts, requires
from verify.case_papers import keep_paper, kept_papers, picture_response, remove_paper
from verify.documents.qr import picture_of
from verify.language import tell
from verify.phone_counter import end_link, my_link, open_link
from verify.web import choices
from verify.web.choices import paper_word
from verify.web.form import Form, blank, tried
from verify.web.look import do, look, policy_of
from verify.web.once import SEE_OTHER
from verify.web.sent_pictures import TOGETHER, keep_each, sent_pictures
from verify.web.times import clock_time, local_time
from workflows import advance, clocks
from workflows.errors import NotFound, TransitionRefused
from workflows.papers import CLOSED, NO_PICTURE, KeptPaper
from workflows.permissions import Permission, can
from workflows.queries import CaseView
from workflows.records.case import Case
from workflows.records.case_paper import PaperKind, PaperWay
from workflows.saying import say

blueprint = Blueprint("papers", __name__)

REASON = ReasonSchema()


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture as pages show it; ``thumbnail`` is a data address, None for a PDF."""

    handle: str
    word: str
    pdf: bool
    thumbnail: str | None
    line: str
    gone: str | None


@dataclass(frozen=True, slots=True)
class Phone:
    """The QR for the officer's telephone, until what time it holds, and for how many seconds from now."""

    picture: str
    until: str
    seconds: int


@blueprint.get("/berkas/<ticket>/foto")
@requires(Permission.READ_CASES)
def show(ticket: str) -> str:
    """The pictures there are, and how to add one."""
    return page(ticket)


@blueprint.post("/berkas/<ticket>/foto")
@requires(Permission.AMEND_CASE)
def keep(ticket: str) -> Response | tuple[str, int]:
    """Keep one picture or several of a paper. The same one sent twice is kept once; of several, good ones are kept and others named."""
    return tried(lambda: _keep(ticket), lambda form: page(ticket, form))


@blueprint.post("/berkas/<ticket>/foto/ponsel")
@requires(Permission.AMEND_CASE)
def hand_over(ticket: str) -> Response:
    """Draw a QR for the officer's telephone; an earlier one ends."""
    return _on_case(ticket, open_link)


@blueprint.post("/berkas/<ticket>/foto/ponsel/tutup")
@requires(Permission.AMEND_CASE)
def end_hand_over(ticket: str) -> Response:
    """The telephone is done."""
    return _on_case(ticket, end_link)


@blueprint.get("/berkas/<ticket>/foto/unduh/<handle>")
@requires(Permission.READ_CASES)
def open_picture(ticket: str, handle: str) -> Response:
    """One picture, large enough to read; the look is written down."""
    return picture_response(ticket, handle)


@blueprint.get("/berkas/<ticket>/foto/<handle>/hapus")
@requires(Permission.AMEND_CASE)
def ask_removal(ticket: str, handle: str) -> str:
    """Ask why."""
    return removal_page(ticket, handle, blank())


@blueprint.post("/berkas/<ticket>/foto/<handle>/hapus")
@requires(Permission.AMEND_CASE)
def remove(ticket: str, handle: str) -> Response | tuple[str, int]:
    """Remove it, with the reason."""
    return tried(lambda: _remove(ticket, handle), lambda form: removal_page(ticket, handle, form))


def page(ticket: str, form: Form | None = None) -> str:
    """Everything about a case's pictures on one page."""
    view = look(ticket)
    asked, shown = clocks.asked_of(view.case, policy_of(view.case)), pictures_of(view.case)
    known = choices.papers(asked)
    return render_template(
        "papers.html",
        form=form or blank(paper=_first_missing(asked, shown)),
        case=view.case,
        pictures=shown,
        papers=[*known["asked"], *known["others"]],
        can_add=can(me(), Permission.AMEND_CASE) and view.case.closed_at is None,
        together=TOGETHER,
        phone=_phone(view),
        events=len(view.timeline),
        camera="kamera" in request.args,
    )


def removal_page(ticket: str, handle: str, form: Form) -> str:
    """The question before a picture goes."""
    case = look(ticket).case
    if case.closed_at is not None:
        raise TransitionRefused(CLOSED)
    found = next((one for one in pictures_of(case) if one.handle == handle and one.gone is None), None)
    if found is None:
        raise NotFound(NO_PICTURE)
    return render_template("paper_removal.html", form=form, case=case, picture=found)


def pictures_of(case: Case) -> list[Shown]:
    """The pictures of a case in words, removed ones last."""
    found = [_shown(case, one) for one in kept_papers(case)]
    return sorted(found, key=lambda one: one.gone is not None)


def _keep(ticket: str) -> Response:
    sent = sent_pictures(request)
    kept, word = keep_each(sent, lambda content: keep_paper(ticket, sent.paper, content, me())), paper_word(sent.paper)
    tell(say("Foto {paper} tersimpan.", paper=word) if kept == 1 else say("{kept} foto {paper} tersimpan.", kept=kept, paper=word))
    again = "ya" if request.form.get("kamera") else None
    return redirect(url_for("papers.show", ticket=ticket, kamera=again), SEE_OTHER)


def _on_case(ticket: str, act: Callable[[Session, Case], None]) -> Response:
    with parts().database.write() as session:
        act(session, advance.lock(session, ticket, me()))
    return redirect(f"{url_for('papers.show', ticket=ticket)}#ponsel", SEE_OTHER)


def _remove(ticket: str, handle: str) -> Response:
    def act(session: Session, case: Case, given: dict[str, str]) -> None:
        remove_paper(session, case, handle, given)

    do(ticket, REASON, act, say("Foto dihapus. Siapa dan mengapa tetap tercatat."))
    return redirect(url_for("papers.show", ticket=ticket), SEE_OTHER)


def _phone(view: CaseView) -> Phone | None:
    """The QR of the officer's live link for this case."""
    found = my_link(view.case)
    if found is None:
        return None
    token, link = found
    picture = picture_of(f"{parts().settings.public_url.rstrip('/')}{url_for('phone.show', token=token)}")
    seconds = int((link.ends_at - parts().clock()).total_seconds())
    return Phone(picture, clock_time(link.ends_at, view.case.timezone), seconds)


def _first_missing(asked: tuple[str, ...], shown: list[Shown]) -> str | None:
    """The first paper the region asks for that has no picture yet."""
    there = {one.word for one in shown if one.gone is None}
    return next((paper for paper in asked if paper_word(paper) not in there), None)


def _shown(case: Case, one: KeptPaper) -> Shown:
    removed = None
    if one.removed_at is not None:
        removed = say(
            "Dihapus {at} oleh {name}. Alasan: {reason}",
            at=local_time(one.removed_at, case.timezone),
            name=one.removed_by or "-",
            reason=one.removed_reason or "-",
        )
    picture = base64.b64encode(one.thumbnail).decode() if one.thumbnail and removed is None else None
    return Shown(
        handle=one.handle,
        word=paper_word(one.type),
        pdf=one.kind is PaperKind.PDF,
        thumbnail=f"data:image/jpeg;base64,{picture}" if picture else None,
        line=_line(case, one),
        gone=removed,
    )


def _line(case: Case, one: KeptPaper) -> str:
    at, size = local_time(one.kept_at, case.timezone), max(one.size // 1024, 1)
    if one.way is PaperWay.PHONE:
        return say("{at}, {name} dengan ponsel, {size} kB", at=at, name=one.kept_by, size=size)
    return say("{at}, {name}, {size} kB", at=at, name=one.kept_by, size=size)
