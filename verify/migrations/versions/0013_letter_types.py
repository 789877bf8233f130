"""Letters of more than one type: settled on the case, pinned by the decision and its letter; hospitals' contracts; a cap in rupiah."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_filled, add_foreign_key, drop_check, drop_foreign_key, relist

revision = "0013"
down_revision = "0012"
branch_labels: Any = None
depends_on: Any = None

A = "REKOM_PBPU_PEMDA"
OTHERS = ("KET_REAKTIVASI_PBI_JK", "JAMINAN_PELAYANAN", "PENCABUTAN", "PENGANTAR_KOLEKTIF")
TYPED = {"case_file": "letter_type IN ({})", "letter": "type IN ({})"}

CHECKS = {
    "case_file": {
        "choice_paired": "(letter_chosen_by IS NULL) = (letter_chosen_reason IS NULL)",
        "diagnosis_only_in_guarantee": "diagnosis IS NULL OR letter_type = 'JAMINAN_PELAYANAN'",
    },
    "decision": {
        "lettertype": f"letter_type IN ({', '.join(repr(kind) for kind in (A, *OTHERS))})",
        "cap_on_guarantees": "(cap_rupiah IS NOT NULL) = (outcome = 'APPROVED' AND letter_type = 'JAMINAN_PELAYANAN')",
        "cap_is_money": "cap_rupiah IS NULL OR cap_rupiah > 0",
    },
    "hospital": {
        "contract_whole": "(contract_number IS NULL) = (contract_from IS NULL) AND (contract_number IS NULL) = (contract_until IS NULL)",
        "contract_in_order": "contract_until IS NULL OR contract_until >= contract_from",
    },
}
COLUMNS: dict[str, tuple[tuple[str, Any], ...]] = {
    "case_file": (
        ("letter_chosen_by", sa.Integer()),
        ("letter_chosen_reason", sa.String(500)),
        ("diagnosis", sa.String(200)),
    ),
    "decision": (("cap_rupiah", sa.BigInteger()),),
    "hospital": (("contract_number", sa.String(100)), ("contract_from", sa.Date()), ("contract_until", sa.Date())),
}
PINS: tuple[tuple[str, str, list[str], str, list[str]], ...] = (
    ("case_file", "fk_case_file_letter_chosen_by", ["letter_chosen_by"], "staff", ["id"]),
    ("decision", "fk_decision_letter_type", ["case_id", "letter_type"], "case_file", ["id", "letter_type"]),
    ("letter", "fk_letter_decided_type", ["decision_id", "case_id", "type"], "decision", ["id", "case_id", "letter_type"]),
)


def upgrade() -> None:
    """Apply; all decisions so far were on letter A."""
    for table, condition in TYPED.items():
        relist(table, f"ck_{table}_lettertype", condition, add=OTHERS)
    add_filled("decision", "letter_type", "VARCHAR(32)", A)
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            add_check(table, f"ck_{table}_{name}", condition)
    op.create_index("uq_case_file_id_letter_type", "case_file", ["id", "letter_type"], unique=True)
    op.create_index("uq_decision_id_case_id_letter_type", "decision", ["id", "case_id", "letter_type"], unique=True)
    for pin in PINS:
        add_foreign_key(*pin)


def downgrade() -> None:
    """Undo; refused while there are cases for other letters, which the tables before cannot hold."""
    strange = op.get_bind().execute(sa.text("SELECT count(*) FROM case_file WHERE letter_type <> :known"), {"known": A}).scalar_one()
    if strange:
        raise RuntimeError(f"case_file holds {strange} cases for letters of other types: close and remove them first")
    for pin in reversed(PINS):
        drop_foreign_key(*pin)
    op.drop_index("uq_decision_id_case_id_letter_type", "decision")
    op.drop_index("uq_case_file_id_letter_type", "case_file")
    for table, checks in CHECKS.items():
        for name, condition in checks.items():
            drop_check(table, f"ck_{table}_{name}", condition)
    for table, columns in COLUMNS.items():
        for name, _ in reversed(columns):
            op.drop_column(table, name)
    op.drop_column("decision", "letter_type")
    for table, condition in TYPED.items():
        relist(table, f"ck_{table}_lettertype", condition, remove=OTHERS)
