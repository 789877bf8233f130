"""Files of people's data that come through the page, and extracts that are stored piece by piece."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels: Any = None
depends_on: Any = None

STATUSES = ("TO_TRY", "TRIED", "TO_APPLY", "APPLIED", "KNOWN", "REFUSED", "DROPPED")
COUNTS = ("rows_good", "rows_bad", "rows_unreadable", "rows_new", "rows_changed", "rows_same", "rows_gone")
COUNTED = " AND ".join(f"{name} IS NOT NULL" for name in COUNTS[:3])
COMPARED = " AND ".join(f"{name} IS NOT NULL" for name in COUNTS[3:])
ROWS = ("dtsen_row", "member_row", "resident_row")


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def moment(name: str, *, needed: bool = False) -> sa.Column[Any]:
    """A point in time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def upgrade() -> None:
    """Apply."""
    op.execute(
        "ALTER TABLE extract ADD COLUMN storing BOOLEAN DEFAULT FALSE NOT NULL "
        "CONSTRAINT ck_extract_undone_was_stored CHECK (undone_at IS NULL OR NOT storing)"
    )
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("handle", sa.String(16), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("status", words("importstatus", *STATUSES), nullable=False),
        moment("received_at", needed=True),
        sa.Column("received_by", sa.Integer(), nullable=False),
        sa.Column("kind", words("extractkind", "DTSEN", "MEMBERS", "RESIDENTS"), nullable=True),
        sa.Column("layout", sa.String(32), nullable=True),
        moment("as_of"),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("faults", sa.String(2000), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in COUNTS),
        sa.Column("compared_with", sa.Integer(), nullable=True),
        sa.Column("extract_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(500), nullable=True),
        moment("approved_at"),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        moment("ended_at"),
        moment("leased_until"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("phase", words("importphase", "OPENING", "READING", "COMPARING", "STORING"), nullable=True),
        moment("phase_at"),
        moment("told_at"),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("done", "total", "rows_read")),
        sa.CheckConstraint("substr(head, 1, 3) = 'r1.'", name=op.f("ck_import_file_head_sealed")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_import_file_sha256_length")),
        sa.CheckConstraint("size > 0", name=op.f("ck_import_file_holds_something")),
        sa.CheckConstraint(
            f"status NOT IN ('APPLIED', 'TO_APPLY', 'TRIED') OR ({COUNTED} AND {COMPARED} AND kind IS NOT NULL)",
            name=op.f("ck_import_file_read_is_counted"),
        ),
        sa.CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name=op.f("ck_import_file_approved_paired")),
        sa.CheckConstraint(
            "status NOT IN ('APPLIED', 'TO_APPLY') OR (approved_at IS NOT NULL AND as_of IS NOT NULL)",
            name=op.f("ck_import_file_applied_is_approved"),
        ),
        sa.CheckConstraint(
            "(status <> 'APPLIED' OR ended_at IS NOT NULL) AND (status NOT IN ('APPLIED', 'KNOWN') OR extract_id IS NOT NULL)",
            name=op.f("ck_import_file_applied_has_extract"),
        ),
        sa.CheckConstraint("(status = 'REFUSED') = (reason IS NOT NULL)", name=op.f("ck_import_file_refused_says_why")),
        sa.CheckConstraint("done >= 0 AND total >= 0 AND rows_read >= 0 AND attempts >= 0", name=op.f("ck_import_file_progress_range")),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_import_file_{name}"))
            for name, target in (
                ("received_by", "staff.id"),
                ("approved_by", "staff.id"),
                ("compared_with", "extract.id"),
                ("extract_id", "extract.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
        sa.UniqueConstraint("handle", name=op.f("uq_import_file_handle")),
    )
    still = sa.text("status IN ('TO_APPLY', 'TO_TRY', 'TRIED')")
    op.create_index(
        "uq_import_file_open", "import_file", ["region_code", "sha256"], unique=True, sqlite_where=still, postgresql_where=still
    )
    op.create_table(
        "import_part",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("part_of", words("partof", "FILE", "BAD_ROWS"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.CheckConstraint("substr(content, 1, 3) = 'r1.'", name=op.f("ck_import_part_content_sealed")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_import_part_position_counts")),
        sa.ForeignKeyConstraint(["file_id"], ["import_file.id"], name=op.f("fk_import_part_file_id")),
        sa.PrimaryKeyConstraint("file_id", "part_of", "position", name=op.f("pk_import_part")),
    )


def downgrade() -> None:
    """Undo; files that wait are forgotten, and what was stored of an unfinished one goes."""
    op.drop_table("import_part")
    op.drop_table("import_file")
    for table in ROWS:
        op.execute(f"DELETE FROM {table} WHERE extract_id IN (SELECT id FROM extract WHERE storing)")  # noqa: S608 -- our own names
    op.execute("DELETE FROM extract WHERE storing")
    op.execute("ALTER TABLE extract DROP COLUMN storing")
