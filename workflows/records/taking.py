"""Who has taken a case to work on it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.states import State


class Taking(SQLModel, table=True):
    """One person has one case in hand, for the state it is in: a case that moved on is in nobody's hand."""

    __tablename__ = "taking"

    case_id: int = Field(foreign_key="case_file.id", primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", index=True)
    in_state: State = Field(sa_type=text_enum(State))
    state_since: datetime
    taken_at: datetime
