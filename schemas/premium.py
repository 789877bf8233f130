"""Forms about premiums: which month a bill is of, words about its lines, and what is entered in the ledger."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validates, validates_schema

from schemas.fields import REQUIRED, Choice, Count, Day, NearDay, Shape, Text
from schemas.population.bill_file import RUPIAH
from workflows.audit import blotted
from workflows.records.premium import LineWord
from workflows.records.premium_ledger import PremiumEntryKind
from workflows.revealing import LONG_NUMBER
from workflows.saying import say

MONTH = re.compile(r"(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/. ](\d{4}))", re.ASCII)
LARGEST_SUM = 10**13
"""Rupiah of a region's month; more is a slip of the hand."""
ENTERED = (PremiumEntryKind.PAID, PremiumEntryKind.ACCEPTED, PremiumEntryKind.DISPUTED)
"""What the form of the ledger adds; a bill is entered from its own page, a correction has its own form."""


class Month(Day):
    """A month, ``2026-11`` or ``11-2026``, as its first day."""

    default_error_messages = {**REQUIRED, "invalid": say("Tulis bulan seperti 11-2026.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> date:
        found = MONTH.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise self.make_error("invalid", input=value, obj_type="date", format="")
        year, month = (found[1], found[2]) if found[1] else (found[4], found[3])
        return super()._deserialize(f"{year}-{int(month):02d}-01", attr, data, **options)


class Rupiah(fields.String):
    """Whole rupiah as people write them: ``37800``, ``37.800``, ``Rp 37.800``."""

    default_error_messages = {**REQUIRED, "invalid": say("Tulis rupiah dengan angka, misalnya 1.250.000.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> Any:
        found = RUPIAH.fullmatch(super()._deserialize(value, attr, data, **options).strip())
        amount = int(re.sub(r"[.,]", "", found[1])) if found else -1
        if not 0 <= amount <= LARGEST_SUM:
            raise self.make_error("invalid")
        return amount


class Plain(Text):
    """Words without a number of a person: they stand in the trail."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if LONG_NUMBER.search(text) or blotted(text) != text:
            raise ValidationError(say("Tulis tanpa NIK atau nomor lain."))
        return text


class BillSchema(Shape):
    """Which month a bill is of."""

    month = Month(required=True)

    @validates("month")
    def _check_month(self, value: date, **_: object) -> None:
        if not 2014 <= value.year <= 2100:
            raise ValidationError(say("Bulan ini di luar masa JKN. Periksa tahunnya."))


class LinesSchema(Shape):
    """One word of some lines, and why."""

    lines = fields.List(Count(1, strict=False), load_default=list)
    word = Choice(LineWord, required=True)
    reason = Plain(300, shortest=3, required=True)


class AccountSchema(Shape):
    """By when a bill is to be paid."""

    due_on = NearDay(required=True)


class EntrySchema(Shape):
    """One event of the ledger. What is disputed is summed from the lines, so it has no amount of its own."""

    kind = Choice(PremiumEntryKind, required=True)
    amount = Rupiah(load_default=0)
    happened_on = NearDay(required=True)
    reference = Plain(200, shortest=3, required=True)

    @validates_schema
    def _check_amount(self, given: dict[str, Any], **_: object) -> None:
        if given.get("kind") in (PremiumEntryKind.PAID, PremiumEntryKind.ACCEPTED) and not given.get("amount"):
            raise ValidationError(REQUIRED["null"], "amount")


class CorrectionSchema(Shape):
    """All figures as they should stand, and why."""

    billed = Rupiah(required=True)
    disputed = Rupiah(required=True)
    accepted = Rupiah(required=True)
    paid = Rupiah(required=True)
    due_on = NearDay(required=True)
    why = Plain(200, shortest=3, required=True)


class WithdrawalSchema(Shape):
    """Why a bill is taken back."""

    withdraw_why = Plain(300, shortest=10, required=True)


class EndSchema(Shape):
    """Why a letter is sent back or withdrawn."""

    end_why = Plain(300, shortest=3, required=True)


class PurposeSchema(Shape):
    """What names are needed for."""

    purpose = Plain(200, shortest=10, required=True)
