"""A letter counter says whose register it is: the region's that wrote its first number."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0069"
branch_labels: Any = None
depends_on: Any = None

FIRST = """
UPDATE letter_counter SET region_code = (
    SELECT region_code FROM (
        SELECT case_file.region_code, letter.office, letter.year, letter.sequence
        FROM letter JOIN case_file ON case_file.id = letter.case_id
        UNION ALL
        SELECT region_code, office, year, sequence FROM collective_letter
        UNION ALL
        SELECT premium_bill.region_code, premium_letter.office, premium_letter.year, premium_letter.sequence
        FROM premium_letter JOIN premium_bill ON premium_bill.id = premium_letter.bill_id
    ) AS given
    WHERE given.office = letter_counter.office AND given.year = letter_counter.year AND given.region_code IS NOT NULL
    ORDER BY given.sequence LIMIT 1
)
"""


def upgrade() -> None:
    """Apply. A counter without a letter stays nobody's until its next number."""
    op.add_column("letter_counter", sa.Column("region_code", sa.String(4), nullable=True))
    op.execute(FIRST)


def downgrade() -> None:
    """Undo."""
    op.drop_column("letter_counter", "region_code")
