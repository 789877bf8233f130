"""Who looked at a case."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "case_reading",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column(
            "seen",
            sa.Enum("CASE", "LETTER", "REVEALED", name="seen", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.CheckConstraint("times > 0", name=op.f("ck_case_reading_times")),
        sa.CheckConstraint("last_at >= first_at", name=op.f("ck_case_reading_in_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_reading_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_case_reading_staff_id")),
        sa.PrimaryKeyConstraint("case_id", "staff_id", "seen", "day", name=op.f("pk_case_reading")),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("case_reading")
