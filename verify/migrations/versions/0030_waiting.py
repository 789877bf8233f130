"""What waits too long is told once for each step; duties after a case have a day and an owner."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels: Any = None
depends_on: Any = None

ROLES = ("LOKET", "CASEWORKER", "VALIDATOR", "KASI", "KABID", "SEKRETARIS", "KADIS", "HOSPITAL", "ADMIN", "SYSTEM")


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("role", words("role", *ROLES), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("level > 0", name=op.f("ck_escalation_level_counts_from_one")),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= at", name=op.f("ck_escalation_times_in_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_escalation_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_escalation_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
        sa.UniqueConstraint("case_id", "subject", "since", "level", name=op.f("uq_escalation_case_id_subject_since_level")),
    )
    op.create_index(op.f("ix_escalation_region_code"), "escalation", ["region_code"])
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", words("dutykind", "DTSEN_UPDATE"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.CheckConstraint("remind_on <= due_on", name=op.f("ck_duty_reminded_before_due")),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (note IS NULL)", name=op.f("ck_duty_done_by_somebody")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_duty_case_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_duty_owner_id")),
        sa.ForeignKeyConstraint(["done_by"], ["staff.id"], name=op.f("fk_duty_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("case_id", "kind", name=op.f("uq_duty_case_id_kind")),
    )
    op.create_index(op.f("ix_duty_owner_id"), "duty", ["owner_id"])


def downgrade() -> None:
    """Undo."""
    for table in ("duty", "escalation"):
        op.drop_table(table)
