"""Numbers, addresses and diagnoses of cases and family cards lie encrypted; what is looked up has a keyed digest."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_filled, drop_check, is_postgresql, rename_constraint, retype
from verify.migrations.sealing import Plain, seal, unseal

revision = "0047"
down_revision = "0046"
branch_labels: Any = None
depends_on: Any = None

DOMAINS = {"nik": "nik", "mother_nik": "nik", "other_number": "number", "phone": "phone"}
LENGTHS = {"nik": 16, "mother_nik": 16, "other_number": 40, "phone": 20, "kk": 16, "address": 300, "proxy_phone": 20, "diagnosis": 200}
CASES = Plain("case_file", {name: DOMAINS.get(name) for name in LENGTHS}, ("ticket",))
HOUSEHOLDS = Plain("household", {"kk": "kk"}, ("code",))
NIK_LENGTHS = {name: (f"ck_case_file_{name}_length", f"length({name}) = 16") for name in ("nik", "mother_nik")}
OPEN = "closed_at IS NULL"
INDEXES = {
    "uq_case_file_open_nik": (["nik"], OPEN),
    "uq_case_file_open_newborn": (["mother_nik", "name"], f"{OPEN} AND nik IS NULL AND no_nik = 'NEWBORN'"),
    "uq_case_file_open_unidentified": (["hospital_code", "other_number"], f"{OPEN} AND nik IS NULL AND no_nik = 'UNIDENTIFIED'"),
    "uq_case_file_open_foreigner": (["other_number"], f"{OPEN} AND nik IS NULL AND no_nik = 'FOREIGNER'"),
}


ERASED = "EXISTS (SELECT 1 FROM erasure AS gone WHERE gone.case_id = OLD.id)"
STANDS = f"({ERASED}) AND (OLD.version = 0 OR NEW.version <> 0 OR NEW.closed_at IS NULL OR NEW.state <> OLD.state)"
"""When a change of a tombstone is refused."""


def upgrade() -> None:
    """Apply; what lies plain is sealed with the keys of the vault this migration was given."""
    op.create_table(
        "vault_key",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "purpose", sa.Enum("DATA", "INDEX", name="vaultpurpose", native_enum=False, create_constraint=True, length=32), nullable=False
        ),
        sa.Column("wrapped", sa.String(120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emptied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id > 0", name=op.f("ck_vault_key_id_counts_from_one")),
        sa.CheckConstraint("emptied_at IS NULL OR purpose = 'DATA'", name=op.f("ck_vault_key_only_data_is_emptied")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_key")),
    )
    where = sa.text("purpose = 'INDEX'")
    op.create_index("uq_vault_key_index", "vault_key", ["purpose"], unique=True, sqlite_where=where, postgresql_where=where)
    _let_tombstones()
    _seal_cases()
    _seal_households()
    _hold_tombstones(f"{STANDS} AND ({' OR '.join(_changed())})")


def downgrade() -> None:
    """Undo: everything lies plain again."""
    _let_tombstones()
    _open_households()
    _open_cases()
    _hold_tombstones(STANDS)
    op.drop_index("uq_vault_key_index", "vault_key")
    op.drop_table("vault_key")


def _changed() -> list[str]:
    """What may not change in a tombstone: everything but how its values are sealed, for a rotation seals them anew."""
    differs = "IS DISTINCT FROM" if is_postgresql() else "IS NOT"
    columns = (column["name"] for column in sa.inspect(op.get_bind()).get_columns("case_file"))
    return [f"NEW.{name} {differs} OLD.{name}" for name in columns if name not in LENGTHS]


def _hold_tombstones(when: str) -> None:
    if not is_postgresql():
        op.execute(
            f"CREATE TRIGGER tombstone_stays_update BEFORE UPDATE ON case_file WHEN {when} "
            "BEGIN SELECT RAISE(ABORT, 'tombstone_stays'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION tombstone_stays_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = 'tombstone_stays'; END IF; "
        "RETURN NEW; END $$; "
        "CREATE TRIGGER tombstone_stays_update BEFORE UPDATE ON case_file FOR EACH ROW EXECUTE FUNCTION tombstone_stays_update()"
    )


def _let_tombstones() -> None:
    op.execute("DROP TRIGGER tombstone_stays_update" + (" ON case_file" if is_postgresql() else ""))
    if is_postgresql():
        op.execute("DROP FUNCTION tombstone_stays_update")


def _seal_cases() -> None:
    for name in INDEXES:
        op.drop_index(name, "case_file")
    for check in NIK_LENGTHS.values():
        drop_check("case_file", *check)
    for name in DOMAINS:
        op.add_column("case_file", sa.Column(f"{name}_digest", sa.String(32), nullable=True))
    for name, length in LENGTHS.items():
        retype("case_file", name, f"VARCHAR({length})", "TEXT")
    seal(CASES)
    _index({name: ([_digest(column) for column in columns], where) for name, (columns, where) in INDEXES.items()})
    op.create_index("ix_case_file_phone_digest", "case_file", ["phone_digest"])
    for name in LENGTHS:
        add_check("case_file", f"ck_case_file_{name}_sealed", f"substr({name}, 1, 3) = 'r1.'")
    for name in DOMAINS:
        add_check("case_file", *_digested("case_file", name))


def _open_cases() -> None:
    for name in DOMAINS:
        drop_check("case_file", *_digested("case_file", name))
    for name in LENGTHS:
        drop_check("case_file", f"ck_case_file_{name}_sealed", f"substr({name}, 1, 3) = 'r1.'")
    op.drop_index("ix_case_file_phone_digest", "case_file")
    for name in INDEXES:
        op.drop_index(name, "case_file")
    unseal(CASES)
    for name, length in LENGTHS.items():
        retype("case_file", name, "TEXT", f"VARCHAR({length})")
    for name in DOMAINS:
        op.drop_column("case_file", f"{name}_digest")
    for check in NIK_LENGTHS.values():
        add_check("case_file", *check)
    _index(INDEXES)


def _seal_households() -> None:
    """The column itself becomes the digest's, so that the constraint on it stays; a new one holds the number."""
    drop_check("household", "ck_household_kk_length", "length(kk) = 16")
    op.execute("ALTER TABLE household RENAME COLUMN kk TO kk_digest")
    rename_constraint("household", "uq_household_region_code_kk", "uq_household_region_code_kk_digest")
    retype("household", "kk_digest", "VARCHAR(16)", "VARCHAR(32)")
    add_filled("household", "kk", "TEXT", "")
    op.execute("UPDATE household SET kk = kk_digest")
    seal(HOUSEHOLDS)
    add_check("household", "ck_household_kk_sealed", "substr(kk, 1, 3) = 'r1.'")
    add_check("household", *_digested("household", "kk"))


def _open_households() -> None:
    drop_check("household", *_digested("household", "kk"))
    drop_check("household", "ck_household_kk_sealed", "substr(kk, 1, 3) = 'r1.'")
    unseal(HOUSEHOLDS)
    op.execute("UPDATE household SET kk_digest = kk")
    op.drop_column("household", "kk")
    retype("household", "kk_digest", "VARCHAR(32)", "VARCHAR(16)")
    rename_constraint("household", "uq_household_region_code_kk_digest", "uq_household_region_code_kk")
    op.execute("ALTER TABLE household RENAME COLUMN kk_digest TO kk")
    add_check("household", "ck_household_kk_length", "length(kk) = 16")


def _index(indexes: dict[str, tuple[list[str], str]]) -> None:
    for name, (columns, where) in indexes.items():
        told = sa.text(where)
        op.create_index(name, "case_file", columns, unique=True, sqlite_where=told, postgresql_where=told)


def _digest(column: str) -> str:
    return f"{column}_digest" if column in DOMAINS else column


def _digested(table: str, name: str) -> tuple[str, str]:
    beside = f"{name}_digest"
    return f"ck_{table}_{name}_digested", f"({name} IS NULL) = ({beside} IS NULL) AND length({beside}) = 32"
