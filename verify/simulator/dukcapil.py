"""Dukcapil's ``CALL_VERIFY_BY_ELEMEN`` as far as it is known (domain 2.2, 2.3): HTTP 200 for everything it understands."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response

from verify.simulator.faults import Fault, Registry
from verify.simulator.personas import NIK_SHAPE, Civil, Persona, name_score
from verify.simulator.world import DAILY_QUOTA, World, asked_object, stale_headers, world

blueprint = Blueprint("dukcapil", __name__)

DECEASED = ("11", "Data Ditemukan, Meninggal Dunia")
NOT_FOUND = ("13", "Data Tidak Ditemukan, NIK tidak terdapat di database Kependudukan")
BAD_FORMAT = ("15", "Data Tidak Ditemukan, NIK tidak sesuai format Dukcapil")
BY_STATUS: Mapping[str, tuple[str, str]] = {
    "deceased": DECEASED,
    "duplicate": ("12", "Data Ditemukan, Data Ganda"),
    "inactive": ("14", "Data Ditemukan, Status Non Aktif silahkan hubungi Dinas Dukcapil"),
}
LOGIN_FAILED = ("05", "Login Gagal")
WRONG_ADDRESS = ("05", "IP Client  Tidak terdaftar")
QUOTA_TEXT = "Kuota Akses Hari ini telah Habis"

Row = dict[str, Any]


@blueprint.post("/dukcapil/get_json/<office>/CALL_VERIFY_BY_ELEMEN")
def verify_by_element(office: str) -> Response:
    """Compare element by element."""
    here = world()
    asked = asked_object()
    setting = here.faults.of(Registry.DUKCAPIL, str(asked.get("NIK", "")))
    asks = here.count(Registry.DUKCAPIL)
    row = _refusal(here, office, asked, setting.fault) or _row(here, asked, setting.fault)
    quota_left: float = 0 if setting.fault is Fault.QUOTA else max(DAILY_QUOTA - asks, 0)
    envelope = _envelope(row, float("nan") if setting.fault is Fault.NUMBERS else quota_left)
    return here.speak(setting, envelope, headers=stale_headers(setting.fault))


def _envelope(row: Row, quota_left: float) -> Row:
    return {
        "content": [row],
        "lastPage": True,
        "numberOfElements": 1,
        "sort": None,
        "totalElements": 1,
        "firstPage": True,
        "number": 0,
        "size": 1,
        "quotaLimiter": quota_left,
    }


def _refusal(here: World, office: str, asked: Mapping[str, Any], fault: Fault) -> Row | None:
    settings = here.settings
    who = (office, asked.get("USER_ID"), asked.get("PASSWORD"))
    if fault is Fault.WRONG_SIGNATURE or who != (settings.dukcapil_office, settings.dukcapil_user, settings.dukcapil_password):
        return _said(*LOGIN_FAILED)
    if asked.get("IP_USER") != settings.dukcapil_client_ip:
        return _said(*WRONG_ADDRESS)
    return {"RESPON": QUOTA_TEXT} if fault is Fault.QUOTA else None


def _row(here: World, asked: Mapping[str, Any], fault: Fault) -> Row:
    nik = str(asked.get("NIK", ""))
    persona = here.population.find(nik)
    if fault is Fault.DECEASED:
        return _said(*DECEASED)
    if not NIK_SHAPE.match(nik):
        return _said(*BAD_FORMAT)
    if persona is None or persona.civil is None:
        return _said(*NOT_FOUND)
    if persona.civil.status in BY_STATUS:
        return _said(*BY_STATUS[persona.civil.status])
    return _spoilt(_compared(asked, persona, persona.civil), here.population.somebody_else(nik), asked, fault)


def _said(code: str, text: str) -> Row:
    return {"RESPONSE_CODE": code, "RESPON": text}


def _compared(asked: Mapping[str, Any], persona: Persona, held: Civil) -> Row:
    exact = {
        "NIK": persona.nik,
        "NO_KK": held.kk,
        "TGL_LHR": f"{held.birth_date:%d-%m-%Y}",
        "JENIS_KLMIN": "PEREMPUAN" if persona.female else "LAKI-LAKI",
    }
    row = {name: "Sesuai" if str(asked[name]).upper() == value else "Tidak Sesuai" for name, value in exact.items() if asked.get(name)}
    if asked.get("NAMA_LGKP"):
        row["NAMA_LGKP"] = _scored(str(asked["NAMA_LGKP"]), held.name, asked)
    return row


def _scored(typed: str, registered: str, asked: Mapping[str, Any]) -> str:
    score = name_score(typed, registered)
    return f"{'Sesuai' if score >= int(asked.get('TRESHOLD') or 100) else 'Tidak Sesuai'} ({score})"


def _spoilt(row: Row, other: Persona, asked: Mapping[str, Any], fault: Fault) -> Row:
    if fault is Fault.OTHER_NIK:
        return {**row, "NIK": other.nik}
    if fault is Fault.OTHER_NAME:
        return {**row, "NAMA_LGKP": _scored(str(asked.get("NAMA_LGKP", "")), other.name, asked)}
    if fault is Fault.NULLS:
        return dict.fromkeys(row)
    if fault is Fault.NUMBERS:
        return {**dict.fromkeys(row, 1), "NAMA_LGKP": float("nan")}
    return row
