"""Who has taken a case to work on it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0035"
branch_labels: Any = None
depends_on: Any = None

STATES = (
    "RECEIVED CHECKED ASSESSMENT VALIDATION PARAF_KASI PARAF_KABID PARAF_SEKRETARIS DECISION WAITLISTED APPROVED SIGNING LETTER_ISSUED "
    "ACCEPTED REGISTERING ACTIVE CLOSED UNREGISTERED EXPIRED REVOKED REMOVED REJECTED WITHDRAWN OBJECTION UPHELD OVERTURNED DIED"
).split()


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "taking",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("in_state", sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_taking_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_taking_staff_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_taking")),
    )
    op.create_index(op.f("ix_taking_staff_id"), "taking", ["staff_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("taking")
