"""The fields of our own borders, with messages that say what, why and what to do next, in Indonesian."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from workflows.errors import InvalidNik
from workflows.nik import SEPARATORS, parse_nik
from workflows.saying import say

REQUIRED: dict[str, Any] = {
    "required": say("Isian ini wajib."),
    "invalid": say("Isian ini belum benar. Periksa jenis isinya."),
    "null": say("Isian ini tidak boleh kosong."),
    "validator_failed": say("Isian ini belum benar."),
}
PHONE = re.compile(r"\+?\d{8,15}")
OLDEST = 130
"""Years; nobody on record was older by much."""

INDONESIAN_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


class Shape(Schema):
    """Base of every shape we accept: what is not asked for is refused, so that a typing error never passes silently."""

    class Meta:
        """Unknown fields are errors."""

        unknown = RAISE

    error_messages = {
        "unknown": say("Isian ini tidak dikenal. Hapus, atau periksa ejaan namanya."),
        "type": say("Kirim satu objek JSON."),
    }


class Text(fields.String):
    """One line of text: trimmed, inner spaces folded, no control characters, of bounded length."""

    default_error_messages = {**REQUIRED, "invalid": say("Isi dengan teks."), "invalid_utf8": say("Teks ini bukan UTF-8.")}

    def __init__(self, longest: int, *, shortest: int = 1, **options: Any) -> None:
        super().__init__(validate=_lengths(shortest, longest), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **options))
        folded = " ".join(text.split())
        if not folded.isprintable() and any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Cn") for letter in folded):
            raise ValidationError(say("Teks berisi tanda yang tidak dapat dicetak. Ketik ulang."))
        return folded


class PersonName(Text):
    """A name as on the KTP, in capitals; one-word names are normal."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        name = super()._deserialize(value, attr, data, **options).upper()
        if not any(letter.isalpha() for letter in name) or any(letter.isdigit() for letter in name):
            raise ValidationError(say("Nama hanya berisi huruf. Ketik seperti di KTP."))
        return name


class NikText(fields.String):
    """A NIK; text, never a number: a JSON number has lost digits before we see it."""

    default_error_messages = {**REQUIRED, "invalid": say("Kirim NIK sebagai teks 16 angka, bukan bilangan.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        try:
            return parse_nik(text, practice=True).digits
        except InvalidNik as error:
            raise ValidationError(str(error)) from None


class KkText(fields.String):
    """A family-card number: sixteen digits whose date is that of issue, so the NIK's rules do not apply."""

    default_error_messages = {**REQUIRED, "invalid": say("Kirim nomor KK sebagai teks 16 angka, bukan bilangan.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        digits = SEPARATORS.sub("", super()._deserialize(value, attr, data, **options))
        if not re.fullmatch(r"[0-9]{16}", digits):
            raise ValidationError(say("Nomor KK terdiri dari 16 angka. Periksa lagi di kartu keluarga."))
        return digits


class Phone(fields.String):
    """A telephone number, digits only with an optional leading plus."""

    default_error_messages = {**REQUIRED, "invalid": say("Isi nomor telepon dengan angka.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> str:
        digits = re.sub(r"[\s.()\-]", "", super()._deserialize(value, attr, data, **options))
        if not PHONE.fullmatch(digits) or not digits.isascii():
            raise ValidationError(say("Nomor telepon berisi 8 sampai 15 angka, misalnya 081200000000."))
        return digits


class Day(fields.Date):
    """A day, ``2026-11-22`` or ``22-11-2026``."""

    default_error_messages = {**REQUIRED, "invalid": say("Tulis tanggal seperti 2026-11-22 atau 22-11-2026.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> date:
        if isinstance(value, str) and (found := INDONESIAN_DAY.fullmatch(value.strip())):
            value = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
        return super()._deserialize(value, attr, data, **options)


class NearDay(Day):
    """A day at most ``OLDEST`` years from today, so that it has a midnight in every time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> date:
        day = super()._deserialize(value, attr, data, **options)
        if abs(day.year - datetime.now(UTC).year) > OLDEST:
            raise ValidationError(say("Tanggal ini terlalu jauh dari hari ini. Periksa lagi tahunnya."))
        return day


class PastDay(Day):
    """A day that has come, at most ``OLDEST`` years ago."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> date:
        day = super()._deserialize(value, attr, data, **options)
        today = datetime.now(UTC).date()
        # Jayapura is nine hours ahead of UTC: its today may be tomorrow here.
        if (day - today).days > 1:
            raise ValidationError(say("Tanggal ini di masa depan. Periksa lagi."))
        if today.year - day.year > OLDEST:
            raise ValidationError(say("Tanggal ini terlalu lama lalu. Periksa lagi tahunnya."))
        return day


class Moment(fields.AwareDateTime):
    """A moment with its time zone; one without is taken as the office's and must be made so before."""

    default_error_messages = {
        **REQUIRED,
        "invalid": say("Tulis waktu seperti 2026-11-22T14:05:00+07:00."),
        "invalid_awareness": say("Sertakan zona waktu, misalnya +07:00."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **options: Any) -> datetime:
        moment = super()._deserialize(value, attr, data, **options)
        # Compared before it is turned: the last hours of the year 9999 have no UTC.
        if abs(moment.year - datetime.now(UTC).year) > OLDEST:
            raise ValidationError(say("Waktu ini terlalu jauh dari hari ini. Periksa lagi tahunnya."))
        return moment.astimezone(UTC)


class Choice(fields.Enum[Any]):
    """One word of a list, by its value."""

    def __init__(self, words: type[StrEnum], **options: Any) -> None:
        error = say("Pilih salah satu: {choices}.")
        super().__init__(words, by_value=True, error_messages={**REQUIRED, "unknown": error}, **options)


class Count(fields.Integer):
    """A whole number that a database can hold; text of digits only where it stands in an address."""

    default_error_messages = {**REQUIRED, "invalid": say("Isi bilangan bulat."), "too_large": say("Isi bilangan bulat yang lebih kecil.")}

    def __init__(self, least: int = 0, most: int = 2**31 - 1, *, strict: bool = True, **options: Any) -> None:
        range_ = validate.Range(least, most, error=say("Isi bilangan {least} sampai {most}.", least=least, most=most))
        super().__init__(strict=strict, validate=range_, **options)


class Flag(fields.Boolean):
    """Yes or no."""

    default_error_messages = {**REQUIRED, "invalid": say("Isi true atau false.")}


def _lengths(shortest: int, longest: int) -> list[validate.Length]:
    """Two checks where one letter is enough, so that a text that is too long is not told that it is empty."""
    if shortest > 1:
        return [validate.Length(shortest, longest, error=say("Isi {shortest} sampai {longest} huruf.", shortest=shortest, longest=longest))]
    most = validate.Length(max=longest, error=say("Isi paling banyak {longest} huruf.", longest=longest))
    return [validate.Length(min=shortest, error=REQUIRED["null"]), most]
