"""Registration with BPJS on pages: who waits, files out, answers in, and one person's registration."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from marshmallow import Schema
from sqlmodel import Session
from werkzeug.wrappers import Response

from schemas.casework import ReasonSchema
from schemas.forms import plain
from schemas.registration import EvidenceSchema, OneAnswerSchema, RegistrationDetailsSchema, SentSchema
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.language import tell
from verify.registrations import WORKBOOK, apply_rows, duty_terms, file_name, make_batch, read_upload
from verify.web.form import Form, blank, tried
from verify.web.look import look
from verify.web.once import SEE_OTHER, once
from workflows import advance, batches, collective_view, registering, registrations
from workflows.collective_states import LABEL as COLLECTIVE
from workflows.collective_states import LIVE
from workflows.errors import InvalidInput
from workflows.permissions import Permission
from workflows.records.case import Case
from workflows.registration_states import LABEL, REFUSAL, RefusalCode, RegistrationStatus, Route
from workflows.saying import say
from workflows.states import TRANSITIONS, Action

blueprint = Blueprint("registration", __name__)

Act = Callable[[Session, Case, Any], None]


@blueprint.get("/pendaftaran")
@requires(Permission.REGISTER)
def show() -> str:
    """Who waits, the files, and where answers go."""
    return page(blank())


@blueprint.post("/pendaftaran")
@requires(Permission.REGISTER)
def make() -> Response | tuple[str, int]:
    """One file of everybody who waits."""
    return tried(lambda: once(_make, say("Berkas kiriman dibuat. Unduh, kirim ke BPJS, lalu catat sudah dikirim.")), page)


@blueprint.get("/pendaftaran/kiriman/<int(max=2147483647):number>/berkas")
@requires(Permission.REGISTER)
def download(number: int) -> Response:
    """The file as it was made; who took it is written down."""
    with parts().database.write() as session:
        batch = batches.hand_out(session, me().region_code, number, me(), now=parts().clock())
    return Response(batch.file, mimetype=WORKBOOK, headers={"Content-Disposition": f'attachment; filename="{file_name(batch)}"'})


@blueprint.post("/pendaftaran/kiriman/<int(max=2147483647):number>/terkirim")
@requires(Permission.REGISTER)
def mark_sent(number: int) -> Response | tuple[str, int]:
    """Write down that BPJS has the file."""

    def effect(session: Session) -> str:
        batches.mark_sent(session, me().region_code, number, me(), now=parts().clock())
        return url_for("registration.show")

    return tried(lambda: once(effect, say("Berkas kiriman {number} tercatat sudah dikirim.", number=number)), page)


@blueprint.post("/pendaftaran/kiriman/<int(max=2147483647):number>/batalkan")
@requires(Permission.REGISTER)
def void(number: int) -> Response | tuple[str, int]:
    """Take back a file that was not sent."""

    def effect(session: Session) -> str:
        reason = ReasonSchema().load(plain(request.form, zone="UTC"))["reason"]
        batches.void(session, me().region_code, number, reason, me(), now=parts().clock())
        return url_for("registration.show")

    return tried(
        lambda: once(effect, say("Berkas kiriman {number} dibatalkan. Semua orang di dalamnya menunggu lagi.", number=number)), page
    )


@blueprint.post("/pendaftaran/jawaban")
@requires(Permission.REGISTER)
def take_answers() -> Response | tuple[str, int]:
    """Apply a file of answers."""
    return tried(_take_answers, page)


@blueprint.get("/berkas/<ticket>/pendaftaran")
@requires(Permission.REGISTER)
def show_one(ticket: str) -> str:
    """One person's registration, and what can be done about it."""
    return page_of_one(ticket, blank())


@blueprint.post("/berkas/<ticket>/pendaftaran/data")
@requires(Permission.REGISTER)
def mend(ticket: str) -> Response | tuple[str, int]:
    """Fill in or mend columns."""
    return _do(ticket, RegistrationDetailsSchema(), _mend, say("Data pendaftaran tersimpan."))


@blueprint.post("/berkas/<ticket>/pendaftaran/terkirim")
@requires(Permission.REGISTER)
def send_by_hand(ticket: str) -> Response | tuple[str, int]:
    """Typed into SIKS-NG."""
    return _do(ticket, SentSchema(), _send_by_hand, say("Tercatat sudah dikirim lewat SIKS-NG."))


