"""The desk as a program that is installed from its page: its parts, who sits at it, and its questions without leaving it."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from marshmallow import ValidationError
from sqlmodel import Session

from schemas.desk_check import REGISTRATION_LONGEST, AcceptQuestion, DeskAnswerSchema, DeskQuestion, describe, extendable
from schemas.late_acceptance import LateAcceptancesSchema
from verify.auth import NotSignedIn, anybody, me, parts, public, requires
from verify.counter import accept_question, check_question, gathered
from verify.desk_counter import receive_late
from verify.desk_question import look_up_or_refuse
from verify.errors import status_of
from verify.language import language, translated
from verify.web.desk_words import ALONE, ONLOOKER, OURS, SCREENS, SENTENCES
from verify.web.form import failed
from verify.web.public_letter import SAID
from workflows import desk
from workflows.actor import Actor
from workflows.desk import DeskAnswer, Verdict
from workflows.errors import RekomError
from workflows.permissions import Permission, can
from workflows.records.hospital import Hospital
from workflows.saying import joined, say

blueprint = Blueprint("desk_app", __name__)

STATIC, TEMPLATES = (Path(__file__).parent.parent / name for name in ("static", "templates"))
PARTS = (
    *("rekom.css", "rekom.js", "mark.svg"),
    *(f"desk/{name}" for name in ("desk.js", "judge.js", "memory.js", "reader.js", "office.js", "sound.js", "verifier.js")),
    *("desk/zxing.js", "desk/zxing_reader.wasm"),
)
"""Everything the page needs without network."""

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'"
)
"""As everywhere, and WebAssembly, which reads codes; still nothing inline and nothing from elsewhere."""

SCANNED = re.compile(r"^\s*[a-z][a-z0-9+.-]*:|https?://\S*/s/|[a-z2-7]{100,}", re.IGNORECASE)
"""What a scanner types: an address, or a letter's token alone. No letter's number begins like an address."""

NUMBER_TYPED = say("Ini nomor surat, bukan kode QR. Isi juga NIK di bawah.")

QUESTION, ACCEPTANCE, LATE, ANSWER = DeskQuestion(), AcceptQuestion(), LateAcceptancesSchema(), DeskAnswerSchema()


def opened(page: str) -> Response:
    """A page of the desk, allowed to read codes."""
    return Response(page, mimetype="text/html", headers={"Content-Security-Policy": POLICY})


def screen_words() -> dict[str, Any]:
    """What ``desk.html`` needs beside its form."""
    region = parts().settings.region
    facts = {"zone": parts().zone(region), "office": parts().policy_today(region).office, "longest": REGISTRATION_LONGEST}
    return {"screens": SCREENS, "sentences": SENTENCES, "alone": ALONE, **facts}


@blueprint.get("/periksa/luring")
@public
def shell() -> Response:
    """The desk's page without anybody's name, for the time without network."""
    return opened(render_template("desk_shell.html", **screen_words()))


@blueprint.get("/periksa/loket.webmanifest")
@public
def manifest() -> Response:
    """How the page is installed."""
    icon = {"src": url_for("static", filename="mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    facts = {
        "name": say("Periksa surat rekomendasi"),
        "short_name": say("Periksa surat"),
        "lang": "id",
        "id": "/periksa",
        "start_url": "/periksa",
        "scope": "/periksa",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0b5563",
        "icons": [icon],
    }
    return Response(json.dumps(facts), mimetype="application/manifest+json")


@blueprint.get("/periksa/sw.js")
@public
def worker() -> Response:
    """What keeps the page for the time without network; its text changes with the parts it keeps."""
    names = [url_for("static", filename=name) for name in PARTS]
    head = f"const PARTS = {json.dumps(names)};\nconst STAMP = {json.dumps(_stamp(language(), screen_words()['office'].phone))};\n"
    headers = {"Service-Worker-Allowed": "/periksa", "Cache-Control": "no-cache"}
    return Response(head + (STATIC / "desk" / "sw.js").read_text(), mimetype="text/javascript", headers=headers)


@blueprint.get("/periksa/meja")
@public
def seat() -> Response:
    """Who sits here, what time it is, and the key for the next form."""
    actor = anybody()
    return jsonify(now=parts().clock().timestamp(), csrf_token=generate_csrf(), hospital=_hospital(actor), **_rights(actor))


@blueprint.post("/periksa/jawab")
@public
def answer() -> tuple[Response, int]:
    """The answer to a code for anybody; to a number or a NIK for whoever has signed in."""
    return _spoken(_answered)


@blueprint.post("/periksa/jawab/terima")
@requires(Permission.ACCEPT_LETTER)
def accept() -> tuple[Response, int]:
    """Accept, and say what the letter is then."""

    def act(given: dict[str, Any]) -> dict[str, Any]:
        verdict, accepted = accept_question(ACCEPTANCE.load(given))
        return _shown(verdict) | {"accepted": accepted}

    return _spoken(act)


@blueprint.post("/periksa/kirim")
@requires(Permission.ACCEPT_LETTER)
def send() -> tuple[Response, int]:
    """Acceptances made without network; one that is wrong keeps no other out."""

    def act(given: dict[str, Any]) -> dict[str, Any]:
        answers = receive_late(LATE.load(given)["acceptances"])
        return {"acceptances": [{**one, "sentence": translated(one["sentence"])} for one in answers]}

    return _spoken(act)


def look_up(question: dict[str, Any]) -> Verdict:
    """The verdict for whoever asks; without a sign-in only a code is looked at, and nobody's look is recorded."""
    if anybody() is not None and can(me(), Permission.CHECK_LETTER):
        return check_question(question)
    if "code" not in question:
        raise NotSignedIn(say("Nomor surat dan NIK hanya diperiksa sesudah masuk. Pindai QR, atau masuk dulu."))
    asked = gathered(question)
    with parts().database.read() as session:
        return desk.judge_found(session, look_up_or_refuse(session, asked), None, now=parts().clock())


