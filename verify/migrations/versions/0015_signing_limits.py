"""Signers with limits, hours and delegation; a quorum's agreements; seats above the quota are told apart."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels: Any = None
depends_on: Any = None


HOURS_PAIRED = "(starts_at IS NULL) = (ends_at IS NULL) AND (ends_at IS NULL OR ends_at > starts_at)"
DELEGATE_ACTS = "delegated_by IS NULL OR (delegated_by <> staff_id AND capacity <> 'DEFINITIF')"
QUORUM_MISSED = """NEW.outcome = 'APPROVED' AND NEW.quorum > (
    SELECT count(*) FROM agreement WHERE agreement.assessment_id = NEW.assessment_id
    AND agreement.finding_set_id = NEW.finding_set_id AND agreement.given_by <> NEW.decided_by)"""
CHANGED_SQLITE = "CREATE TRIGGER agreement_no_{verb} BEFORE {verb} ON agreement BEGIN SELECT RAISE(ABORT, 'agreement is append-only'); END"
NO_REPLACE_SQLITE = """
CREATE TRIGGER agreement_no_REPLACE BEFORE INSERT ON agreement WHEN EXISTS (SELECT 1 FROM agreement AS known WHERE known.id = NEW.id
OR (known.assessment_id = NEW.assessment_id AND known.finding_set_id = NEW.finding_set_id
    AND (known.role = NEW.role OR known.given_by = NEW.given_by)))
BEGIN SELECT RAISE(ABORT, 'agreement is append-only'); END
"""
"""``INSERT OR REPLACE`` deletes without firing a DELETE trigger."""
GUARD_POSTGRESQL = f"""
CREATE FUNCTION refuse_agreement_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'agreement is append-only'; END $$;
CREATE TRIGGER agreement_append_only BEFORE UPDATE OR DELETE ON agreement FOR EACH ROW EXECUTE FUNCTION refuse_agreement_change();
CREATE TRIGGER agreement_no_truncate BEFORE TRUNCATE ON agreement FOR EACH STATEMENT EXECUTE FUNCTION refuse_agreement_change();
CREATE FUNCTION decision_quorum_met() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF {QUORUM_MISSED} THEN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'decision_quorum_met';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_quorum_met BEFORE INSERT OR UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION decision_quorum_met();
"""


def is_postgresql() -> bool:
    """Which of the two databases this is."""
    return bool(op.get_bind().dialect.name == "postgresql")


def add_checked(column: str, kind: str, check: str, condition: str, points_at: str = "") -> None:
    """A column of ``signing_authority`` that comes with its CHECK: SQLite adds one only together with the column."""
    known = f"CONSTRAINT fk_signing_authority_{column} REFERENCES {points_at} (id)" if points_at else ""
    rule = f"CONSTRAINT ck_signing_authority_{check} CHECK ({condition})"
    op.execute(f"ALTER TABLE signing_authority ADD COLUMN {column} {kind} {known} {rule}")


def upgrade() -> None:
    """Apply."""
    moment = "TIMESTAMP WITH TIME ZONE" if is_postgresql() else "DATETIME"
    op.add_column("signing_authority", sa.Column("position", sa.String(200), nullable=True))
    op.add_column("signing_authority", sa.Column("letter_types", sa.JSON(), nullable=True))
    op.execute(f"ALTER TABLE signing_authority ADD COLUMN starts_at {moment}")
    add_checked("ends_at", moment, "hours_paired", HOURS_PAIRED)
    add_checked("delegated_by", "INTEGER", "delegate_acts", DELEGATE_ACTS, points_at="staff")
    op.add_column("seat", sa.Column("above_quota", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("decision", sa.Column("quorum", sa.Integer(), nullable=False, server_default="0"))
    op.create_table("agreement", *agreement_columns(), *agreement_constraints())
    op.create_index(op.f("ix_agreement_case_id"), "agreement", ["case_id"])
    guard()


def agreement_columns() -> list[sa.Column[Any]]:
    """Who, when, on what."""
    words = ("LOKET", "CASEWORKER", "VALIDATOR", "KASI", "KABID", "SEKRETARIS", "KADIS", "HOSPITAL", "ADMIN", "SYSTEM")
    hands = ("case_version", "opened_by", "assessed_by", "validated_by", "given_by")
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("case_id", "assessment_id", "finding_set_id")),
        sa.Column("role", sa.Enum(*words, name="role", native_enum=False, create_constraint=True, length=32), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in hands),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
    ]


def agreement_constraints() -> list[Any]:
    """Different people, each post once."""
    same = ("assessment_id", "finding_set_id")
    return [
        sa.CheckConstraint("role IN ('KABID', 'KASI', 'SEKRETARIS')", name=op.f("ck_agreement_post_below_the_head")),
        sa.CheckConstraint(
            "given_by <> opened_by AND given_by <> assessed_by AND given_by <> validated_by", name=op.f("ck_agreement_four_eyes")
        ),
        sa.ForeignKeyConstraint(["case_id", "opened_by"], ["case_file.id", "case_file.opened_by"], name="fk_agreement_opened"),
        sa.ForeignKeyConstraint(
            ["assessment_id", "case_id", "assessed_by", "validated_by"],
            ["assessment.id", "assessment.case_id", "assessment.assessed_by", "assessment.validated_by"],
            name="fk_agreement_assessed",
        ),
        sa.ForeignKeyConstraint(["finding_set_id"], ["finding_set.id"], name=op.f("fk_agreement_finding_set_id")),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_agreement_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint(*same, "role", name=op.f("uq_agreement_assessment_id_finding_set_id_role")),
        sa.UniqueConstraint(*same, "given_by", name=op.f("uq_agreement_assessment_id_finding_set_id_given_by")),
    ]


def guard() -> None:
    """Let the database itself count the agreements and keep them."""
    if is_postgresql():
        op.execute(GUARD_POSTGRESQL)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(CHANGED_SQLITE.format(verb=verb))
        sooner = "INSERT" if verb == "DELETE" else verb
        op.execute(
            f"CREATE TRIGGER decision_quorum_met_{sooner} BEFORE {sooner} ON decision WHEN {QUORUM_MISSED} "
            "BEGIN SELECT RAISE(ABORT, 'decision_quorum_met'); END"
        )
    op.execute(NO_REPLACE_SQLITE)


def downgrade() -> None:
    """Undo; a turn of duty has no whole day, so it goes where nothing was decided under it."""
    if is_postgresql():
        op.execute("DROP TRIGGER decision_quorum_met ON decision")
        op.execute("DROP FUNCTION decision_quorum_met")
    else:
        for verb in ("INSERT", "UPDATE"):
            op.execute(f"DROP TRIGGER decision_quorum_met_{verb}")
    op.drop_table("agreement")
    if is_postgresql():
        op.execute("DROP FUNCTION refuse_agreement_change")
    op.drop_column("decision", "quorum")
    op.drop_column("seat", "above_quota")
    op.execute("DELETE FROM signing_authority WHERE starts_at IS NOT NULL AND id NOT IN (SELECT authority_id FROM decision)")
    for column in ("delegated_by", "ends_at", "starts_at", "letter_types", "position"):
        op.drop_column("signing_authority", column)
