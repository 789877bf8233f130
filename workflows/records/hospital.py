"""Hospitals whose admission desks check letters."""

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel


class Hospital(SQLModel, table=True):
    """``code`` is the BPJS facility code where there is one, else the office's own; the contract is the region's own with it."""

    __tablename__ = "hospital"
    __table_args__ = (
        CheckConstraint(
            "(contract_number IS NULL) = (contract_from IS NULL) AND (contract_number IS NULL) = (contract_until IS NULL)",
            name="contract_whole",
        ),
        CheckConstraint("contract_until IS NULL OR contract_until >= contract_from", name="contract_in_order"),
    )

    code: str = Field(primary_key=True, max_length=32)
    name: str = Field(max_length=200)
    city: str = Field(max_length=100)
    region_code: str = Field(max_length=4, index=True)
    phone: str | None = Field(default=None, max_length=32)
    contract_number: str | None = Field(default=None, max_length=100)
    contract_from: date | None = None
    contract_until: date | None = None

    def has_contract(self, on: date) -> bool:
        """Whether the region's contract with the hospital is in force on a day."""
        return self.contract_from is not None and self.contract_until is not None and self.contract_from <= on <= self.contract_until
