"""``rekom policies whatif``: a draft held against past cases. Nothing live is touched: the session can only read."""

import gc
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from schemas.policy_file import load_draft
from verify.composition import Rekom
from verify.config import load_settings
from verify.db import Database
from workflows.errors import Conflict, InvalidInput
from workflows.past_cases import past_cases
from workflows.rules import whatif
from workflows.rules.finding import Outcome
from workflows.rules.policy import RegionPolicy, in_force
from workflows.rules.whatif import Seats, WhatIf
from workflows.thousands import grouped, rupiah

TICKETS = 20
"""Tickets named per kind of flip where people read; programs get all of them."""

WORD = {Outcome.MEETS: "memenuhi", Outcome.FAILS: "tidak memenuhi", Outcome.NEEDS_PERSON: "perlu ditimbang"}


@dataclass(frozen=True, slots=True)
class Run:
    """What was run, and what came of it."""

    draft: RegionPolicy
    since: date
    premium: int
    found: WhatIf


@click.command("whatif")
@click.argument("draft", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", required=True, help="first day of decision looked at, such as 2026-01-31")
@click.option("--json", "as_json", is_flag=True, help="for programs, with every ticket")
def whatif_command(draft: Path, since: str, as_json: bool) -> None:
    """Run the newest block of a draft region file on past cases: whose advice flips, seats, rupiah a year, by district.

    Only advice is compared: people decided then, and people will decide. Tickets are named, persons never.
    """
    rekom = Rekom(load_settings(), wakes=False)
    block = load_draft(draft, rekom.policies.national)[-1]
    run = _run(rekom, block, _day(since))
    click.echo(json.dumps(_plain(run), indent=1, ensure_ascii=False) if as_json else "\n".join(_spoken(run)))


@contextmanager
def looking_only(database: Database) -> Iterator[Session]:
    """A session in which the database itself refuses every change."""
    with database.read() as session:
        sqlite = database.engine.dialect.name == "sqlite"
        session.connection(execution_options={} if sqlite else {"postgresql_readonly": True})
        if sqlite:
            session.execute(text("PRAGMA query_only=ON"))
        try:
            yield session
        finally:
            if sqlite:
                session.execute(text("PRAGMA query_only=OFF"))


def _run(rekom: Rekom, draft: RegionPolicy, since: date) -> Run:
    began = datetime.combine(since, time(), ZoneInfo(draft.timezone)).astimezone(UTC)
    today = rekom.clock().astimezone(ZoneInfo(draft.timezone)).date()
    premium = in_force(rekom.policies.national.premium_region_share, today).value
    try:
        with closing(rekom.database) as database, looking_only(database) as session, undisturbed():
            found = whatif.run(past_cases(session, draft.region_code, began), draft, rekom.policies)
    except SQLAlchemyError as error:
        raise Conflict(f"Basis data tidak menjawab ({type(error).__name__}). Jalankan rekom migrate, lalu ulangi.") from None
    return Run(draft, since, premium, found)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without the collector of cycles: millions of small facts, none in a cycle, would be looked through again and again."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InvalidInput("Tulis --since seperti 2026-01-31.") from None


def _plain(run: Run) -> dict[str, Any]:
    found = run.found
    return {
        "region_code": run.draft.region_code,
        "draft_valid_from": run.draft.valid_from.isoformat(),
        "draft_sha256": run.draft.sha256,
        "since": run.since.isoformat(),
        "without_rules": found.without_rules,
        "rules_changed": dict(sorted(found.rules.items())),
        "flips": [
            {"before": old.value, "after": new.value, "cases": len(tickets), "tickets": tickets}
            for (old, new), tickets in sorted(found.flips.items())
        ],
        "premium_month": run.premium,
        "total": _money(found.seats, run.premium),
        "guarantees": asdict(found.guarantees),
        "districts": {code: _money(seats, run.premium) for code, seats in sorted(found.districts.items())},
    }


def _money(seats: Seats, premium: int) -> dict[str, Any]:
    return asdict(seats) | {
        "seats_least": seats.least,
        "seats_most": seats.most,
        "rupiah_year_least": whatif.yearly(seats.least, premium),
        "rupiah_year_most": whatif.yearly(seats.most, premium),
    }


def _spoken(run: Run) -> list[str]:
    found, draft = run.found, run.draft
    lines = [
        f"Rancangan {draft.region_name}, blok sejak {draft.valid_from:%d-%m-%Y}, atas {grouped(found.seats.cases)} berkas",
        f"yang diputus sejak {run.since:%d-%m-%Y}. Hanya saran aturan yang dibandingkan; pejabatlah yang memutuskan.",
        "Semua jenis surat ditimbang; kursi dari surat rekomendasi peserta daerah, rupiah juga dari surat jaminan.",
    ]
    if found.without_rules:
        lines.append(f"{grouped(found.without_rules)} berkas dilewati: aturannya tidak ada lagi.")
    for (old, new), tickets in sorted(found.flips.items()):
        lines.append(f"{WORD[old]} -> {WORD[new]}: {grouped(len(tickets))} berkas: {_named(tickets)}")
    if not found.flips:
        lines.append("Tidak ada saran yang berubah.")
    lines += [f"Temuan {rule} berubah pada {grouped(count)} berkas." for rule, count in sorted(found.rules.items())]
    lines.append(_in_seats("Seluruhnya", found.seats, run.premium))
    if found.guarantees.least or found.guarantees.most:
        money = _span(found.guarantees.least, found.guarantees.most)
        lines.append(f"Jaminan pelayanan, batas tertinggi: {grouped(found.guarantees.cases)} berkas; {money}.")
    return lines + [_in_seats(_place(code), seats, run.premium) for code, seats in sorted(found.districts.items()) if _moves(seats)]


def _named(tickets: list[str]) -> str:
    more = len(tickets) - TICKETS
    return ", ".join(tickets[:TICKETS]) + (f", dan {grouped(more)} lagi" if more > 0 else "")


def _in_seats(place: str, seats: Seats, premium: int) -> str:
    money = _span(whatif.yearly(seats.least, premium), whatif.yearly(seats.most, premium))
    counts = ((seats.freed, "lepas"), (seats.doubtful, "ragu"), (seats.sure, "masuk"), (seats.possible, "mungkin masuk"))
    kinds = ", ".join(f"{grouped(count)} {word}" for count, word in counts)
    return f"{place}: {grouped(seats.cases)} berkas; kursi {kinds}; {money} setahun"


def _span(least: int, most: int) -> str:
    return rupiah(least) if least == most else f"{rupiah(least)} sampai {rupiah(most)}"


def _place(code: str) -> str:
    return "Kecamatan tidak dicatat" if code == whatif.NOWHERE else f"Kecamatan {code[:2]}.{code[2:4]}.{code[4:]}"


def _moves(seats: Seats) -> bool:
    return any((seats.freed, seats.doubtful, seats.sure, seats.possible))
