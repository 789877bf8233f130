"""Short-lived links by which an officer's telephone sends photographs into one case."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import is_postgresql

revision = "0050"
down_revision = "0049"
branch_labels: Any = None
depends_on: Any = None

OTHER = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ("digest", "case_id", "staff_id", "sign_in", "made_at", "ends_at"))
DEVICE = "OLD.device IS NOT NULL AND (NEW.device IS NULL OR NEW.device <> OLD.device)"
OVER = "OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NULL OR NEW.taken <> OLD.taken)"
WHEN = f"{OTHER} OR ({DEVICE}) OR ({OVER}) OR NEW.taken < OLD.taken"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "phone_link",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("sign_in", sa.String(64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device", sa.String(64), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > made_at", name=op.f("ck_phone_link_ends_later")),
        sa.CheckConstraint("taken BETWEEN 0 AND 20", name=op.f("ck_phone_link_taken_so_many")),
        sa.CheckConstraint("(taken = 0) = (device IS NULL)", name=op.f("ck_phone_link_taken_from_a_device")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_phone_link_case_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_phone_link_staff_id")),
        sa.ForeignKeyConstraint(["sign_in"], ["sign_in.digest"], name=op.f("fk_phone_link_sign_in"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_phone_link")),
    )
    op.create_index(op.f("ix_phone_link_sign_in"), "phone_link", ["sign_in"])
    live = sa.text("ended_at IS NULL")
    op.create_index("uq_phone_link_live", "phone_link", ["case_id", "staff_id"], unique=True, sqlite_where=live, postgresql_where=live)
    if not is_postgresql():
        raised = "BEGIN SELECT RAISE(ABORT, 'phone_link_stays'); END"
        op.execute(f"CREATE TRIGGER phone_link_stays BEFORE UPDATE ON phone_link WHEN {WHEN} {raised}")
        return
    op.execute(
        "CREATE FUNCTION phone_link_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {WHEN} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'phone_link_stays'; END IF; "
        "RETURN NEW; END $$; "
        "CREATE TRIGGER phone_link_stays BEFORE UPDATE ON phone_link FOR EACH ROW EXECUTE FUNCTION phone_link_stays()"
    )


def downgrade() -> None:
    """Undo; a link lives ten minutes, so nothing is lost."""
    op.drop_table("phone_link")
    if is_postgresql():
        op.execute("DROP FUNCTION phone_link_stays")
