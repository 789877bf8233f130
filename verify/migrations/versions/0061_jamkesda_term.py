"""People of Jamkesda's lists and its files for BPJS have a term too."""

from typing import Any

from verify.migrations.schema_text import relist

revision = "0061"
down_revision = "0060"
branch_labels: Any = None
depends_on: Any = None

KINDS = ("erasure", "ck_erasure_kept", "kind IN ({})")


def upgrade() -> None:
    """Apply."""
    relist(*KINDS, add=("JAMKESDA",))


def downgrade() -> None:
    """Undo; no tombstone is of this kind."""
    relist(*KINDS, remove=("JAMKESDA",))
