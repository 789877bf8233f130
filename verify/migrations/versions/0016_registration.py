"""Registration with BPJS Kesehatan: its life, batches, answers; the SEP number; and the states a case has after its letter."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import relist

revision = "0016"
down_revision = "0015"
branch_labels: Any = None
depends_on: Any = None

TABLES_LAST_FIRST = ("episode", "registration_answer", "registration_batch_row", "registration_batch", "registration")

NEW = ("REGISTERING", "ACTIVE", "CLOSED", "UNREGISTERED")
STATE = ("case_file", "ck_case_file_state", "state IN ({})")
CLOSED = ("case_file", "ck_case_file_closed_when_final", "(closed_at IS NOT NULL) = (state IN ({}))")
REASON = ("seat", "ck_seat_releasereason", "reason IN ({})")

REFUSALS = (
    "NIK_NOT_IN_DUKCAPIL, ALREADY_ACTIVE_SAME, ACTIVE_OTHER_SEGMENT, DUPLICATE_MEMBER, DECEASED, KK_MISMATCH, OUT_OF_REGION, QUOTA_FULL, "
    "CUTOFF_PASSED, FKTP_INVALID, REGION_IN_ARREARS, OTHER"
).split(", ")

LETTERS_SO_FAR = """
INSERT INTO registration (case_id, route, status, since, rounds, details)
SELECT id, 'BPJS_FILE', 'WAITING', state_since, 0, '{}' FROM case_file
WHERE state = 'LETTER_ISSUED' AND letter_type = 'REKOM_PBPU_PEMDA'
"""


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply; cases that a hospital accepted before there were registrations are done, letters that are out wait for theirs."""
    relist(*STATE, add=NEW)
    relist(*CLOSED, add=("CLOSED", "UNREGISTERED"))
    op.execute("UPDATE case_file SET state = 'CLOSED' WHERE state = 'ACCEPTED'")
    relist(*CLOSED, remove=("ACCEPTED",))
    relist(*REASON, add=("REFUSED",))
    _make_tables()
    op.execute(LETTERS_SO_FAR)


def _make_tables() -> None:
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("route", words("route", "BPJS_FILE", "SIKS_NG"), nullable=False),
        sa.Column(
            "status",
            words("registrationstatus", "WAITING", "BATCHED", "SENT", "REFUSED", "ACTIVE", "GIVEN_UP", "CANCELLED"),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("reference", sa.String(64), nullable=True),
        sa.Column("card_number", sa.String(13), nullable=True),
        sa.Column("active_on", sa.Date(), nullable=True),
        sa.Column("refusal", words("refusalcode", *REFUSALS), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.CheckConstraint("(status = 'ACTIVE') = (active_on IS NOT NULL)", name=op.f("ck_registration_active_since_a_day")),
        sa.CheckConstraint("status <> 'REFUSED' OR refusal IS NOT NULL", name=op.f("ck_registration_refused_says_why")),
        sa.CheckConstraint("status <> 'GIVEN_UP' OR note IS NOT NULL", name=op.f("ck_registration_given_up_says_why")),
        sa.CheckConstraint("card_number IS NULL OR length(card_number) = 13", name=op.f("ck_registration_card_has_13_digits")),
        sa.CheckConstraint("rounds >= 0", name=op.f("ck_registration_rounds_count_from_zero")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_registration_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("case_id", name=op.f("uq_registration_case_id")),
    )
    op.create_index(op.f("ix_registration_status"), "registration", ["status"])
    op.create_table(
        "registration_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(200), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(500), nullable=True),
        sa.CheckConstraint("people > 0", name=op.f("ck_registration_batch_somebody_is_in_it")),
        sa.CheckConstraint("(sent_at IS NULL) = (sent_by IS NULL)", name=op.f("ck_registration_batch_sent_by_somebody")),
        sa.CheckConstraint("(void_at IS NULL) = (void_reason IS NULL)", name=op.f("ck_registration_batch_void_says_why")),
        sa.CheckConstraint("sent_at IS NULL OR void_at IS NULL", name=op.f("ck_registration_batch_sent_is_not_void")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_batch")),
        sa.UniqueConstraint("region_code", "number", name=op.f("uq_registration_batch_region_code_number")),
    )
    op.create_table(
        "registration_batch_row",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("outcome", words("rowoutcome", "ACTIVE", "REFUSED", "VOID"), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (outcome IS NULL)", name=op.f("ck_registration_batch_row_answered_has_outcome")),
        sa.CheckConstraint("position > 0", name=op.f("ck_registration_batch_row_position_counts_from_one")),
        sa.ForeignKeyConstraint(["batch_id"], ["registration_batch.id"], name=op.f("fk_registration_batch_row_batch_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_registration_batch_row_registration_id")),
        sa.PrimaryKeyConstraint("batch_id", "registration_id", name=op.f("pk_registration_batch_row")),
    )
    live = sa.text("answered_at IS NULL")
    op.create_index(
        "uq_registration_batch_row_live",
        "registration_batch_row",
        ["registration_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "registration_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("strange", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_by", sa.String(200), nullable=False),
        sa.CheckConstraint(
            "accepted >= 0 AND refused >= 0 AND accepted + refused <= people", name=op.f("ck_registration_answer_rows_add_up")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_answer")),
        sa.UniqueConstraint("region_code", "sha256", name=op.f("uq_registration_answer_region_code_sha256")),
    )
    op.create_table(
        "episode",
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=False),
        sa.Column("sep_number", sa.String(19), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_episode_letter_id")),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_episode_hospital_code")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_episode_recorded_by")),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_episode")),
        sa.UniqueConstraint("sep_number", name=op.f("uq_episode_sep_number")),
    )
    op.create_index(op.f("ix_episode_hospital_code"), "episode", ["hospital_code"])


def downgrade() -> None:
    """Undo; a case whose patient was accepted is done with that again."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    op.execute("UPDATE seat SET reason = 'REJECTED' WHERE reason = 'REFUSED'")
    relist(*REASON, remove=("REFUSED",))
    op.execute("UPDATE case_file SET state = 'EXPIRED', closed_at = state_since WHERE state = 'REGISTERING'")
    op.execute("UPDATE case_file SET state = 'CLOSED', closed_at = state_since WHERE state IN ('ACCEPTED', 'ACTIVE')")
    relist(*CLOSED, add=("ACCEPTED",))
    op.execute("UPDATE case_file SET state = 'ACCEPTED' WHERE state IN ('CLOSED', 'UNREGISTERED')")
    relist(*CLOSED, remove=("CLOSED", "UNREGISTERED"))
    relist(*STATE, remove=NEW)
