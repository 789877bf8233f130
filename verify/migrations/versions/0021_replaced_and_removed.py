"""A letter that takes another one's place, and letter D: who is taken off the region's list, why, and whose seat becomes free."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_foreign_key, drop_check, drop_foreign_key, nullable, relist

revision = "0021"
down_revision = "0020"
branch_labels: Any = None
depends_on: Any = None

STATE = ("case_file", "ck_case_file_state", "state IN ({})")
CLOSED = ("case_file", "ck_case_file_closed_when_final", "(closed_at IS NOT NULL) = (state IN ({}))")
LETTER = ("letter", "ck_letter_letterstate", "state IN ({})")
RELEASE = ("seat", "ck_seat_releasereason", "reason IN ({})")

CHECKS = {
    "decided_or_replaces": "(decision_id IS NULL) = (replaces_id IS NOT NULL)",
    "replaced_says_why": "(state = 'REPLACED') = (replaced_reason IS NOT NULL)",
    "replaces_another": "replaces_id <> id",
}
PINS: tuple[tuple[str, str, list[str], str, list[str]], ...] = (
    ("letter", "fk_letter_replaces", ["replaces_id", "case_id", "type"], "letter", ["id", "case_id", "type"]),
    ("letter", "fk_letter_replaced_by", ["replaced_by"], "staff", ["id"]),
)
COLUMNS: tuple[tuple[str, Any], ...] = (
    ("replaces_id", sa.Integer()),
    ("replaced_at", sa.DateTime(timezone=True)),
    ("replaced_by", sa.Integer()),
    ("replaced_reason", sa.String(500)),
)


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    relist(*STATE, add=("REMOVED",))
    relist(*CLOSED, add=("REMOVED",))
    relist(*LETTER, add=("REPLACED",))
    relist(*RELEASE, add=("REMOVED",))
    nullable("letter", "decision_id", "INTEGER", may_be_empty=True)
    for name, kind in COLUMNS:
        op.add_column("letter", sa.Column(name, kind, nullable=True))
    for name, condition in CHECKS.items():
        add_check("letter", f"ck_letter_{name}", condition)
    op.create_index("uq_letter_id_case_id_type", "letter", ["id", "case_id", "type"], unique=True)
    op.create_index("uq_letter_replaces_id", "letter", ["replaces_id"], unique=True)
    for pin in PINS:
        add_foreign_key(*pin)
    op.create_table(
        "removal",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "letter_type",
            words("lettertype", "REKOM_PBPU_PEMDA", "KET_REAKTIVASI_PBI_JK", "JAMINAN_PELAYANAN", "PENCABUTAN", "PENGANTAR_KOLEKTIF"),
            nullable=False,
        ),
        sa.Column("reason", words("removalreason", "DIED", "MOVED", "WORKS", "DOUBLE", "ON_REQUEST"), nullable=False),
        sa.Column("evidence", sa.String(500), nullable=False),
        sa.Column("member_case_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("letter_type = 'PENCABUTAN'", name=op.f("ck_removal_only_letter_d")),
        sa.CheckConstraint("member_case_id <> case_id", name=op.f("ck_removal_another_case")),
        sa.CheckConstraint("length(evidence) >= 5", name=op.f("ck_removal_evidence_said")),
        sa.ForeignKeyConstraint(["case_id", "letter_type"], ["case_file.id", "case_file.letter_type"], name=op.f("fk_removal_case")),
        sa.ForeignKeyConstraint(["member_case_id"], ["case_file.id"], name=op.f("fk_removal_member_case_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_removal")),
    )
    op.create_index(op.f("ix_removal_member_case_id"), "removal", ["member_case_id"])


def downgrade() -> None:
    """Undo; refused while a letter took another one's place or a member was taken off the list."""
    for query in ("SELECT count(*) FROM letter WHERE replaces_id IS NOT NULL", "SELECT count(*) FROM removal"):
        if op.get_bind().exec_driver_sql(query).scalar_one():
            raise RuntimeError(f"the tables before this migration cannot hold what is there: {query}")
    op.drop_table("removal")
    for pin in reversed(PINS):
        drop_foreign_key(*pin)
    op.drop_index("uq_letter_replaces_id", "letter")
    op.drop_index("uq_letter_id_case_id_type", "letter")
    for name, condition in reversed(CHECKS.items()):
        drop_check("letter", f"ck_letter_{name}", condition)
    for name, _ in reversed(COLUMNS):
        op.drop_column("letter", name)
    nullable("letter", "decision_id", "INTEGER", may_be_empty=False)
    relist(*RELEASE, remove=("REMOVED",))
    relist(*LETTER, remove=("REPLACED",))
    relist(*CLOSED, remove=("REMOVED",))
    relist(*STATE, remove=("REMOVED",))
