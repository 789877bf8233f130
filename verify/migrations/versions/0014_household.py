"""Households, and proxies by letter of authority."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, drop_check

revision = "0014"
down_revision = "0013"
branch_labels: Any = None
depends_on: Any = None


CHECKS = {
    "ck_case_file_proxykin": "proxy_kin IN ('FAMILY', 'THIRD_PARTY')",
    "ck_case_file_proxy_kin_of_somebody": "proxy_kin IS NULL OR proxy_name IS NOT NULL",
    "ck_case_file_authority_of_third_party": "proxy_paper IS NULL OR coalesce(proxy_kin = 'THIRD_PARTY', false)",
}


def upgrade() -> None:
    """Apply."""
    op.add_column("case_file", sa.Column("proxy_kin", sa.String(32), nullable=True))
    op.add_column("case_file", sa.Column("proxy_paper", sa.String(100), nullable=True))
    for name, condition in CHECKS.items():
        add_check("case_file", name, condition)
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("kk", sa.String(16), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(kk) = 16", name=op.f("ck_household_kk_length")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_household_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.UniqueConstraint("code", name=op.f("uq_household_code")),
        sa.UniqueConstraint("region_code", "kk", name=op.f("uq_household_region_code_kk")),
    )
    op.create_table(
        "household_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("relation", sa.String(50), nullable=False),
        sa.Column(
            "segment",
            sa.Enum(
                "PBI_JK", "PEMDA", "PPU", "PBPU_MANDIRI", "OTHER", name="segment", native_enum=False, create_constraint=True, length=32
            ),
            nullable=True,
        ),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(case_id IS NULL) = (segment IS NOT NULL)", name=op.f("ck_household_member_case_or_segment")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_household_member_household_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_household_member_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_member")),
        sa.UniqueConstraint("case_id", name=op.f("uq_household_member_case_id")),
    )
    op.create_index(op.f("ix_household_member_household_id"), "household_member", ["household_id"])


def downgrade() -> None:
    """Undo."""
    op.drop_table("household_member")
    op.drop_table("household")
    for name, condition in reversed(CHECKS.items()):
        drop_check("case_file", name, condition)
    op.drop_column("case_file", "proxy_paper")
    op.drop_column("case_file", "proxy_kin")