@blueprint.post("/berkas/<ticket>/pendaftaran/disetujui")
@requires(Permission.REGISTER)
def grant(ticket: str) -> Response | tuple[str, int]:
    """The ministry agrees."""
    return _do(ticket, EvidenceSchema(), _grant, say("Persetujuan Kementerian Sosial tercatat."))


@blueprint.post("/berkas/<ticket>/pendaftaran/jawaban")
@requires(Permission.REGISTER)
def answer(ticket: str) -> Response | tuple[str, int]:
    """One answer."""
    return _do(ticket, OneAnswerSchema(), _answer, say("Jawaban tercatat."))


@blueprint.post("/berkas/<ticket>/pendaftaran/tutup")
@requires(Permission.REGISTER)
def give_up(ticket: str) -> Response | tuple[str, int]:
    """Close with a reason."""
    return _do(ticket, ReasonSchema(), _give_up, say("Berkas ditutup."))


def page(form: Form) -> str:
    """The counter's whole view."""
    region = me().region_code
    with parts().database.read() as session:
        found = registering.listed(session, region, None)
        sent, received = batches.newest(session, region), batches.answers(session, region)
        letters = collective_view.of_batches(session, region)
    shows(case for _, case in found)
    to_bpjs = [pair for pair in found if pair[0].route == Route.BPJS_FILE]
    by_status = {status: [pair for pair in to_bpjs if pair[0].status == status] for status in RegistrationStatus}
    return render_template(
        "registration.html",
        form=form,
        empty=blank(),
        by_status=by_status,
        reactivations=[pair for pair in found if pair[0].route == Route.SIKS_NG],
        S=RegistrationStatus,
        Route=Route,
        status_words=LABEL,
        refusal_words=REFUSAL,
        batches=sent,
        letters=letters,
        letter_words=COLLECTIVE,
        live=LIVE,
        answers=received,
        now=parts().clock(),
        zone=parts().zone(region),
    )


def page_of_one(ticket: str, form: Form) -> str:
    """One registration."""
    view = look(ticket)
    with parts().database.read() as session:
        registration = registrations.of_case(session, view.case)
    closable = any(row.source == view.case.state and row.action == Action.GIVE_UP for row in TRANSITIONS)
    return render_template(
        "registration_one.html",
        form=form,
        case=view.case,
        registration=registration,
        S=RegistrationStatus,
        Route=Route,
        status_word=LABEL[registration.status] if registration else None,
        refusals=[(code.value, REFUSAL[code]) for code in RefusalCode],
        refusal_words=REFUSAL,
        closable=closable,
        details=registering.DETAILS,
    )


def _make(session: Session) -> str:
    make_batch(parts(), session, me().region_code, me())
    return url_for("registration.show")


def _take_answers() -> Response:
    sent = request.files.get("answer_file")
    if sent is None or not sent.filename:
        raise InvalidInput(say("Pilih berkas jawaban dulu, lalu unggah."))
    with sent.stream as stream:
        digest, rows = read_upload(parts(), stream.read())
    receipt = apply_rows(parts(), me().region_code, digest, rows, me())
    tell(
        say(
            "{accepted} aktif, {refused} ditolak, {count} baris tidak dikenal.",
            accepted=receipt.accepted,
            refused=receipt.refused,
            count=len(receipt.strange),
        )
    )
    return redirect(url_for("registration.show"), SEE_OTHER)


def _do(ticket: str, schema: Schema, act: Act, done: str) -> Response | tuple[str, int]:
    def load() -> Response:
        typed = plain(request.form, zone=look(ticket).case.timezone)
        version = typed.pop("version", None)
        given = schema.load(typed)

        def effect(session: Session) -> str:
            act(session, advance.lock(session, ticket, me(), version=version), given)
            return url_for("registration.show_one", ticket=ticket)

        return once(effect, done)

    return tried(load, lambda form: page_of_one(ticket, form))


def _mend(session: Session, case: Case, given: dict[str, str]) -> None:
    registering.mend(session, case, given, me(), now=parts().clock())


def _send_by_hand(session: Session, case: Case, given: dict[str, Any]) -> None:
    registering.send_by_hand(session, case, given["reference"], me(), now=parts().clock())


def _grant(session: Session, case: Case, given: dict[str, Any]) -> None:
    registering.grant(session, case, given["evidence"], me(), now=parts().clock())


def _answer(session: Session, case: Case, given: registering.Answer) -> None:
    registering.answer(session, case, given, duty_terms(parts()), me(), now=parts().clock())


def _give_up(session: Session, case: Case, given: dict[str, Any]) -> None:
    registering.give_up(session, case, given["reason"], me(), now=parts().clock())
