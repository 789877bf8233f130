"""Imported extracts: DTSEN and BPJS member files with a row per person."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels: Any = None
depends_on: Any = None


TABLES_LAST_FIRST = ("member_row", "dtsen_row", "extract")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "extract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("DTSEN", "MEMBERS", name="extractkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("layout", sa.String(32), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(200), nullable=False),
        sa.Column("rows_good", sa.Integer(), nullable=False),
        sa.Column("rows_bad", sa.Integer(), nullable=False),
        sa.Column("rows_unreadable", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(200), nullable=True),
        sa.CheckConstraint("rows_good >= 0 AND rows_unreadable >= 0 AND rows_bad >= rows_unreadable", name=op.f("ck_extract_counts")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_extract_undone_paired")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extract")),
    )
    with op.batch_alter_table("extract", schema=None) as batch_op:
        batch_op.create_index(
            "uq_extract_standing_file",
            ["kind", "sha256"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.create_table(
        "dtsen_row",
        sa.Column("extract_id", sa.Integer(), nullable=False),
        sa.Column("nik", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("desil", sa.Integer(), nullable=True),
        sa.Column("exclusion_reason", sa.String(200), nullable=True),
        sa.Column("fault", sa.String(32), nullable=True),
        sa.CheckConstraint("length(nik) = 16", name=op.f("ck_dtsen_row_nik_length")),
        sa.CheckConstraint("desil BETWEEN 0 AND 10", name=op.f("ck_dtsen_row_desil_range")),
        sa.CheckConstraint(
            "fault IS NULL OR (name IS NULL AND desil IS NULL AND exclusion_reason IS NULL)", name=op.f("ck_dtsen_row_faulty_is_empty")
        ),
        sa.ForeignKeyConstraint(["extract_id"], ["extract.id"], name=op.f("fk_dtsen_row_extract_id")),
        sa.PrimaryKeyConstraint("extract_id", "nik", name=op.f("pk_dtsen_row")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_row",
        sa.Column("extract_id", sa.Integer(), nullable=False),
        sa.Column("nik", sa.String(16), nullable=False),
        sa.Column("card", sa.String(13), nullable=True),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("segment_text", sa.String(200), nullable=True),
        sa.Column(
            "segment",
            sa.Enum(
                "PBI_JK",
                "PEMDA",
                "PPU",
                "PBPU_MANDIRI",
                "OTHER",
                name="segment",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("status_code", sa.String(32), nullable=True),
        sa.Column("status_text", sa.String(200), nullable=True),
        sa.Column("month", sa.Integer(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("cover_from", sa.Date(), nullable=True),
        sa.Column("cover_until", sa.Date(), nullable=True),
        sa.Column("fault", sa.String(32), nullable=True),
        sa.CheckConstraint("length(nik) = 16", name=op.f("ck_member_row_nik_length")),
        sa.CheckConstraint("(month IS NULL) = (year IS NULL)", name=op.f("ck_member_row_month_paired")),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name=op.f("ck_member_row_month_range")),
        sa.CheckConstraint(
            "(fault IS NULL) = (month IS NOT NULL OR status_code IS NOT NULL)",
            name=op.f("ck_member_row_says_something_or_is_faulty"),
        ),
        sa.ForeignKeyConstraint(["extract_id"], ["extract.id"], name=op.f("fk_member_row_extract_id")),
        sa.PrimaryKeyConstraint("extract_id", "nik", name=op.f("pk_member_row")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Undo."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
