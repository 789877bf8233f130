"""An application as it arrives: four facts from the KTP and a telephone number, the rest as it comes."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validates_schema

from schemas.fields import REQUIRED, Choice, Count, KkText, Moment, NikText, PastDay, PersonName, Phone, Shape, Text
from workflows.intake import Intake
from workflows.vocabulary import Channel, DocumentType, Urgency


def _documents(**options: Any) -> fields.List[Any]:
    messages = {**REQUIRED, "invalid": "Kirim daftar jenis berkas."}
    return fields.List(Choice(DocumentType), error_messages=messages, **options)


class LaterFacts(Shape):
    """What may follow the KTP."""

    kk = KkText(allow_none=True, metadata={"description": "nomor Kartu Keluarga, 16 angka"})
    address = Text(300, allow_none=True)
    domicile_code = Text(10, allow_none=True, metadata={"description": "kode wilayah Kemendagri domisili menurut KTP/KK, misalnya 3673"})
    resident_since = PastDay(allow_none=True)
    hospital_code = Text(32, allow_none=True, metadata={"description": "kode rumah sakit tujuan; kosong berarti rumah sakit mana pun"})
    admitted_at = Moment(allow_none=True, metadata={"description": "waktu masuk rumah sakit, dengan zona waktu"})
    urgency = Choice(Urgency)
    proxy_name = PersonName(200, allow_none=True, metadata={"description": "yang mengurus, bila bukan pasien"})
    proxy_relation = Text(50, allow_none=True)
    proxy_phone = Phone(allow_none=True)
    documents = _documents(metadata={"description": "berkas yang sudah dilihat petugas"})


class IntakeSchema(LaterFacts):
    """``POST /api/v1/applications``; loads into ``Intake``."""

    nik = NikText(required=True, metadata={"description": "16 angka; spasi, titik dan tanda hubung dibuang"})
    name = PersonName(200, required=True)
    birth_date = PastDay(required=True)
    phone = Phone(required=True)
    channel = Choice(Channel)

    @validates_schema
    def _check_proxy(self, data: dict[str, Any], **_: object) -> None:
        if (data.get("proxy_name") is None) != (data.get("proxy_relation") is None):
            raise ValidationError("Isi nama dan hubungan orang yang mengurus, atau kosongkan keduanya.", "proxy_relation")

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Intake:
        return Intake(**{**data, "documents": frozenset(data.get("documents", ()))})


class AmendSchema(LaterFacts):
    """``PATCH``: any of the facts that may follow or be corrected, and the version the caller saw."""

    name = PersonName(200)
    birth_date = PastDay()
    phone = Phone()
    version = Count()
