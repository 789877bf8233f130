"""The menu on top: what this person does all day first, the rest folded away under one word."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request

from workflows.actor import Actor
from workflows.permissions import Permission, can

P = Permission
DAILY: tuple[tuple[Permission, str, str], ...] = (
    (P.READ_CASES, "/", "Berkas"),
    (P.OPEN_CASE, "/berkas/baru", "Berkas baru"),
    (P.RECORD_CHECK, "/tugas", "Tugas saya"),
    (P.CHECK_LETTER, "/periksa", "Periksa surat"),
    (P.ACCEPT_LETTER, "/sep", "Nomor SEP"),
    (P.PARAF, "/paraf", "Paraf"),
    (P.DECIDE, "/setuju", "Setujui"),
    (P.DECIDE, "/tanda-tangan", "Tanda tangan"),
)
NOW_AND_THEN: tuple[tuple[Permission, str, str], ...] = (
    (P.OPEN_CASE, "/jalur", "Pilih jalur"),
    (P.READ_CASES, "/menunggu", "Terlalu lama"),
    (P.READ_CASES, "/kuota", "Kuota"),
    (P.READ_COVERAGE, "/cakupan", "Cakupan"),
    (P.DELEGATE, "/wakil", "Wakilkan"),
    (P.REGISTER, "/pendaftaran", "Pendaftaran BPJS"),
    (P.READ_LETTER, "/pengantar", "Surat pengantar"),
    (P.READ_CASES, "/sementara", "Tanda sementara"),
    (P.OPEN_AT_BEDSIDE, "/periksa/ajukan", "Ajukan dari RS"),
    (P.START_REMOVAL, "/pencabutan", "Cabut peserta lama"),
    (P.READ_UNCOVERED, "/cocokkan", "Cocokkan orang"),
    (P.CONFIRM_TRANSFER, "/penerimaan", "Antar RS"),
    (P.MANAGE_STAFF, "/kunci", "Kunci RS"),
    (P.MANAGE_STAFF, "/kabar", "Kabar RS"),
    (P.SIGNED_IN, "/bantuan", "Bantuan"),
)
"""Permission, address, word. A new page gets one line in one of the two."""


@dataclass(frozen=True, slots=True)
class Item:
    """One link; ``current`` where the page asked for is this one."""

    address: str
    word: str
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
    return tuple(Item(address, word, request.path == address) for needed, address, word in lines if can(actor, needed))
