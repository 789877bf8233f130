"""People's data by file: uploaded, tried in the background, stored by a second press, undone; with a receipt for each."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Blueprint, Response, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from schemas.extract_cells import REASONS, Fault
from schemas.extract_file import DTSEN, FULL, MONTHLY, RESIDENTS, RESIDENTS_SIAK, SHAPES
from schemas.forms import plain
from schemas.import_form import ApplySchema, Holds, UploadSchema
from verify.auth import me, parts, requires
from verify.imports.arriving import arrival, looked_at, moment, pieces
from verify.web.form import Form, blank, tried
from verify.web.once import once
from workflows import imports
from workflows.errors import InvalidInput, NotFound
from workflows.permissions import Permission
from workflows.records.extract import Extract, ExtractKind
from workflows.records.import_file import MOVING, ImportFile, ImportPhase, ImportStatus, PartOf
from workflows.records.staff import Staff
from workflows.saying import say

blueprint = Blueprint("imports", __name__)

AT_ONCE = 1 << 16
"""Bytes of a list that are in memory while it is handed out."""

ONE = "/data/<int(max=2147483647):number>"
KINDS: Mapping[ExtractKind, str] = {
    ExtractKind.RESIDENTS: say("Penduduk (Dukcapil)"),
    ExtractKind.MEMBERS: say("Anggota BPJS"),
    ExtractKind.DTSEN: say("DTSEN"),
}
LAYOUTS: Mapping[str, str] = {
    DTSEN: say("DTSEN"),
    FULL: say("anggota BPJS lengkap"),
    MONTHLY: say("anggota BPJS bulanan, enam kolom"),
    RESIDENTS: say("penduduk dengan kode wilayah"),
    RESIDENTS_SIAK: say("penduduk bentuk SIAK"),
}
STATUS: Mapping[ImportStatus, str] = {
    ImportStatus.TO_TRY: say("Sedang diuji"),
    ImportStatus.TRIED: say("Sudah diuji, menunggu diterapkan"),
    ImportStatus.TO_APPLY: say("Sedang diterapkan"),
    ImportStatus.APPLIED: say("Diterapkan"),
    ImportStatus.KNOWN: say("Sudah pernah diimpor, tidak ada yang diubah"),
    ImportStatus.REFUSED: say("Tidak dapat dipakai"),
    ImportStatus.DROPPED: say("Dibuang"),
}
HOLDS: Mapping[Holds, str] = {
    Holds.EVERYBODY: say("Ya, semua peserta di daerah ini, dari semua segmen"),
    Holds.SOME: say("Tidak, hanya sebagian, misalnya yang iurannya dibayar pemerintah"),
}
PHASE: Mapping[ImportPhase, str] = {
    ImportPhase.OPENING: say("Membuka berkas"),
    ImportPhase.READING: say("Membaca baris"),
    ImportPhase.COMPARING: say("Membandingkan dengan data sekarang"),
    ImportPhase.STORING: say("Menyimpan"),
}


@blueprint.get("/data")
@requires(Permission.IMPORT_DATA)
def show_all() -> str:
    """The office's last files, and the form for another."""
    return list_page(blank())


@blueprint.post("/data")
@requires(Permission.IMPORT_DATA)
def upload() -> Answer | tuple[str, int]:
    """Take a file in; a worker tries it."""
    return tried(_upload, list_page)


@blueprint.get(ONE)
@requires(Permission.IMPORT_DATA)
def show(number: int) -> str:
    """One file: how far it is, what it would change, what it became."""
    return page(number, blank())


@blueprint.post(f"{ONE}/terapkan")
@requires(Permission.APPLY_DATA)
def apply(number: int) -> Answer | tuple[str, int]:
    """The second press."""

    def act(session: Session) -> ImportFile:
        given = ApplySchema().load(plain(request.form, zone="UTC"))
        complete = given["complete"] and given["complete"] is Holds.EVERYBODY
        return imports.approve(session, number, moment(given["data_on"], _zone()), me(), now=parts().clock(), complete=complete)

    return _do(number, act, say("Penerapan dimulai. Halaman ini boleh ditutup."))


@blueprint.post(f"{ONE}/buang")
@requires(Permission.IMPORT_DATA)
def drop(number: int) -> Answer | tuple[str, int]:
    """Throw it away."""
    return _do(number, lambda session: imports.drop(session, number, me(), now=parts().clock()), say("Unggahan dibuang."))


@blueprint.post(f"{ONE}/batalkan")
@requires(Permission.APPLY_DATA)
def undo(number: int) -> Answer | tuple[str, int]:
    """Take back what it became."""

    def act(session: Session) -> ImportFile:
        return imports.undo(session, number, me(), now=parts().clock())

    return _do(number, act, say("Impor dibatalkan. Data sebelumnya berlaku lagi."))


