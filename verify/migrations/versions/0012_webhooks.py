"""News for hospital systems: endpoints, deliveries, each try; and a task that sends one."""

import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels: Any = None
depends_on: Any = None

TABLES_LAST_FIRST = ("webhook_attempt", "webhook_delivery", "webhook_endpoint")
NEWS = ("letter.issued", "letter.accepted", "letter.revoked", "letter.replaced", "letter.expired", "membership.active")


def words_in(table: str, column: str) -> list[str]:
    """The words a column admits now, whatever earlier migrations made of them."""
    checks = {check["name"]: str(check["sqltext"]) for check in sa.inspect(op.get_bind()).get_check_constraints(table)}
    return re.findall(r"'([A-Z_]+)'", checks[f"ck_{table}_{column}"])


def admit(table: str, column: str, words: list[str]) -> None:
    """Let a column hold these words and no other."""
    before, name = words_in(table, column), op.f(f"ck_{table}_{column}")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"{column} IN ({listed(words)})")
        return
    # SQLite changes no CHECK, and a copy of the table would break what points at it; its documentation's way for this
    # is to write the schema's text (https://sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
    version = op.get_bind().exec_driver_sql("PRAGMA schema_version").scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    change = sa.text("UPDATE sqlite_master SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = :name")
    op.execute(change.bindparams(old=f"{column} IN ({listed(before)})", new=f"{column} IN ({listed(words)})", name=table))
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def listed(words: list[str]) -> str:
    """As they stand in a CHECK."""
    return ", ".join(f"'{word}'" for word in words)


def upgrade() -> None:
    """Go one version forward."""
    admit("task", "job", [*words_in("task", "job"), "WEBHOOK"])
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("hospital_code", sa.String(32), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("sealed_secret", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hospital_code"], ["hospital.code"], name=op.f("fk_webhook_endpoint_hospital_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    with op.batch_alter_table("webhook_endpoint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_endpoint_hospital_code"), ["hospital_code"], unique=False)
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(40), nullable=False),
        sa.Column("endpoint_id", sa.String(32), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("news", sa.Enum(*NEWS, name="news", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("body", sa.String(4000), nullable=False),
        sa.Column("task_hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("delivered_at IS NULL OR failed_at IS NULL", name=op.f("ck_webhook_delivery_one_end")),
        sa.CheckConstraint("tries >= 0 AND tries <= attempts", name=op.f("ck_webhook_delivery_tries_counted")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_webhook_delivery_case_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_webhook_delivery_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_webhook_delivery_message_id")),
        sa.UniqueConstraint("task_hash", name=op.f("uq_webhook_delivery_task_hash")),
        sa.UniqueConstraint("endpoint_id", "news", "letter_id", name=op.f("uq_webhook_delivery_endpoint_id_news_letter_id")),
    )
    op.create_table(
        "webhook_attempt",
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(100), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status IS NULL) <> (error IS NULL)", name=op.f("ck_webhook_attempt_status_or_error")),
        sa.ForeignKeyConstraint(["delivery_id"], ["webhook_delivery.id"], name=op.f("fk_webhook_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", "number", name=op.f("pk_webhook_attempt")),
    )


def downgrade() -> None:
    """Undo; news still to be sent is dropped."""
    for table in TABLES_LAST_FIRST:
        op.drop_table(table)
    op.execute("DELETE FROM task WHERE job = 'WEBHOOK'")
    admit("task", "job", [word for word in words_in("task", "job") if word != "WEBHOOK"])
