"""BPJS VClaim ``Peserta`` as far as it is known (domain 5.2-5.4): signed requests, sealed answers, HTTP 200 for refusals too."""

import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, json, request

from schemas.bpjs import Access, seal, signature
from verify.simulator.faults import Fault, Registry, Setting
from verify.simulator.personas import NIK_SHAPE, Member, Persona
from verify.simulator.world import World, stale_headers, world

blueprint = Blueprint("vclaim", __name__, url_prefix="/vclaim-rest")

CLOCK_TOLERANCE = 300
"""Seconds a request's timestamp may differ from our clock; the real limit is not published."""
MADE_UP_CODE = "8"
YESTERDAY = 86_400


@blueprint.get("/Peserta/nik/<nik>/tglSEP/<day>")
def by_nik(nik: str, day: str) -> Response:
    """Membership by NIK as at a day."""
    return _answered(nik, world().population.find(nik), day, well_formed=bool(NIK_SHAPE.match(nik)))


@blueprint.get("/Peserta/nokartu/<card>/tglSEP/<day>")
def by_card(card: str, day: str) -> Response:
    """Membership by card number as at a day."""
    persona = world().population.by_card(card)
    return _answered(persona.nik if persona else "", persona, day, well_formed=card.isdecimal() and len(card) == 13)


def _answered(nik: str, persona: Persona | None, day: str, *, well_formed: bool) -> Response:
    here = world()
    here.count(Registry.BPJS)
    setting = here.faults.of(Registry.BPJS, nik)
    refusal = _refusal(here, setting.fault) or _complaint(day, well_formed=well_formed)
    if refusal:
        return here.speak(setting, {"metaData": refusal, "response": None})
    shown = _shown(here, persona, nik, setting.fault)
    if shown is None or shown.member is None:
        return _nobody(here, setting)
    return _sealed(here, setting, _spoilt(_peserta(shown, shown.member, here.clock().date()), setting.fault))


def _nobody(here: World, setting: Setting) -> Response:
    metas: Mapping[Fault, Any] = {Fault.NULLS: {"code": None, "message": None}, Fault.NUMBERS: {"code": float("nan"), "message": 1}}
    meta = metas.get(setting.fault, _meta("201", "Peserta tidak ditemukan"))
    return here.speak(setting, {"metaData": meta, "response": None}, headers=stale_headers(setting.fault))


def _meta(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message}


def _refusal(here: World, fault: Fault) -> dict[str, str] | None:
    access, timestamp = _access(here), request.headers.get("X-timestamp", "")
    right = signature(access, timestamp)
    keys = (request.headers.get("X-cons-id"), request.headers.get("user_key"))
    if fault is Fault.QUOTA:
        return _meta("429", "Too many requests")
    if keys != (access.cons_id, access.user_key):
        return _meta("401", "Unauthorized: cons id atau user_key tidak dikenal")
    if fault is Fault.WRONG_SIGNATURE or not hmac.compare_digest(request.headers.get("X-signature", ""), right):
        return _meta("401", "Unauthorized: signature tidak sesuai")
    if not timestamp.isdecimal() or abs(int(timestamp) - here.clock().timestamp()) > CLOCK_TOLERANCE:
        return _meta("401", "Unauthorized: timestamp expired")
    return None


def _complaint(day: str, *, well_formed: bool) -> dict[str, str] | None:
    try:
        date.fromisoformat(day)
    except ValueError:
        return _meta("201", "Format tanggal tidak sesuai, yyyy-MM-dd")
    return None if well_formed else _meta("201", "Format nomor tidak sesuai")


def _access(here: World) -> Access:
    return Access(here.settings.bpjs_cons_id, here.settings.bpjs_secret, here.settings.bpjs_user_key)


def _shown(here: World, persona: Persona | None, nik: str, fault: Fault) -> Persona | None:
    """Whom the answer is about: the person asked for, or whoever the fault puts in that place; None: no member."""
    other = next(one for one in here.population.personas if one.member and one.nik != nik)
    member = persona if persona and persona.member else None
    if fault is Fault.OTHER_NIK:
        return other
    if fault is Fault.OTHER_NAME:
        return _named(replace(member or other, nik=nik, birth_date=other.birth_date), other.name)
    if member is None and persona and fault is Fault.DECEASED:
        return _named(replace(other, nik=nik, birth_date=persona.birth_date), persona.name)
    return member


def _named(persona: Persona, name: str) -> Persona:
    """The same member under another name."""
    return replace(persona, name=name, member=persona.member and replace(persona.member, name=name))


def _peserta(persona: Persona, member: Member, today: date) -> dict[str, Any]:
    return {
        "noKartu": member.card,
        "nik": persona.nik,
        "nama": member.name or persona.name,
        "pisa": "1",
        "sex": "P" if persona.female else "L",
        "tglLahir": persona.birth_date.isoformat(),
        "tglCetakKartu": member.cover_from.isoformat(),
        "tglTMT": member.cover_from.isoformat(),
        "tglTAT": member.cover_until.isoformat(),
        "statusPeserta": {"kode": member.status_code, "keterangan": member.status_text},
        "jenisPeserta": {"kode": member.segment_code, "keterangan": member.segment_text},
        "hakKelas": {"kode": "3", "keterangan": "KELAS III"},
        "provUmum": {"kdProvider": "0099U001", "nmProvider": "PUSKESMAS CONTOH"},
        "informasi": {"dinsos": None, "noSKTM": None, "prolanisPRB": None},
        "cob": {"nmAsuransi": None, "noAsuransi": None, "tglTAT": None, "tglTMT": None},
        "mr": {"noMR": None, "noTelepon": None},
        "umur": {"umurSekarang": _age(persona.birth_date, today), "umurSaatPelayanan": _age(persona.birth_date, today)},
    }


def _age(born: date, today: date) -> str:
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    return f"{months // 12} tahun ,{months % 12} bulan ,{today.day % 28} hari"


def _spoilt(peserta: dict[str, Any], fault: Fault) -> Mapping[str, Any]:
    if fault is Fault.DECEASED:
        return {**peserta, "statusPeserta": {"kode": MADE_UP_CODE, "keterangan": "MENINGGAL"}}
    if fault is Fault.NULLS:
        return dict.fromkeys(peserta)
    if fault is Fault.NUMBERS:
        return {**peserta, "nik": 1.0, "noKartu": float("nan")}
    return peserta


def _sealed(here: World, setting: Setting, peserta: Mapping[str, Any]) -> Response:
    access, timestamp = _access(here), int(request.headers["X-timestamp"])
    if setting.fault is Fault.WRONG_KEY:
        access = replace(access, secret=f"not-{access.secret}")
    if setting.fault is Fault.STALE:
        timestamp -= YESTERDAY
    text = json.dumps({"peserta": peserta}, sort_keys=False, separators=(",", ":"))
    body = {"metaData": _meta("200", "OK"), "response": seal(text, access, str(timestamp))}
    return here.speak(setting, body, headers=stale_headers(setting.fault))
