"""An acceptance that arrived after its letter's end may be made the letter's by a person."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_foreign_key, drop_check, drop_foreign_key

revision = "0058"
down_revision = "0057"
branch_labels: Any = None
depends_on: Any = None

TABLE = "late_acceptance"
RULE = (
    "admitted_to IS NULL OR (admitted_to = hospital_code AND letter_id IS NOT NULL AND outcome = 'REFUSED' AND answer = 'EXPIRED' "
    "AND settled_at IS NOT NULL)"
)
CHECK, POINTS = "ck_late_acceptance_admitted_was_expired", "fk_late_acceptance_admitted_to"
KEY = (["letter_id", "admitted_to"], "acceptance", ["letter_id", "hospital_code"])


def upgrade() -> None:
    """Apply."""
    op.add_column(TABLE, sa.Column("admitted_to", sa.String(32), nullable=True))
    add_check(TABLE, CHECK, RULE)
    add_foreign_key(TABLE, POINTS, *KEY)


def downgrade() -> None:
    """Undo; refused while an acceptance was admitted, for it would be refused again beside the acceptance that it made."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM late_acceptance WHERE admitted_to IS NOT NULL").scalar_one():
        raise RuntimeError("the table before this migration cannot say which acceptances were admitted")
    drop_foreign_key(TABLE, POINTS, *KEY)
    drop_check(TABLE, CHECK, RULE)
    op.drop_column(TABLE, "admitted_to")
