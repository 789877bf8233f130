"""Whose bill it is and who is on each line, what was said of disputed lines, and the ledger of premiums."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels: Any = None
depends_on: Any = None

APPEND_ONLY = {"premium_line_word": ("bill_id", "line", "position"), "premium_entry": ("account_id", "position")}
"""Tables that only grow, and what names a row of each."""
APPEND_ONLY_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
NO_REPLACE_SQLITE = """
CREATE TRIGGER {table}_no_REPLACE BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} AS known WHERE {same})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
"""``INSERT OR REPLACE`` deletes without firing a DELETE trigger."""
APPEND_ONLY_POSTGRESQL = """
CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{table}_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_change();
"""
OF_THE_OFFICE_HERE = """
UPDATE premium_bill SET region_code = (SELECT region_code FROM staff WHERE region_code IS NOT NULL ORDER BY id LIMIT 1)
"""
"""Bills that were checked before they named a region are of the office that runs here."""


def is_postgresql() -> bool:
    """Which of the two databases this is."""
    return bool(op.get_bind().dialect.name == "postgresql")


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def guard(table: str, key: tuple[str, ...]) -> None:
    """Let the database itself refuse changes to a table that only grows."""
    if is_postgresql():
        op.execute(APPEND_ONLY_POSTGRESQL.format(table=table))
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(APPEND_ONLY_SQLITE.format(table=table, verb=verb))
    op.execute(NO_REPLACE_SQLITE.format(table=table, same=" AND ".join(f"known.{name} = NEW.{name}" for name in key)))


def upgrade() -> None:
    """Apply."""
    op.add_column("premium_bill", sa.Column("region_code", sa.String(4), nullable=True))
    op.execute(OF_THE_OFFICE_HERE)
    op.create_index("uq_premium_bill_month", "premium_bill", ["id", "month"], unique=True)
    op.create_table(
        "premium_line",
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("nik_digest", sa.String(32), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_premium_line_amount_counts_from_zero")),
        sa.CheckConstraint("length(nik_digest) = 32", name=op.f("ck_premium_line_nik_digested")),
        sa.ForeignKeyConstraint(["bill_id"], ["premium_bill.id"], name=op.f("fk_premium_line_bill_id")),
        sa.PrimaryKeyConstraint("bill_id", "line", name=op.f("pk_premium_line")),
    )
    op.create_table(
        "premium_line_word",
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("word", words("lineword", "WITHDRAWN", "DISPUTED", "ACCEPTED", "REFUSED"), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_premium_line_word_position_counts_from_one")),
        sa.CheckConstraint("length(reason) >= 3", name=op.f("ck_premium_line_word_says_why")),
        sa.ForeignKeyConstraint(
            ["bill_id", "line"], ["premium_dispute.bill_id", "premium_dispute.line"], name=op.f("fk_premium_line_word_disputed")
        ),
        sa.ForeignKeyConstraint(["said_by"], ["staff.id"], name=op.f("fk_premium_line_word_said_by")),
        sa.PrimaryKeyConstraint("bill_id", "line", "position", name=op.f("pk_premium_line_word")),
    )
    op.create_table(
        "premium_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("segment", words("segment", "PBI_JK", "PEMDA", "PPU", "PBPU_MANDIRI", "OTHER"), nullable=False),
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id", "month"], ["premium_bill.id", "premium_bill.month"], name=op.f("fk_premium_account_bill")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premium_account")),
        sa.UniqueConstraint("region_code", "month", "segment", name=op.f("uq_premium_account_region_code_month_segment")),
    )
    op.create_table(
        "premium_entry",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("kind", words("premiumentrykind", "BILLED", "DISPUTED", "ACCEPTED", "PAID", "CORRECTED"), nullable=False),
        sa.Column("billed", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(200), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_premium_entry_position_counts_from_one")),
        sa.CheckConstraint(
            "(position = 1) = (previous IS NULL) AND previous = position - 1", name=op.f("ck_premium_entry_follows_the_last")
        ),
        sa.CheckConstraint("(position = 1) = (kind = 'BILLED')", name=op.f("ck_premium_entry_begins_with_the_bill")),
        sa.CheckConstraint("billed > 0", name=op.f("ck_premium_entry_something_is_billed")),
        sa.CheckConstraint("accepted >= 0 AND accepted <= disputed", name=op.f("ck_premium_entry_accepted_was_disputed")),
        sa.CheckConstraint("disputed <= billed", name=op.f("ck_premium_entry_disputed_was_billed")),
        sa.CheckConstraint("paid >= 0 AND paid <= billed - accepted", name=op.f("ck_premium_entry_paid_was_owed")),
        sa.CheckConstraint(
            "kind IN ('BILLED', 'DISPUTED') OR (reference IS NOT NULL AND length(reference) >= 3)",
            name=op.f("ck_premium_entry_says_what_it_rests_on"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["premium_account.id"], name=op.f("fk_premium_entry_account_id")),
        sa.ForeignKeyConstraint(
            ["account_id", "previous"], ["premium_entry.account_id", "premium_entry.position"], name=op.f("fk_premium_entry_follows")
        ),
        sa.ForeignKeyConstraint(["entered_by"], ["staff.id"], name=op.f("fk_premium_entry_entered_by")),
        sa.PrimaryKeyConstraint("account_id", "position", name=op.f("pk_premium_entry")),
    )
    for table, key in APPEND_ONLY.items():
        guard(table, key)


def downgrade() -> None:
    """Undo; the ledger is forgotten, a bill can be checked again from its file."""
    for table in ("premium_entry", "premium_account", "premium_line_word", "premium_line"):
        op.drop_table(table)
    if is_postgresql():
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION refuse_{table}_change()")
    op.drop_index("uq_premium_bill_month", "premium_bill")
    op.drop_column("premium_bill", "region_code")
