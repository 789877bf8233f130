"""Members whom a count found under another NIK, counted apart."""

from typing import Any

from alembic import op

revision = "0070"
down_revision = "0062"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Apply; nobody was found so before."""
    check = "CONSTRAINT ck_coverage_snapshot_matched_counts_from_zero CHECK (members_matched >= 0)"
    op.execute(f"ALTER TABLE coverage_snapshot ADD COLUMN members_matched INTEGER DEFAULT 0 NOT NULL {check}")


def downgrade() -> None:
    """Undo; such people stay in the counts they stand in."""
    op.execute("ALTER TABLE coverage_snapshot DROP COLUMN members_matched")
