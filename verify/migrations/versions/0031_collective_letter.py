"""Letter E: the cover letter of one export file, whose paraf it has, and the people on its list."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import is_postgresql

revision = "0031"
down_revision = "0030"
branch_labels: Any = None
depends_on: Any = None

TABLES_LAST_FIRST = ("collective_row", "collective_step", "collective_letter")
STATUSES = ("PROPOSED", "DROPPED", "SIGNED", "PREPARED", "ISSUED", "EXPIRED", "REVOKED", "REPLACED")
LETTER_TYPES = ("REKOM_PBPU_PEMDA", "KET_REAKTIVASI_PBI_JK", "JAMINAN_PELAYANAN", "PENCABUTAN", "PENGANTAR_KOLEKTIF")
ROLES = ("LOKET", "CASEWORKER", "VALIDATOR", "KASI", "KABID", "SEKRETARIS", "KADIS", "HOSPITAL", "ADMIN", "SYSTEM")

FROZEN = ("batch_id", "file_sha256", "list_sha256", "people", "proposed_by", "office", "year", "sequence", "number")
ROW = ("collective_id", "position", "batch_id", "registration_id", "case_id", "letter_id", "nik", "name", "letter_number", "letter_day")

DECIDED = ("decided_by", "decided_at", "authority_id", "office", "year", "sequence", "token_id", "signing_mode", "valid_until")
WHOLE = "(status IN ('DROPPED', 'PROPOSED')) = (number IS NULL) AND " + " AND ".join(
    f"(number IS NULL) = ({name} IS NULL)" for name in DECIDED
)

WAITS_FOR_PARAF = """NEW.decided_by IS NOT NULL AND EXISTS (SELECT 1 FROM collective_step AS step
    WHERE step.collective_id = NEW.id AND (step.given_by IS NULL OR step.given_by = NEW.decided_by))"""
CASE_HAS_NUMBER = "NEW.number IS NOT NULL AND EXISTS (SELECT 1 FROM letter WHERE letter.number = NEW.number)"
LIST_HAS_NUMBER = "EXISTS (SELECT 1 FROM collective_letter AS known WHERE known.number = NEW.number)"
LETTER_CHANGED = "OLD.number IS NOT NULL AND (" + " OR ".join(f"NEW.{name} <> OLD.{name}" for name in FROZEN) + " OR NEW.number IS NULL)"
ROW_CHANGED = "OLD.ended_at IS NOT NULL OR " + " OR ".join(f"NEW.{name} <> OLD.{name}" for name in ROW)
STEP_TOO_LATE = "EXISTS (SELECT 1 FROM collective_letter AS known WHERE known.id = NEW.collective_id AND known.decided_by IS NOT NULL)"
STEP_CHANGED = """OLD.given_by IS NOT NULL OR NEW.collective_id <> OLD.collective_id OR NEW.position <> OLD.position
    OR NEW.role <> OLD.role OR EXISTS (SELECT 1 FROM collective_step AS step
    WHERE step.collective_id = NEW.collective_id AND step.position < NEW.position AND step.given_by IS NULL)"""

REFUSED = (
    ("collective_parafs_complete", "collective_letter", "INSERT", WAITS_FOR_PARAF),
    ("collective_parafs_complete", "collective_letter", "UPDATE", WAITS_FOR_PARAF),
    ("collective_number_is_free", "collective_letter", "INSERT", CASE_HAS_NUMBER),
    ("collective_number_is_free", "collective_letter", "UPDATE", CASE_HAS_NUMBER),
    ("letter_number_is_free", "letter", "INSERT", LIST_HAS_NUMBER),
    ("letter_number_is_free", "letter", "UPDATE OF number", LIST_HAS_NUMBER),
    ("collective_letter_stays", "collective_letter", "UPDATE", LETTER_CHANGED),
    ("collective_letter_stays", "collective_letter", "DELETE", "TRUE"),
    ("collective_row_stays", "collective_row", "UPDATE", ROW_CHANGED),
    ("collective_row_stays", "collective_row", "DELETE", "TRUE"),
    ("collective_step_in_time", "collective_step", "INSERT", STEP_TOO_LATE),
    ("collective_step_in_time", "collective_step", "UPDATE", STEP_TOO_LATE),
    ("collective_step_stays", "collective_step", "UPDATE", STEP_CHANGED),
    ("collective_step_stays", "collective_step", "DELETE", "TRUE"),
)
"""Name, table, on what, and when it is refused: what no CHECK can say, because it looks at another row."""


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    op.create_index("uq_registration_id_case_id", "registration", ["id", "case_id"], unique=True)
    op.create_index("uq_registration_batch_id_sha256", "registration_batch", ["id", "sha256"], unique=True)
    _make_letter()
    _make_step()
    _make_row()
    for refused in REFUSED:
        _refuse(*refused)


def _make_letter() -> None:
    live = sa.text("status IN ('ISSUED', 'PREPARED', 'PROPOSED', 'SIGNED')")
    op.create_table(
        "collective_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("timezone", sa.String(32), nullable=False),
        sa.Column("policy_valid_from", sa.Date(), nullable=False),
        sa.Column("policy_sha256", sa.String(64), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("list_sha256", sa.String(64), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("status", words("collectivestatus", *STATUSES), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("office", sa.String(64), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(120), nullable=True),
        sa.Column("token_id", sa.String(32), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signing_mode", words("signingmode", "SEAL", "BSRE", "WET"), nullable=True),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("scan", sa.LargeBinary(), nullable=True),
        sa.Column("signature_id", sa.String(200), nullable=True),
        sa.Column("signing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signing_error", sa.String(300), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.String(64), nullable=True),
        sa.Column("token", sa.String(2000), nullable=True),
        sa.Column("key_id", sa.String(64), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_reason", sa.String(500), nullable=True),
        sa.CheckConstraint(
            WHOLE,
            name=op.f("ck_collective_letter_decided_whole"),
        ),
        sa.CheckConstraint(
            "(status IN ('DROPPED', 'REPLACED', 'REVOKED')) = (ended_reason IS NOT NULL)", name=op.f("ck_collective_letter_end_says_why")
        ),
        sa.CheckConstraint(
            "signing_mode <> 'BSRE' OR pdf IS NULL OR signature_id IS NOT NULL", name=op.f("ck_collective_letter_bsre_has_id")
        ),
        sa.CheckConstraint("signing_mode <> 'WET' OR pdf IS NULL OR scan IS NOT NULL", name=op.f("ck_collective_letter_wet_has_scan")),
        sa.CheckConstraint(
            "status <> 'PREPARED' OR (draft IS NOT NULL AND token IS NOT NULL)", name=op.f("ck_collective_letter_prepared_has_draft")
        ),
        sa.CheckConstraint(
            "status NOT IN ('ISSUED', 'EXPIRED') OR (pdf IS NOT NULL AND token IS NOT NULL)",
            name=op.f("ck_collective_letter_issued_has_paper"),
        ),
        sa.CheckConstraint("(ended_reason IS NULL) = (ended_by IS NULL)", name=op.f("ck_collective_letter_end_by_somebody")),
        sa.CheckConstraint(
            "(pdf IS NULL) = (issued_at IS NULL) AND (pdf IS NULL) = (pdf_sha256 IS NULL)",
            name=op.f("ck_collective_letter_complete_or_not"),
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_collective_letter_four_eyes")),
        sa.CheckConstraint("people > 0", name=op.f("ck_collective_letter_somebody_is_on_it")),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_collective_letter_replaces_another")),
        sa.CheckConstraint("valid_until > decided_at", name=op.f("ck_collective_letter_validity_in_order")),
        sa.ForeignKeyConstraint(["authority_id"], ["signing_authority.id"], name=op.f("fk_collective_letter_authority_id")),
        sa.ForeignKeyConstraint(
            ["batch_id", "file_sha256"], ["registration_batch.id", "registration_batch.sha256"], name="fk_collective_file"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_collective_letter_decided_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["staff.id"], name=op.f("fk_collective_letter_ended_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_collective_letter_proposed_by")),
        sa.ForeignKeyConstraint(["replaces_id"], ["collective_letter.id"], name=op.f("fk_collective_letter_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collective_letter")),
        sa.UniqueConstraint("id", "batch_id", name=op.f("uq_collective_letter_id_batch_id")),
        sa.UniqueConstraint("id", "proposed_by", name=op.f("uq_collective_letter_id_proposed_by")),
        sa.UniqueConstraint("number", name=op.f("uq_collective_letter_number")),
        sa.UniqueConstraint("office", "year", "sequence", name=op.f("uq_collective_letter_office_year_sequence")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_collective_letter_replaces_id")),
        sa.UniqueConstraint("token_id", name=op.f("uq_collective_letter_token_id")),
    )
    op.create_index(op.f("ix_collective_letter_region_code"), "collective_letter", ["region_code"])
    op.create_index(
        "uq_collective_letter_live_file", "collective_letter", ["batch_id"], unique=True, sqlite_where=live, postgresql_where=live
    )


def _make_step() -> None:
    op.create_table(
        "collective_step",
        sa.Column("collective_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", words("role", *ROLES), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('KABID', 'KASI', 'SEKRETARIS')", name=op.f("ck_collective_step_post_below_the_head")),
        sa.CheckConstraint("(given_by IS NULL) = (given_at IS NULL)", name=op.f("ck_collective_step_given_by_somebody")),
        sa.CheckConstraint("given_by <> proposed_by", name=op.f("ck_collective_step_four_eyes")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_collective_step_position_from_one")),
        sa.ForeignKeyConstraint(
            ["collective_id", "proposed_by"], ["collective_letter.id", "collective_letter.proposed_by"], name="fk_collective_step_letter"
        ),
        sa.ForeignKeyConstraint(["given_by"], ["staff.id"], name=op.f("fk_collective_step_given_by")),
        sa.PrimaryKeyConstraint("collective_id", "position", name=op.f("pk_collective_step")),
        sa.UniqueConstraint("collective_id", "given_by", name=op.f("uq_collective_step_collective_id_given_by")),
        sa.UniqueConstraint("collective_id", "role", name=op.f("uq_collective_step_collective_id_role")),
    )


def _make_row() -> None:
    listed = sa.text("ended_at IS NULL")
    op.create_table(
        "collective_row",
        sa.Column("collective_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("letter_type", words("lettertype", *LETTER_TYPES), nullable=False),
        sa.Column("nik", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("letter_number", sa.String(120), nullable=False),
        sa.Column("letter_day", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("letter_type = 'REKOM_PBPU_PEMDA'", name=op.f("ck_collective_row_rests_on_letter_a")),
        sa.CheckConstraint("length(nik) = 16", name=op.f("ck_collective_row_nik_length")),
        sa.CheckConstraint("position > 0", name=op.f("ck_collective_row_position_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["batch_id", "registration_id"],
            ["registration_batch_row.batch_id", "registration_batch_row.registration_id"],
            name="fk_collective_row_in_file",
        ),
        sa.ForeignKeyConstraint(
            ["collective_id", "batch_id"], ["collective_letter.id", "collective_letter.batch_id"], name="fk_collective_row_letter"
        ),
        sa.ForeignKeyConstraint(
            ["letter_id", "case_id", "letter_type"], ["letter.id", "letter.case_id", "letter.type"], name="fk_collective_row_rests_on"
        ),
        sa.ForeignKeyConstraint(["registration_id", "case_id"], ["registration.id", "registration.case_id"], name="fk_collective_row_case"),
        sa.PrimaryKeyConstraint("collective_id", "position", name=op.f("pk_collective_row")),
        sa.UniqueConstraint("collective_id", "registration_id", name=op.f("uq_collective_row_collective_id_registration_id")),
    )
    op.create_index("uq_collective_row_listed_nik", "collective_row", ["nik"], unique=True, sqlite_where=listed, postgresql_where=listed)


def _trigger(name: str, verb: str) -> str:
    return f"{name}_{verb.split()[0].lower()}"


def _refuse(name: str, table: str, verb: str, when: str) -> None:
    made = _trigger(name, verb)
    if not is_postgresql():
        op.execute(f"CREATE TRIGGER {made} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {made}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{name}'; END IF; "
        f"RETURN {'OLD' if verb == 'DELETE' else 'NEW'}; END $$; "
        f"CREATE TRIGGER {made} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {made}()"
    )


def downgrade() -> None:
    """Undo; refused while a cover letter has a number, for a number is never given twice."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM collective_letter WHERE number IS NOT NULL").scalar_one():
        raise RuntimeError("the tables before this migration cannot hold the numbers of cover letters")
    for name, table, verb, _ in REFUSED:
        made = _trigger(name, verb)
        op.execute(f"DROP TRIGGER {made}" + (f" ON {table}" if is_postgresql() else ""))
        if is_postgresql():
            op.execute(f"DROP FUNCTION {made}")
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    op.drop_index("uq_registration_batch_id_sha256", "registration_batch")
    op.drop_index("uq_registration_id_case_id", "registration")
