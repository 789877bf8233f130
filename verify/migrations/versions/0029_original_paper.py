"""The original of a letter is counted too: it comes once."""

from typing import Any

from alembic import op

revision = "0029"
down_revision = "0024"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    """Apply."""
    _count_from("ordinal >= 0")


def downgrade() -> None:
    """Undo."""
    op.execute("DELETE FROM reprint WHERE ordinal = 0")
    _count_from("ordinal > 0")


def _count_from(rule: str) -> None:
    with op.batch_alter_table("reprint") as table:
        table.drop_constraint(op.f("ck_reprint_counted"), type_="check")
        table.create_check_constraint(op.f("ck_reprint_counted"), rule)
