"""Lists of cards: made for a village, given out as a sheet, answers taken back, and the rest for lurah and camat."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from schemas.cards import CardListSchema, PurposeSchema
from schemas.forms import plain
from schemas.population.region_file import shipped_regions
from verify.auth import me, parts, requires
from verify.language import tell
from verify.population.card_files import counts, rest_sheet, sheet, take
from verify.population.door_files import Receipt
from verify.population.tables import Value
from verify.web.door_lists import FILES, USUAL_DAYS
from verify.web.form import Form, blank, tried
from verify.web.once import SEE_OTHER, once
from workflows.errors import InvalidInput, NotFound
from workflows.permissions import Permission
from workflows.population import card_rest, cards
from workflows.population.cards import CardWish
from workflows.population.regions import parse_code
from workflows.records.card import CardAnswer, CardReceiver
from workflows.saying import say

blueprint = Blueprint("card_lists", __name__)

SAID: Mapping[CardAnswer, str] = {
    CardAnswer.HANDED_OVER: say("Diserahkan"),
    CardAnswer.NOT_FOUND: say("Tidak ditemukan"),
    CardAnswer.MOVED: say("Pindah"),
    CardAnswer.DIED: say("Meninggal"),
}
RECEIVED: Mapping[CardReceiver, str] = {
    CardReceiver.MEMBER: say("Sendiri"),
    CardReceiver.FAMILY: say("Keluarga"),
    CardReceiver.RT_RW: say("RT/RW"),
}


@blueprint.get("/cakupan/kartu")
@requires(Permission.READ_UNCOVERED)
def show_all() -> str:
    """How far each village is, and every list of the region; it names nobody."""
    with parts().database.read() as session:
        found, villages = card_rest.standings(session, me().region_code), card_rest.by_village(session, me().region_code)
    facts = {"lists": found, "villages": villages, "whole": card_rest.summed(villages, me().region_code)}
    return render_template("card_lists.html", **facts, place=shipped_regions().title, said=SAID, now=parts().clock(), zone=_zone())


@blueprint.get("/cakupan/kartu/unduh/<kind>")
@requires(Permission.READ_UNCOVERED)
def download_counts(kind: str) -> Response:
    """How far each village is, as a file."""
    with parts().database.read() as session:
        villages = card_rest.by_village(session, me().region_code)
    return _file(kind, f"kartu-{me().region_code}", counts(villages, shipped_regions().title))


@blueprint.get("/cakupan/<code>/kartu")
@requires(Permission.READ_UNCOVERED)
def ask(code: str) -> str:
    """For whom a list is made and what for."""
    return wish_page(code, blank(days=USUAL_DAYS))


@blueprint.post("/cakupan/<code>/kartu")
@requires(Permission.READ_UNCOVERED)
def make(code: str) -> Answer | tuple[str, int]:
    """Make the list of a village."""

    def effect(session: Session) -> str:
        given = CardListSchema().load(plain(request.form, zone="UTC", numbers=("days",)))
        listed = cards.make(session, me().region_code, CardWish(parse_code(code), **given), me(), now=parts().clock())
        return url_for("card_lists.show", number=listed.id)

    return tried(lambda: once(effect, say("Daftar kartu dibuat. Unduh atau cetak, lalu serahkan.")), lambda form: wish_page(code, form))


@blueprint.get("/cakupan/<code>/kartu/sisa")
@requires(Permission.READ_UNCOVERED)
def ask_left(code: str) -> str:
    """How far a village or district is, and what its rest list is for."""
    return left_page(code, blank())


@blueprint.post("/cakupan/<code>/kartu/sisa")
@requires(Permission.READ_UNCOVERED)
def left(code: str) -> Answer | str | tuple[str, int]:
    """Whose card is still to be handed over, once it is said what for; as a page or as a file."""
    return tried(lambda: _left(parse_code(code)), lambda form: left_page(code, form))


@blueprint.get("/cakupan/kartu/<int(max=2147483647):number>")
@requires(Permission.READ_UNCOVERED)
def show(number: int) -> str:
    """One list with names; the look is written down."""
    return page(number, blank())


@blueprint.get("/cakupan/kartu/<int(max=2147483647):number>/unduh/<kind>")
@requires(Permission.READ_UNCOVERED)
def download(number: int, kind: str) -> Response:
    """The list as a spreadsheet with empty columns for answers."""
    _check_kind(kind)
    with parts().database.write() as session:
        listed, views = cards.show(session, me(), number, now=parts().clock(), why="EXPORT_CARDS")
    return _file(kind, f"kartu-{listed.village_code}-{number}", sheet(views, SAID, RECEIVED))


@blueprint.post("/cakupan/kartu/<int(max=2147483647):number>/jawaban")
@requires(Permission.READ_UNCOVERED)
def take_answers(number: int) -> Answer | str | tuple[str, int]:
    """A sheet that came back. Lines that cannot be used are shown, the others count."""
    return tried(lambda: _take(number), lambda form: page(number, form))


def wish_page(code: str, form: Form) -> str:
    """The form of one village."""
    village = _area(code, 10)
    return render_template("card_wish.html", form=form, code=village, place=shipped_regions().title(village))


def left_page(code: str, form: Form) -> str:
    """The form of one village or district."""
    area = _area(code, *card_rest.AREAS)
    with parts().database.read() as session:
        whole = card_rest.summed(card_rest.by_village(session, area), area)
    kinds = [("", say("Di halaman")), *((kind, kind.upper()) for kind in FILES)]
    return render_template("card_rest.html", form=form, code=area, whole=whole, place=shipped_regions().title(area), kinds=kinds)


def page(number: int, form: Form, receipt: Receipt | None = None) -> str:
    """One list."""
    with parts().database.write() as session:
        listed, views = cards.show(session, me(), number, now=parts().clock(), why="READ_CARDS")
    tally = {answer: sum(view.card.answer is answer for view in views) for answer in CardAnswer}
    facts: dict[str, object] = {"place": shipped_regions().title(listed.village_code), "zone": _zone(), "receipt": receipt}
    facts |= {"over": parts().clock() >= listed.ends_at, "said": SAID, "received": RECEIVED, "tally": tally}
    return render_template("card_list.html", form=form, listed=listed, views=views, **facts)


def _area(code: str, *digits: int) -> str:
    area = parse_code(code)
    if len(area) not in digits or not area.startswith(me().region_code):
        raise NotFound(say("Daftar kartu hanya ada per kecamatan, kelurahan atau desa. Pilih satu."))
    return area


def _left(area: str) -> Response | str:
    given, kind = plain(request.form, zone="UTC"), request.form.get("kind", "")
    given = PurposeSchema().load({name: value for name, value in given.items() if name != "kind"})
    if kind:
        _check_kind(kind)
    with parts().database.write() as session:
        found = card_rest.rest(session, area, given["purpose"], me(), now=parts().clock())
    if kind:
        return _file(kind, f"sisa-kartu-{area}", rest_sheet(found, shipped_regions().title))
    return render_template("cards_left.html", code=area, found=found, purpose=given["purpose"], place=shipped_regions().title)


def _take(number: int) -> Answer | str:
    sent = request.files.get("answer_file")
    if sent is None or not sent.filename:
        raise InvalidInput(say("Pilih berkas jawaban dulu, lalu unggah."))
    with sent.stream as stream:
        receipt = take(parts(), number, stream.read(), me())
    if receipt.faults:
        return page(number, blank(), receipt)
    tell(say("{taken} jawaban tercatat, {waiting} kartu belum dijawab.", taken=receipt.taken, waiting=receipt.waiting))
    return redirect(url_for("card_lists.show", number=number), SEE_OTHER)


def _check_kind(kind: str) -> None:
    if kind not in FILES:
        raise NotFound(say("Berkas ini tidak ada. Pilih {files}.", files=", ".join(FILES)))


def _file(kind: str, name: str, rows: Sequence[Sequence[Value]]) -> Response:
    _check_kind(kind)
    write, mimetype = FILES[kind]
    return Response(write(rows), mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"'})


def _zone() -> str:
    return parts().zone(me().region_code)
