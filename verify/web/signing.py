"""Signatures: a batch with BSrE, and ink with the scan."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from schemas.signing import BatchSchema
from verify import signing_batch
from verify.auth import me, parts, requires
from verify.counter import draft_response, keep_scan
from verify.language import tell
from verify.web.form import Form, blank, tried
from verify.web.look import look, look_before
from verify.web.once import SEE_OTHER
from workflows import collective_paper, signing
from workflows.errors import InvalidInput
from workflows.passphrase import Passphrase
from workflows.permissions import Permission
from workflows.rules.policy import SigningMode
from workflows.saying import say
from workflows.states import Action

blueprint = Blueprint("signatures", __name__)

BATCH = BatchSchema()
LONGEST_ID = 10
"""Digits of an id that a database can hold are fewer."""


@blueprint.get("/tanda-tangan")
@requires(Permission.DECIDE)
def show() -> str:
    """What waits for a signature."""
    return page(blank())


@blueprint.post("/tanda-tangan")
@requires(Permission.DECIDE)
def sign() -> Response | tuple[str, int]:
    """Sign the chosen letters in the background."""
    return tried(_sign, page)


@blueprint.get("/berkas/<ticket>/tanda-tangan")
@requires(Permission.UPLOAD_SCAN)
def show_scan(ticket: str) -> str:
    """Print, sign, scan, upload."""
    look_before(ticket, Action.SIGN)
    return scan_page(ticket, blank())


@blueprint.post("/berkas/<ticket>/tanda-tangan")
@requires(Permission.UPLOAD_SCAN)
def upload(ticket: str) -> Response | tuple[str, int]:
    """Keep the scan; the letter is issued with it."""
    return tried(lambda: _upload(ticket), lambda form: scan_page(ticket, form))


@blueprint.get("/berkas/<ticket>/draf.pdf")
@requires(Permission.READ_LETTER)
def draft(ticket: str) -> Response:
    """The paper that waits for its signature, to read or to print."""
    return draft_response(ticket)


def page(form: Form) -> str:
    """The list with the batch's form. The passphrase is never filled in again."""
    with parts().database.read() as session:
        modes = {"electronic": SigningMode.BSRE, "ink": SigningMode.WET}
        found = {name: signing.waiting(session, me().region_code, mode) for name, mode in modes.items()}
        covers = {f"{name}_covers": collective_paper.waiting(session, me().region_code, mode) for name, mode in modes.items()}
    return render_template("signing.html", form=form, running=bool(signing_batch.running()), **found, **covers)


def scan_page(ticket: str, form: Form) -> str:
    """The form for one scan."""
    view = look(ticket)
    return render_template("sign_ink.html", form=form, view=view, case=view.case)


def _sign() -> Response:
    form = request.form
    covers = [int(one) for one in form.getlist("collective_letters") if one.isdecimal() and len(one) < LONGEST_ID]
    chosen = {"tickets": form.getlist("tickets"), "collective_letters": covers}
    given = BATCH.load({**chosen, "nik": form.get("nik", ""), "passphrase": form.get("passphrase", "")})
    papers = [*given["tickets"], *given["collective_letters"]]
    pen = signing_batch.Pen(me(), given["nik"], Passphrase(given["passphrase"]))
    signing_batch.begin(parts(), papers, pen)
    tell(say("{count} surat sedang ditandatangani. Tiap surat bisa makan dua menit. Muat ulang untuk melihat hasilnya.", count=len(papers)))
    return redirect(url_for("signatures.show"), SEE_OTHER)


def _upload(ticket: str) -> Response:
    sent = request.files.get("scan")
    if sent is None or not sent.filename:
        raise InvalidInput(say("Pilih berkas pindaian dulu, lalu unggah."))
    with sent.stream as scan:
        keep_scan(ticket, scan.read())
    tell(say("Pindaian tersimpan. Surat terbit."))
    return redirect(url_for("case_page.show", ticket=ticket), SEE_OTHER)
