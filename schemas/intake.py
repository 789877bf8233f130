"""An application as it arrives: four facts from the KTP and a telephone number, the rest as it comes."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_load, validates_schema

from schemas.fields import REQUIRED, Choice, Count, Flag, KkText, Moment, NikText, PastDay, PersonName, Phone, Shape, Text
from workflows.intake import Intake
from workflows.saying import say
from workflows.vocabulary import Channel, DocumentType, NoNik, ProxyKin, Sex, Urgency
from workflows.without_nik import Identified


def _documents(**options: Any) -> fields.List[Any]:
    messages = {**REQUIRED, "invalid": say("Kirim daftar jenis berkas.")}
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
    proxy_kin = Choice(ProxyKin, allow_none=True, metadata={"description": "keluarga, atau pihak lain dengan surat kuasa"})
    proxy_paper = Text(100, allow_none=True, metadata={"description": "nomor dan tanggal surat kuasa"})
    documents = _documents(metadata={"description": "berkas yang sudah dilihat petugas"})


class IntakeSchema(LaterFacts):
    """``POST /api/v1/applications``; loads into ``Intake``."""

    nik = NikText(required=True, allow_none=True, metadata={"description": "16 angka; spasi, titik dan tanda hubung dibuang"})
    no_nik = Choice(NoNik, allow_none=True, metadata={"description": "mengapa belum punya NIK; wajib bila nik dikosongkan"})
    mother_nik = NikText(allow_none=True, metadata={"description": "NIK ibu, untuk bayi baru lahir"})
    other_number = Text(40, allow_none=True, metadata={"description": "nomor rekam medis atau paspor, pengganti NIK"})
    sex = Choice(Sex, allow_none=True, metadata={"description": "wajib bila nik dikosongkan"})
    name = PersonName(200, required=True)
    birth_date = PastDay(required=True)
    birth_estimated = Flag(metadata={"description": "tanggal lahir dikira dari umur"})
    phone = Phone(required=True)
    channel = Choice(Channel)

    @validates_schema
    def _check_proxy(self, data: dict[str, Any], **_: object) -> None:
        if (data.get("proxy_name") is None) != (data.get("proxy_relation") is None):
            raise ValidationError(say("Isi nama dan hubungan orang yang mengurus, atau kosongkan keduanya."), "proxy_relation")

    @pre_load
    def _nik_or_why_not(self, data: Any, **_: object) -> Any:
        """Whoever says why there is no NIK need not send an empty one; without a reason it may not be empty."""
        if isinstance(data, dict) and data.get("no_nik"):
            return {"nik": None, **data}
        if isinstance(data, dict) and data.get("nik", "") is None:
            raise ValidationError(REQUIRED["null"], "nik")
        return data

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Intake:
        return Intake(**{**data, "documents": frozenset(data.get("documents", ()))})


class AmendSchema(LaterFacts):
    """``PATCH``: any of the facts that may follow or be corrected, and the version the caller saw."""

    name = PersonName(200)
    birth_date = PastDay()
    diagnosis = Text(
        200, allow_none=True, metadata={"description": "diagnosis sementara, hanya untuk surat jaminan di daerah yang memintanya"}
    )
    phone = Phone()
    version = Count()


class IdentifiedSchema(Shape):
    """``POST .../nik``: the NIK of somebody who had none; loads into ``Identified``."""

    nik = NikText(required=True, metadata={"description": "16 angka; spasi, titik dan tanda hubung dibuang"})
    name = PersonName(200, allow_none=True, metadata={"description": "nama yang benar, bila tadinya hanya sebutan"})
    birth_date = PastDay(allow_none=True)
    version = Count()

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {"version": data.pop("version", None), "found": Identified(**data)}
