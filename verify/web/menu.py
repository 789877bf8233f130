"""The menu on top: what this person does all day first, the rest folded away under one word."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import request

from workflows.actor import Actor
from workflows.permissions import Permission, can
from workflows.saying import say

P = Permission
DAILY: tuple[tuple[Permission, str, str], ...] = (
    (P.READ_CASES, "/", say("Berkas")),
    (P.OPEN_CASE, "/berkas/baru", say("Berkas baru")),
    (P.RECORD_CHECK, "/tugas", say("Tugas saya")),
    (P.CHECK_LETTER, "/periksa", say("Periksa surat")),
    (P.ACCEPT_LETTER, "/sep", say("Nomor SEP")),
    (P.PARAF, "/paraf", say("Paraf")),
    (P.DECIDE, "/setuju", say("Setujui")),
    (P.DECIDE, "/tanda-tangan", say("Tanda tangan")),
)
NOW_AND_THEN: tuple[tuple[Permission, str, str], ...] = (
    (P.OPEN_CASE, "/jalur", say("Pilih jalur")),
    (P.READ_CASES, "/menunggu", say("Terlalu lama")),
    (P.READ_CASES, "/kuota", say("Kuota")),
    (P.READ_COVERAGE, "/cakupan", say("Cakupan")),
    (P.CHECK_PREMIUM, "/iuran", say("Iuran")),
    (P.DELEGATE, "/wakil", say("Wakilkan")),
    (P.REGISTER, "/pendaftaran", say("Pendaftaran BPJS")),
    (P.READ_LETTER, "/pengantar", say("Surat pengantar")),
    (P.READ_CASES, "/sementara", say("Tanda sementara")),
    (P.OPEN_AT_BEDSIDE, "/periksa/ajukan", say("Ajukan dari RS")),
    (P.START_REMOVAL, "/pencabutan", say("Cabut peserta lama")),
    (P.READ_UNCOVERED, "/cocokkan", say("Cocokkan orang")),
    (P.CONFIRM_TRANSFER, "/penerimaan", say("Antar RS")),
    (P.IMPORT_DATA, "/data", say("Data")),
    (P.MANAGE_STAFF, "/kunci", say("Kunci RS")),
    (P.MANAGE_STAFF, "/kabar", say("Kabar RS")),
    (P.SIGNED_IN, "/bantuan", say("Bantuan")),
)
"""Permission, address, word. A new page gets one line in one of the two."""

KEY: Mapping[str, str] = {
    "/": "b",
    "/berkas/baru": "n",
    "/tugas": "t",
    "/periksa": "p",
    "/sep": "e",
    "/paraf": "r",
    "/setuju": "s",
    "/tanda-tangan": "d",
    "/jalur": "j",
    "/menunggu": "l",
    "/kuota": "k",
    "/cakupan": "c",
    "/wakil": "w",
    "/pendaftaran": "f",
    "/pengantar": "a",
    "/sementara": "m",
    "/bantuan": "h",
}
"""The letter that leads to an address after ``g``; pages that are opened seldom have none."""


@dataclass(frozen=True, slots=True)
class Item:
    """One link; ``current`` where the page asked for is this one, ``key`` the letter that leads there, empty where there is none."""

    address: str
    word: str
    key: str
    current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The links on the bar and those under "Lainnya"."""

    daily: tuple[Item, ...]
    more: tuple[Item, ...]


def menu(actor: Actor) -> Menu:
    """What this person may open."""
    return Menu(_items(DAILY, actor), _items(NOW_AND_THEN, actor))


def _items(lines: Iterable[tuple[Permission, str, str]], actor: Actor) -> tuple[Item, ...]:
    return tuple(
        Item(address, word, KEY.get(address, ""), request.path == address) for needed, address, word in lines if can(actor, needed)
    )
