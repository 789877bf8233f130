"""Trust: what verifiers without network must know, its counter, and witnesses of the audit trail."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels: Any = None
depends_on: Any = None


TABLES_LAST_FIRST = ("checkpoint", "trust_counter", "trust_entry")

UNIQUE_COLUMNS = {"trust_entry": ("counter", "token_id", "token_sha256", "key_id"), "checkpoint": ("id", "last_event")}

APPEND_ONLY_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
NO_REPLACE_SQLITE = """
CREATE TRIGGER {table}_no_REPLACE BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} AS known WHERE {same})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
"""``INSERT OR REPLACE`` deletes without firing a DELETE trigger."""
NEVER_LOWER_SQLITE = (
    """
CREATE TRIGGER trust_counter_no_lower BEFORE UPDATE ON trust_counter WHEN NEW.last <= OLD.last OR NEW.name <> OLD.name
BEGIN SELECT RAISE(ABORT, 'the counter only rises'); END
""",
    """
CREATE TRIGGER trust_counter_no_delete BEFORE DELETE ON trust_counter
BEGIN SELECT RAISE(ABORT, 'the counter only rises'); END
""",
    """
CREATE TRIGGER trust_counter_no_replace BEFORE INSERT ON trust_counter WHEN EXISTS (SELECT 1 FROM trust_counter AS known
WHERE known.name = NEW.name AND NEW.last <= known.last)
BEGIN SELECT RAISE(ABORT, 'the counter only rises'); END
""",
)
GUARDS_POSTGRESQL = """
CREATE FUNCTION refuse_trust_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$;
CREATE FUNCTION refuse_lower_counter() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' AND NEW.last > OLD.last AND NEW.name = OLD.name THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'the counter only rises';
END $$;
CREATE TRIGGER trust_counter_rises BEFORE UPDATE OR DELETE ON trust_counter FOR EACH ROW EXECUTE FUNCTION refuse_lower_counter();
CREATE TRIGGER trust_counter_no_truncate BEFORE TRUNCATE ON trust_counter FOR EACH STATEMENT EXECUTE FUNCTION refuse_lower_counter();
"""
APPEND_ONLY_POSTGRESQL = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_trust_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_trust_change();
"""

LETTERS_SO_FAR = """
INSERT INTO trust_entry (counter, kind, token_id, valid_until, at)
SELECT row_number() OVER (ORDER BY letter.id),
       CASE WHEN acceptance.letter_id IS NULL THEN 'REVOKED' ELSE 'USED' END,
       letter.token_id, letter.valid_until, COALESCE(acceptance.accepted_at, letter.revoked_at)
FROM letter LEFT JOIN acceptance ON acceptance.letter_id = letter.id
WHERE letter.token IS NOT NULL AND (acceptance.letter_id IS NOT NULL OR letter.revoked_at IS NOT NULL)
"""
"""Letters that were revoked or used before there was a list of them."""


def guard() -> None:
    """Let the database itself refuse what would take trust back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(GUARDS_POSTGRESQL)
        for table in UNIQUE_COLUMNS:
            op.execute(APPEND_ONLY_POSTGRESQL.format(table=table))
        return
    for table, columns in UNIQUE_COLUMNS.items():
        for verb in ("UPDATE", "DELETE"):
            op.execute(APPEND_ONLY_SQLITE.format(table=table, verb=verb))
        same = " OR ".join(f"known.{column} = NEW.{column}" for column in columns)
        op.execute(NO_REPLACE_SQLITE.format(table=table, same=same))
    for trigger in NEVER_LOWER_SQLITE:
        op.execute(trigger)


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "trust_entry",
        sa.Column("counter", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("REVOKED", "USED", "REPLACED", "KEY_WITHDRAWN", name="trustkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("token_id", sa.String(32), nullable=True),
        sa.Column("token_sha256", sa.String(64), nullable=True),
        sa.Column("key_id", sa.String(64), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'KEY_WITHDRAWN') = (key_id IS NOT NULL)", name=op.f("ck_trust_entry_key_of_a_key")),
        sa.CheckConstraint("(kind = 'KEY_WITHDRAWN') = (token_id IS NULL)", name=op.f("ck_trust_entry_token_of_a_letter")),
        sa.CheckConstraint("(token_id IS NULL) = (valid_until IS NULL)", name=op.f("ck_trust_entry_letter_ends")),
        sa.CheckConstraint("(kind = 'REPLACED') = (token_sha256 IS NOT NULL)", name=op.f("ck_trust_entry_replaced_is_recognised")),
        sa.CheckConstraint("counter > 0", name=op.f("ck_trust_entry_counter_positive")),
        sa.PrimaryKeyConstraint("counter", name=op.f("pk_trust_entry")),
        sa.UniqueConstraint("key_id", name=op.f("uq_trust_entry_key_id")),
        sa.UniqueConstraint("token_id", name=op.f("uq_trust_entry_token_id")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_trust_entry_token_sha256")),
    )
    with op.batch_alter_table("trust_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trust_entry_valid_until"), ["valid_until"], unique=False)
    op.create_table(
        "trust_counter",
        sa.Column("name", sa.String(16), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_trust_counter")),
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("chains", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("last_event", name=op.f("uq_checkpoint_last_event")),
    )
    op.execute(LETTERS_SO_FAR)
    op.execute("INSERT INTO trust_counter (name, last) SELECT 'bundle', COUNT(*) FROM trust_entry")
    guard()


def downgrade() -> None:
    """Undo."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_trust_change")
        op.execute("DROP FUNCTION refuse_lower_counter")
