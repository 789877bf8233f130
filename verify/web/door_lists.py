"""Lists of the next doors: made for a village, with names for whoever may see them, given out as a sheet, answers taken back."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from schemas.doors import DoorListSchema
from schemas.forms import plain
from schemas.population.region_file import shipped_regions
from verify.auth import me, parts, requires
from verify.language import tell
from verify.population.door_files import Receipt, sheet, take
from verify.population.tables import as_csv, as_xlsx
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER, once
from workflows.errors import InvalidInput, NotFound
from workflows.permissions import Permission
from workflows.population import doors
from workflows.population.doors import DoorView, Wish
from workflows.population.regions import parse_code
from workflows.records.door import MOST, DoorAnswer, DoorReason
from workflows.saying import say

blueprint = Blueprint("door_lists", __name__)

FILES = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
SAID: dict[DoorAnswer, str] = {
    DoorAnswer.REGISTERED: say("Terdaftar"),
    DoorAnswer.MOVED: say("Pindah"),
    DoorAnswer.DIED: say("Meninggal"),
    DoorAnswer.REFUSES: say("Menolak"),
    DoorAnswer.NOT_FOUND: say("Tidak ditemukan"),
}
WHY: Mapping[DoorReason, str] = {
    DoorReason.UNIVERSAL: say("Daerah menanggung semua penduduk"),
    DoorReason.TO_ASSESS: say("Perlu dinilai dulu di loket"),
}
USUAL_DAYS = 30


@blueprint.get("/cakupan/pintu")
@requires(Permission.READ_UNCOVERED)
def show_all() -> str:
    """Every list of the region and how far it is; it names nobody."""
    with parts().database.read() as session:
        found = doors.standings(session, me().region_code)
    return render_template("door_lists.html", lists=found, place=shipped_regions().title, said=SAID, now=parts().clock(), zone=_zone())


@blueprint.get("/cakupan/<code>/pintu")
@requires(Permission.READ_UNCOVERED)
def ask(code: str) -> str:
    """How many doors, for whom and what for."""
    return wish_page(code, blank(many=MOST, days=USUAL_DAYS))


@blueprint.post("/cakupan/<code>/pintu")
@requires(Permission.READ_UNCOVERED)
def make(code: str) -> Answer | tuple[str, int]:
    """Make the list."""

    def effect(session: Session) -> str:
        given = DoorListSchema().load(plain(request.form, zone="UTC", numbers=("many", "days")))
        listed = doors.make(session, parts().policy_today(me().region_code), Wish(parse_code(code), **given), me(), now=parts().clock())
        return url_for("door_lists.show", number=listed.id)

    return tried(lambda: once(effect, say("Daftar pintu dibuat. Unduh atau cetak, lalu serahkan.")), lambda form: wish_page(code, form))


@blueprint.get("/cakupan/pintu/<int(max=2147483647):number>")
@requires(Permission.READ_UNCOVERED)
def show(number: int) -> str:
    """One list with names; the look is written down."""
    return page(number, blank())


@blueprint.get("/cakupan/pintu/<int(max=2147483647):number>/unduh/<kind>")
@requires(Permission.READ_UNCOVERED)
def download(number: int, kind: str) -> Response:
    """The list as a spreadsheet with an empty column for answers."""
    if kind not in FILES:
        raise NotFound(say("Berkas ini tidak ada. Pilih {files}.", files=", ".join(FILES)))
    with parts().database.write() as session:
        listed, views = doors.show(session, me(), number, now=parts().clock(), why="EXPORT_DOORS")
    write, mimetype = FILES[kind]
    name = f"pintu-{listed.village_code}-{number}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(write(sheet(views, told_why, SAID)), mimetype=mimetype, headers=headers)


@blueprint.post("/cakupan/pintu/<int(max=2147483647):number>/jawaban")
@requires(Permission.READ_UNCOVERED)
def take_answers(number: int) -> Answer | str | tuple[str, int]:
    """A sheet that came back. Lines that cannot be used are shown, the others count."""
    return tried(lambda: _take(number), lambda form: page(number, form))


def wish_page(code: str, form: Form) -> str:
    """The form for one village."""
    village = parse_code(code)
    if len(village) != 10 or not village.startswith(me().region_code):
        raise NotFound(say("Daftar pintu hanya ada per kelurahan atau desa. Pilih satu."))
    return render_template("door_wish.html", form=form, code=village, place=shipped_regions().title(village))


def page(number: int, form: Form, receipt: Receipt | None = None) -> str:
    """One list."""
    with parts().database.write() as session:
        listed, views = doors.show(session, me(), number, now=parts().clock(), why="READ_DOORS")
    tally = {answer: sum(view.door.answer is answer for view in views) for answer in DoorAnswer}
    facts: dict[str, object] = {
        "place": shipped_regions().title(listed.village_code),
        "zone": _zone(),
        "over": parts().clock() >= listed.ends_at,
    }
    facts |= {"why": told_why, "said": SAID, "tally": tally, "receipt": receipt}
    return render_template("door_list.html", form=form, listed=listed, views=views, **facts)


def told_why(view: DoorView) -> str:
    """Why this door, in words."""
    if view.door.reason is DoorReason.DESIL:
        return say("Desil {desil}, dalam batas daerah", desil=view.door.desil)
    return WHY[view.door.reason]


def _take(number: int) -> Answer | str:
    sent = request.files.get("answer_file")
    if sent is None or not sent.filename:
        raise InvalidInput(say("Pilih berkas jawaban dulu, lalu unggah."))
    with sent.stream as stream:
        receipt = take(parts(), number, stream.read(), me())
    if receipt.faults:
        return page(number, blank(), receipt)
    tell(say("{taken} jawaban tercatat, {waiting} pintu belum dijawab.", taken=receipt.taken, waiting=receipt.waiting))
    return redirect(url_for("door_lists.show", number=number), SEE_OTHER)


def _zone() -> str:
    return parts().zone(me().region_code)
