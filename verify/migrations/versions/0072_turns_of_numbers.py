"""Who gives a number waits for whoever gives the same one: what looks at another table does not see what is not committed there.

Two kinds of letters under two counters could each find a number free, on PostgreSQL; SQLite has one writer at a time.
"""

from typing import Any

from alembic import op

from verify.migrations.schema_text import is_postgresql

revision = "0072"
down_revision = "0070"
branch_labels: Any = None
depends_on: Any = None

FUNCTION = "number_takes_its_turn"
TRIGGER = f"a_{FUNCTION}"
"""Triggers run in the order of their names: before all that look whether the number is free."""
TABLES = ("letter", "collective_letter", "readopted_letter", "premium_letter")
KEY, TURNS = 72, 256
"""A number shares its turn with others, so that a transaction with thousands of letters holds no more locks than this."""


def upgrade() -> None:
    """Apply."""
    if not is_postgresql():
        return
    op.execute(
        f"CREATE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM pg_advisory_xact_lock({KEY}, hashtext(NEW.number) & {TURNS - 1}); RETURN NEW; END $$"
    )
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {TRIGGER} BEFORE INSERT OR UPDATE OF number ON {table} "
            f"FOR EACH ROW WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION {FUNCTION}()"
        )


def downgrade() -> None:
    """Undo."""
    if not is_postgresql():
        return
    for table in TABLES:
        op.execute(f"DROP TRIGGER {TRIGGER} ON {table}")
    op.execute(f"DROP FUNCTION {FUNCTION}()")
