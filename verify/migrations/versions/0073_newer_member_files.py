"""Which newer file of some members a bill was checked against too: with another one it is another check."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_foreign_key, drop_foreign_key

revision = "0073"
down_revision = "0072"
branch_labels: Any = None
depends_on: Any = None

TABLE, COLUMN = "premium_bill", "newer_members_id"
FILE = ["sha256", "residents_id", "members_id"]
ALONE, BOTH = "uq_premium_bill_standing_file", "uq_premium_bill_standing_file_and_newer"
POINTS = "fk_premium_bill_newer_members_id"
KEY = ([COLUMN], "extract", ["id"])
STANDING = "withdrawn_at IS NULL"


def upgrade() -> None:
    """Apply; a bill checked before stands as one without such a file, and may be checked again."""
    op.add_column(TABLE, sa.Column(COLUMN, sa.Integer(), nullable=True))
    add_foreign_key(TABLE, POINTS, *KEY)
    op.drop_index(ALONE, TABLE)
    _once(ALONE, FILE, f"{STANDING} AND {COLUMN} IS NULL")
    _once(BOTH, [*FILE, COLUMN], STANDING)


def downgrade() -> None:
    """Undo; refused while a bill was checked against such a file, for its disputes would rest on the other alone."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM premium_bill WHERE newer_members_id IS NOT NULL").scalar_one():
        raise RuntimeError("the table before this migration cannot say which newer member files bills were checked against")
    for name in (BOTH, ALONE):
        op.drop_index(name, TABLE)
    drop_foreign_key(TABLE, POINTS, *KEY)
    op.drop_column(TABLE, COLUMN)
    _once(ALONE, FILE, STANDING)


def _once(name: str, columns: list[str], rows: str) -> None:
    where = sa.text(rows)
    op.create_index(name, TABLE, columns, unique=True, sqlite_where=where, postgresql_where=where)