def told(verdict: Verdict) -> dict[str, Any]:
    """The verdict in words: to the public only what any telephone sees."""
    said = describe(verdict, now=parts().clock())
    if anybody() is None or not can(me(), Permission.CHECK_LETTER):
        said |= {"reason": SAID[verdict.answer].sentence, "letter": None, "used": None}
    return said | _own_step(verdict)


def movable(verdict: Verdict) -> bool:
    """Whether the asking hospital may ask for this letter; one that it has itself is not asked for."""
    elsewhere = verdict.answer in (DeskAnswer.OTHER_HOSPITAL, DeskAnswer.ALREADY_USED)
    return elsewhere and verdict.letter is not None and not _is_ours(verdict)


def is_number(code: str) -> bool:
    """Whether somebody typed the letter's number where codes go; to call that unknown or forged would be wrong."""
    return "/" in code and not SCANNED.search(code)


def _own_step(verdict: Verdict) -> dict[str, Any]:
    """The next step, where it is another one for whoever asks."""
    actor = anybody()
    if actor is None or not can(actor, Permission.ACCEPT_LETTER):
        return {"next_step": ONLOOKER[verdict.answer]} if verdict.answer in ONLOOKER else {}
    return {"next_step": OURS} if _is_ours(verdict) else {}


def _is_ours(verdict: Verdict) -> bool:
    """Whether the asking hospital has accepted this letter, or it was moved here when in use."""
    actor, has_it = anybody(), verdict.hospital if verdict.answer == DeskAnswer.ALREADY_USED else None
    return actor is not None and has_it is not None and has_it.code == actor.hospital_code


def _answered(given: dict[str, Any]) -> dict[str, Any]:
    question = QUESTION.load(given)
    typed = is_number(question.get("code", ""))
    if typed and anybody() is not None:
        raise ValidationError({"nik": [NUMBER_TYPED]})
    return _shown(look_up({"number": question["code"]} if typed else question))


def _shown(verdict: Verdict) -> dict[str, Any]:
    said: dict[str, Any] = ANSWER.dump({name: translated(value) for name, value in told(verdict).items()})
    mine = anybody() is not None and can(me(), Permission.ACCEPT_LETTER)
    known = mine and verdict.letter is not None
    return said | {
        "acceptable": known and verdict.answer == DeskAnswer.VALID,
        "movable": known and movable(verdict),
        "extendable": known and extendable(verdict),
        "code": verdict.letter.token if known and verdict.letter else None,
    }


def _spoken(act: Callable[[dict[str, Any]], Mapping[str, Any]]) -> tuple[Response, int]:
    """One JSON question and its answer; what is wrong comes back as a sentence with its status."""
    try:
        return jsonify(act(request.get_json(silent=True) or {})), 200
    except ValidationError as error:
        return jsonify(problem=translated(joined(failed(error).errors.values()) or say("Isian belum benar. Pindai lagi."))), 422
    except RekomError as error:
        return jsonify(problem=translated(str(error))), status_of(error)


def _hospital(actor: Actor | None) -> dict[str, str] | None:
    if actor is None or actor.hospital_code is None:
        return None
    with parts().database.read() as session:
        return _named(session, actor.hospital_code)


def _named(session: Session, code: str) -> dict[str, str]:
    return {"code": code, "name": session.get_one(Hospital, code).name}


def _rights(actor: Actor | None) -> dict[str, bool]:
    return {"signed_in": actor is not None, "may_accept": actor is not None and can(actor, Permission.ACCEPT_LETTER)}


@cache
def _stamp(spoken: str, phone: str) -> str:
    """Changes with any part's content, its language and the office's telephone, and is the same in every process."""
    files = [STATIC / name for name in PARTS] + sorted(TEMPLATES.glob("desk*.html")) + [TEMPLATES / "base.html"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files) + repr((spoken, phone, SCREENS, SENTENCES, ALONE)).encode())
    return digest.hexdigest()[:12]
