"""A premium bill that was filed wrongly is withdrawn with a reason, and its file may be checked anew."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_unique, drop_check, drop_unique

revision = "0059"
down_revision = "0058"
branch_labels: Any = None
depends_on: Any = None

FILE = ["sha256", "residents_id", "members_id"]
ONCE = "uq_premium_bill_sha256_residents_id_members_id"
WHOLE = "ck_premium_bill_withdrawn_says_why"
SAYS_WHY = (
    "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL) "
    "AND (withdrawn_reason IS NULL OR length(withdrawn_reason) >= 3)"
)


def upgrade() -> None:
    """Apply."""
    drop_unique("premium_bill", ONCE, FILE)
    op.add_column("premium_bill", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("premium_bill", sa.Column("withdrawn_by", sa.String(200), nullable=True))
    op.add_column("premium_bill", sa.Column("withdrawn_reason", sa.String(300), nullable=True))
    add_check("premium_bill", WHOLE, SAYS_WHY)
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index("uq_premium_bill_standing_file", "premium_bill", FILE, unique=True, sqlite_where=standing, postgresql_where=standing)


def downgrade() -> None:
    """Undo; refused while a bill is withdrawn, for it would stand again."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM premium_bill WHERE withdrawn_at IS NOT NULL").scalar_one():
        raise RuntimeError("the table before this migration cannot say which bills were withdrawn")
    op.drop_index("uq_premium_bill_standing_file", "premium_bill")
    drop_check("premium_bill", WHOLE, SAYS_WHY)
    for name in ("withdrawn_reason", "withdrawn_by", "withdrawn_at"):
        op.drop_column("premium_bill", name)
    add_unique("premium_bill", ONCE, FILE)
