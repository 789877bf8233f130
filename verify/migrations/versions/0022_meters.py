"""Meters against misuse, and with what device a person signed in."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels: Any = None
depends_on: Any = None

PURPOSES = ("ACCOUNT", "ADDRESS", "FACTOR", "REVEAL", "LOOKUP_ACCOUNT", "LOOKUP_ADDRESS", "LOOKUP_PREFIX")


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "meter",
        sa.Column("purpose", sa.Enum(*PURPOSES, name="purpose", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_meter_counted")),
        sa.PrimaryKeyConstraint("purpose", "subject", name=op.f("pk_meter")),
    )
    op.add_column("sign_in", sa.Column("device", sa.String(80), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("sign_in", "device")
    op.drop_table("meter")
