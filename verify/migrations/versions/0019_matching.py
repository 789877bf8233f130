"""Matching: pairs of rows that may be one person, and what people decided about them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels: Any = None
depends_on: Any = None


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "match_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("residents_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("resident_nik", sa.String(16), nullable=False),
        sa.Column("other_nik", sa.String(16), nullable=False),
        sa.Column("tier", words("matchtier", "CERTAIN", "DOUBTFUL"), nullable=False),
        sa.Column("probability", sa.Integer(), nullable=False),
        sa.CheckConstraint("probability BETWEEN 0 AND 1000000", name=op.f("ck_match_pair_probability_in_millionths")),
        sa.ForeignKeyConstraint(["residents_id"], ["extract.id"], name=op.f("fk_match_pair_residents_id")),
        sa.ForeignKeyConstraint(["other_id"], ["extract.id"], name=op.f("fk_match_pair_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_pair")),
        sa.UniqueConstraint(
            "residents_id",
            "other_id",
            "resident_nik",
            "other_nik",
            name=op.f("uq_match_pair_residents_id_other_id_resident_nik_other_nik"),
        ),
    )
    op.create_table(
        "match_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", words("extractkind", "DTSEN", "MEMBERS", "RESIDENTS"), nullable=False),
        sa.Column("resident_nik", sa.String(16), nullable=False),
        sa.Column("other_nik", sa.String(16), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(200), nullable=False),
        sa.CheckConstraint("resident_nik <> other_nik", name=op.f("ck_match_decision_two_niks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_decision")),
        sa.UniqueConstraint("kind", "resident_nik", "other_nik", name=op.f("uq_match_decision_kind_resident_nik_other_nik")),
    )


def downgrade() -> None:
    """Undo."""
    op.drop_table("match_decision")
    op.drop_table("match_pair")
