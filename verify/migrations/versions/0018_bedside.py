"""Bedside: provisional tokens of cases that hospitals opened."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "provisional",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.String(32), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("papers_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_by", sa.Integer(), nullable=True),
        sa.Column("lapse_reason", sa.String(300), nullable=True),
        sa.CheckConstraint("papers_due > given_at", name=op.f("ck_provisional_due_later")),
        sa.CheckConstraint(
            "(lapsed_at IS NULL) = (lapsed_by IS NULL) AND (lapsed_at IS NULL) = (lapse_reason IS NULL)",
            name=op.f("ck_provisional_lapse_named"),
        ),
        sa.CheckConstraint("lapsed_at IS NULL OR lapsed_at >= papers_due", name=op.f("ck_provisional_lapse_after_due")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_provisional_case_id")),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_provisional_given_by")),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_provisional_hospital_code")),
        sa.ForeignKeyConstraint(["lapsed_by"], ["staff.id"], name=op.f("fk_provisional_lapsed_by")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_provisional")),
        sa.UniqueConstraint("token_id", name=op.f("uq_provisional_token_id")),
    )
    for column in ("hospital_code", "papers_due"):
        op.create_index(op.f(f"ix_provisional_{column}"), "provisional", [column], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("provisional")
