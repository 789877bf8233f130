"""Why an application was withdrawn, an objection that was taken back, and members who are older than this system."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_foreign_key, drop_check, drop_foreign_key, nullable

revision = "0034"
down_revision = "0033"
branch_labels: Any = None
depends_on: Any = None

COLUMNS: tuple[tuple[str, str, Any], ...] = (
    ("objection", "retracted_at", sa.DateTime(timezone=True)),
    ("objection", "retracted_by", sa.Integer()),
    ("objection", "retracted_reason", sa.String(500)),
    ("removal", "extract_id", sa.Integer()),
    ("removal", "member_seen", sa.String(300)),
)
CHECKS = (
    (
        "objection",
        "ck_objection_retracted_whole",
        "(retracted_at IS NULL) = (retracted_by IS NULL) AND (retracted_at IS NULL) = (retracted_reason IS NULL)",
    ),
    ("objection", "ck_objection_retracted_or_answered", "retracted_at IS NULL OR outcome IS NULL"),
    (
        "removal",
        "ck_removal_known_one_way",
        "CASE WHEN member_case_id IS NULL THEN 0 ELSE 1 END + CASE WHEN extract_id IS NULL THEN 0 ELSE 1 END "
        "+ CASE WHEN member_seen IS NULL THEN 0 ELSE 1 END = 1",
    ),
    ("removal", "ck_removal_seen_said", "length(member_seen) >= 5"),
)
PINS: tuple[tuple[str, str, list[str], str, list[str]], ...] = (
    ("objection", "fk_objection_retracted_by", ["retracted_by"], "staff", ["id"]),
    ("removal", "fk_removal_extract_id", ["extract_id"], "extract", ["id"]),
)
CAUSES = ("CHANGED_MIND", "COVERED", "PAYS_SELF", "MOVED", "MISTAKE", "OTHER")


def upgrade() -> None:
    """Apply."""
    nullable("removal", "member_case_id", "INTEGER", may_be_empty=True)
    for table, name, kind in COLUMNS:
        op.add_column(table, sa.Column(name, kind, nullable=True))
    for check in CHECKS:
        add_check(*check)
    for pin in PINS:
        add_foreign_key(*pin)
    op.create_table(
        "withdrawal",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.Enum(*CAUSES, name="withdrawalcause", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("words", sa.String(500), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cause <> 'OTHER' OR coalesce(length(words) >= 3, false)", name=op.f("ck_withdrawal_other_says_why")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_withdrawal_case_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_withdrawal_recorded_by")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_withdrawal")),
    )


def downgrade() -> None:
    """Undo; refused while a member without a case was taken off the list or an objection was taken back."""
    lost = (
        "SELECT count(*) FROM removal WHERE member_case_id IS NULL",
        "SELECT count(*) FROM objection WHERE retracted_at IS NOT NULL",
    )
    for query in lost:
        if op.get_bind().exec_driver_sql(query).scalar_one():
            raise RuntimeError(f"the tables before this migration cannot hold what is there: {query}")
    op.drop_table("withdrawal")
    for pin in reversed(PINS):
        drop_foreign_key(*pin)
    for check in reversed(CHECKS):
        drop_check(*check)
    for table, name, _ in reversed(COLUMNS):
        op.drop_column(table, name)
    nullable("removal", "member_case_id", "INTEGER", may_be_empty=False)
