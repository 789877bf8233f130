"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels: Any = None
depends_on: Any = None


TABLES_LAST_FIRST = (
    "acceptance",
    "manual_check",
    "letter",
    "correction",
    "decision",
    "check_result",
    "task",
    "finding_set",
    "case_document",
    "assessment",
    "staff_role",
    "signing_authority",
    "sign_in",
    "membership_report",
    "idempotency_record",
    "case_file",
    "staff",
    "letter_counter",
    "hospital",
    "audit_event",
)

APPEND_ONLY_SQLITE = """
CREATE TRIGGER audit_event_no_{verb} BEFORE {verb} ON audit_event
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END
"""
NO_REPLACE_SQLITE = """
CREATE TRIGGER audit_event_no_REPLACE BEFORE INSERT ON audit_event
WHEN EXISTS (
    SELECT 1 FROM audit_event AS known
    WHERE known.id = NEW.id OR known.hash = NEW.hash OR (known.subject = NEW.subject AND known.sequence = NEW.sequence)
)
BEGIN SELECT RAISE(ABORT, 'audit_event is append-only'); END
"""
"""``INSERT OR REPLACE`` deletes without firing a DELETE trigger."""
APPEND_ONLY_POSTGRESQL = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_event is append-only'; END $$;
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
"""


def guard_audit() -> None:
    """Let the database itself refuse changes to the audit trail."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(APPEND_ONLY_POSTGRESQL)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(APPEND_ONLY_SQLITE.format(verb=verb))
    op.execute(NO_REPLACE_SQLITE)


