"""Photographs and PDFs of a case's papers, sealed; looking at one is a look of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import is_postgresql, relist

revision = "0049"
down_revision = "0048"
branch_labels: Any = None
depends_on: Any = None

TYPES = (
    "KTP", "KK", "KIA", "SKTM", "SURAT_PERNYATAAN_TIDAK_MAMPU", "PAKTA_INTEGRITAS", "SURAT_RAWAT_INAP", "RUJUKAN",
    "SURAT_KETERANGAN_FASKES", "SKL_BAYI", "AKTA_LAHIR", "BUKU_KIA", "KARTU_JKN", "FOTO_RUMAH", "REKENING_LISTRIK", "SURAT_KEPOLISIAN",
    "SURAT_BERHENTI_KERJA", "SURAT_DOMISILI", "SURAT_KUASA", "BERITA_ACARA_MUSDES", "LEMBAR_VERIFIKASI_RT_RW", "RINCIAN_BIAYA",
)  # fmt: skip
CLOSED = "EXISTS (SELECT 1 FROM case_file AS known WHERE known.id = NEW.case_id AND known.closed_at IS NOT NULL)"
ERASED = "EXISTS (SELECT 1 FROM erasure AS gone WHERE gone.case_id = OLD.case_id)"
SAME = ("handle", "case_id", "type", "kind", "way", "sha256", "size", "kept_at", "kept_by")
OTHERWISE = " OR ".join(f"NEW.{name} <> OLD.{name}" for name in SAME)
MOVED = f"OLD.removed_at IS NOT NULL OR (NEW.removed_at IS NOT NULL AND {CLOSED})"
REFUSED = (
    ("case_paper_of_an_open_case", "INSERT", CLOSED),
    ("case_paper_stays", "UPDATE", f"{OTHERWISE} OR (({MOVED}) AND NOT {ERASED})"),
    ("case_paper_stays", "DELETE", "TRUE"),
)
"""Name, on what, and when it is refused. Of a removed one only a tombstone takes more; a rotation seals a kept one anew."""
LOOKED = ("case_reading", "ck_case_reading_seen", "seen IN ({})")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "case_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(16), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("type", _words("documenttype", *TYPES), nullable=False),
        sa.Column("kind", _words("paperkind", "JPEG", "PDF"), nullable=False),
        sa.Column("way", _words("paperway", "OFFICE", "PHONE"), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("thumbnail", sa.Text(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_by", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.Integer(), nullable=True),
        sa.Column("removed_reason", sa.String(500), nullable=True),
        sa.CheckConstraint("substr(content, 1, 3) = 'r1.'", name=op.f("ck_case_paper_content_sealed")),
        sa.CheckConstraint("substr(thumbnail, 1, 3) = 'r1.'", name=op.f("ck_case_paper_thumbnail_sealed")),
        sa.CheckConstraint("size > 0", name=op.f("ck_case_paper_holds_something")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_case_paper_sha256_length")),
        sa.CheckConstraint("(kind = 'JPEG') = (thumbnail IS NOT NULL)", name=op.f("ck_case_paper_picture_has_thumbnail")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)",
            name=op.f("ck_case_paper_removed_whole"),
        ),
        sa.CheckConstraint(
            "removed_at IS NULL OR (content = 'r1.' AND coalesce(thumbnail, 'r1.') = 'r1.')", name=op.f("ck_case_paper_removed_is_gone")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_paper_case_id")),
        sa.ForeignKeyConstraint(["kept_by"], ["staff.id"], name=op.f("fk_case_paper_kept_by")),
        sa.ForeignKeyConstraint(["removed_by"], ["staff.id"], name=op.f("fk_case_paper_removed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_paper")),
        sa.UniqueConstraint("handle", name=op.f("uq_case_paper_handle")),
    )
    op.create_index(op.f("ix_case_paper_case_id"), "case_paper", ["case_id"])
    kept = sa.text("removed_at IS NULL")
    op.create_index(
        "uq_case_paper_kept", "case_paper", ["case_id", "type", "sha256"], unique=True, sqlite_where=kept, postgresql_where=kept
    )
    for name, verb, when in REFUSED:
        _refuse(name, verb, when)
    relist(*LOOKED, add=("PAPER",))


def downgrade() -> None:
    """Undo; refused while pictures are kept, and once somebody looked at one: both would be lost."""
    for table, where in (("case_paper", "removed_at IS NULL"), ("case_reading", "seen = 'PAPER'")):
        if op.get_bind().exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {where}").scalar_one():  # noqa: S608 -- both are ours
            raise RuntimeError(f"the tables before this migration cannot hold what {table} says of papers")
    relist(*LOOKED, remove=("PAPER",))
    op.drop_table("case_paper")
    if is_postgresql():
        for name, verb, _ in REFUSED:
            op.execute(f"DROP FUNCTION {name}_{verb.lower()}")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)


def _refuse(name: str, verb: str, when: str) -> None:
    made = f"{name}_{verb.lower()}"
    if not is_postgresql():
        op.execute(f"CREATE TRIGGER {made} BEFORE {verb} ON case_paper WHEN {when} BEGIN SELECT RAISE(ABORT, '{name}'); END")
        return
    op.execute(
        f"CREATE FUNCTION {made}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {when} THEN RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{name}'; END IF; "
        f"RETURN {'OLD' if verb == 'DELETE' else 'NEW'}; END $$; "
        f"CREATE TRIGGER {made} BEFORE {verb} ON case_paper FOR EACH ROW EXECUTE FUNCTION {made}()"
    )
