"""Letters to BPJS about bills, and the lines they dispute."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels: Any = None
depends_on: Any = None

REASONS = ("NIK_INVALID", "NOT_FOUND", "DOUBLE", "DIED", "MOVED", "EMPLOYEE", "PBI_JK", "MISMATCH", "RATE")
DECIDED = ("decided_by", "decided_at", "authority_id", "office", "year", "sequence", "policy_valid_from", "policy_sha256")
STAFF = ("proposed_by", "decided_by", "ended_by")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "premium_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("rupiah", sa.BigInteger(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("office", sa.String(64), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(120), nullable=True),
        sa.Column("policy_valid_from", sa.Date(), nullable=True),
        sa.Column("policy_sha256", sa.String(64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_reason", sa.String(300), nullable=True),
        sa.CheckConstraint("lines > 0 AND rupiah > 0", name=op.f("ck_premium_letter_disputes_something")),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_premium_letter_four_eyes")),
        sa.CheckConstraint(
            " AND ".join(f"(number IS NULL) = ({name} IS NULL)" for name in DECIDED), name=op.f("ck_premium_letter_decided_whole")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL) "
            "AND (ended_reason IS NULL OR length(ended_reason) >= 3)",
            name=op.f("ck_premium_letter_end_says_why"),
        ),
        sa.ForeignKeyConstraint(["bill_id"], ["premium_bill.id"], name=op.f("fk_premium_letter_bill_id")),
        *(sa.ForeignKeyConstraint([name], ["staff.id"], name=op.f(f"fk_premium_letter_{name}")) for name in STAFF),
        sa.ForeignKeyConstraint(["authority_id"], ["signing_authority.id"], name=op.f("fk_premium_letter_authority_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premium_letter")),
        sa.UniqueConstraint("id", "bill_id", name=op.f("uq_premium_letter_id_bill_id")),
        sa.UniqueConstraint("office", "year", "sequence", name=op.f("uq_premium_letter_office_year_sequence")),
        sa.UniqueConstraint("number", name=op.f("uq_premium_letter_number")),
    )
    op.create_index(op.f("ix_premium_letter_bill_id"), "premium_letter", ["bill_id"])
    reason = sa.Enum(*REASONS, name="disputereason", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "premium_letter_line",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("reason", reason, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_premium_letter_line_amount_counts_from_zero")),
        sa.ForeignKeyConstraint(
            ["letter_id", "bill_id"], ["premium_letter.id", "premium_letter.bill_id"], name=op.f("fk_premium_letter_line_letter")
        ),
        sa.ForeignKeyConstraint(
            ["bill_id", "line"], ["premium_dispute.bill_id", "premium_dispute.line"], name=op.f("fk_premium_letter_line_disputed")
        ),
        sa.PrimaryKeyConstraint("letter_id", "line", name=op.f("pk_premium_letter_line")),
    )
    counts = sa.text("counts")
    op.create_index(
        "uq_premium_letter_line_counts",
        "premium_letter_line",
        ["bill_id", "line"],
        unique=True,
        sqlite_where=counts,
        postgresql_where=counts,
    )


def downgrade() -> None:
    """Undo; refused while a letter has a number, for nothing else would say what was sent under it."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM premium_letter WHERE number IS NOT NULL").scalar_one():
        raise RuntimeError("the tables before this migration cannot hold the numbers of letters about bills")
    op.drop_table("premium_letter_line")
    op.drop_table("premium_letter")
