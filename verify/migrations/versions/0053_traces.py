"""A task remembers in whose trace it was promised, where traces are collected."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, drop_check

revision = "0053"
down_revision = "0052"
branch_labels: Any = None
depends_on: Any = None

LENGTH = ("task", "ck_task_trace_length", "length(trace) = 55")


def upgrade() -> None:
    """Apply."""
    op.add_column("task", sa.Column("trace", sa.String(55), nullable=True))
    add_check(*LENGTH)


def downgrade() -> None:
    """Undo."""
    drop_check(*LENGTH)
    op.drop_column("task", "trace")
