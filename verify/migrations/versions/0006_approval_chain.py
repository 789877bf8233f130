"""The approval chain: posts, what they are asked for, their parafs; and intake kept apart where a region wants it."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels: Any = None
depends_on: Any = None


POSTS = ("KASI", "KABID", "SEKRETARIS")
STATES = ("PARAF_KASI", "PARAF_KABID", "PARAF_SEKRETARIS")
TABLES_LAST_FIRST = ("paraf", "approval_step")

CHAIN_BROKEN = """NEW.outcome = 'APPROVED' AND EXISTS (
    SELECT 1 FROM approval_step AS step WHERE step.assessment_id = NEW.assessment_id AND NOT EXISTS (
        SELECT 1 FROM paraf WHERE paraf.assessment_id = step.assessment_id AND paraf.position = step.position
        AND paraf.finding_set_id = NEW.finding_set_id))"""
DECIDER_GAVE = "EXISTS (SELECT 1 FROM paraf WHERE paraf.case_id = NEW.case_id AND paraf.given_by = NEW.decided_by)"
GIVER_DECIDED = "EXISTS (SELECT 1 FROM decision WHERE decision.case_id = NEW.case_id AND decision.decided_by = NEW.given_by)"
STEP_TOO_LATE = "EXISTS (SELECT 1 FROM decision WHERE decision.assessment_id = NEW.assessment_id)"
OPENER_HAS_HAND = """EXISTS (SELECT 1 FROM case_file WHERE case_file.id = NEW.case_id AND case_file.separate_intake
    AND (case_file.opened_by = NEW.assessed_by OR case_file.opened_by = NEW.validated_by))"""
HAND_BECOMES_OPENER = """NEW.separate_intake AND EXISTS (SELECT 1 FROM assessment WHERE assessment.case_id = NEW.id
    AND (assessment.assessed_by = NEW.opened_by OR assessment.validated_by = NEW.opened_by))"""

REFUSED = (
    ("decision_paraf_complete", "decision", ("INSERT", "UPDATE"), CHAIN_BROKEN),
    ("decision_not_by_paraf", "decision", ("INSERT", "UPDATE"), DECIDER_GAVE),
    ("paraf_not_by_decider", "paraf", ("INSERT",), GIVER_DECIDED),
    ("approval_step_before_decision", "approval_step", ("INSERT",), STEP_TOO_LATE),
    ("assessment_apart_from_intake", "assessment", ("INSERT", "UPDATE"), OPENER_HAS_HAND),
    ("case_file_intake_apart", "case_file", ("UPDATE",), HAND_BECOMES_OPENER),
)
"""Name, table, on what, and when it is refused: what no CHECK can say, because it looks at another table."""

UNCHANGED = ("paraf", "approval_step")
"""Tables whose rows stay as they were written."""
SAME = {
    "paraf": """EXISTS (SELECT 1 FROM paraf AS known WHERE known.id = NEW.id OR (
        known.assessment_id = NEW.assessment_id AND known.finding_set_id = NEW.finding_set_id
        AND (known.position = NEW.position OR known.given_by = NEW.given_by)))""",
    "approval_step": """EXISTS (SELECT 1 FROM approval_step AS known
        WHERE known.assessment_id = NEW.assessment_id AND (known.position = NEW.position OR known.role = NEW.role))""",
}
"""``INSERT OR REPLACE`` deletes without firing a DELETE trigger."""


def is_postgresql() -> bool:
    """Which of the two databases this is."""
    return bool(op.get_bind().dialect.name == "postgresql")


def words_in(table: str, column: str) -> list[str]:
    """The words a column admits now, whatever earlier migrations made of them."""
    checks = {check["name"]: str(check["sqltext"]) for check in sa.inspect(op.get_bind()).get_check_constraints(table)}
    return re.findall(r"'([A-Z_]+)'", checks[f"ck_{table}_{column}"])


def admit(table: str, column: str, words: list[str]) -> None:
    """Let a column hold these words and no other."""
    before, name = words_in(table, column), op.f(f"ck_{table}_{column}")
    if is_postgresql():
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"{column} IN ({listed(words)})")
        return
    # SQLite changes no CHECK, and a copy of the table would break what points at it; its documentation's way for this
    # is to write the schema's text (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    change = sa.text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name")
    op.execute(change.bindparams(old=f"{column} IN ({listed(before)})", new=f"{column} IN ({listed(words)})", name=table))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def listed(words: list[str]) -> str:
    """As they stand in a CHECK."""
    return ", ".join(f"'{word}'" for word in words)


def refuse() -> None:
    """Triggers with one sentence each."""
    for name, table, verbs, when in REFUSED:
        for verb in verbs:
            if is_postgresql():
                op.execute(
                    f"CREATE FUNCTION {name}_{verb.lower()}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                    f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{name}'; END IF; "
                    f"RETURN NEW; END $$; CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"FOR EACH ROW EXECUTE FUNCTION {name}_{verb.lower()}()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name}_{verb.lower()} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END"
                )


def keep() -> None:
    """Refuse changes to what was given and asked for."""
    if is_postgresql():
        op.execute(
            "CREATE FUNCTION refuse_paraf_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in UNCHANGED:
        if is_postgresql():
            for verb, each in (("UPDATE OR DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.split()[-1].lower()} BEFORE {verb} ON {table} "
                    f"FOR EACH {each} EXECUTE FUNCTION refuse_paraf_change()"
                )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        op.execute(
            f"CREATE TRIGGER {table}_no_REPLACE BEFORE INSERT ON {table} WHEN {SAME[table]} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )


def role() -> sa.Enum:
    """Any role; a CHECK beside it admits the posts."""
    words = ("LOKET", "CASEWORKER", "VALIDATOR", *POSTS, "KADIS", "HOSPITAL", "ADMIN", "SYSTEM")
    return sa.Enum(*words, name="role", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    admit("case_file", "state", [*words_in("case_file", "state"), *STATES])
    admit("staff_role", "role", [*words_in("staff_role", "role"), *POSTS])
    op.add_column("case_file", sa.Column("separate_intake", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "approval_step",
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", role(), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("ck_approval_step_position_from_one")),
        sa.CheckConstraint("role IN ('KABID', 'KASI', 'SEKRETARIS')", name=op.f("ck_approval_step_post_below_the_head")),
        sa.ForeignKeyConstraint(["assessment_id"], ["assessment.id"], name=op.f("fk_approval_step_assessment_id")),
        sa.PrimaryKeyConstraint("assessment_id", "position", name=op.f("pk_approval_step")),
        sa.UniqueConstraint("assessment_id", "role", name=op.f("uq_approval_step_assessment_id_role")),
        sa.UniqueConstraint("assessment_id", "position", "role", name=op.f("uq_approval_step_assessment_id_position_role")),
    )
    op.create_table("paraf", *paraf_columns(), *paraf_constraints())
    op.create_index(op.f("ix_paraf_case_id"), "paraf", ["case_id"])
    keep()
    refuse()


def paraf_columns() -> list[sa.Column[Any]]:
    """Who, when, on what."""
    whole = ("case_id", "assessment_id", "finding_set_id", "position")
    hands = ("case_version", "opened_by", "assessed_by", "validated_by", "given_by")
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in whole),
        sa.Column("previous", sa.Integer(), nullable=True),
        sa.Column("role", role(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in hands),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
    ]


def paraf_constraints() -> list[Any]:
    """Order and different people."""
    return [
        sa.CheckConstraint(
            "(position = 1) = (previous IS NULL) AND (previous IS NULL OR previous = position - 1)", name=op.f("ck_paraf_in_order")
        ),
        sa.CheckConstraint(
            "given_by <> opened_by AND given_by <> assessed_by AND given_by <> validated_by", name=op.f("ck_paraf_four_eyes")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id", "position", "role"],
            ["approval_step.assessment_id", "approval_step.position", "approval_step.role"],
            name="fk_paraf_step",
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id", "finding_set_id", "previous"],
            ["paraf.assessment_id", "paraf.finding_set_id", "paraf.position"],
            name="fk_paraf_previous",
        ),
        sa.ForeignKeyConstraint(["case_id", "opened_by"], ["case_file.id", "case_file.opened_by"], name="fk_paraf_opened"),
        sa.ForeignKeyConstraint(
            ["assessment_id", "case_id", "assessed_by", "validated_by"],
            ["assessment.id", "assessment.case_id", "assessment.assessed_by", "assessment.validated_by"],
            name="fk_paraf_assessed",
        ),
        sa.ForeignKeyConstraint(["finding_set_id"], ["finding_set.id"], name=op.f("fk_paraf_finding_set_id")),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_paraf_given_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paraf")),
        sa.UniqueConstraint("assessment_id", "finding_set_id", "position", name=op.f("uq_paraf_assessment_id_finding_set_id_position")),
        sa.UniqueConstraint("assessment_id", "finding_set_id", "given_by", name=op.f("uq_paraf_assessment_id_finding_set_id_given_by")),
    ]


def downgrade() -> None:
    """Undo; whoever waited for a paraf waits for the head again, and nobody holds a post."""
    for name, table, verbs, _ in REFUSED:
        for verb in verbs:
            op.execute(f"DROP TRIGGER {name}_{verb.lower()}" + (f" ON {table}" if is_postgresql() else ""))
            if is_postgresql():
                op.execute(f"DROP FUNCTION {name}_{verb.lower()}")
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    if is_postgresql():
        op.execute("DROP FUNCTION refuse_paraf_change")
    op.execute("UPDATE case_file SET state = 'DECISION' WHERE state IN ('PARAF_KASI', 'PARAF_KABID', 'PARAF_SEKRETARIS')")
    op.execute("DELETE FROM staff_role WHERE role IN ('KASI', 'KABID', 'SEKRETARIS')")
    admit("case_file", "state", [word for word in words_in("case_file", "state") if word not in STATES])
    admit("staff_role", "role", [word for word in words_in("staff_role", "role") if word not in POSTS])
    op.drop_column("case_file", "separate_intake")
