"""The hospital's day at the desk: today's acceptances, as a list and as a file, and asking for a patient's letter to move."""

from flask import Blueprint, Response, render_template, request, url_for
from marshmallow import ValidationError
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from schemas.desk_check import local_time
from schemas.desk_move import MoveSchema, ProlongSchema
from schemas.forms import plain
from schemas.spreadsheet import as_csv
from verify.access_log import shows
from verify.auth import me, parts, requires
from verify.counter import find, gathered
from verify.path_inquiry import local_today
from verify.web.form import Form, failed
from verify.web.once import once
from workflows import extensions, shifts, transfers
from workflows.errors import RekomError
from workflows.masking import mask_nik
from workflows.permissions import Permission
from workflows.saying import say
from workflows.shifts import Admission, Shift

blueprint = Blueprint("shift", __name__)

MOVE, PROLONG = MoveSchema(), ProlongSchema()
TITLES = ("WAKTU", "NOMOR SURAT", "NAMA", "NIK", "NOMOR PENDAFTARAN", "PETUGAS", "CARA")


@blueprint.get("/periksa/hari-ini")
@requires(Permission.ACCEPT_LETTER)
def show() -> str:
    """Today's list."""
    shift, zone = _shift(), _zone()
    return render_template("shift.html", shift=shift, zone=zone, now=parts().clock())


@blueprint.get("/periksa/hari-ini.csv")
@requires(Permission.ACCEPT_LETTER)
def file() -> Response:
    """The same for the claims office: no more of a NIK than the page shows."""
    zone = _zone()
    day = local_today(parts(), me().region_code)
    headers = {"Content-Disposition": f'attachment; filename="penerimaan-{day}.csv"'}
    return Response(as_csv(TITLES, (_row(one, zone) for one in _shift().admissions)), mimetype="text/csv", headers=headers)


@blueprint.post("/periksa/pindah")
@requires(Permission.ACCEPT_LETTER)
def move() -> Answer | tuple[str, int]:
    """Ask the office to move a letter here."""
    try:
        given = MOVE.load(plain(request.form, zone="UTC"))
        asked = gathered({"code": given["code"]})

        def effect(session: Session) -> str:
            letter = find(session, asked)
            reason, number = given["transfer_reason"], given["transfer_registration"]
            transfers.request(session, letter, reason, number, me(), now=parts().clock())
            return url_for("shift.show")

        return once(effect, say("Permintaan pindah dikirim. Dinas Sosial yang memutuskan; pasien tetap dilayani."))
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return _again(form), form.status


@blueprint.post("/periksa/perpanjang")
@requires(Permission.ACCEPT_LETTER)
def prolong() -> Answer | tuple[str, int]:
    """Ask the office for a new letter in the place of one that expired."""
    try:
        asked = gathered(PROLONG.load(plain(request.form, zone="UTC")))

        def effect(session: Session) -> str:
            extensions.request(session, find(session, asked), me(), now=parts().clock())
            return url_for("shift.show")

        return once(effect, say("Perpanjangan diminta. Dinas Sosial langsung melihatnya; pasien tetap dilayani."))
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return render_template("prolong.html", form=form), form.status


def _again(form: Form) -> str:
    return render_template("move.html", form=form)


def _shift() -> Shift:
    with parts().database.read() as session:
        shift = shifts.today(session, me(), _zone(), now=parts().clock())
    shows(one.case for one in shift.admissions)
    return shift


def _zone() -> str:
    return parts().zone(me().region_code)


def _row(one: Admission, zone: str) -> tuple[str, ...]:
    how = say("dipindahkan dari rumah sakit lain") if one.moved else "surat"
    number = one.registration_number or ""
    return (local_time(one.at, zone), one.letter.number, one.case.name, mask_nik(one.case.nik), number, one.by, how)
