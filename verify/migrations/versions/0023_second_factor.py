"""Second factors: authenticator apps, passkeys, recovery codes; and when a session last showed one."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels: Any = None
depends_on: Any = None


def moment(name: str, *, nullable: bool = True) -> sa.Column[Any]:
    """A moment in UTC."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def of_staff(table: str) -> sa.ForeignKeyConstraint:
    """Whose it is."""
    return sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f(f"fk_{table}_staff_id"))


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "totp_secret",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(200), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        moment("created_at", nullable=False),
        moment("confirmed_at"),
        sa.CheckConstraint("last_step >= 0", name=op.f("ck_totp_secret_last_step")),
        of_staff("totp_secret"),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_totp_secret")),
    )
    op.create_table(
        "passkey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.String(2000), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        moment("created_at", nullable=False),
        moment("used_at"),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkey_sign_count")),
        of_staff("passkey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkey")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_passkey_credential_id")),
    )
    op.create_index(op.f("ix_passkey_staff_id"), "passkey", ["staff_id"])
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        moment("created_at", nullable=False),
        moment("used_at"),
        of_staff("recovery_code"),
        sa.PrimaryKeyConstraint("staff_id", "digest", name=op.f("pk_recovery_code")),
    )
    op.add_column("sign_in", moment("factor_at"))
    op.add_column("sign_in", sa.Column("challenge", sa.String(128), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("sign_in", "challenge")
    op.drop_column("sign_in", "factor_at")
    for table in ("recovery_code", "passkey", "totp_secret"):
        op.drop_table(table)
