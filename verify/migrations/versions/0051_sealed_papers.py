"""Letters' papers and findings lie encrypted; retention finds closed cases by an index."""

from typing import Any

from alembic import op

from verify.migrations.schema_text import add_check, drop_check, is_postgresql, retype
from verify.migrations.sealing import Plain, seal, unseal

revision = "0051"
down_revision = "0050"
branch_labels: Any = None
depends_on: Any = None

FILES = (
    Plain("letter", {"draft": None, "scan": None, "pdf": None}, ("office", "year", "sequence"), bytes=True),
    Plain("collective_letter", {"draft": None, "scan": None, "pdf": None}, ("id",), bytes=True),
)
FINDINGS = Plain("finding_set", {"findings": None}, ("case_id",))


def upgrade() -> None:
    """Apply; what lies plain is sealed with the keys of the vault this migration was given."""
    for plain in FILES:
        for column in plain.columns:
            retype(plain.table, column, _file(), "TEXT", using=f"encode({column}, 'base64')")
        seal(plain)
    retype("finding_set", "findings", "JSON", "TEXT", using="findings::text")
    seal(FINDINGS)
    for plain in (*FILES, FINDINGS):
        for column in plain.columns:
            add_check(plain.table, *_sealed(plain.table, column))
    op.create_index("ix_case_file_closed_at", "case_file", ["closed_at"])


def downgrade() -> None:
    """Undo: everything lies plain again."""
    op.drop_index("ix_case_file_closed_at", "case_file")
    for plain in (*FILES, FINDINGS):
        for column in reversed(tuple(plain.columns)):
            drop_check(plain.table, *_sealed(plain.table, column))
    unseal(FINDINGS)
    retype("finding_set", "findings", "TEXT", "JSON", using="findings::json")
    for plain in FILES:
        unseal(plain)
        for column in plain.columns:
            retype(plain.table, column, "TEXT", _file(), using=f"decode({column}, 'base64')")


def _file() -> str:
    return "BYTEA" if is_postgresql() else "BLOB"


def _sealed(table: str, column: str) -> tuple[str, str]:
    return f"ck_{table}_{column}_sealed", f"substr({column}, 1, 3) = 'r1.'"
