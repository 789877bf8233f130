"""Papers of a cover letter are counted; a wait may be about a cover letter, or about an acceptance that names no letter."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels: Any = None
depends_on: Any = None

ONE_THING = (
    "CASE WHEN case_id IS NULL THEN 0 ELSE 1 END + CASE WHEN collective_id IS NULL THEN 0 ELSE 1 END "
    "+ CASE WHEN late_nonce IS NULL THEN 0 ELSE 1 END = 1"
)
ABOUT: tuple[tuple[str, Any, str, str], ...] = (
    ("collective_id", sa.Integer(), "collective_letter", "id"),
    ("late_nonce", sa.String(36), "late_acceptance", "nonce"),
)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "collective_reprint",
        sa.Column("collective_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("printed_by", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ordinal >= 0", name=op.f("ck_collective_reprint_counted")),
        sa.ForeignKeyConstraint(["collective_id"], ["collective_letter.id"], name=op.f("fk_collective_reprint_collective_id")),
        sa.ForeignKeyConstraint(["printed_by"], ["staff.id"], name=op.f("fk_collective_reprint_printed_by")),
        sa.PrimaryKeyConstraint("collective_id", "ordinal", name=op.f("pk_collective_reprint")),
    )
    with op.batch_alter_table("escalation") as table:
        table.alter_column("case_id", existing_type=sa.Integer(), nullable=True)
        for column, kind, target, wanted in ABOUT:
            table.add_column(sa.Column(column, kind, nullable=True))
            table.create_foreign_key(op.f(f"fk_escalation_{column}"), target, [column], [wanted])
            table.create_unique_constraint(op.f(f"uq_escalation_{column}_subject_since_level"), [column, "subject", "since", "level"])
        table.create_check_constraint(op.f("ck_escalation_about_one_thing"), ONE_THING)


def downgrade() -> None:
    """Undo; what was told of waits without a case goes, its events stay in the audit trail."""
    op.execute("DELETE FROM escalation WHERE case_id IS NULL")
    with op.batch_alter_table("escalation") as table:
        table.drop_constraint(op.f("ck_escalation_about_one_thing"), type_="check")
        for column, _, _, _ in ABOUT:
            table.drop_constraint(op.f(f"uq_escalation_{column}_subject_since_level"), type_="unique")
            table.drop_constraint(op.f(f"fk_escalation_{column}"), type_="foreignkey")
            table.drop_column(column)
        table.alter_column("case_id", existing_type=sa.Integer(), nullable=False)
    op.drop_table("collective_reprint")
