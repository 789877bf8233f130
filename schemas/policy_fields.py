"""The fields policy files are built from, and what to do where one is wrong, in Indonesian."""

from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from workflows.rules.policy import Ruled

WORDS: dict[str, Any] = {
    "required": "Kunci ini wajib ada. Tambahkan.",
    "null": "Nilai tidak boleh kosong. Isi nilainya.",
    "unknown": "Kunci ini tidak dikenal. Hapus, atau betulkan ejaannya.",
    "type": "Tulis sebagai tabel, misalnya { value = ..., reference = ... }.",
}


LONGEST_SENTENCE = 20
"""Words; what a family reads must be plain."""


class PolicyShape(Schema):
    """A table with known keys only; every message is for the person who writes the file."""

    error_messages = WORDS


def day(required: bool = True) -> fields.Raw:
    """A date without quotes."""
    return fields.Raw(required=required, validate=_check_day, error_messages=WORDS)


def _check_day(value: Any) -> None:
    if type(value) is not date:
        raise ValidationError("Tulis tanggal tanpa tanda kutip, misalnya 2026-01-31.")


def words(invalid: str) -> dict[str, Any]:
    """Messages of a field that must be of one kind."""
    return {**WORDS, "invalid": invalid, "unknown": invalid}


def text(pattern: str = r"^\S(.*\S)?$", hint: str = "Isi teks, tanpa spasi di awal dan akhir.", *, required: bool = True) -> fields.String:
    """Text that fits a pattern."""
    return fields.String(
        required=required, validate=validate.Regexp(pattern, error=hint), error_messages=words("Tulis teks dalam tanda kutip.")
    )


def sentences() -> fields.String:
    """What a family reads: sentences of twenty words at most, each with its full stop."""
    return fields.String(required=True, validate=_check_plain, error_messages=words("Tulis teks dalam tanda kutip."))


def _check_plain(text: str) -> None:
    if not text.strip() or not text.rstrip().endswith("."):
        raise ValidationError("Tulis kalimat lengkap yang berakhir dengan titik.")
    if any(len(sentence.split()) > LONGEST_SENTENCE for sentence in text.split(". ")):
        raise ValidationError(f"Kalimat paling panjang {LONGEST_SENTENCE} kata. Pecah menjadi dua kalimat.")


def whole(low: int, high: int) -> fields.Integer:
    """A whole number within bounds."""
    hint = f"Tulis bilangan bulat {low} sampai {high}, tanpa tanda kutip."
    return fields.Integer(required=True, strict=True, validate=validate.Range(low, high, error=hint), error_messages=words(hint))


def choice(members: type[StrEnum]) -> fields.Enum[Any]:
    """One word of an enum."""
    hint = f"Pilih salah satu: {', '.join(members)}."
    return fields.Enum(members, by_value=True, required=True, error_messages=words(hint))


def listed(item: fields.Field[Any], least: int = 1) -> fields.List[Any]:
    """A list with at least so many items."""
    check = validate.Length(min=least, error="Isi paling sedikit satu.")
    return fields.List(item, required=True, validate=check, error_messages=words("Tulis daftar dalam kurung siku."))


def flag() -> fields.Boolean:
    """True or false, required."""
    return fields.Boolean(required=True, truthy={True}, falsy={False}, error_messages=words("Tulis true atau false."))


def part(shape: type[Schema], many: bool = False, required: bool = True) -> fields.Nested:
    """A table within a table, or many of them."""
    return fields.Nested(shape, many=many, required=required, error_messages=WORDS)


class Rule(PolicyShape):
    """Where a value comes from: article, document and day."""

    reference = text()
    document = text()
    decided_on = day()
    example = fields.Boolean(truthy={True}, falsy={False}, error_messages=words("Tulis true atau false."))
    retroactive = fields.Boolean(truthy={True}, falsy={False}, error_messages=words("Tulis true atau false."))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Any:
        """A ``Ruled`` value; lists become tuples."""
        value = data["value"]
        return Ruled(**{**data, "value": tuple(value) if isinstance(value, list) else value})


def ruled(value: fields.Field[Any], required: bool = True) -> fields.Nested:
    """A value with the rule it rests on."""
    return part(Rule.from_dict({"value": value}), required=required)
