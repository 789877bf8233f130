"""Copies of letters that were printed again."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "reprint",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ordinal > 0", name=op.f("ck_reprint_counted")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_reprint_letter_id")),
        sa.ForeignKeyConstraint(["printed_by"], ["staff.id"], name=op.f("fk_reprint_printed_by")),
        sa.PrimaryKeyConstraint("letter_id", "ordinal", name=op.f("pk_reprint")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("reprint")
