"""Why an application was withdrawn: a cause from the list, and the words of whoever said it."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.vocabulary import WithdrawalCause


class Withdrawal(SQLModel, table=True):
    """One case's withdrawal. A cause that is not on the list has words."""

    __tablename__ = "withdrawal"
    __table_args__ = (CheckConstraint("cause <> 'OTHER' OR coalesce(length(words) >= 3, false)", name="other_says_why"),)

    case_id: int = Field(foreign_key="case_file.id", primary_key=True)
    cause: WithdrawalCause = Field(sa_type=text_enum(WithdrawalCause))
    words: str | None = Field(default=None, max_length=500)
    recorded_by: int = Field(foreign_key="staff.id")
    recorded_at: datetime
