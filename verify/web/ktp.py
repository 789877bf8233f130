"""A photograph of a KTP instead of typing: what was read is shown beside the card in hand, and goes on into the search and the new case.

Neither the picture nor what it says is kept; that somebody read a card, and how well it went, is. The NIK is only ever in a form sent.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from verify.auth import me, parts, requires
from verify.composition import CardReader
from verify.web.form import Form, blank, tried, wrong
from verify.web.once import SEE_OTHER
from verify.web.person_search import by_nik
from verify.web.words import SEX
from workflows import card_readings
from workflows.card_readings import Refused
from workflows.errors import InvalidInput, NotFound, RekomError, TooMany
from workflows.ktp import NoCard, NoPicture, ReadCard, Sureness, Told, born_until
from workflows.permissions import Permission
from workflows.saying import say
from workflows.vocabulary import Sex

blueprint = Blueprint("ktp", __name__)

NOT_INSTALLED = say("Pembaca foto KTP belum dipasang di server ini. Ketik NIK-nya; admin dapat memasangnya, lihat panduan admin.")
NO_PHOTO = say("Pilih atau ambil foto dulu, lalu baca.")
REFUSED = {TooMany: Refused.BUSY, NoPicture: Refused.NO_PICTURE, NoCard: Refused.NO_CARD}
"""Any other photograph could not be read."""
CARRIED = ("name", "birth_date", "address")
"""What goes on into the form of a new case."""
LOOK = {
    Sureness.CERTAIN: ("good", "check", say("Terbaca")),
    Sureness.CHECK: ("warn", "warning", say("Perlu dicek")),
    Sureness.UNREAD: ("closed", "stop", say("Tidak terbaca")),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field in words; ``name`` is that of the form's field it goes to, empty where it goes nowhere."""

    label: str
    name: str
    value: str
    tone: str
    icon: str
    word: str
    why: str | None


@blueprint.get("/ktp")
@requires(Permission.OPEN_CASE)
def show() -> str:
    """The camera, and a field for a file."""
    return page(blank())


@blueprint.post("/ktp")
@requires(Permission.OPEN_CASE)
def read() -> str | tuple[str, int]:
    """Read one photograph."""
    return tried(_read, page)


@blueprint.get("/ktp/cari")
@requires(Permission.OPEN_CASE)
def search_again() -> Response:
    """A reload of the answer: back to the camera."""
    return redirect(url_for("ktp.show"), SEE_OTHER)


@blueprint.post("/ktp/cari")
@requires(Permission.OPEN_CASE)
def search() -> Response | tuple[str, int] | str:
    """The same as typing the NIK into the search box, with the rest of the card for a new case."""
    carried = {name: request.form.get(name, "") for name in CARRIED}
    return by_nik(request.form.get("nik", ""), lambda words: (result_page(wrong("nik", words), _as_sent()), 422), carried)


def page(form: Form) -> str:
    """Where a photograph comes in; ``NotFound`` where nothing can read it."""
    _reader()
    return render_template("ktp.html", form=form, camera="kamera" in request.args)


def result_page(form: Form, rows: list[Row]) -> str:
    """What was read, to be compared with the card."""
    return render_template("ktp_read.html", form=form, nik=rows[0], rows=rows[1:], carried=[row for row in rows[1:] if row.name])


def _reader() -> CardReader:
    reader = parts().card_reader
    if reader is None:
        raise NotFound(NOT_INSTALLED)
    return reader


def _read() -> str:
    reader, sent = _reader(), request.files.get("picture")
    if sent is None or not sent.filename:
        raise InvalidInput(NO_PHOTO)
    with sent.stream as content:
        picture = content.read()
    now = parts().clock()
    try:
        card = born_until(reader(picture), now.astimezone(ZoneInfo(parts().policy_today(me().region_code).timezone)).date())
    except RekomError as error:
        _note(None, REFUSED.get(type(error), Refused.UNREADABLE))
        raise
    _note(card)
    return result_page(blank(nik=card.nik.value), _rows(card))


def _note(card: ReadCard | None, refused: Refused | None = None) -> None:
    with parts().database.write() as session:
        card_readings.note(session, card, me(), now=parts().clock(), refused=refused)


def _rows(card: ReadCard) -> list[Row]:
    sex = SEX[Sex(card.sex.value)] if card.sex.value else ""
    return [
        _row("NIK", "nik", card.nik),
        _row(say("Nama"), "name", card.name),
        _row(say("Tempat lahir"), "", card.born_at),
        _row(say("Tanggal lahir"), "birth_date", card.born),
        _row(say("Jenis kelamin"), "", card.sex, sex),
        _row(say("Alamat"), "address", card.address),
    ]


def _row(label: str, name: str, told: Told, shown: str | None = None) -> Row:
    tone, icon, word = LOOK[told.sureness]
    return Row(label, name, told.value if shown is None else shown, tone, icon, word, told.why)


def _as_sent() -> list[Row]:
    """The same once more after a NIK that cannot be right: what was carried stands to be compared again."""
    labels = {"nik": "NIK", "name": say("Nama"), "birth_date": say("Tanggal lahir"), "address": say("Alamat")}
    sent = {name: request.form.get(name, "") for name in labels}
    sureness = {name: Sureness.CHECK if value else Sureness.UNREAD for name, value in sent.items()}
    return [_row(label, name, Told(sent[name], sureness[name])) for name, label in labels.items()]
