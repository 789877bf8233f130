"""Try a backup in a database of its own, or bring an office back from it."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import inspect, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from verify.backup.contents import count, differences
from verify.backup.copying import CopyFailed, kind_of, load_into
from verify.backup.making import opened
from verify.backup.receipt import BackupUnusable, Receipt, remember
from verify.composition import Rekom
from verify.db import connect
from verify.keyring import KeyFileError
from verify.master_key import FORMER, sign_of
from workflows import audit, trust
from workflows.actor import Actor
from workflows.errors import Conflict
from workflows.lost_letters import RESTORES
from workflows.records.letter import LetterCounter
from workflows.records.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class Return:
    """How an office came back: ``skipped`` are the letter numbers that nobody may get, by counter and year."""

    receipt: Receipt
    bundle_counter: int
    skipped: tuple[tuple[str, int, int, int], ...]


def try_backup(rekom: Rekom, folder: Path) -> Receipt:
    """Restore into a database that is thrown away, count, walk the audit trail; ``BackupUnusable`` says what differs."""
    file, receipt = opened(folder)
    _same_kind(rekom, receipt)
    _must_open(rekom, receipt)
    with throwaway(rekom.settings.database_url, file) as url:
        _must_agree(url, receipt)
        _keys_must_open(rekom, url, receipt)
    remember(rekom.settings, receipt.made_at, folder, rekom.clock())
    return receipt


def restore(rekom: Rekom, folder: Path, actor: Actor, *, bundle_counter: int, skip: int) -> Return:
    """Fill the office's empty database, prove it by counting, and go on where nothing that left the building is said twice.

    Letters given after the backup are lost here and real outside: their numbers, at most ``skip`` a counter, stay unused.
    Everybody signs in again. ``Conflict`` where the database is not empty.
    """
    file, receipt = opened(folder)
    url = rekom.settings.database_url
    _same_kind(rekom, receipt)
    _must_open(rekom, receipt)
    _must_be_empty(url)
    load_into(url, file)
    _must_agree(url, receipt)
    _keys_must_open(rekom, url, receipt)
    with rekom.database.write() as session:
        return _go_on(session, receipt, actor, rekom, bundle_counter, skip)


def _go_on(session: Session, receipt: Receipt, actor: Actor, rekom: Rekom, bundle_counter: int, skip: int) -> Return:
    now, skipped = rekom.clock(), []
    for office, year in sorted(_counters(session, rekom, receipt)):
        counter = session.get(LetterCounter, (office, year)) or LetterCounter(office=office, year=year, last=0)
        skipped.append((office, year, counter.last + 1, counter.last + skip))
        counter.last += skip
        session.add(counter)
    session.exec(update(SignIn).where(col(SignIn.ended_at).is_(None)).values(ended_at=now))
    reached = trust.raise_counter(session, bundle_counter, actor, now=now)
    detail = {"backup_of": receipt.made_at.isoformat(), "sha256": receipt.sha256, "skipped_numbers": skipped, "bundle_counter": reached}
    audit.record(session, RESTORES, "RESTORE", actor=actor, now=now, **detail)
    return Return(receipt, reached, tuple(skipped))


def _counters(session: Session, rekom: Rekom, receipt: Receipt) -> set[tuple[str, int]]:
    """Every counter that may have given numbers since the backup, one that began only then included: a new year, a letter's first."""
    policy = rekom.policy_today(rekom.settings.region)
    today = rekom.clock().astimezone(ZoneInfo(policy.timezone)).date()
    names = set(session.exec(select(LetterCounter.office)))
    names |= {rule.counter(policy.office.unit) for rules in policy.letters.values() for since, rule in rules if since <= today}
    return {(name, year) for name in names for year in range(receipt.made_at.year, today.year + 1)}


def _same_kind(rekom: Rekom, receipt: Receipt) -> None:
    if receipt.kind != kind_of(rekom.settings.database_url):
        raise BackupUnusable(f"Cadangan ini dari {receipt.kind}. Arahkan DATABASE_URL ke basis data {receipt.kind}, lalu ulangi.")


def _must_open(rekom: Rekom, receipt: Receipt) -> None:
    """``BackupUnusable`` where none of the office's master keys, earlier ones included, is the one the copy lies under."""
    if receipt.master_key and receipt.master_key not in map(sign_of, rekom.master_key.every()):
        raise BackupUnusable(
            f"Cadangan ini tersegel dengan kunci induk {receipt.master_key}. Di sini ada kunci lain. Kembalikan kunci induk itu dahulu: "
            f"letakkan {FORMER.format(receipt.master_key)} di folder kunci, atau isi REKOM_OLD_MASTER_KEY."
        )


def _keys_must_open(rekom: Rekom, url: str, receipt: Receipt) -> None:
    """Open every key that came with the copy; ``BackupUnusable`` where one does not."""
    engine = connect(url)
    try:
        with engine.connect() as connection:
            if receipt.master_key:
                rekom.new_vault().load(connection)
    except KeyFileError:
        raise BackupUnusable("Kunci data dalam cadangan ini tidak terbuka. Ambil cadangan lain, lalu ulangi.") from None
    finally:
        engine.dispose()


def _must_be_empty(url: str) -> None:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise Conflict("Basis data tujuan tidak kosong. Buat basis data baru, arahkan DATABASE_URL ke sana, lalu ulangi.")
    finally:
        engine.dispose()


def _must_agree(url: str, receipt: Receipt) -> None:
    engine = connect(url)
    try:
        with engine.connect() as connection:
            wrong = differences(receipt.contents, count(connection))
    finally:
        engine.dispose()
    if wrong:
        raise BackupUnusable(f"Isi yang dipulihkan tidak cocok. {' '.join(wrong)}")


@contextmanager
def throwaway(url: str, file: Path) -> Iterator[str]:
    """A database beside the one at ``url``, filled from a copy, gone afterwards."""
    with _beside(url) as other:
        load_into(other, file)
        yield other


@contextmanager
def _beside(url: str) -> Iterator[str]:
    if kind_of(url) == "sqlite":
        with tempfile.TemporaryDirectory(prefix="rekom-") as folder:
            yield f"sqlite:///{folder}/coba.db"
        return
    name = f"rekom_coba_{secrets.token_hex(6)}"
    engine = connect(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            try:
                yield make_url(url).set(database=name).render_as_string(hide_password=False)
            finally:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    except SQLAlchemyError as error:
        raise CopyFailed(f"Basis data percobaan tidak dapat dibuat ({type(error).__name__}). Beri peran ini hak CREATEDB.") from None
    finally:
        engine.dispose()
