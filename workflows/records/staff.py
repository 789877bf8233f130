"""People who work with Rekom, and the roles they hold."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from workflows.records.base import text_enum
from workflows.states import Role


class Staff(SQLModel, table=True):
    """One person; ``hospital_code`` is set exactly for people at an admission desk (checked with their roles)."""

    __tablename__ = "staff"

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=64, unique=True)
    name: str = Field(max_length=200)
    nip: str | None = Field(default=None, max_length=32)
    rank: str | None = Field(default=None, max_length=100)
    region_code: str = Field(max_length=4)
    hospital_code: str | None = Field(default=None, foreign_key="hospital.code", max_length=32)
    password_hash: str = Field(max_length=255)
    created_at: datetime
    disabled_at: datetime | None = None


class StaffRole(SQLModel, table=True):
    """One role of one person. SYSTEM is the process itself and cannot be given."""

    __tablename__ = "staff_role"
    __table_args__ = (CheckConstraint("role <> 'SYSTEM'", name="not_system"),)

    staff_id: int = Field(foreign_key="staff.id", primary_key=True)
    role: Role = Field(sa_type=text_enum(Role), primary_key=True)
