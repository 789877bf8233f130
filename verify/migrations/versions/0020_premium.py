"""Premium bills that were checked, and their disputed lines."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels: Any = None
depends_on: Any = None

REASONS = ("NIK_INVALID", "NOT_FOUND", "DOUBLE", "DIED", "MOVED", "EMPLOYEE", "PBI_JK", "MISMATCH", "RATE")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "premium_bill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("residents_id", sa.Integer(), nullable=False),
        sa.Column("members_id", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("billed", sa.BigInteger(), nullable=False),
        sa.Column("disputed_lines", sa.Integer(), nullable=False),
        sa.Column("disputed", sa.BigInteger(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_by", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "lines > 0 AND disputed_lines >= 0 AND disputed_lines <= lines", name=op.f("ck_premium_bill_disputed_are_lines")
        ),
        sa.CheckConstraint("disputed >= 0 AND disputed <= billed", name=op.f("ck_premium_bill_disputed_is_billed")),
        sa.ForeignKeyConstraint(["residents_id"], ["extract.id"], name=op.f("fk_premium_bill_residents_id")),
        sa.ForeignKeyConstraint(["members_id"], ["extract.id"], name=op.f("fk_premium_bill_members_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_premium_bill")),
        sa.UniqueConstraint("sha256", "residents_id", "members_id", name=op.f("uq_premium_bill_sha256_residents_id_members_id")),
    )
    reason = sa.Enum(*REASONS, name="disputereason", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "premium_dispute",
        sa.Column("bill_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reason", reason, nullable=False),
        sa.Column("nik", sa.String(16), nullable=True),
        sa.Column("card", sa.String(13), nullable=True),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(300), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_premium_dispute_amount_counts_from_zero")),
        sa.ForeignKeyConstraint(["bill_id"], ["premium_bill.id"], name=op.f("fk_premium_dispute_bill_id")),
        sa.PrimaryKeyConstraint("bill_id", "line", name=op.f("pk_premium_dispute")),
    )


def downgrade() -> None:
    """Undo; a bill can be checked again from its file."""
    op.drop_table("premium_dispute")
    op.drop_table("premium_bill")
