"""Seats: a year's quota, who holds one, who waits, the ledger; and a case's state WAITLISTED."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels: Any = None
depends_on: Any = None


TABLES_LAST_FIRST = ("ledger_entry", "waiting_entry", "seat", "seat_quota")

BEFORE = "'DECISION', 'APPROVED'"
AFTER = "'DECISION', 'WAITLISTED', 'APPROVED'"
STATES = (
    "RECEIVED, CHECKED, ASSESSMENT, VALIDATION, DECISION, APPROVED, SIGNING, LETTER_ISSUED, ACCEPTED, EXPIRED, REVOKED, REJECTED, WITHDRAWN"
).split(", ")

APPEND_ONLY_SQLITE = """
CREATE TRIGGER ledger_entry_no_{verb} BEFORE {verb} ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END
"""
NO_REPLACE_SQLITE = """
CREATE TRIGGER ledger_entry_no_REPLACE BEFORE INSERT ON ledger_entry
WHEN EXISTS (
    SELECT 1 FROM ledger_entry AS known WHERE known.id = NEW.id
    OR (known.seat_id = NEW.seat_id AND known.kind = NEW.kind AND known.first_month = NEW.first_month)
)
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END
"""
"""``INSERT OR REPLACE`` deletes without firing a DELETE trigger."""
APPEND_ONLY_POSTGRESQL = """
CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'ledger_entry is append-only'; END $$;
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change();
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change();
"""


def is_postgresql() -> bool:
    """Which of the two databases this is."""
    return bool(op.get_bind().dialect.name == "postgresql")


def allow_states(states: list[str], old: str, new: str) -> None:
    """Let a case have these states and no other."""
    if is_postgresql():
        op.drop_constraint(op.f("ck_case_file_state"), "case_file", type_="check")
        listed = ", ".join(f"'{state}'" for state in states)
        op.create_check_constraint(op.f("ck_case_file_state"), "case_file", f"state IN ({listed})")
        return
    # SQLite changes no CHECK, and a copy of the table would break what points at it; its documentation's way for this
    # is to write the schema's text (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    op.execute(
        sa.text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'case_file'").bindparams(
            old=old, new=new
        )
    )
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def guard_ledger() -> None:
    """Let the database itself refuse changes to the ledger."""
    if is_postgresql():
        op.execute(APPEND_ONLY_POSTGRESQL)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(APPEND_ONLY_SQLITE.format(verb=verb))
    op.execute(NO_REPLACE_SQLITE)


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def account(side: str) -> sa.Enum:
    """Each side has a CHECK of its own name."""
    return words(side, "TREASURY", "BUDGET", "RESERVED", "COMMITTED")


def upgrade() -> None:
    """Apply."""
    allow_states([*STATES[:5], "WAITLISTED", *STATES[5:]], BEFORE, AFTER)
    op.create_table(
        "seat_quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("segment", words("segment", "PBI_JK", "PEMDA", "PPU", "PBPU_MANDIRI", "OTHER"), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("used >= 0 AND used <= cap", name=op.f("ck_seat_quota_within_cap")),
        sa.CheckConstraint("extra >= 0 AND extra <= cap", name=op.f("ck_seat_quota_extra_in_cap")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_quota")),
        sa.UniqueConstraint("region_code", "year", "segment", name=op.f("uq_seat_quota_region_code_year_segment")),
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.Column("status", words("seatstatus", "RESERVED", "COMMITTED", "RELEASED"), nullable=False),
        sa.Column(
            "reason",
            words("releasereason", "EXPIRED", "REVOKED", "REJECTED", "WITHDRAWN", "DIED", "MOVED", "OTHER_SEGMENT"),
            nullable=True,
        ),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'RELEASED') = (released_at IS NOT NULL)", name=op.f("ck_seat_released_has_time")),
        sa.CheckConstraint("(released_at IS NULL) = (reason IS NULL)", name=op.f("ck_seat_release_says_why")),
        sa.CheckConstraint("status <> 'COMMITTED' OR committed_at IS NOT NULL", name=op.f("ck_seat_committed_has_time")),
        sa.CheckConstraint("status <> 'RESERVED' OR committed_at IS NULL", name=op.f("ck_seat_reserved_is_not_taken")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_seat_case_id")),
        sa.ForeignKeyConstraint(["quota_id"], ["seat_quota.id"], name=op.f("fk_seat_quota_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
    )
    live = sa.text("released_at IS NULL")
    op.create_index("uq_seat_live_case", "seat", ["case_id"], unique=True, sqlite_where=live, postgresql_where=live)
    op.create_index("ix_seat_quota_reserved", "seat", ["quota_id", "reserved_at"])
    op.create_index(op.f("ix_seat_case_id"), "seat", ["case_id"])
    op.create_table(
        "waiting_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_waiting_entry_rank_counts_from_zero")),
        sa.CheckConstraint("left_at IS NULL OR left_at >= since", name=op.f("ck_waiting_entry_times_in_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_waiting_entry_case_id")),
        sa.ForeignKeyConstraint(["quota_id"], ["seat_quota.id"], name=op.f("fk_waiting_entry_quota_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_entry")),
    )
    waiting = sa.text("left_at IS NULL")
    op.create_index("uq_waiting_entry_live_case", "waiting_entry", ["case_id"], unique=True, sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_waiting_entry_line", "waiting_entry", ["quota_id", "rank", "since"])
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("kind", words("ledgerkind", "ALLOT", "RESERVE", "COMMIT", "RELEASE"), nullable=False),
        sa.Column("debit", account("debit"), nullable=False),
        sa.Column("credit", account("credit"), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("monthly", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_ledger_entry_two_accounts")),
        sa.CheckConstraint("months > 0 AND monthly > 0", name=op.f("ck_ledger_entry_something_moves")),
        sa.CheckConstraint("amount = months * monthly", name=op.f("ck_ledger_entry_months_times_premium")),
        sa.CheckConstraint("(kind = 'ALLOT') = (seat_id IS NULL)", name=op.f("ck_ledger_entry_allotment_has_no_seat")),
        sa.ForeignKeyConstraint(["quota_id"], ["seat_quota.id"], name=op.f("fk_ledger_entry_quota_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_ledger_entry_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("seat_id", "kind", "first_month", name=op.f("uq_ledger_entry_seat_id_kind_first_month")),
    )
    op.create_index(op.f("ix_ledger_entry_quota_id"), "ledger_entry", ["quota_id"])
    guard_ledger()


def downgrade() -> None:
    """Undo; who waited is before the decision again."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION refuse_ledger_change")
    op.execute("UPDATE case_file SET state = 'DECISION' WHERE state = 'WAITLISTED'")
    allow_states(STATES, AFTER, BEFORE)
