"""The desk: acceptances made without network, moves between hospitals, and how often it asked by NIK."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels: Any = None
depends_on: Any = None


TABLES_LAST_FIRST = ("lookup_count", "transfer", "late_acceptance")

KEPT = "nonce hospital_code letter_id code_sha256 outcome answer taken_by claimed_at received_at sent_by registration_number".split()
"""What nobody changes of an acceptance that arrived late."""
NO_DELETE_SQLITE = """
CREATE TRIGGER late_acceptance_no_DELETE BEFORE DELETE ON late_acceptance
BEGIN SELECT RAISE(ABORT, 'late_acceptance is kept'); END
"""
NO_REPLACE_SQLITE = """
CREATE TRIGGER late_acceptance_no_REPLACE BEFORE INSERT ON late_acceptance
WHEN EXISTS (SELECT 1 FROM late_acceptance AS known WHERE known.nonce = NEW.nonce)
BEGIN SELECT RAISE(ABORT, 'late_acceptance is kept'); END
"""
"""``INSERT OR REPLACE`` deletes without firing a DELETE trigger."""
NO_CHANGE_SQLITE = """
CREATE TRIGGER late_acceptance_no_UPDATE BEFORE UPDATE ON late_acceptance WHEN OLD.settled_at IS NOT NULL OR {changed}
BEGIN SELECT RAISE(ABORT, 'late_acceptance is kept'); END
"""
GUARD_POSTGRESQL = """
CREATE FUNCTION refuse_late_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.settled_at IS NULL AND NOT ({changed}) THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION 'late_acceptance is kept';
END $$;
CREATE TRIGGER late_acceptance_kept BEFORE UPDATE OR DELETE ON late_acceptance FOR EACH ROW EXECUTE FUNCTION refuse_late_change();
CREATE TRIGGER late_acceptance_no_truncate BEFORE TRUNCATE ON late_acceptance FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_change();
"""


def guard() -> None:
    """Nothing a desk sent is dropped or rewritten; it is settled once."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(GUARD_POSTGRESQL.format(changed=" OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in KEPT)))
        return
    op.execute(NO_DELETE_SQLITE)
    op.execute(NO_REPLACE_SQLITE)
    op.execute(NO_CHANGE_SQLITE.format(changed=" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in KEPT)))


def upgrade() -> None:
    """Apply."""
    op.create_index("uq_acceptance_holder", "acceptance", ["letter_id", "hospital_code"], unique=True)
    create_late_acceptance()
    create_transfer()
    op.create_table(
        "lookup_count",
        sa.Column(
            "scope",
            sa.Enum("ACCOUNT", "ADDRESS", "PREFIX", name="lookupscope", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_lookup_count_counted")),
        sa.PrimaryKeyConstraint("scope", "key", "hour", name=op.f("pk_lookup_count")),
    )
    guard()


def create_late_acceptance() -> None:
    """late_acceptance."""
    op.create_table(
        "late_acceptance",
        sa.Column("nonce", sa.String(36), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("TAKEN", "OURS", "CONFLICT", "REFUSED", name="lateoutcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("taken_by", sa.String(32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Integer(), nullable=False),
        sa.Column("registration_number", sa.String(64), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settlement", sa.String(300), nullable=True),
        sa.CheckConstraint(
            "(outcome IN ('TAKEN', 'OURS')) = (taken_by IS NOT NULL AND taken_by = hospital_code)",
            name=op.f("ck_late_acceptance_ours_is_ours"),
        ),
        sa.CheckConstraint(
            "(outcome = 'CONFLICT') = (taken_by IS NOT NULL AND taken_by <> hospital_code)",
            name=op.f("ck_late_acceptance_conflict_names_another"),
        ),
        sa.CheckConstraint("taken_by IS NULL OR letter_id IS NOT NULL", name=op.f("ck_late_acceptance_taken_letter_known")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL) AND (settled_at IS NULL) = (settlement IS NULL)",
            name=op.f("ck_late_acceptance_settlement_whole"),
        ),
        sa.CheckConstraint("settled_at IS NULL OR outcome IN ('CONFLICT', 'REFUSED')", name=op.f("ck_late_acceptance_settled_was_open")),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_late_acceptance_hospital_code")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_late_acceptance_letter_id")),
        sa.ForeignKeyConstraint(
            ["letter_id", "taken_by"], ["acceptance.letter_id", "acceptance.hospital_code"], name=op.f("fk_late_acceptance_taken_by")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["staff.id"], name=op.f("fk_late_acceptance_sent_by")),
        sa.ForeignKeyConstraint(["settled_by"], ["staff.id"], name=op.f("fk_late_acceptance_settled_by")),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_late_acceptance")),
    )
    for column in ("hospital_code", "letter_id", "outcome"):
        op.create_index(op.f(f"ix_late_acceptance_{column}"), "late_acceptance", [column], unique=False)


def create_transfer() -> None:
    """transfer."""
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("from_hospital", sa.String(32), nullable=False),
        sa.Column("to_hospital", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("registration_number", sa.String(64), nullable=True),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("CONFIRMED", "REFUSED", name="transferoutcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(300), nullable=True),
        sa.CheckConstraint("from_hospital <> to_hospital", name=op.f("ck_transfer_moves")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_at IS NULL) AND (outcome IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_transfer_decided_whole"),
        ),
        sa.CheckConstraint("decided_by IS NULL OR decided_by <> requested_by", name=op.f("ck_transfer_two_people")),
        sa.CheckConstraint("outcome IS NULL OR outcome <> 'REFUSED' OR note IS NOT NULL", name=op.f("ck_transfer_refusal_says_why")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_transfer_decided_by")),
        sa.ForeignKeyConstraint(["from_hospital"], ["hospital.code"], name=op.f("fk_transfer_from_hospital")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_transfer_letter_id")),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.id"], name=op.f("fk_transfer_requested_by")),
        sa.ForeignKeyConstraint(["to_hospital"], ["hospital.code"], name=op.f("fk_transfer_to_hospital")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_letter_id"), "transfer", ["letter_id"], unique=False)
    op.create_index(op.f("ix_transfer_to_hospital"), "transfer", ["to_hospital"], unique=False)
    still_open = sa.text("outcome IS NULL")
    op.create_index("uq_transfer_open_letter", "transfer", ["letter_id"], unique=True, sqlite_where=still_open, postgresql_where=still_open)


def downgrade() -> None:
    """Undo."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    op.drop_index("uq_acceptance_holder", table_name="acceptance")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_late_change")
