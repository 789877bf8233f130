"""The pages: server-rendered, in Indonesian, complete without scripts."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, g, request, url_for
from jinja2 import StrictUndefined
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from verify.auth import anybody, parts
from verify.web import (
    acceptances,
    account,
    amending,
    approving,
    assessing,
    assigned,
    bedside,
    card_lists,
    case_page,
    chart_files,
    checking,
    closing,
    collective,
    correcting,
    coverage,
    deciding,
    delegating,
    desk_app,
    door,
    door_lists,
    dossier,
    duties,
    episodes,
    factor_door,
    family,
    hand_batch,
    handing,
    hospital_keys,
    household,
    identifying,
    imports,
    intake_page,
    ktp,
    language_choice,
    letter_type,
    live,
    matching,
    news,
    own_factors,
    papers,
    paraf,
    paraf_batch,
    path_finder,
    phone,
    premium,
    premium_letters,
    promises,
    public_letter,
    reception,
    reconciling,
    refusal,
    registration,
    revealing,
    seats,
    shared_account,
    sheets,
    shift,
    signing,
    taking,
    visits,
    waits,
    work_list,
)
from verify.web.accepted import accepts, accepts_at
from verify.web.choices import PROXY_KINS
from verify.web.figures import decimal, number, percent, rupiah
from verify.web.form import blank, label
from verify.web.menu import menu
from verify.web.mother import mother_words
from verify.web.once import form_key
from verify.web.resending import fields_of, files_of, goal_of, typed_here
from verify.web.times import ZONES, clock_time, day, duration, local_time
from verify.web.words import NO_NIK, ROLE, STATE_ICON, TONE, URGENCY
from workflows.actor import Actor
from workflows.masking import grouped, mask_nik, mask_phone
from workflows.permissions import Permission, can
from workflows.rules.letter_terms import NAMES
from workflows.saying import joined
from workflows.states import LABEL
from workflows.vocabulary import LetterType

MODULES = (
    door,
    shared_account,
    factor_door,
    account,
    own_factors,
    work_list,
    taking,
    intake_page,
    ktp,
    path_finder,
    bedside,
    case_page,
    papers,
    phone,
    premium,
    premium_letters,
    reconciling,
    dossier,
    live,
    assigned,
    amending,
    identifying,
    checking,
    assessing,
    letter_type,
    paraf,
    paraf_batch,
    deciding,
    approving,
    delegating,
    correcting,
    closing,
    refusal,
    household,
    revealing,
    reception,
    desk_app,
    shift,
    acceptances,
    public_letter,
    family,
    sheets,
    signing,
    seats,
    coverage,
    chart_files,
    door_lists,
    visits,
    card_lists,
    hand_batch,
    handing,
    hospital_keys,
    news,
    registration,
    waits,
    duties,
    promises,
    collective,
    episodes,
    matching,
    imports,
    language_choice,
)


YEAR = 365 * 24 * 60 * 60
"""Seconds."""
KEPT = (200, 206, 304)


def register(app: Flask) -> None:
    """Put the pages in place."""
    for module in MODULES:
        app.register_blueprint(module.blueprint)
    app.after_request(_never_kept)
    app.after_request(_kept_for_ever)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        hari=day, waktu=local_time, jam=clock_time, lama=duration, nik=_whole, berkelompok=grouped, telepon=mask_phone, sebutan=label
    )
    app.jinja_env.filters.update(angka=number, desimal=decimal, rupiah=rupiah, persen=percent)
    app.jinja_env.filters.update(jenis_surat=lambda code: NAMES[LetterType(code)])
    app.jinja_env.globals.update(asset=_asset, who=_who, may=_may, form_key=form_key, practice=_practice, role_words=_role_words)
    app.jinja_env.globals.update(typed_here=typed_here, typed_fields=fields_of, typed_goal=goal_of, typed_files=files_of)
    app.jinja_env.globals.update(session_left=_session_left, accepts=accepts, accepts_at=accepts_at)
    app.jinja_env.globals.update(
        menu_of=menu,
        blank_form=blank(),
        state_word_of=LABEL.__getitem__,
        state_icon_of=STATE_ICON.__getitem__,
        tone_of=TONE.__getitem__,
        role_word_of=ROLE.__getitem__,
        urgency_word_of=URGENCY.__getitem__,
        no_nik_word_of=NO_NIK.__getitem__,
        mother_words_of=mother_words,
        reads_cards=_reads_cards,
        proxy_kins=PROXY_KINS,
        zone_word=lambda zone: ZONES.get(zone, zone),
    )


def _never_kept(response: Response) -> Response:
    """Pages hold people's data or a form's key: nobody keeps a copy."""
    if request.blueprint in {module.blueprint.name for module in MODULES}:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _kept_for_ever(response: Response) -> Response:
    """A file asked for by its content's name never changes: on a poor network each question whether it did costs seconds."""
    named = (request.view_args or {}).get("filename")
    if request.endpoint == "static" and response.status_code in KEPT and request.args.get("v") == _version(named):
        response.cache_control.no_cache = None
        response.cache_control.public = response.cache_control.immutable = True
        response.cache_control.max_age = YEAR
    return response


def _asset(name: str) -> str:
    """A file of ours under a name that changes with its content."""
    return url_for("static", filename=name, v=_version(name))


@cache
def _version(name: str) -> str:
    return hashlib.sha256((Path(__file__).parent.parent / "static" / name).read_bytes()).hexdigest()[:10]


def _who() -> Actor | None:
    """Who is signed in, for the bar on top; where the database is away the page does without."""
    if "actor" in g:
        return g.actor  # type: ignore[no-any-return]
    try:
        return anybody()
    except SQLAlchemyError:
        return None


def _may(permission: str) -> bool:
    actor = _who()
    return actor is not None and can(actor, Permission(permission))


def _reads_cards() -> bool:
    """Whether this person may have a KTP read from its photograph, and something here can."""
    return _may(Permission.OPEN_CASE) and parts().card_reader is not None


def _role_words(actor: Actor) -> str:
    return joined((word for role, word in ROLE.items() if role in actor.roles), ", ")


def _session_left() -> int | None:
    """Seconds until this session ends, for the warning before it does; None where nobody is signed in."""
    session = g.get("session")
    return int((session.expires_at - parts().clock()).total_seconds()) if session else None


def _whole(nik: str | None) -> str:
    """A masked number that no line of a narrow page cuts in two."""
    return Markup('<span class="whole">{}</span>').format(mask_nik(nik)) if nik else mask_nik(nik)


def _practice() -> bool:
    return parts().settings.practice
