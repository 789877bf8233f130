"""Switching faults over HTTP and from the trainer's page.

``POST /simulator/faults`` takes JSON ``{"registry", "fault"}`` and, as wanted, ``"persona"`` (its key) or ``"nik"``,
``"seconds"``, ``"retry_after"``, ``"megabytes"``; ``DELETE`` takes the same registry and persona and switches off, all
without a body; ``GET`` lists. The page sends the same as a form, with ``off`` to switch off.
"""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.wrappers import Response as BaseResponse

from verify.simulator.faults import LABELS, Fault, Registry, Setting
from verify.simulator.personas import Persona
from verify.simulator.signers import Signer
from verify.simulator.world import World, world

blueprint = Blueprint("control", __name__)

REGISTRY_LABELS = {Registry.DUKCAPIL: "Dukcapil", Registry.BPJS: "BPJS Kesehatan", Registry.DTSEN: "DTSEN", Registry.BSRE: "BSrE"}
PAGE_POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


class _FaultSchema(Schema):
    registry = fields.Enum(Registry, by_value=True, required=True)
    fault = fields.Enum(Fault, by_value=True, required=True)
    persona = fields.String(load_default="")
    nik = fields.String(load_default="")
    seconds = fields.Float(load_default=None, validate=validate.Range(0, 600))
    retry_after = fields.Integer(load_default=30, validate=validate.Range(0, 86_400))
    megabytes = fields.Float(load_default=200.0, validate=validate.Range(0, 2_000))


class _ClearSchema(Schema):
    registry = fields.Enum(Registry, by_value=True, load_default=None)
    persona = fields.String(load_default="")
    nik = fields.String(load_default="")


_FAULT = _FaultSchema()
_CLEAR = _ClearSchema()


@blueprint.before_request
def refuse_other_sites() -> None:
    """A page of another site may not switch faults in the trainer's browser."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        abort(403)


@blueprint.get("/simulator/faults")
def list_faults() -> Response:
    """All switched faults."""
    return jsonify([_shown(world(), setting) for setting in world().faults.active()])


@blueprint.post("/simulator/faults")
def set_fault() -> BaseResponse | tuple[Response, int]:
    """Switch one fault on; from the page also off."""
    here = world()
    if not request.is_json:
        return _from_page(here)
    given = _loaded(_FAULT, request.get_json())
    setting = here.faults.set(
        given["registry"],
        given["fault"],
        nik=_nik(here, given),
        seconds=given["seconds"],
        retry_after=given["retry_after"],
        megabytes=given["megabytes"],
    )
    return jsonify(_shown(here, setting)), 201


@blueprint.delete("/simulator/faults")
def clear_faults() -> tuple[str, int]:
    """Switch faults off: all, those of a registry, or those of a person."""
    here = world()
    given = _loaded(_CLEAR, request.get_json(silent=True) or {})
    here.faults.clear(given["registry"], nik=_nik(here, given))
    return "", 204


@blueprint.get("/simulator")
def page() -> Response:
    """The trainer's page: who lives here, what is broken, and buttons to break and mend."""
    here = world()
    html = render_template(
        "simulator.html",
        personas=here.population.personas,
        signers=here.signers.everybody,
        active=[(setting, _name(here, setting)) for setting in here.faults.active()],
        labels=LABELS,
        registries=REGISTRY_LABELS,
        calls=here.calls,
    )
    return Response(
        html, headers={"Content-Security-Policy": PAGE_POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    )


def _from_page(here: World) -> BaseResponse:
    form = {name: value for name, value in request.form.items() if value and name != "off"}
    if "off" in request.form:
        given = _loaded(_CLEAR, form)
        here.faults.clear(given["registry"], nik=_nik(here, given))
    else:
        given = _loaded(_FAULT, form)
        here.faults.set(given["registry"], given["fault"], nik=_nik(here, given), seconds=given["seconds"])
    return redirect(url_for("control.page"), code=303)


def _loaded(schema: Schema, payload: Any) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(payload)
    except ValidationError as error:
        response = jsonify(error.messages)
        response.status_code = 422
        abort(response)
    return loaded


def _nik(here: World, given: dict[str, Any]) -> str | None:
    if not given["persona"]:
        return given["nik"] or None
    person = here.population.by_key(given["persona"]) or here.signers.by_key(given["persona"])
    if person is None:
        abort(404)
    return person.nik


def _shown(here: World, setting: Setting) -> dict[str, Any]:
    return {"registry": setting.registry.value, "fault": setting.fault.value, "persona": _key(here, setting), "seconds": setting.seconds}


def _key(here: World, setting: Setting) -> str | None:
    person = _person(here, setting)
    return person.key if person else None


def _name(here: World, setting: Setting) -> str:
    person = _person(here, setting)
    return person.name if person else "orang tertentu" if setting.nik else "semua orang"


def _person(here: World, setting: Setting) -> Persona | Signer | None:
    return here.population.find(setting.nik) or here.signers.find(setting.nik) if setting.nik else None
