"""Doors to knock at: lists of a village's likely eligible families without insurance, and what was answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels: Any = None
depends_on: Any = None


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "door_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("village_code", sa.String(10), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("dtsen_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("given_to", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(village_code) = 10", name=op.f("ck_door_list_village_length")),
        sa.CheckConstraint("ends_at > made_at", name=op.f("ck_door_list_ends_later")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["coverage_snapshot.id"], name=op.f("fk_door_list_snapshot_id")),
        sa.ForeignKeyConstraint(["dtsen_id"], ["extract.id"], name=op.f("fk_door_list_dtsen_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_door_list_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_list")),
    )
    answers = words("dooranswer", "REGISTERED", "MOVED", "DIED", "REFUSES", "NOT_FOUND")
    op.create_table(
        "door",
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("family_digest", sa.String(32), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reason", words("doorreason", "DESIL", "UNIVERSAL", "TO_ASSESS"), nullable=False),
        sa.Column("desil", sa.Integer(), nullable=True),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("answer", answers, nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(code) = 9", name=op.f("ck_door_code_length")),
        sa.CheckConstraint("length(family_digest) = 32", name=op.f("ck_door_family_digested")),
        sa.CheckConstraint("position BETWEEN 1 AND 100", name=op.f("ck_door_position_on_the_list")),
        sa.CheckConstraint("people > 0", name=op.f("ck_door_somebody")),
        sa.CheckConstraint("desil BETWEEN 0 AND 10", name=op.f("ck_door_desil_range")),
        sa.CheckConstraint("reason <> 'DESIL' OR desil IS NOT NULL", name=op.f("ck_door_desil_told")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NOT NULL OR answered_by IS NULL)",
            name=op.f("ck_door_answer_whole"),
        ),
        sa.CheckConstraint("answer IS NULL OR NOT waits", name=op.f("ck_door_answered_waits_no_more")),
        sa.ForeignKeyConstraint(["list_id"], ["door_list.id"], name=op.f("fk_door_list_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["staff.id"], name=op.f("fk_door_answered_by")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_door")),
        sa.UniqueConstraint("list_id", "position", name=op.f("uq_door_list_id_position")),
        sa.UniqueConstraint("list_id", "family_digest", name=op.f("uq_door_list_id_family_digest")),
    )
    op.create_index(op.f("ix_door_family_digest"), "door", ["family_digest"])
    waits = sa.text("waits")
    op.create_index("uq_door_waiting_family", "door", ["family_digest"], unique=True, sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    """Undo; lists that were given out are forgotten."""
    op.drop_table("door")
    op.drop_table("door_list")
