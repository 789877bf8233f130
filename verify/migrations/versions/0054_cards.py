"""Cards of new members: lists for whoever hands them over, and what came of each card."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels: Any = None
depends_on: Any = None


def words(name: str, *values: str) -> sa.Enum:
    """Text under a CHECK."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Apply."""
    files = ("residents_id", "members_id", "before_id")
    op.create_table(
        "card_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(4), nullable=False),
        sa.Column("village_code", sa.String(10), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=name != "residents_id") for name in files),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("given_to", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(village_code) = 10", name=op.f("ck_card_list_village_length")),
        sa.CheckConstraint("(members_id IS NULL) = (before_id IS NULL)", name=op.f("ck_card_list_files_paired")),
        sa.CheckConstraint("members_id <> before_id", name=op.f("ck_card_list_files_differ")),
        sa.CheckConstraint("ends_at > made_at", name=op.f("ck_card_list_ends_later")),
        *(sa.ForeignKeyConstraint([name], ["extract.id"], name=op.f(f"fk_card_list_{name}")) for name in files),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_list")),
    )
    op.create_table(
        "card",
        sa.Column("code", sa.String(9), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("nik_digest", sa.String(32), nullable=False),
        sa.Column("source", words("cardsource", "MEMBER_FILE", "REGISTRATION"), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("answer", words("cardanswer", "HANDED_OVER", "NOT_FOUND", "MOVED", "DIED"), nullable=True),
        sa.Column("receiver", words("cardreceiver", "MEMBER", "FAMILY", "RT_RW"), nullable=True),
        sa.Column("handed_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(200), nullable=True),
        sa.CheckConstraint("length(code) = 9", name=op.f("ck_card_code_length")),
        sa.CheckConstraint("length(nik_digest) = 32", name=op.f("ck_card_person_digested")),
        sa.CheckConstraint("position BETWEEN 1 AND 2000", name=op.f("ck_card_position_on_the_list")),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL) AND (answer IS NOT NULL OR answered_by IS NULL)",
            name=op.f("ck_card_answer_whole"),
        ),
        sa.CheckConstraint("answer IS NULL OR NOT waits", name=op.f("ck_card_answered_waits_no_more")),
        sa.CheckConstraint("newest OR NOT waits", name=op.f("ck_card_the_newest_waits")),
        sa.CheckConstraint(
            "(receiver IS NULL) = (handed_on IS NULL) AND (receiver IS NULL) = (answer IS NULL OR answer <> 'HANDED_OVER')",
            name=op.f("ck_card_handed_over_to_somebody_on_a_day"),
        ),
        sa.ForeignKeyConstraint(["list_id"], ["card_list.id"], name=op.f("fk_card_list_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_card")),
        sa.UniqueConstraint("list_id", "position", name=op.f("uq_card_list_id_position")),
    )
    op.create_index(op.f("ix_card_list_id"), "card", ["list_id"])
    op.create_index(op.f("ix_card_nik_digest"), "card", ["nik_digest"])
    for name in ("waits", "newest"):
        index, where = {"waits": "uq_card_waiting_person", "newest": "uq_card_newest_person"}[name], sa.text(name)
        op.create_index(index, "card", ["nik_digest"], unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Undo; lists that were given out are forgotten."""
    op.drop_table("card")
    op.drop_table("card_list")
