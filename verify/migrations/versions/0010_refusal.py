"""Grounds of a refusal, objections, deaths; and the states they bring a case to."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import relist

revision = "0010"
down_revision = "0009"
branch_labels: Any = None
depends_on: Any = None


TABLES_LAST_FIRST = ("death_notice", "objection", "decision_ground")
OPEN, CLOSED = ("OBJECTION",), ("UPHELD", "OVERTURNED", "DIED")
FIRST_HANDS = ["opened_by", "assessed_by", "validated_by", "decided_by"]


def allow(add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
    """Let a case have these states too, or no longer; ``CLOSED`` are ends."""
    ends = {"add": tuple(state for state in add if state in CLOSED), "remove": tuple(state for state in remove if state in CLOSED)}
    relist("case_file", "ck_case_file_state", "state IN ({})", add=add, remove=remove)
    relist("case_file", "ck_case_file_closed_when_final", "(closed_at IS NOT NULL) = (state IN ({}))", **ends)


def upgrade() -> None:
    """Apply."""
    allow(add=(*OPEN, *CLOSED))
    op.create_index("uq_decision_hands", "decision", ["id", *FIRST_HANDS], unique=True)
    op.create_table(
        "decision_ground",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("sentence", sa.String(500), nullable=False),
        sa.Column("next_step", sa.String(500), nullable=False),
        sa.Column("place", sa.String(500), nullable=False),
        sa.Column("reference", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_ground_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", "code", name=op.f("pk_decision_ground")),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        *(sa.Column(f"first_{hand}", sa.Integer(), nullable=False) for hand in FIRST_HANDS),
        sa.Column("objector", sa.String(200), nullable=False),
        sa.Column("relation", sa.String(50), nullable=True),
        sa.Column("grounds", sa.String(2000), nullable=False),
        sa.Column("filed_by", sa.Integer(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("answer_due", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("UPHELD", "OVERTURNED", name="objectionoutcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("new_case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decided_by NOT IN (first_opened_by, first_assessed_by, first_validated_by, first_decided_by, filed_by)",
            name=op.f("ck_objection_other_eyes"),
        ),
        sa.CheckConstraint("filed_on <= last_day", name=op.f("ck_objection_filed_in_time")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (decided_by IS NULL) AND (outcome IS NULL) = (decided_at IS NULL) "
            "AND (outcome IS NULL) = (reason IS NULL) AND (outcome IS NULL) = (authority_id IS NULL)",
            name=op.f("ck_objection_decided_whole"),
        ),
        sa.CheckConstraint(
            "coalesce(outcome = 'OVERTURNED', false) = (new_case_id IS NOT NULL)", name=op.f("ck_objection_granted_goes_on")
        ),
        sa.ForeignKeyConstraint(["decision_id", "case_id"], ["decision.id", "decision.case_id"], name="fk_objection_decision"),
        sa.ForeignKeyConstraint(
            ["decision_id", *(f"first_{hand}" for hand in FIRST_HANDS)],
            ["decision.id", *(f"decision.{hand}" for hand in FIRST_HANDS)],
            name="fk_objection_first_hands",
        ),
        sa.ForeignKeyConstraint(["filed_by"], ["staff.id"], name=op.f("fk_objection_filed_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_objection_decided_by")),
        sa.ForeignKeyConstraint(["authority_id"], ["signing_authority.id"], name=op.f("fk_objection_authority_id")),
        sa.ForeignKeyConstraint(["new_case_id"], ["case_file.id"], name=op.f("fk_objection_new_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_objection_decision_id")),
        sa.UniqueConstraint("new_case_id", name=op.f("uq_objection_new_case_id")),
    )
    op.create_table(
        "death_notice",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("told_by", sa.String(200), nullable=False),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_death_notice_case_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_death_notice_recorded_by")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_death_notice")),
    )


def downgrade() -> None:
    """Undo; a refusal whatever became of the objection is a refusal again, and a death a withdrawal."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    op.drop_index("uq_decision_hands", "decision")
    op.execute("UPDATE case_file SET closed_at = state_since, state = 'REJECTED' WHERE state = 'OBJECTION'")
    op.execute("UPDATE case_file SET state = 'REJECTED' WHERE state IN ('UPHELD', 'OVERTURNED')")
    op.execute("UPDATE case_file SET state = 'WITHDRAWN' WHERE state = 'DIED'")
    allow(remove=(*OPEN, *CLOSED))