@blueprint.get(f"{ONE}/baris-salah.csv")
@requires(Permission.IMPORT_DATA)
def bad_rows(number: int) -> Response:
    """Row number, code and reason of each refused row."""
    with ExitStack() as unless_handed_out, parts().database.read() as session:
        listed = unless_handed_out.enter_context(TemporaryFile())  # millions of rows are not held in memory
        listed.writelines(imports.content(session, imports.find(session, number, me()), PartOf.BAD_ROWS))
        if not listed.tell():
            raise NotFound(say("Daftar baris salah sudah dihapus atau belum ada. Unggah berkasnya sekali lagi."))
        unless_handed_out.pop_all()  # the answer closes it
    listed.seek(0)
    headers = {"Content-Disposition": f'attachment; filename="baris-salah-{number}.csv"'}
    return Response(_handed_out(listed), mimetype="text/csv; charset=utf-8", headers=headers)


def _handed_out(listed: IO[bytes]) -> Iterator[bytes]:
    with listed:
        while piece := listed.read(AT_ONCE):
            yield piece


def list_page(form: Form) -> str:
    """The list with its form."""
    with parts().database.read() as session:
        found = imports.newest(session, me())
    asked = [(KINDS[kind], [shape.described for shape in SHAPES[kind]]) for kind in KINDS]
    return render_template("imports.html", form=form, files=found, asked=asked, kinds=KINDS, told=told, zone=_zone())


def page(number: int, form: Form) -> str:
    """One file's page."""
    with parts().database.read() as session:
        file = imports.find(session, number, me())
        extract = session.get(Extract, file.extract_id) if file.extract_id else None
        people = {one: session.get_one(Staff, one).name for one in (file.received_by, file.approved_by) if one}
        other = session.get(Extract, file.compared_with) if file.compared_with else None
    shown = {
        "told": told(file, extract),
        "kinds": KINDS,
        "layouts": LAYOUTS,
        "other": other,
        "people": people,
        "S": ImportStatus,
        "holds": HOLDS,
    }
    faults = [(code, number, REASONS[Fault(code)]) for code, number in sorted(json.loads(file.faults or "{}").items())]
    busy = progress(file, parts().clock()) if file.status in MOVING else None
    return render_template(
        "import.html", form=form, file=file, extract=extract, faults=faults, busy=busy, zone=_zone(), head=_head(file), **shown
    )


def told(file: ImportFile, extract: Extract | None) -> str:
    """Where a file stands, in words."""
    if file.status is ImportStatus.APPLIED and extract is not None and extract.undone_at is not None:
        return say("Dibatalkan")
    return STATUS[file.status]


def progress(file: ImportFile, now: datetime) -> dict[str, Any]:
    """How far a worker is: percent, rows, rows a second, and the time that is left once a tenth of the phase is done."""
    if file.phase is None or file.phase_at is None or file.told_at is None:
        return {"words": say("Menunggu giliran"), "percent": None, "rows": 0, "rate": None, "left": None, "silent": False}
    seconds = max((file.told_at - file.phase_at).total_seconds(), 0.001)
    known = file.total > 0 and file.done * 10 >= file.total
    left = timedelta(seconds=round(seconds * (file.total - file.done) / file.done)) if known else None
    return {
        "words": PHASE[file.phase],
        "percent": min(100 * file.done // file.total, 100) if file.total else None,
        "rows": file.rows_read,
        "rate": int(file.rows_read / seconds) if file.rows_read else None,
        "left": left,
        "silent": now - file.told_at > timedelta(seconds=parts().settings.task_lease_seconds),
    }


def _head(file: ImportFile) -> Mapping[str, Any]:
    head = file.head or {"titles": [], "rows": []}
    return {"titles": head["titles"], "rows": list(islice(head["rows"], 20))}


def _upload() -> Answer:
    sent = request.files.get("data_file")
    if sent is None or not sent.filename:
        raise InvalidInput(say("Pilih berkas dulu, lalu unggah."), field="data_file")
    given = UploadSchema().load(plain(request.form, zone="UTC"))
    name = sent.filename

    with sent.stream as stream, looked_at(stream) as source:

        def effect(session: Session) -> str:
            arrived = arrival(source, name, _zone(), given["kind"], given["data_on"])
            file = imports.receive(session, arrived, pieces(source), me(), now=parts().clock())
            return url_for("imports.show", number=file.id)

        return once(effect, say("Berkas diterima."))


def _do(number: int, act: Callable[[Session], ImportFile], done: str) -> Answer | tuple[str, int]:
    def effect(session: Session) -> str:
        return url_for("imports.show", number=act(session).id)

    return tried(lambda: once(effect, done), lambda form: page(number, form))


def _zone() -> str:
    return parts().zone(me().region_code)
