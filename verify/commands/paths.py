"""``rekom path``."""

import getpass
import json
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import click
from marshmallow import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from schemas.path import ROUTE, PathQuestionSchema, answered
from verify.composition import Rekom
from verify.config import load_settings
from verify.path_inquiry import direct, local, local_today
from workflows import nik, paths
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput
from workflows.paths import Direction, PathQuestion
from workflows.ports import MembershipOutcome, Segment
from workflows.rules.path_facts import Cause, Lane
from workflows.states import Role
from workflows.vocabulary import DocumentType, Urgency

LINES = ("nik", "name", "birth_date")
"""What comes on standard input, a line each; only the first is needed."""


@click.command("path")
@click.option("--date", "on", help="day asked about, such as 2026-11-22 [default: today]")
@click.option("--region", help="Kemendagri code of the office's region [default: this installation's]")
@click.option(
    "--lane", type=click.Choice([lane.value for lane in Lane if lane is not Lane.NIK]), help="why there is no NIK; none is asked for"
)
@click.option("--cause", type=click.Choice(list(Cause)), help="why care is needed")
@click.option("--domicile", "domicile_code", help="Kemendagri code of the address on the KK")
@click.option("--able/--unable", "able_to_pay", default=None, help="whether the family can pay premiums itself")
@click.option("--membership", type=click.Choice(list(MembershipOutcome)), help="what is known of the membership")
@click.option("--segment", type=click.Choice(list(Segment)), help="who pays or paid")
@click.option("--matched", "identity", flag_value="MATCH", default=None, help="KTP and KK were compared by hand and match")
@click.option("--desil", type=click.IntRange(0, 10), help="decile in DTSEN")
@click.option("--reactivations", type=click.IntRange(0, 99), help="how often PBI JK was reactivated before")
@click.option(
    "--brings", "documents", type=click.Choice(list(DocumentType)), multiple=True, help="a paper seen; as often as there are papers"
)
@click.option("--urgency", type=click.Choice(list(Urgency)), help="how urgent care is")
@click.option("--local", "only_local", is_flag=True, help="ask no registry")
@click.option("--json", "as_json", is_flag=True, help="for programs")
def path_command(region: str | None, only_local: bool, as_json: bool, **given: Any) -> None:
    """Find one person's way.

    The NIK is typed unseen or piped as the first line; name and birth date may follow on lines two and three. None of
    them is ever an argument, which others could read in the list of processes.
    """
    rekom = Rekom(load_settings(), wakes=False)
    on, question = _question({name: value for name, value in given.items() if value not in (None, ())}, practice=rekom.settings.practice)
    actor = _operator(region or rekom.settings.region)
    day = on or local_today(rekom, actor.region_code)
    if only_local:
        direction = local(rekom, paths.dated(question, day), rekom.policies.at(actor.region_code, day), day)
    else:
        direction = _asked(rekom, question, actor, day)
    answer = ROUTE.dump(answered(direction))
    click.echo(json.dumps(answer, indent=1, ensure_ascii=False) if as_json else "\n".join(_spoken(answer)))


def _asked(rekom: Rekom, question: PathQuestion, actor: Actor, on: date) -> Direction:
    try:
        return direct(rekom, question, actor, on)
    except SQLAlchemyError as error:  # its own words quote the NIK
        hint = "Jalankan rekom migrate, atau tambahkan --local."
        raise Conflict(f"Basis data tidak menjawab ({type(error).__name__}). {hint}") from None
    finally:
        rekom.database.close()


def _question(given: dict[str, Any], *, practice: bool) -> tuple[date | None, PathQuestion]:
    person = {} if "lane" in given else _person()
    if person:
        nik.parse_nik(person["nik"], practice=practice)
    try:
        loaded: tuple[date | None, PathQuestion] = PathQuestionSchema().load(given | person)
    except ValidationError as error:
        raise InvalidInput("; ".join(f"{name}: {said}" for name, said in _faults(error))) from None
    return loaded


def _faults(error: ValidationError) -> Iterator[tuple[str, str]]:
    messages = error.messages if isinstance(error.messages, dict) else {"": error.messages}
    for name, said in messages.items():
        yield name, " ".join(map(str, said))


def _person() -> dict[str, str]:
    said = _typed() if is_typed() else [sys.stdin.readline().strip() for _ in LINES]
    if not said[0]:
        raise InvalidInput("Ketik NIK, atau kirim lewat pipa sebagai baris pertama.")
    return {name: text for name, text in zip(LINES, said, strict=True) if text}


def is_typed() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin.isatty()


def _typed() -> list[str]:
    return [
        click.prompt("NIK", hide_input=True),
        click.prompt("Nama seperti di KTP", default="", show_default=False),
        click.prompt("Tanggal lahir, misalnya 14-03-1990", default="", show_default=False),
    ]


def _operator(region_code: str) -> Actor:
    return Actor(id=None, name=f"rekom path ({getpass.getuser()})", roles=frozenset({Role.ADMIN}), region_code=region_code)


def _spoken(answer: dict[str, Any]) -> list[str]:
    """The answer as a person reads it."""
    meanwhile = [answer["meanwhile"]["sentence"]] if answer["meanwhile"] else []
    parts = (
        ("", [answer["title"], answer["reason"]]),
        ("Perhatikan", answer["warnings"]),
        ("Yang perlu ditanyakan", [f"{one['question']} {one['who']}" for one in answer["missing"]]),
        ("Jalur yang masih mungkin", [f"{one['title']}, {one['when']}" for one in answer["possible"]]),
        ("Sampaikan kepada keluarga", answer["say"]),
        ("Langkah", answer["steps"]),
        ("Berkas", [paper["label"] for paper in answer["papers"]]),
        ("Yang boleh dijanjikan", answer["promise"]["sentences"]),
        ("Selama menunggu", meanwhile),
        ("Registri", [one["note"] for one in answer["found"] if one["note"]]),
        ("Dasar", [f"{answer['reference']}{' (contoh)' if answer['example'] else ''}"]),
    )
    return [line for head, lines in parts if lines for line in _part(head, lines)]


def _part(head: str, lines: list[str]) -> list[str]:
    return [f"{head}:", *(f"  - {line}" for line in lines)] if head else lines
