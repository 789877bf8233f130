"""Keys of hospital systems, what each is for, and signed requests that were answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels: Any = None
depends_on: Any = None

TABLES_LAST_FIRST = ("used_signature", "hospital_key_scope", "hospital_key")


def upgrade() -> None:
    """Go one version forward."""
    op.create_table(
        "hospital_key",
        sa.Column("client_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("length(secret_sha256) = 64", name=op.f("ck_hospital_key_secret_is_a_digest")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_hospital_key_staff_id")),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_hospital_key")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_hospital_key_staff_id")),
    )
    op.create_table(
        "hospital_key_scope",
        sa.Column("client_id", sa.String(32), nullable=False),
        sa.Column(
            "scope",
            sa.Enum("check", "accept", "open", name="scope", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["client_id"], ["hospital_key.client_id"], name=op.f("fk_hospital_key_scope_client_id")),
        sa.PrimaryKeyConstraint("client_id", "scope", name=op.f("pk_hospital_key_scope")),
    )
    op.create_table(
        "used_signature",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_signature")),
    )
    with op.batch_alter_table("used_signature", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_used_signature_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    """Undo."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
