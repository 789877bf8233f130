"""Seats over the years: what comes along, what a month costs in each year's books, and which year a released seat was free in."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from verify.migrations.schema_text import add_check, add_foreign_key, drop_check, drop_foreign_key, relist

revision = "0033"
down_revision = "0032"
branch_labels: Any = None
depends_on: Any = None

KIND = ("ledger_entry", "ck_ledger_entry_ledgerkind", "kind IN ({})")
NO_SEAT = "ck_ledger_entry_allotment_has_no_seat"
NO_SEAT_BEFORE, NO_SEAT_AFTER = "(kind = 'ALLOT') = (seat_id IS NULL)", "(kind IN ('ALLOT', 'CARRY', 'ADJUST')) = (seat_id IS NULL)"
RELEASED = "(released_at IS NULL) = (released_from IS NULL)"
CARRIED = "carried >= 0 AND carried <= cap"
FREED_IN = ("seat", "fk_seat_released_from", ["released_from"], "seat_quota", ["id"])


def upgrade() -> None:
    """Apply; books kept so far had the premium of their allotment."""
    op.add_column("seat_quota", sa.Column("carried", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("seat_quota", sa.Column("monthly", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("seat", sa.Column("released_from", sa.Integer(), nullable=True))
    op.execute("UPDATE seat SET released_from = quota_id WHERE released_at IS NOT NULL")
    _fill_prices()
    add_check("seat_quota", "ck_seat_quota_carried_in_cap", CARRIED)
    add_check("seat", "ck_seat_release_says_where", RELEASED)
    add_foreign_key(*FREED_IN)
    relist(*KIND, add=("CARRY", "ADJUST"))
    _swap(NO_SEAT_BEFORE, NO_SEAT_AFTER)


def _fill_prices() -> None:
    bind = op.get_bind()
    rows = bind.exec_driver_sql("SELECT quota_id, first_month, monthly, at FROM ledger_entry WHERE kind = 'ALLOT' ORDER BY id").all()
    opened: dict[int, Any] = {}
    prices: dict[int, list[int]] = {}
    for quota_id, first_month, monthly, at in rows:
        if opened.setdefault(quota_id, at) == at:  # the first allotment has all twelve months
            month = int(str(first_month)[5:7])
            prices.setdefault(quota_id, [monthly] * 12)[month - 1 :] = [monthly] * (13 - month)
    for quota_id, known in prices.items():
        filled = sa.text("UPDATE seat_quota SET monthly = :known WHERE id = :id")
        if bind.dialect.name == "postgresql":
            filled = sa.text("UPDATE seat_quota SET monthly = CAST(:known AS json) WHERE id = :id")
        bind.execute(filled, {"known": json.dumps(known), "id": quota_id})


def _swap(before: str, after: str) -> None:
    drop_check("ledger_entry", NO_SEAT, before)
    add_check("ledger_entry", NO_SEAT, after)


def downgrade() -> None:
    """Undo; refused once a year was carried over or a premium changed, for the books cannot say it otherwise."""
    if op.get_bind().exec_driver_sql("SELECT count(*) FROM ledger_entry WHERE kind IN ('CARRY', 'ADJUST')").scalar_one():
        raise RuntimeError("the seats' books were carried over or repriced: they cannot be told in the older form")
    _swap(NO_SEAT_AFTER, NO_SEAT_BEFORE)
    relist(*KIND, remove=("CARRY", "ADJUST"))
    drop_foreign_key(*FREED_IN)
    drop_check("seat", "ck_seat_release_says_where", RELEASED)
    drop_check("seat_quota", "ck_seat_quota_carried_in_cap", CARRIED)
    op.drop_column("seat", "released_from")
    op.drop_column("seat_quota", "monthly")
    op.drop_column("seat_quota", "carried")
