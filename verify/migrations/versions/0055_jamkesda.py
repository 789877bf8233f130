"""Jamkesda moving over: lists, their people, batches for BPJS."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels: Any = None
depends_on: Any = None

OUTCOMES = ("REMAINING", "BATCHED", "DOUBLE", "COVERED", "DIED", "MOVED")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "jamkesda_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(200), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(200), nullable=True),
        sa.CheckConstraint("people > 0 AND refused >= 0", name=op.f("ck_jamkesda_list_counts")),
        sa.CheckConstraint("(undone_at IS NULL) = (undone_by IS NULL)", name=op.f("ck_jamkesda_list_undone_paired")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jamkesda_list")),
    )
    standing, counts = sa.text("undone_at IS NULL"), sa.text("outcome <> 'DOUBLE'")
    op.create_index(
        "uq_jamkesda_list_standing_file",
        "jamkesda_list",
        ["region_code", "sha256"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_table(
        "jamkesda_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_by", sa.String(200), nullable=True),
        sa.CheckConstraint("people BETWEEN 1 AND 5000", name=op.f("ck_jamkesda_batch_size")),
        sa.CheckConstraint("(void_at IS NULL) = (void_by IS NULL)", name=op.f("ck_jamkesda_batch_void_paired")),
        sa.CheckConstraint("substr(file, 1, 3) = 'r1.'", name=op.f("ck_jamkesda_batch_file_sealed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jamkesda_batch")),
        sa.UniqueConstraint("region_code", "number", name=op.f("uq_jamkesda_batch_region_code_number")),
    )
    op.create_table(
        "jamkesda_person",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nik", sa.Text(), nullable=False),
        sa.Column("nik_digest", sa.String(32), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column(
            "outcome", sa.Enum(*OUTCOMES, name="jamkesdaoutcome", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("batch_id", sa.Integer(), nullable=True),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.CheckConstraint("line > 0", name=op.f("ck_jamkesda_person_line_counts_from_one")),
        sa.CheckConstraint("(outcome = 'BATCHED') = (batch_id IS NOT NULL)", name=op.f("ck_jamkesda_person_batched_has_batch")),
        sa.CheckConstraint("outcome = 'BATCHED' OR NOT registered", name=op.f("ck_jamkesda_person_registered_was_batched")),
        sa.CheckConstraint("substr(nik, 1, 3) = 'r1.'", name=op.f("ck_jamkesda_person_nik_sealed")),
        sa.CheckConstraint("substr(details, 1, 3) = 'r1.'", name=op.f("ck_jamkesda_person_details_sealed")),
        sa.CheckConstraint(
            "(nik IS NULL) = (nik_digest IS NULL) AND length(nik_digest) = 32", name=op.f("ck_jamkesda_person_nik_digested")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["jamkesda_list.id"], name=op.f("fk_jamkesda_person_list_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["jamkesda_batch.id"], name=op.f("fk_jamkesda_person_batch_id")),
        sa.PrimaryKeyConstraint("list_id", "line", name=op.f("pk_jamkesda_person")),
    )
    op.create_index(op.f("ix_jamkesda_person_nik_digest"), "jamkesda_person", ["nik_digest"])
    op.create_index(op.f("ix_jamkesda_person_batch_id"), "jamkesda_person", ["batch_id"])
    op.create_index(
        "uq_jamkesda_person_counts_once", "jamkesda_person", ["nik_digest"], unique=True, sqlite_where=counts, postgresql_where=counts
    )


def downgrade() -> None:
    """Undo; the campaign is forgotten."""
    for table in ("jamkesda_person", "jamkesda_batch", "jamkesda_list"):
        op.drop_table(table)
