"""An acceptance that arrived after its letter's end may be made the letter's by a person."""

from typing import Any

import sqlalchemy as sa
from alembic import op

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
ADDED = (
    f"CONSTRAINT {CHECK} CHECK ({RULE}), "
    f"CONSTRAINT {POINTS} FOREIGN KEY(letter_id, admitted_to) REFERENCES acceptance (letter_id, hospital_code), "
)
BEFORE = "CONSTRAINT pk_late_acceptance PRIMARY KEY"


def upgrade() -> None:
    """Apply."""
    op.add_column(TABLE, sa.Column("admitted_to", sa.String(32), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.create_check_constraint(op.f(CHECK), TABLE, RULE)
        op.create_foreign_key(op.f(POINTS), TABLE, "acceptance", ["letter_id", "admitted_to"], ["letter_id", "hospital_code"])
        return
    write_schema(BEFORE, ADDED + BEFORE)


def downgrade() -> None:
    """Undo. What was admitted stays an acceptance; that it came late is still told by its row."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(POINTS), TABLE, type_="foreignkey")
        op.drop_constraint(op.f(CHECK), TABLE, type_="check")
    else:
        write_schema(ADDED + BEFORE, BEFORE)
    op.drop_column(TABLE, "admitted_to")


def write_schema(old: str, new: str) -> None:
    """Change the text of SQLite's table: a copy of it would lose the triggers that keep what a desk sent (as in 0012)."""
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    change = sa.text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name")
    op.execute(change.bindparams(old=old, new=new, name=TABLE))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")
