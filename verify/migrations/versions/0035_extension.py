"""Wishes for a new letter in the place of one that expired."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels: Any = None
depends_on: Any = None

STILL = sa.text("outcome IS NULL OR outcome = 'OPENED'")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("OPENED", "REFUSED", name="extensionoutcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(300), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_extension_decided_whole"),
        ),
        sa.CheckConstraint(
            "(outcome IS NOT NULL AND outcome = 'OPENED') = (case_id IS NOT NULL)", name=op.f("ck_extension_opened_names_case")
        ),
        sa.CheckConstraint("outcome IS NULL OR outcome <> 'REFUSED' OR note IS NOT NULL", name=op.f("ck_extension_refusal_says_why")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_extension_letter_id")),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_extension_hospital_code")),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.id"], name=op.f("fk_extension_requested_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_extension_decided_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_extension_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
        sa.UniqueConstraint("case_id", name=op.f("uq_extension_case_id")),
    )
    op.create_index(op.f("ix_extension_letter_id"), "extension", ["letter_id"])
    op.create_index(op.f("ix_extension_hospital_code"), "extension", ["hospital_code"])
    op.create_index("uq_extension_letter", "extension", ["letter_id"], unique=True, sqlite_where=STILL, postgresql_where=STILL)


def downgrade() -> None:
    """Undo."""
    op.drop_table("extension")
