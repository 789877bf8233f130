"""Coverage of a city: snapshots, and the cells they are made of."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "coverage_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("residents_id", sa.Integer(), nullable=True),
        sa.Column("members_id", sa.Integer(), nullable=True),
        sa.Column("residents_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members_as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members_elsewhere", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(300), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.CheckConstraint("(residents_id IS NULL) = (members_id IS NULL)", name=op.f("ck_coverage_snapshot_files_paired")),
        sa.CheckConstraint("(residents_id IS NULL) = (reference IS NOT NULL)", name=op.f("ck_coverage_snapshot_files_or_reference")),
        sa.CheckConstraint("members_elsewhere >= 0", name=op.f("ck_coverage_snapshot_elsewhere_counts_from_zero")),
        sa.ForeignKeyConstraint(["residents_id"], ["extract.id"], name=op.f("fk_coverage_snapshot_residents_id")),
        sa.ForeignKeyConstraint(["members_id"], ["extract.id"], name=op.f("fk_coverage_snapshot_members_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_snapshot")),
        sa.UniqueConstraint(
            "residents_id", "members_id", "region_code", name=op.f("uq_coverage_snapshot_residents_id_members_id_region_code")
        ),
    )
    published = sa.text("residents_id IS NULL")
    op.create_index(
        "uq_coverage_snapshot_published",
        "coverage_snapshot",
        ["region_code", "members_as_of"],
        unique=True,
        sqlite_where=published,
        postgresql_where=published,
    )
    segment = sa.Enum(
        "PBI_JK", "PEMDA", "PPU", "PBPU_MANDIRI", "OTHER", "NONE", name="segment", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "coverage_cell",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("village_code", sa.String(10), nullable=False),
        sa.Column("segment", segment, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("active", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(village_code) = 10", name=op.f("ck_coverage_cell_village_length")),
        sa.CheckConstraint("people > 0", name=op.f("ck_coverage_cell_somebody")),
        sa.CheckConstraint("active >= 0 AND active <= people", name=op.f("ck_coverage_cell_active_are_people")),
        sa.CheckConstraint("segment <> 'NONE' OR active = 0", name=op.f("ck_coverage_cell_uncovered_are_not_active")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["coverage_snapshot.id"], name=op.f("fk_coverage_cell_snapshot_id")),
        sa.PrimaryKeyConstraint("snapshot_id", "village_code", "segment", name=op.f("pk_coverage_cell")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Undo; a count can be made again from the files."""
    op.drop_table("coverage_cell")
    op.drop_table("coverage_snapshot")
