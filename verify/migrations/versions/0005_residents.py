"""Residents as a third kind of extract; birth dates beside members and DTSEN, for telling people apart."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels: Any = None
depends_on: Any = None


BEFORE = "'DTSEN', 'MEMBERS'"
AFTER = "'DTSEN', 'MEMBERS', 'RESIDENTS'"


def allow_kinds(old: str, new: str) -> None:
    """Let an extract be of these kinds and no other."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_extract_extractkind"), "extract", type_="check")
        op.create_check_constraint(op.f("ck_extract_extractkind"), "extract", f"kind IN ({new})")
        return
    # The way of SQLite's documentation, as in 0004: a copy of the table would break what points at it.
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    change = "UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'extract'"
    op.execute(sa.text(change).bindparams(old=old, new=new))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def upgrade() -> None:
    """Apply."""
    allow_kinds(BEFORE, AFTER)
    op.add_column("dtsen_row", sa.Column("birth_date", sa.Date(), nullable=True))
    op.add_column("member_row", sa.Column("birth_date", sa.Date(), nullable=True))
    status = sa.Enum("LIVES", "DIED", "MOVED", name="residentstatus", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "resident_row",
        sa.Column("extract_id", sa.Integer(), nullable=False),
        sa.Column("nik", sa.String(16), nullable=False),
        sa.Column("family_card", sa.String(16), nullable=True),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("village_code", sa.String(10), nullable=True),
        sa.Column("address", sa.String(200), nullable=True),
        sa.Column("status", status, nullable=True),
        sa.Column("status_on", sa.Date(), nullable=True),
        sa.Column("fault", sa.String(32), nullable=True),
        sa.CheckConstraint("length(nik) = 16", name=op.f("ck_resident_row_nik_length")),
        sa.CheckConstraint("village_code IS NULL OR length(village_code) = 10", name=op.f("ck_resident_row_village_length")),
        sa.CheckConstraint(
            "(fault IS NULL) = (name IS NOT NULL AND birth_date IS NOT NULL AND village_code IS NOT NULL AND status IS NOT NULL)",
            name=op.f("ck_resident_row_whole_or_faulty"),
        ),
        sa.ForeignKeyConstraint(["extract_id"], ["extract.id"], name=op.f("fk_resident_row_extract_id")),
        sa.PrimaryKeyConstraint("extract_id", "nik", name=op.f("pk_resident_row")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Undo; imports of residents are forgotten, their audit stays."""
    op.drop_table("resident_row")
    op.execute("DELETE FROM extract WHERE kind = 'RESIDENTS'")
    for table in ("member_row", "dtsen_row"):
        op.drop_column(table, "birth_date")
    allow_kinds(AFTER, BEFORE)
