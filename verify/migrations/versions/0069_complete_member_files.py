"""Whether a member file holds every member of the region: only then is whoever is missing in it uncovered."""

from typing import Any

from alembic import op

revision = "0069"
down_revision = "0061"
branch_labels: Any = None
depends_on: Any = None

TABLES = ("extract", "import_file")
LOST = (
    "SELECT count(*) FROM extract WHERE undone_at IS NULL AND complete <> (kind = 'MEMBERS' AND layout = 'ANGGOTA_LENGKAP' "
    "AND id IN (SELECT members_id FROM coverage_snapshot WHERE members_id IS NOT NULL))",
    "SELECT count(*) FROM import_file WHERE complete AND status = 'TO_APPLY'",
)
"""Words about files that ``upgrade`` would not say again."""


def upgrade() -> None:
    """Apply; of the files that came before, those in the full layout from which coverage was counted hold everybody."""
    for table in TABLES:
        check = f"CONSTRAINT ck_{table}_members_are_complete CHECK (NOT complete OR kind = 'MEMBERS')"
        op.execute(f"ALTER TABLE {table} ADD COLUMN complete BOOLEAN DEFAULT FALSE NOT NULL {check}")
    op.execute(
        "UPDATE extract SET complete = TRUE WHERE kind = 'MEMBERS' AND layout = 'ANGGOTA_LENGKAP' "
        "AND id IN (SELECT members_id FROM coverage_snapshot)"
    )


def downgrade() -> None:
    """Undo; refused while somebody's word about a file would not come back with ``upgrade``."""
    if any(op.get_bind().exec_driver_sql(query).scalar_one() for query in LOST):
        raise RuntimeError("the tables before this migration cannot hold which member files hold every member")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP COLUMN complete")
