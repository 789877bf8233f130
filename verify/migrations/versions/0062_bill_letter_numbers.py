"""The number of a letter about a bill is no other letter's, nor a lost one's."""

from typing import Any

from verify.migrations.schema_text import allow, refuse

revision = "0062"
down_revision = "0064"
branch_labels: Any = None
depends_on: Any = None

GIVEN = "EXISTS (SELECT 1 FROM {} AS known WHERE known.number = NEW.number)"
ELSEWHERE = " OR ".join(GIVEN.format(table) for table in ("letter", "collective_letter", "readopted_letter"))
HERE = GIVEN.format("premium_letter")
REFUSED = (
    ("bill_number_is_free_insert", "premium_letter", "INSERT", ELSEWHERE),
    ("bill_number_is_free_update", "premium_letter", "UPDATE OF number", ELSEWHERE),
    ("number_of_a_bill_letter_insert", "letter", "INSERT", HERE),
    ("number_of_a_bill_letter_update", "letter", "UPDATE OF number", HERE),
    ("number_of_a_bill_list_insert", "collective_letter", "INSERT", HERE),
    ("number_of_a_bill_list_update", "collective_letter", "UPDATE OF number", HERE),
    ("number_of_a_bill_lost_insert", "readopted_letter", "INSERT", HERE),
)
"""Name, table, on what, and when it is refused; a row without a number has nobody's."""


def upgrade() -> None:
    """Apply."""
    for name, table, verb, when in REFUSED:
        refuse(name, table, verb, when)


def downgrade() -> None:
    """Undo."""
    for name, table, _, _ in REFUSED:
        allow(name, table)
