"""What is left of a case when its time is over, and what may hold that up."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import is_postgresql

revision = "0045"
down_revision = "0043"
branch_labels: Any = None
depends_on: Any = None

KINDS = (
    "CLOSED_CASE", "REFUSED_CASE", "WITHDRAWN_CASE", "ABANDONED_BEDSIDE", "DRAFTS", "COVER_LETTERS", "EXPORT_FILES", "EXTRACTS", "MATCHES",
    "MEMBERSHIP_REPORTS", "PREMIUM_DISPUTES", "ACCESS_LOG", "COUNTERS", "ANSWERS", "SESSIONS", "WEBHOOKS", "BACKUPS",
)  # fmt: skip

OPEN = "EXISTS (SELECT 1 FROM case_file AS known WHERE known.id = NEW.case_id AND known.closed_at IS NULL)"
HELD = "EXISTS (SELECT 1 FROM legal_hold AS hold WHERE hold.case_id = NEW.case_id AND hold.lifted_at IS NULL)"
ERASED = "EXISTS (SELECT 1 FROM erasure AS gone WHERE gone.case_id = {})"
STANDS = f"({ERASED.format('OLD.id')}) AND (OLD.version = 0 OR NEW.version <> 0 OR NEW.closed_at IS NULL OR NEW.state <> OLD.state)"

ROW = ("collective_id", "position", "batch_id", "registration_id", "case_id", "letter_id", "letter_number", "letter_day")
OTHERWISE = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ROW)
PERSON = "NEW.nik <> OLD.nik OR NEW.name <> OLD.name"
BEFORE = f"OLD.ended_at IS NOT NULL OR {OTHERWISE} OR {PERSON}"
ROW_CHANGED = f"({OTHERWISE}) OR ((OLD.ended_at IS NOT NULL OR {PERSON}) AND NOT {ERASED.format('OLD.case_id')})"

REFUSED = (
    ("erasure_of_closed_case", "erasure", "INSERT", f"{OPEN} OR {HELD}"),
    ("erasure_stays", "erasure", "UPDATE", "TRUE"),
    ("erasure_stays", "erasure", "DELETE", "TRUE"),
    ("legal_hold_of_a_whole_case", "legal_hold", "INSERT", ERASED.format("NEW.case_id")),
    ("legal_hold_stays", "legal_hold", "UPDATE", "OLD.lifted_at IS NOT NULL OR NEW.case_id <> OLD.case_id OR NEW.reason <> OLD.reason"),
    ("legal_hold_stays", "legal_hold", "DELETE", "TRUE"),
    ("tombstone_stays", "case_file", "UPDATE", STANDS),
)
"""Name, table, on what, and when it is refused."""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("placed_by", sa.String(200), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.String(200), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.String(500), nullable=True),
        sa.CheckConstraint("length(reason) >= 10", name=op.f("ck_legal_hold_says_why")),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)",
            name=op.f("ck_legal_hold_lifted_whole"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_legal_hold_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(op.f("ix_legal_hold_case_id"), "legal_hold", ["case_id"])
    still = sa.text("lifted_at IS NULL")
    op.create_index("uq_legal_hold_open_case", "legal_hold", ["case_id"], unique=True, sqlite_where=still, postgresql_where=still)
    op.create_table(
        "erasure",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum(*KINDS, name="kept", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(500), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ABANDONED_BEDSIDE', 'CLOSED_CASE', 'REFUSED_CASE', 'WITHDRAWN_CASE')", name=op.f("ck_erasure_of_a_case")
        ),
        sa.CheckConstraint("days > 0", name=op.f("ck_erasure_after_a_term")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_erasure_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_erasure")),
    )
    for name, table, verb, when in REFUSED:
        _refuse(name, table, verb, when)
    _row_stays(ROW_CHANGED)


def downgrade() -> None:
    """Undo; refused while a case is a tombstone, for what says so would be lost."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM erasure").scalar_one():
        raise RuntimeError("the tables before this migration cannot say which cases were erased")
    for name, table, verb, _ in REFUSED:
        _let(f"{name}_{verb.lower()}", table)
    _row_stays(BEFORE)
    op.drop_table("erasure")
    op.drop_table("legal_hold")


def _row_stays(when: str) -> None:
    """A row of a cover letter stays as it was signed; only a tombstone's name and NIK may go."""
    _let("collective_row_stays_update", "collective_row")
    _refuse("collective_row_stays", "collective_row", "UPDATE", when)


def _refuse(name: str, table: str, verb: str, when: str) -> None:
    made = f"{name}_{verb.lower()}"
    if not is_postgresql():
        op.execute(f"CREATE TRIGGER {made} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {made}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{name}'; END IF; "
        f"RETURN {'OLD' if verb == 'DELETE' else 'NEW'}; END $$; "
        f"CREATE TRIGGER {made} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {made}()"
    )


def _let(made: str, table: str) -> None:
    op.execute(f"DROP TRIGGER {made}" + (f" ON {table}" if is_postgresql() else ""))
    if is_postgresql():
        op.execute(f"DROP FUNCTION {made}")
