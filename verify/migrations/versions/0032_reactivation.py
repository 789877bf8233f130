"""A reactivation has its answer in two steps, each with evidence; letters B that are out get the registration that carries them."""

from typing import Any

from alembic import op

from verify.migrations.schema_text import add_check, drop_check, relist

revision = "0032"
down_revision = "0031"
branch_labels: Any = None
depends_on: Any = None

STATUS = ("registration", "ck_registration_registrationstatus", "status IN ({})")
GRANTED = "status <> 'GRANTED' OR route = 'SIKS_NG'"
EVIDENCE = "route <> 'SIKS_NG' OR status NOT IN ('GRANTED', 'ACTIVE', 'REFUSED') OR note IS NOT NULL"

LETTERS_SO_FAR = """
INSERT INTO registration (case_id, route, status, since, rounds, details)
SELECT id, 'SIKS_NG', 'WAITING', state_since, 0, '{}' FROM case_file
WHERE state = 'LETTER_ISSUED' AND letter_type = 'KET_REAKTIVASI_PBI_JK'
AND NOT EXISTS (SELECT 1 FROM registration WHERE registration.case_id = case_file.id)
"""


def upgrade() -> None:
    """Apply; the case of a letter B that is out goes on to the ministry by itself, with its registration's next step."""
    op.execute(LETTERS_SO_FAR)
    op.execute("UPDATE registration SET note = 'Bukti tidak dicatat.' WHERE route = 'SIKS_NG' AND note IS NULL")
    relist(*STATUS, add=("GRANTED",))
    add_check("registration", "ck_registration_granted_by_the_ministry", GRANTED)
    add_check("registration", "ck_registration_typed_answer_has_evidence", EVIDENCE)


def downgrade() -> None:
    """Undo; what the ministry granted waits for its answer again."""
    op.execute("UPDATE registration SET status = 'SENT' WHERE status = 'GRANTED'")
    drop_check("registration", "ck_registration_typed_answer_has_evidence", EVIDENCE)
    drop_check("registration", "ck_registration_granted_by_the_ministry", GRANTED)
    relist(*STATUS, remove=("GRANTED",))
