"""Rows of a Dukcapil extract: who lives where. The village comes as one code or as the four numbers of SIAK."""

from collections.abc import Mapping
from datetime import date

from schemas.extract_cells import DIGITS, NOTHING, SEPARATORS, BadCell, Cell, Fault, day, number_text, words
from schemas.population.region_file import village_codes
from workflows.extracts import ResidentFact
from workflows.records.resident import ResidentStatus

PLACES = (("province", 2), ("regency", 2), ("district", 2), ("village", 4))
"""SIAK's four numbers with their digits; Excel takes the zeros in front away, and nothing else."""
TITLES: Mapping[str, tuple[str, ...]] = {
    "name": tuple("namalgkp namalengkap nama".split()),
    "birth_date": tuple("tgllhr tanggallahir tgllahir".split()),
    "family_card": tuple("nokk nomorkk kk nomorkartukeluarga".split()),
    "village_code": tuple("kodewilayah kodedesa kodekelurahan kodedesakelurahan kodekel".split()),
    "province": ("noprop", "kodeprop", "kodeprovinsi"),
    "regency": ("nokab", "kodekab", "kodekabupaten"),
    "district": ("nokec", "kodekec", "kodekecamatan"),
    "village": ("nokel", "kodekelsiak"),
    "address": ("alamat",),
    "status": ("status", "statuspenduduk", "statushidup", "ketmutasi"),
    "status_on": ("tglmutasi", "tanggalmutasi", "tglstatus"),
    "as_of": tuple("asof pertanggal tanggaldata tanggalekstrak".split()),
}
STATUSES: Mapping[str, ResidentStatus] = {
    **dict.fromkeys(("", "hidup", "aktif", "ada", "menetap", "penduduk", "0"), ResidentStatus.LIVES),
    **dict.fromkeys(("mati", "meninggal", "meninggal dunia", "wafat", "1"), ResidentStatus.DIED),
    **dict.fromkeys(("pindah", "pindah keluar", "keluar", "2"), ResidentStatus.MOVED),
}


def read_resident(nik: str, named: Mapping[str, Cell]) -> tuple[ResidentFact, date | None]:
    """One resident and the day the row names as its own; ``BadCell`` where a cell spoils it."""
    name, birth_date = words(named["name"]), day(named["birth_date"])
    if name is None:
        raise BadCell(Fault.NAME)
    if birth_date is None:
        raise BadCell(Fault.DAY)
    fact = ResidentFact(
        nik,
        family_card=_family_card(named.get("family_card")),
        name=name,
        birth_date=birth_date,
        village_code=_village(named),
        address=words(named.get("address")),
        status=_status(named.get("status")),
        status_on=day(named.get("status_on")),
    )
    return fact, day(named.get("as_of"))


def _village(named: Mapping[str, Cell]) -> str:
    """A village code that some edition knows; a dead one counts too, so that nobody is lost."""
    if "village_code" in named:
        code = number_text(named["village_code"]).replace(".", "")
    else:
        code = "".join(number_text(named[place]).zfill(digits) for place, digits in PLACES)
    if code not in village_codes():
        raise BadCell(Fault.VILLAGE)
    return code


def _family_card(cell: Cell) -> str | None:
    """Sixteen digits as text, or nothing: a card that Excel broke is dropped, the person is not."""
    digits = SEPARATORS.sub("", cell.strip().removeprefix("'")) if isinstance(cell, str) else ""
    return digits if len(digits) == 16 and DIGITS.fullmatch(digits) else None


def _status(cell: Cell) -> ResidentStatus:
    text = number_text(cell).casefold()
    status = STATUSES.get("" if text in NOTHING else text)
    if status is None:
        raise BadCell(Fault.RESIDENT_STATUS)
    return status
