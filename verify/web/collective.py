"""Letter E on pages: the cover letters of export files, and one of them with its list, its chain and its end."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import Schema
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.casework import ReasonSchema
from schemas.collective import CollectivePenSchema, CollectiveWordSchema
from schemas.forms import plain
from verify import collective as edge
from verify import signing_batch
from verify.access_log import shows_numbered
from verify.auth import me, parts, requires
from verify.language import tell
from verify.reprinting import hand_out_collective
from verify.web import registration
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER, once
from workflows import collective_view
from workflows.collective_states import LABEL, CollectiveStatus
from workflows.errors import InvalidInput
from workflows.passphrase import Passphrase
from workflows.permissions import Permission
from workflows.records.collective import CollectiveLetter
from workflows.rules.policy import SigningMode
from workflows.saying import say

blueprint = Blueprint("collective_pages", __name__)

ONE = "/pengantar/<int(max=2147483647):letter_id>"
WORD, REASON, PEN = CollectiveWordSchema(), ReasonSchema(), CollectivePenSchema()
Act = Callable[[Session, int, dict[str, Any]], CollectiveLetter]


@blueprint.get("/pengantar")
@requires(Permission.READ_LETTER)
def show_all() -> str:
    """The office's last cover letters."""
    with parts().database.read() as session:
        found = collective_view.newest(session, me().region_code)
    return render_template("collective_list.html", letters=found, label=LABEL, S=CollectiveStatus, zone=parts().zone(me().region_code))


@blueprint.post("/pendaftaran/kiriman/<int(max=2147483647):number>/pengantar")
@requires(Permission.REGISTER)
def propose(number: int) -> Response | tuple[str, int]:
    """Ask for the cover letter of an export file."""

    def effect(session: Session) -> str:
        return url_for("collective_pages.show", letter_id=edge.propose(session, number).id)

    return tried(lambda: once(effect, say("Surat pengantar diajukan. Pejabat berikutnya memeriksa daftarnya.")), registration.page)


@blueprint.get(ONE)
@requires(Permission.READ_LETTER)
def show(letter_id: int) -> str:
    """One letter, and what this person can do about it."""
    return page(letter_id, blank())


@blueprint.post(f"{ONE}/surat.pdf")
@requires(Permission.READ_LETTER)
def paper(letter_id: int) -> Response:
    """The letter with its list: the original once, then marked copies; each is counted."""
    return hand_out_collective(letter_id)


@blueprint.get(f"{ONE}/draf.pdf")
@requires(Permission.READ_LETTER)
def draft(letter_id: int) -> Response:
    """The paper that waits for its signature, to read or to print."""
    return edge.draft_response(letter_id)


@blueprint.post(f"{ONE}/paraf")
@requires(Permission.PARAF)
def paraf(letter_id: int) -> Response | tuple[str, int]:
    """Put the paraf, or send back."""
    return _do(letter_id, WORD, _word(edge.give_paraf), say("Jawaban Anda tersimpan."))


@blueprint.post(f"{ONE}/putusan")
@requires(Permission.DECIDE)
def decide(letter_id: int) -> Response | tuple[str, int]:
    """Sign, or send back; the paper is made at once."""
    return _do(letter_id, WORD, _word(edge.approve), say("Jawaban Anda tersimpan."))


@blueprint.post(f"{ONE}/tarik")
@requires(Permission.REGISTER)
def withdraw(letter_id: int) -> Response | tuple[str, int]:
    """Take back one's own proposal."""
    return _do(letter_id, REASON, _reasoned(edge.drop), say("Usulan surat pengantar ditarik."))


@blueprint.post(f"{ONE}/cabut")
@requires(Permission.REVOKE_LETTER)
def revoke(letter_id: int) -> Response | tuple[str, int]:
    """Withdraw the letter."""
    return _do(letter_id, REASON, _reasoned(edge.revoke), say("Surat pengantar dicabut. Nomornya tidak dipakai lagi."))


@blueprint.post(f"{ONE}/ganti")
@requires(Permission.REVOKE_LETTER)
def replace(letter_id: int) -> Response | tuple[str, int]:
    """A new letter in its place; its paper is made at once."""
    return _do(letter_id, REASON, _reasoned(edge.replace), say("Surat pengantar diganti. Surat lama menyebut nomor yang baru."))


@blueprint.post(f"{ONE}/tte")
@requires(Permission.DECIDE)
def sign(letter_id: int) -> Response | tuple[str, int]:
    """Sign with BSrE in the background."""
    return tried(lambda: _sign(letter_id), lambda form: page(letter_id, form))


@blueprint.post(f"{ONE}/pindaian")
@requires(Permission.UPLOAD_SCAN)
def upload(letter_id: int) -> Response | tuple[str, int]:
    """Keep the scan; the letter is issued with it."""
    return tried(lambda: _upload(letter_id), lambda form: page(letter_id, form))


def page(letter_id: int, form: Form) -> str:
    """The letter's page."""
    with parts().database.read() as session:
        view = collective_view.view(session, letter_id, me())
    shows_numbered(row.case_id for row, _ in view.rows)
    return render_template(
        "collective.html",
        form=form,
        view=view,
        letter=view.letter,
        label=LABEL,
        S=CollectiveStatus,
        Mode=SigningMode,
        empty=blank(),
        gone=sum(row.ended_at is not None for row, _ in view.rows),
        own=view.letter.proposed_by == me().id,
        decided_here=view.letter.decided_by == me().id,
    )


def _do(letter_id: int, schema: Schema, act: Act, done: str) -> Response | tuple[str, int]:
    """Do it once; where a number was given the paper is made right after, outside the transaction."""

    def load() -> Response:
        given, made = schema.load(plain(request.form, zone="UTC")), []

        def effect(session: Session) -> str:
            letter = act(session, letter_id, given)
            made.append(letter.id or 0)
            return url_for("collective_pages.show", letter_id=letter.id)

        answer = once(effect, done)
        for numbered in made:
            edge.press(parts(), numbered)
        return answer

    return tried(load, lambda form: page(letter_id, form))


def _word(agree: edge.Agree) -> Act:
    return lambda session, letter_id, given: edge.word(session, letter_id, given, agree)


def _reasoned(end: Callable[[Session, int, str], CollectiveLetter]) -> Act:
    return lambda session, letter_id, given: end(session, letter_id, given["reason"])


def _sign(letter_id: int) -> Response:
    given = PEN.load({"nik": request.form.get("nik", ""), "passphrase": request.form.get("passphrase", "")})
    signing_batch.begin(parts(), [letter_id], signing_batch.Pen(me(), given["nik"], Passphrase(given["passphrase"])))
    tell(say("Surat sedang ditandatangani. Muat ulang halaman ini untuk melihat hasilnya."))
    return redirect(url_for("collective_pages.show", letter_id=letter_id), SEE_OTHER)


def _upload(letter_id: int) -> Response:
    sent = request.files.get("scan")
    if sent is None or not sent.filename:
        raise InvalidInput(say("Pilih berkas pindaian dulu, lalu unggah."))
    with sent.stream as scan:
        edge.keep_scan(letter_id, scan.read())
    tell(say("Pindaian tersimpan. Surat pengantar terbit."))
    return redirect(url_for("collective_pages.show", letter_id=letter_id), SEE_OTHER)
