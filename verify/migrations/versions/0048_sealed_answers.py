"""Answers and notes of assessments, registries' answers, registrations, their files, stored replies and lists of letter E lie encrypted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_filled, drop_check, is_postgresql, retype
from verify.migrations.sealing import Plain, seal, unseal

revision = "0048"
down_revision = "0047"
branch_labels: Any = None
depends_on: Any = None

COLUMNS = (
    ("assessment", "answers", "JSON", ("case_id", "round"), ("id",)),
    ("assessment", "note", "VARCHAR(1000)", ("case_id", "round"), ("id",)),
    ("check_result", "details", "JSON", ("case_id", "kind"), ("id",)),
    ("registration", "details", "JSON", ("case_id",), ("id",)),
    ("registration_answer", "strange", "JSON", ("region_code", "sha256"), ("id",)),
    ("idempotency_record", "body", "VARCHAR", ("staff_id", "key"), ("staff_id", "key")),
    ("registration_batch", "file", "BYTEA", ("region_code", "number"), ("id",)),
)
"""Table, column, what it was on PostgreSQL, what names a row, the primary key."""
NUMBERS = (
    Plain("membership_report", {"nik": "nik"}, ("nik_digest",)),
    Plain("collective_row", {"nik": "nik"}, ("collective_id", "position"), ("collective_id", "position")),
)
LISTED = "uq_collective_row_listed_nik"

ROW = ("collective_id", "position", "batch_id", "registration_id", "case_id", "letter_id", "letter_number", "letter_day")
OTHERWISE = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ROW)
ERASED = "EXISTS (SELECT 1 FROM erasure AS gone WHERE gone.case_id = OLD.case_id)"
BEFORE = f"({OTHERWISE}) OR ((OLD.ended_at IS NOT NULL OR NEW.nik <> OLD.nik OR NEW.name <> OLD.name) AND NOT {ERASED})"
ENDED = "OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NULL OR NEW.ended_at <> OLD.ended_at)"
AFTER = f"({OTHERWISE}) OR (({ENDED} OR NEW.nik_digest <> OLD.nik_digest OR NEW.name <> OLD.name) AND NOT {ERASED})"
"""When a change of a row of letter E is refused: a rotation may seal its NIK anew."""


def upgrade() -> None:
    """Apply; what lies plain is sealed with the keys of the vault this migration was given."""
    for table, column, kind, row, key in COLUMNS:
        retype(table, column, _kind(kind), "TEXT", using=_into_text(column, kind))
        seal(Plain(table, {column: None}, row, key, kind == "BYTEA"))
        add_check(table, *_sealed(table, column))
    _let_row()
    op.drop_index(LISTED, "collective_row")
    op.drop_index("ix_membership_report_nik", "membership_report")
    drop_check("collective_row", "ck_collective_row_nik_length", "length(nik) = 16")
    for plain in NUMBERS:
        retype(plain.table, "nik", "VARCHAR(16)", "TEXT")
        add_filled(plain.table, "nik_digest", "VARCHAR(32)", "")
        seal(plain)
        add_check(plain.table, *_sealed(plain.table, "nik"))
        add_check(plain.table, *_digested(plain.table))
    op.create_index("ix_membership_report_nik_digest", "membership_report", ["nik_digest"])
    _index_listed("nik_digest")
    _hold_row(AFTER)


def downgrade() -> None:
    """Undo: everything lies plain again."""
    _let_row()
    op.drop_index(LISTED, "collective_row")
    op.drop_index("ix_membership_report_nik_digest", "membership_report")
    for plain in reversed(NUMBERS):
        drop_check(plain.table, *_digested(plain.table))
        drop_check(plain.table, *_sealed(plain.table, "nik"))
        unseal(plain)
        op.drop_column(plain.table, "nik_digest")
        retype(plain.table, "nik", "TEXT", "VARCHAR(16)")
    add_check("collective_row", "ck_collective_row_nik_length", "length(nik) = 16")
    op.create_index("ix_membership_report_nik", "membership_report", ["nik"])
    _index_listed("nik")
    _hold_row(BEFORE)
    for table, column, kind, row, key in reversed(COLUMNS):
        drop_check(table, *_sealed(table, column))
        unseal(Plain(table, {column: None}, row, key, kind == "BYTEA"))
        retype(table, column, "TEXT", _kind(kind), using=_from_text(column, kind))


def _kind(kind: str) -> str:
    return "BLOB" if kind == "BYTEA" and not is_postgresql() else kind


def _into_text(column: str, kind: str) -> str:
    return f"encode({column}, 'base64')" if kind == "BYTEA" else f"{column}::text"


def _from_text(column: str, kind: str) -> str:
    return f"decode({column}, 'base64')" if kind == "BYTEA" else f"{column}::{kind}"


def _sealed(table: str, column: str) -> tuple[str, str]:
    return f"ck_{table}_{column}_sealed", f"substr({column}, 1, 3) = 'r1.'"


def _digested(table: str) -> tuple[str, str]:
    return f"ck_{table}_nik_digested", "(nik IS NULL) = (nik_digest IS NULL) AND length(nik_digest) = 32"


def _index_listed(column: str) -> None:
    listed = sa.text("ended_at IS NULL")
    op.create_index(LISTED, "collective_row", [column], unique=True, sqlite_where=listed, postgresql_where=listed)


def _hold_row(when: str) -> None:
    if not is_postgresql():
        raised = "BEGIN SELECT RAISE(ABORT, 'collective_row_stays'); END"
        op.execute(f"CREATE TRIGGER collective_row_stays_update BEFORE UPDATE ON collective_row WHEN {when} {raised}")
        return
    op.execute(
        "CREATE FUNCTION collective_row_stays_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'collective_row_stays'; END IF; "
        "RETURN NEW; END $$; "
        "CREATE TRIGGER collective_row_stays_update BEFORE UPDATE ON collective_row FOR EACH ROW "
        "EXECUTE FUNCTION collective_row_stays_update()"
    )


def _let_row() -> None:
    op.execute("DROP TRIGGER collective_row_stays_update" + (" ON collective_row" if is_postgresql() else ""))
    if is_postgresql():
        op.execute("DROP FUNCTION collective_row_stays_update")
