"""An upgrade is tried on a copy first; what it would lose or break is told before the office's database is touched."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import text

from tests.verify.test_backup import tools
from verify import db
from verify.backup import rehearsal
from verify.cli import main
from verify.db import connect, head_revision, pending
from verify.vault import Vault

__all__ = ["tools"]

OLD = "0022"
Type = Callable[..., Result]


@pytest.fixture
def behind(database_url: str) -> str:
    """An office's database of an older version, with something in it."""
    command.downgrade(db._alembic(database_url), OLD)
    _say(database_url, "INSERT INTO hospital (code, name, city, region_code) VALUES ('0301R009', 'RSUD Contoh', 'Serang', '3673')")
    return database_url


@pytest.fixture
def upgrade(behind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Type:
    monkeypatch.setenv("DATABASE_URL", behind)
    monkeypatch.setenv("REKOM_DATA_DIR", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(main, ["upgrade", *words])


def _say(url: str, statement: str) -> list[tuple[object, ...]]:
    engine = connect(url)
    try:
        with engine.begin() as connection:
            found = connection.execute(text(statement))
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        engine.dispose()


def test_a_dry_run_names_the_steps_and_touches_nothing(behind: str, upgrade: Type) -> None:
    told = upgrade("--dry-run")
    assert told.exit_code == 0, told.output
    assert "  0023  Second factors" in told.output and "baris tetap ada, jejak audit utuh" in told.output
    assert pending(behind)[0].revision == "0023"
    assert _say(behind, "SELECT version_num FROM alembic_version") == [(OLD,)]


def test_what_was_tried_is_then_done(behind: str, upgrade: Type) -> None:
    assert upgrade().exit_code == 0
    assert _say(behind, "SELECT version_num FROM alembic_version") == [(head_revision(),)] and pending(behind) == ()
    assert _say(behind, "SELECT name FROM hospital") == [("RSUD Contoh",)]
    assert "sudah pada versi ini" in upgrade().output


@pytest.mark.parametrize("statement", ["DELETE FROM hospital", "SELECT * FROM tabel_yang_tidak_ada"])
def test_an_upgrade_that_loses_or_breaks_something_stops_at_the_copy(
    behind: str, upgrade: Type, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    def spoil(url: str, _: Vault) -> None:
        db.migrate(url)
        _say(url, statement)

    monkeypatch.setattr(rehearsal, "migrate", spoil)
    told = upgrade()
    assert told.exit_code == 2 and "tidak berubah" in told.stderr
    assert _say(behind, "SELECT version_num FROM alembic_version") == [(OLD,)]
    assert _say(behind, "SELECT count(*) FROM hospital") == [(1,)]
