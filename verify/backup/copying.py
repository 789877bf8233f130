"""Copies of one moment: SQLite by its own backup call, PostgreSQL by pg_dump under an exported snapshot."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from verify.backup.contents import count
from verify.backup.receipt import Contents
from verify.db import connect
from workflows.errors import RekomError

COPY = {"sqlite": "isi.db", "postgresql": "isi.dump"}
LONGEST_WORD = 300


class ToolMissing(RekomError):
    """PostgreSQL's own programs are not on this host."""

    slug = "pg-dump-tidak-ada"
    sentence = "Program pg_dump dan pg_restore tidak ada. Pasang postgresql-client versi server (apt-get install postgresql-client)."


class CopyFailed(RekomError):
    """A copy could not be made or read."""

    slug = "salinan-gagal"
    sentence = "Salinan basis data gagal. Tidak ada yang berubah. Periksa ruang disk dan hak akses, lalu ulangi."


def kind_of(url: str) -> str:
    """``sqlite`` or ``postgresql``."""
    return make_url(url).get_backend_name()


def copy_to(url: str, file: Path) -> Contents:
    """Copy the whole database into ``file`` and say what it holds, both of the same moment; readers and writers go on."""
    return _copy_sqlite(url, file) if kind_of(url) == "sqlite" else _copy_postgresql(url, file)


def load_into(url: str, file: Path) -> None:
    """Fill an empty database from a copy of its own kind."""
    if kind_of(url) == "sqlite":
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(_path(url))) as target:
            source.backup(target)
        return
    _tool(
        ["pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--dbname", _address(url), str(file)],
        url,
    )


def _copy_sqlite(url: str, file: Path) -> Contents:
    with closing(sqlite3.connect(_path(url))) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
    engine = create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as connection:
            return count(connection)
    finally:
        engine.dispose()


def _copy_postgresql(url: str, file: Path) -> Contents:
    engine = connect(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            # This transaction stands still on purpose: pg_dump reads its moment, and may take longer than others may stand still.
            connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            _tool(["pg_dump", "--format=custom", f"--snapshot={snapshot}", "--file", str(file), "--dbname", _address(url)], url)
            return count(connection)
    finally:
        engine.dispose()


def _tool(command: Sequence[str], url: str) -> None:
    """Run one of PostgreSQL's programs; the password goes by the environment, where no process list shows it."""
    program = shutil.which(command[0])
    if program is None:
        raise ToolMissing
    password = make_url(url).password
    environ = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    done = subprocess.run([program, *command[1:]], env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CopyFailed(f"{command[0]} gagal: {_last_line(done.stderr)} Tidak ada yang berubah. Perbaiki itu, lalu ulangi.")


def _last_line(said: str) -> str:
    """A program's last word, without the row it may quote."""
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(("CONTEXT:", "DETAIL:", "Command was:"))]
    word = lines[-1].strip() if lines else "tanpa keterangan"
    return f"{word[:LONGEST_WORD].rstrip('.')}."


def _address(url: str) -> str:
    """The database's address for PostgreSQL's programs, without its password."""
    whole = make_url(url)
    bare = URL.create("postgresql", whole.username, None, whole.host, whole.port, whole.database, whole.query)
    return bare.render_as_string()


def _path(url: str) -> str:
    path = make_url(url).database
    assert path and path != ":memory:"
    return path
