"""Hospitals whose admission desks check letters."""

from sqlmodel import Field, SQLModel


class Hospital(SQLModel, table=True):
    """``code`` is the BPJS facility code where there is one, else the office's own."""

    __tablename__ = "hospital"

    code: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=200)
    city: str = Field(max_length=100)
    region_code: str = Field(max_length=4, index=True)
    phone: str | None = Field(default=None, max_length=32)
