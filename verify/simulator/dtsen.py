"""The regional DTSEN look-up: ``POST /dtsen/v1/keluarga`` with an API key (``schemas.dtsen`` has its shape)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Response, request

from schemas.dtsen import KEY_HEADER
from verify.simulator.faults import Fault, Registry
from verify.simulator.personas import Persona, dtsen_as_of
from verify.simulator.world import asked_object, world

blueprint = Blueprint("dtsen", __name__, url_prefix="/dtsen")


@blueprint.post("/v1/keluarga")
def family() -> Response:
    """What the register says of the family of one NIK."""
    here = world()
    here.count(Registry.DTSEN)
    nik = str(asked_object().get("nik", ""))
    setting = here.faults.of(Registry.DTSEN, nik)
    if setting.fault is Fault.WRONG_SIGNATURE or request.headers.get(KEY_HEADER) != here.settings.dtsen_key:
        return here.speak(setting, {"galat": "kunci tidak dikenal"}, status=401)
    if setting.fault is Fault.QUOTA:
        return here.speak(setting, {"galat": "kuota habis"}, status=429, headers={"Retry-After": str(setting.retry_after)})
    as_of = dtsen_as_of(here.clock().date())
    answer = _answer(nik, here.population.find(nik), as_of)
    return here.speak(setting, _spoilt(answer, here.population.somebody_else(nik), as_of, setting.fault))


def _answer(nik: str, persona: Persona | None, as_of: date) -> dict[str, Any]:
    held = persona.family if persona else None
    return {
        "ditemukan": held is not None,
        "nik": nik,
        "nama": persona.name if persona and held else None,
        "desil": held.desil if held else None,
        "alasan_pengecualian": held.exclusion_reason if held else None,
        "per_tanggal": as_of.isoformat(),
    }


def _spoilt(answer: dict[str, Any], other: Persona, as_of: date, fault: Fault) -> Mapping[str, Any]:
    changes: Mapping[Fault, Mapping[str, Any]] = {
        Fault.OTHER_NIK: {"nik": other.nik},
        Fault.OTHER_NAME: {"nama": other.name},
        Fault.DECEASED: {"ditemukan": True, "desil": answer["desil"] or 0, "alasan_pengecualian": "meninggal dunia"},
        Fault.NULLS: dict.fromkeys(answer),
        Fault.NUMBERS: {"ditemukan": 1, "desil": float("nan")},
        Fault.STALE: {"per_tanggal": as_of.replace(year=as_of.year - 1).isoformat()},
    }
    return {**answer, **changes.get(fault, {})}
