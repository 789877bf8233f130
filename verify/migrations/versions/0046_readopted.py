"""Letters given after a backup that was restored, as their seals tell them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import is_postgresql

revision = "0046"
down_revision = "0045"
branch_labels: Any = None
depends_on: Any = None

LETTER_TYPES = ("REKOM_PBPU_PEMDA", "KET_REAKTIVASI_PBI_JK", "JAMINAN_PELAYANAN", "PENCABUTAN", "PENGANTAR_KOLEKTIF")
GIVEN = "EXISTS (SELECT 1 FROM {} AS known WHERE known.number = NEW.number)"
REFUSED = (
    ("readopted_number_is_free", "readopted_letter", "INSERT", f"{GIVEN.format('letter')} OR {GIVEN.format('collective_letter')}"),
    ("readopted_letter_stays", "readopted_letter", "UPDATE", "TRUE"),
    ("readopted_letter_stays", "readopted_letter", "DELETE", "TRUE"),
    ("number_of_a_lost_letter", "letter", "INSERT", GIVEN.format("readopted_letter")),
    ("number_of_a_lost_letter", "letter", "UPDATE OF number", GIVEN.format("readopted_letter")),
    ("number_of_a_lost_list", "collective_letter", "INSERT", f"NEW.number IS NOT NULL AND {GIVEN.format('readopted_letter')}"),
    ("number_of_a_lost_list", "collective_letter", "UPDATE", f"NEW.number IS NOT NULL AND {GIVEN.format('readopted_letter')}"),
)
"""Name, table, on what, and when it is refused."""


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "readopted_letter",
        sa.Column("token_id", sa.String(32), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("number", sa.String(120), nullable=False),
        sa.Column("type", sa.Enum(*LETTER_TYPES, name="lettertype", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("nik_digest", sa.String(32), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=True),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_in_by", sa.String(200), nullable=False),
        sa.CheckConstraint("valid_until > valid_from", name=op.f("ck_readopted_letter_validity_in_order")),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_readopted_letter")),
        sa.UniqueConstraint("number", name=op.f("uq_readopted_letter_number")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_readopted_letter_token_sha256")),
    )
    op.create_index(op.f("ix_readopted_letter_nik_digest"), "readopted_letter", ["nik_digest"])
    for name, table, verb, when in REFUSED:
        _refuse(name, table, verb, when)


def downgrade() -> None:
    """Undo; refused while a lost letter is known, for its number would be given again."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM readopted_letter").scalar_one():
        raise RuntimeError("the tables before this migration cannot keep the numbers of lost letters")
    for name, table, verb, _ in REFUSED:
        made = f"{name}_{verb.split()[0].lower()}"
        op.execute(f"DROP TRIGGER {made}" + (f" ON {table}" if is_postgresql() else ""))
        if is_postgresql():
            op.execute(f"DROP FUNCTION {made}")
    op.drop_table("readopted_letter")


def _refuse(name: str, table: str, verb: str, when: str) -> None:
    made = f"{name}_{verb.split()[0].lower()}"
    if not is_postgresql():
        op.execute(f"CREATE TRIGGER {made} BEFORE {verb} ON {table} WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {made}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{name}'; END IF; "
        f"RETURN {'OLD' if verb == 'DELETE' else 'NEW'}; END $$; "
        f"CREATE TRIGGER {made} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {made}()"
    )