def create_1() -> None:
    """audit_event, hospital, letter_counter, staff, case_file."""
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(200), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
        sa.UniqueConstraint("subject", "sequence", name=op.f("uq_audit_event_subject_sequence")),
    )
    op.create_table(
        "hospital",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("city", sa.String(100), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("phone", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_hospital")),
    )
    with op.batch_alter_table("hospital", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hospital_region_code"), ["region_code"], unique=False)
    op.create_table(
        "letter_counter",
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office", "year", name=op.f("pk_letter_counter")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("nip", sa.String(32), nullable=True),
        sa.Column("rank", sa.String(100), nullable=True),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=True),
        sa.Column("password_hash", sa.String(255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_staff_hospital_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
    )
    op.create_table(
        "case_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.String(9), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "RECEIVED",
                "CHECKED",
                "ASSESSMENT",
                "VALIDATION",
                "DECISION",
                "APPROVED",
                "SIGNING",
                "LETTER_ISSUED",
                "ACCEPTED",
                "EXPIRED",
                "REVOKED",
                "REJECTED",
                "WITHDRAWN",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "letter_type",
            sa.Enum("REKOM_PBPU_PEMDA", name="lettertype", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("timezone", sa.String(32), nullable=False),
        sa.Column("policy_valid_from", sa.Date(), nullable=False),
        sa.Column("policy_sha256", sa.String(64), nullable=False),
        sa.Column("nik", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("phone", sa.String(20), nullable=False),
        sa.Column("kk", sa.String(16), nullable=True),
        sa.Column("address", sa.String(300), nullable=True),
        sa.Column("domicile_code", sa.String(10), nullable=True),
        sa.Column("resident_since", sa.Date(), nullable=True),
        sa.Column("hospital_code", sa.String(32), nullable=True),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "urgency",
            sa.Enum(
                "EMERGENCY",
                "INPATIENT",
                "CHILDBIRTH",
                "CHRONIC",
                "OUTPATIENT",
                "ROUTINE",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "LOKET_DINSOS",
                "MPP",
                "PUSKESMAS",
                "DESA",
                "MCS",
                "DROPBOX_FKTP",
                "RS",
                "ONLINE",
                "WHATSAPP",
                "KOLEKTIF",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("proxy_name", sa.String(200), nullable=True),
        sa.Column("proxy_relation", sa.String(50), nullable=True),
        sa.Column("proxy_phone", sa.String(20), nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NOT NULL) = (state IN ('ACCEPTED', 'EXPIRED', 'REJECTED', 'REVOKED', 'WITHDRAWN'))",
            name=op.f("ck_case_file_closed_when_final"),
        ),
        sa.CheckConstraint("(proxy_name IS NULL) = (proxy_relation IS NULL)", name=op.f("ck_case_file_proxy_paired")),
        sa.CheckConstraint("length(nik) = 16", name=op.f("ck_case_file_nik_length")),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_case_file_hospital_code")),
        sa.ForeignKeyConstraint(["opened_by"], ["staff.id"], name=op.f("fk_case_file_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sa.UniqueConstraint("id", "opened_by", name=op.f("uq_case_file_id_opened_by")),
        sa.UniqueConstraint("ticket", name=op.f("uq_case_file_ticket")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_file_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_region_code"), ["region_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_case_file_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_case_file_open_nik",
            ["nik"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )


def create_2() -> None:
    """idempotency_record, membership_report, sign_in, signing_authority, staff_role."""
    op.create_table(
        "idempotency_record",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        sa.Column("request_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_idempotency_record_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "key", name=op.f("pk_idempotency_record")),
    )
    op.create_table(
        "membership_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nik", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("segment", sa.String(32), nullable=True),
        sa.Column("status_code", sa.String(8), nullable=True),
        sa.Column("status_text", sa.String(100), nullable=True),
        sa.Column("segment_code", sa.String(8), nullable=True),
        sa.Column("segment_text", sa.String(100), nullable=True),
        sa.Column("card", sa.String(13), nullable=True),
        sa.Column("cover_from", sa.Date(), nullable=True),
        sa.Column("cover_until", sa.Date(), nullable=True),
        sa.Column("asked_for", sa.Date(), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=False),
        sa.Column("reported_by", sa.Integer(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_membership_report_hospital_code")),
        sa.ForeignKeyConstraint(["reported_by"], ["staff.id"], name=op.f("fk_membership_report_reported_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_report")),
    )
    with op.batch_alter_table("membership_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_report_nik"), ["nik"], unique=False)
    op.create_table(
        "sign_in",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_sign_in_staff_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_staff_id"), ["staff_id"], unique=False)
    op.create_table(
        "signing_authority",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column(
            "capacity",
            sa.Enum("DEFINITIF", "PLT", "PLH", "AN", name="capacity", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("capacity = 'DEFINITIF' OR valid_to IS NOT NULL", name=op.f("ck_signing_authority_acting_is_dated")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_signing_authority_dates_in_order")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_signing_authority_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_authority")),
    )
    with op.batch_alter_table("signing_authority", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signing_authority_staff_id"), ["staff_id"], unique=False)
    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "LOKET",
                "CASEWORKER",
                "VALIDATOR",
                "KADIS",
                "HOSPITAL",
                "ADMIN",
                "SYSTEM",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("role <> 'SYSTEM'", name=op.f("ck_staff_role_not_system")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_role")),
    )


def create_3() -> None:
    """assessment, case_document, finding_set, task, check_result."""
    op.create_table(
        "assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("criteria_set", sa.String(64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(1000), nullable=True),
        sa.Column("assessed_by", sa.Integer(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("validated_by", sa.Integer(), nullable=True),
        sa.Column("validated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("validation_note", sa.String(1000), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_reason", sa.String(1000), nullable=True),
        sa.CheckConstraint("(returned_at IS NULL) = (returned_reason IS NULL)", name=op.f("ck_assessment_return_paired")),
        sa.CheckConstraint("(validated_by IS NULL) = (validated_at IS NULL)", name=op.f("ck_assessment_validation_paired")),
        sa.CheckConstraint("validated_by IS NULL OR validated_by <> assessed_by", name=op.f("ck_assessment_four_eyes")),
        sa.ForeignKeyConstraint(["assessed_by"], ["staff.id"], name=op.f("fk_assessment_assessed_by")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_assessment_case_id")),
        sa.ForeignKeyConstraint(["validated_by"], ["staff.id"], name=op.f("fk_assessment_validated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment")),
        sa.UniqueConstraint("case_id", "round", name=op.f("uq_assessment_case_id_round")),
        sa.UniqueConstraint("id", "case_id", "assessed_by", "validated_by", name=op.f("uq_assessment_id_case_id_assessed_by_validated_by")),
    )
    op.create_table(
        "case_document",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "type",
            sa.Enum(
                "KTP",
                "KK",
                "KIA",
                "SKTM",
                "SURAT_PERNYATAAN_TIDAK_MAMPU",
                "PAKTA_INTEGRITAS",
                "SURAT_RAWAT_INAP",
                "RUJUKAN",
                "SURAT_KETERANGAN_FASKES",
                "SKL_BAYI",
                "AKTA_LAHIR",
                "BUKU_KIA",
                "KARTU_JKN",
                "FOTO_RUMAH",
                "REKENING_LISTRIK",
                "SURAT_KEPOLISIAN",
                "SURAT_BERHENTI_KERJA",
                "SURAT_DOMISILI",
                "SURAT_KUASA",
                "BERITA_ACARA_MUSDES",
                "LEMBAR_VERIFIKASI_RT_RW",
                "RINCIAN_BIAYA",
                name="documenttype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_document_case_id")),
        sa.ForeignKeyConstraint(["received_by"], ["staff.id"], name=op.f("fk_case_document_received_by")),
        sa.PrimaryKeyConstraint("case_id", "type", name=op.f("pk_case_document")),
    )
    op.create_table(
        "finding_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("facts_hash", sa.String(64), nullable=False),
        sa.Column("policy_region", sa.String(4), nullable=False),
        sa.Column("policy_valid_from", sa.Date(), nullable=False),
        sa.Column("policy_sha256", sa.String(64), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_finding_set_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_set")),
        sa.UniqueConstraint("case_id", "facts_hash", name=op.f("uq_finding_set_case_id_facts_hash")),
    )
    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "job",
            sa.Enum(
                "IDENTITY",
                "MEMBERSHIP",
                "POVERTY",
                "DUPLICATES",
                "FINDINGS",
                "LETTER",
                name="job",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("input_hash", sa.String(64), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(300), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_task_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("case_id", "job", "input_hash", name=op.f("uq_task_case_id_job_input_hash")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(
            "ix_task_due", ["due_at"], unique=False, sqlite_where=sa.text("done_at IS NULL"), postgresql_where=sa.text("done_at IS NULL")
        )
    op.create_table(
        "check_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "IDENTITY",
                "MEMBERSHIP",
                "POVERTY",
                "DUPLICATES",
                "FINDINGS",
                "LETTER",
                name="job",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("input_hash", sa.String(64), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(task_id IS NULL) <> (recorded_by IS NULL)", name=op.f("ck_check_result_task_or_person")),
        sa.CheckConstraint(
            "recorded_by IS NULL OR (outcome IS NOT NULL AND note IS NOT NULL)", name=op.f("ck_check_result_person_says_why")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_check_result_case_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_check_result_recorded_by")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_check_result_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_result")),
    )
    with op.batch_alter_table("check_result", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_result_case_id"), ["case_id"], unique=False)
        batch_op.create_index(
            "uq_check_result_task",
            ["task_id"],
            unique=True,
            sqlite_where=sa.text("outcome IS NOT NULL"),
            postgresql_where=sa.text("outcome IS NOT NULL"),
        )


def create_4() -> None:
    """decision, correction, letter, manual_check, acceptance."""
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("assessment_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("assessed_by", sa.Integer(), nullable=False),
        sa.Column("validated_by", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("APPROVED", "REJECTED", name="decisionoutcome", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(1000), nullable=True),
        sa.Column("finding_set_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome = 'APPROVED' OR reason IS NOT NULL", name=op.f("ck_decision_refusal_says_why")),
        sa.CheckConstraint(
            "decided_by <> opened_by AND decided_by <> assessed_by AND decided_by <> validated_by", name=op.f("ck_decision_four_eyes")
        ),
        sa.ForeignKeyConstraint(
            ["assessment_id", "case_id", "assessed_by", "validated_by"],
            ["assessment.id", "assessment.case_id", "assessment.assessed_by", "assessment.validated_by"],
            name="fk_decision_assessed",
        ),
        sa.ForeignKeyConstraint(["authority_id"], ["signing_authority.id"], name=op.f("fk_decision_authority_id")),
        sa.ForeignKeyConstraint(["case_id", "opened_by"], ["case_file.id", "case_file.opened_by"], name="fk_decision_opened"),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_decision_decided_by")),
        sa.ForeignKeyConstraint(["finding_set_id"], ["finding_set.id"], name=op.f("fk_decision_finding_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("case_id", name=op.f("uq_decision_case_id")),
        sa.UniqueConstraint("id", "case_id", name=op.f("uq_decision_id_case_id")),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "IDENTITY",
                "MEMBERSHIP",
                "POVERTY",
                "DUPLICATES",
                "FINDINGS",
                "LETTER",
                name="job",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("result_id", sa.Integer(), nullable=False),
        sa.Column("believed_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.Integer(), nullable=True),
        sa.Column("resolution", sa.String(1000), nullable=True),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolution IS NULL)", name=op.f("ck_correction_resolved_with_words")),
        sa.CheckConstraint("(resolved_at IS NULL) = (resolved_by IS NULL)", name=op.f("ck_correction_resolved_by_somebody")),
        sa.ForeignKeyConstraint(["believed_id"], ["check_result.id"], name=op.f("fk_correction_believed_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_correction_case_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_correction_owner_id")),
        sa.ForeignKeyConstraint(["resolved_by"], ["staff.id"], name=op.f("fk_correction_resolved_by")),
        sa.ForeignKeyConstraint(["result_id"], ["check_result.id"], name=op.f("fk_correction_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
        sa.UniqueConstraint("result_id", name=op.f("uq_correction_result_id")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_owner_id"), ["owner_id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column(
            "type", sa.Enum("REKOM_PBPU_PEMDA", name="lettertype", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "SIGNED",
                "PREPARED",
                "ISSUED",
                "ACCEPTED",
                "EXPIRED",
                "REVOKED",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("office", sa.String(64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(120), nullable=False),
        sa.Column("token_id", sa.String(32), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "signing_mode",
            sa.Enum("SEAL", "BSRE", "WET", name="signingmode", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("draft", sa.LargeBinary(), nullable=True),
        sa.Column("scan", sa.LargeBinary(), nullable=True),
        sa.Column("signature_id", sa.String(200), nullable=True),
        sa.Column("signing_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signing_error", sa.String(300), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.String(64), nullable=True),
        sa.Column("token", sa.String(2000), nullable=True),
        sa.Column("key_id", sa.String(64), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.Column("revoked_reason", sa.String(500), nullable=True),
        sa.CheckConstraint("(state = 'REVOKED') = (revoked_reason IS NOT NULL)", name=op.f("ck_letter_revoked_says_why")),
        sa.CheckConstraint("signing_mode <> 'BSRE' OR pdf IS NULL OR signature_id IS NOT NULL", name=op.f("ck_letter_bsre_has_id")),
        sa.CheckConstraint("signing_mode <> 'WET' OR pdf IS NULL OR scan IS NOT NULL", name=op.f("ck_letter_wet_has_scan")),
        sa.CheckConstraint("state <> 'PREPARED' OR (draft IS NOT NULL AND token IS NOT NULL)", name=op.f("ck_letter_prepared_has_draft")),
        sa.CheckConstraint(
            "state NOT IN ('ISSUED', 'ACCEPTED', 'EXPIRED') OR (pdf IS NOT NULL AND token IS NOT NULL)",
            name=op.f("ck_letter_issued_has_paper"),
        ),
        sa.CheckConstraint("state NOT IN ('SIGNED', 'PREPARED') OR pdf IS NULL", name=op.f("ck_letter_paper_is_issued")),
        sa.CheckConstraint(
            "(pdf IS NULL) = (issued_at IS NULL) AND (pdf IS NULL) = (pdf_sha256 IS NULL)", name=op.f("ck_letter_complete_or_not")
        ),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_letter_validity_in_order")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_letter_case_id")),
        sa.ForeignKeyConstraint(["decision_id", "case_id"], ["decision.id", "decision.case_id"], name="fk_letter_decided"),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_letter_hospital_code")),
        sa.ForeignKeyConstraint(["revoked_by"], ["staff.id"], name=op.f("fk_letter_revoked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_letter_decision_id")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.UniqueConstraint("office", "year", "sequence", name=op.f("uq_letter_office_year_sequence")),
        sa.UniqueConstraint("token_id", name=op.f("uq_letter_token_id")),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letter_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_letter_valid_until"), ["valid_until"], unique=False)
        batch_op.create_index(
            "uq_letter_live_case",
            ["case_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('ACCEPTED', 'ISSUED', 'PREPARED', 'SIGNED')"),
            postgresql_where=sa.text("state IN ('ACCEPTED', 'ISSUED', 'PREPARED', 'SIGNED')"),
        )
    op.create_table(
        "manual_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "IDENTITY",
                "MEMBERSHIP",
                "POVERTY",
                "DUPLICATES",
                "FINDINGS",
                "LETTER",
                name="job",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(done_at IS NULL) = (result_id IS NULL)", name=op.f("ck_manual_check_done_with_result")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_manual_check_case_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_manual_check_owner_id")),
        sa.ForeignKeyConstraint(["result_id"], ["check_result.id"], name=op.f("fk_manual_check_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_check")),
    )
    with op.batch_alter_table("manual_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_manual_check_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(
            "uq_manual_check_open",
            ["case_id", "kind"],
            unique=True,
            sqlite_where=sa.text("done_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL"),
        )
    op.create_table(
        "acceptance",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=False),
        sa.Column("accepted_by", sa.Integer(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_number", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["accepted_by"], ["staff.id"], name=op.f("fk_acceptance_accepted_by")),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_acceptance_hospital_code")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_acceptance_letter_id")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_acceptance")),
    )
    with op.batch_alter_table("acceptance", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acceptance_hospital_code"), ["hospital_code"], unique=False)


def upgrade() -> None:
    """Apply."""
    create_1()
    create_2()
    create_3()
    create_4()
    guard_audit()


def downgrade() -> None:
    """Undo."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change")
