"""What all tables share: constraint names that errors can be told apart by, and enums stored as checked text."""

from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Enum
from sqlmodel import SQLModel

from workflows.sealed import DIGEST_LENGTH, MARK

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def text_enum(words: type[StrEnum], name: str | None = None) -> Any:
    """A column type that stores the enum's value as text under a CHECK: readable in SQL, no native type to alter.

    ``name`` tells two columns of one table apart.
    """
    return Enum(
        words,
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [member.value for member in members],
        length=32,
        name=name or words.__name__.lower(),
    )


def sql_list(words: frozenset[Any]) -> str:
    """``'A', 'B'`` for a CHECK over enum values."""
    return ", ".join(f"'{word.value}'" for word in sorted(words))


def sealed_check(column: str) -> CheckConstraint:
    """A plain value cannot be written."""
    return CheckConstraint(f"substr({column}, 1, {len(MARK)}) = '{MARK}'", name=f"{column}_sealed")


def digested_check(column: str) -> CheckConstraint:
    """A sealed value that is looked up has its digest beside it."""
    beside = f"{column}_digest"
    return CheckConstraint(f"({column} IS NULL) = ({beside} IS NULL) AND length({beside}) = {DIGEST_LENGTH}", name=f"{column}_digested")
