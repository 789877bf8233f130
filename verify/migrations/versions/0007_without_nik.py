"""Cases of people without a NIK: newborns, unknown patients, the homeless, foreigners."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, drop_check, nullable

revision = "0007"
down_revision = "0006"
branch_labels: Any = None
depends_on: Any = None


CHECKS = {
    "ck_case_file_nonik": "no_nik IN ('NEWBORN', 'UNIDENTIFIED', 'HOMELESS', 'FOREIGNER')",
    "ck_case_file_sex": "sex IN ('MALE', 'FEMALE')",
    "ck_case_file_nik_or_why_not": "nik IS NOT NULL OR no_nik IS NOT NULL",
    "ck_case_file_sex_without_nik": "nik IS NOT NULL OR sex IS NOT NULL",
    "ck_case_file_mother_nik_length": "length(mother_nik) = 16",
    "ck_case_file_newborn_has_mother": "no_nik <> 'NEWBORN' OR mother_nik IS NOT NULL",
    "ck_case_file_unidentified_is_in_hospital": (
        "nik IS NOT NULL OR no_nik <> 'UNIDENTIFIED' OR (hospital_code IS NOT NULL AND other_number IS NOT NULL)"
    ),
    "ck_case_file_foreigner_has_passport": "nik IS NOT NULL OR no_nik <> 'FOREIGNER' OR other_number IS NOT NULL",
}
OPEN = {
    "NEWBORN": ["mother_nik", "name"],
    "UNIDENTIFIED": ["hospital_code", "other_number"],
    "FOREIGNER": ["other_number"],
}
"""What tells one open case from another where there is no NIK."""


def upgrade() -> None:
    """Apply."""
    op.add_column("case_file", sa.Column("no_nik", sa.String(32), nullable=True))
    op.add_column("case_file", sa.Column("mother_nik", sa.String(16), nullable=True))
    op.add_column("case_file", sa.Column("other_number", sa.String(40), nullable=True))
    op.add_column("case_file", sa.Column("sex", sa.String(32), nullable=True))
    op.add_column("case_file", sa.Column("birth_estimated", sa.Boolean(), nullable=False, server_default=sa.false()))
    nullable("case_file", "nik", "VARCHAR(16)", may_be_empty=True)
    for name, condition in CHECKS.items():
        add_check("case_file", name, condition)
    for why, columns in OPEN.items():
        where = sa.text(f"closed_at IS NULL AND nik IS NULL AND no_nik = '{why}'")
        op.create_index(f"uq_case_file_open_{why.lower()}", "case_file", columns, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Undo; refused while somebody's case stands without a NIK, for nobody may invent one."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM case_file WHERE nik IS NULL").scalar_one():
        raise RuntimeError("case_file holds cases without a NIK: add their NIKs first")
    for why in OPEN:
        op.drop_index(f"uq_case_file_open_{why.lower()}", "case_file")
    for name, condition in reversed(CHECKS.items()):
        drop_check("case_file", name, condition)
    nullable("case_file", "nik", "VARCHAR(16)", may_be_empty=False)
    for column in ("birth_estimated", "sex", "other_number", "mother_nik", "no_nik"):
        op.drop_column("case_file", column)
