"""What a hospital knows at the bedside, as little as nothing but a sex and a registration number; and what it is told."""

import re
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from schemas.fields import Choice, Count, NikText, PastDay, PersonName, Phone, Shape, Text
from workflows.bedside import Bedside, Cover
from workflows.intake import Intake
from workflows.rules.papers import LABEL
from workflows.saying import say
from workflows.vocabulary import DocumentType, NoNik, Sex, Urgency

CALLED = {NoNik.UNIDENTIFIED: "PASIEN TAK DIKENAL", NoNik.NEWBORN: "BAYI BARU LAHIR", NoNik.HOMELESS: "PASIEN TAK DIKENAL"}
"""How somebody is called whose name nobody knows."""


PROVISIONAL = re.compile(r"/t/([0-9a-f]{32})\s*$", re.IGNORECASE)


def provisional_in(code: str) -> str | None:
    """The token id where a scanner read the address of a provisional token."""
    found = PROVISIONAL.search(code)
    return found[1].lower() if found else None


class PapersSchema(Shape):
    """Papers the hospital has in hand."""

    papers = fields.List(
        Choice(DocumentType), required=True, validate=Length(1), error_messages={"required": say("Sebut berkas yang ada.")}
    )


class MissingPaperSchema(Schema):
    """A paper the region still asks for."""

    paper = fields.String(metadata={"enum": [paper.value for paper in DocumentType]})
    name = fields.String()


class BedsideAnswerSchema(Schema):
    """A case the hospital opened, its provisional token and its clock."""

    ticket = fields.String()
    token = fields.String()
    address = fields.String(metadata={"description": "halaman umum tanda sementara, juga isi QR-nya"})
    cover = fields.String(metadata={"enum": [cover.value for cover in Cover]})
    title = fields.String()
    opened_at = fields.DateTime()
    papers_due = fields.DateTime()
    missing = fields.List(fields.Nested(MissingPaperSchema))
    reminded_at = fields.DateTime(allow_none=True)
    lapse_reason = fields.String(allow_none=True)


class BedsideListSchema(Schema):
    """The hospital's bedside cases, newest first."""

    cases = fields.List(fields.Nested(BedsideAnswerSchema))


TITLES: dict[Cover, str] = {
    Cover.RUNNING: say("Tanda sementara berjalan"),
    Cover.LATE: say("Berkas terlambat, tanda sementara masih berjalan"),
    Cover.COMPLETE: say("Berkas lengkap, sedang diproses"),
    Cover.LETTER: say("Surat sudah terbit"),
    Cover.LAPSED: say("Tanda sementara gugur"),
    Cover.CLOSED: say("Berkas sudah ditutup"),
}


def bedside_facts(one: Bedside, address: str) -> dict[str, Any]:
    """Ready for ``BedsideAnswerSchema``."""
    provisional = one.provisional
    return {
        "ticket": one.case.ticket,
        "token": provisional.token_id,
        "address": address,
        "cover": one.cover.value,
        "title": TITLES[one.cover],
        "opened_at": provisional.given_at,
        "papers_due": provisional.papers_due,
        "missing": [{"paper": paper, "name": LABEL[paper]} for paper in one.missing],
        "reminded_at": provisional.reminded_at,
        "lapse_reason": provisional.lapse_reason,
    }


class BedsideSchema(Shape):
    """NIK, or why there is none; everything else may be empty."""

    nik = NikText(allow_none=True, load_default=None)
    no_nik = Choice(NoNik, allow_none=True, load_default=None)
    mother_nik = NikText(allow_none=True, load_default=None)
    other_number = Text(40, allow_none=True, load_default=None)
    sex = Choice(Sex, allow_none=True, load_default=None)
    name = PersonName(200, allow_none=True, load_default=None)
    birth_date = PastDay(allow_none=True, load_default=None)
    age = Count(0, 130, strict=False, allow_none=True, load_default=None)
    phone = Phone(allow_none=True, load_default=None)
    urgency = Choice(Urgency, load_default=Urgency.EMERGENCY)

    @validates_schema
    def _check_somebody(self, data: dict[str, Any], **_: object) -> None:
        if data["nik"] is None and data["no_nik"] is None:
            raise ValidationError(say("Isi NIK, atau pilih mengapa orang ini belum punya NIK."), "no_nik")
        if data["name"] is None and data["no_nik"] not in CALLED:
            raise ValidationError(say("Isi nama seperti di KTP atau paspor."), "name")
        if data["birth_date"] is None and data["age"] is None and data["no_nik"] is not NoNik.NEWBORN:
            raise ValidationError(say("Isi tanggal lahir, atau kira-kira umurnya."), "age")


def bedside_intake(given: dict[str, Any], today: date, desk_phone: str | None) -> Intake:
    """The intake of what was loaded; ``ValidationError`` where there is no telephone to be reached by."""
    phone = given["phone"] or Phone().deserialize(desk_phone)
    born, age = given["birth_date"], given["age"] or 0
    known = {name: given[name] for name in ("nik", "no_nik", "mother_nik", "other_number", "sex", "urgency")}
    guessed = born is None
    born = born or (today if given["no_nik"] is NoNik.NEWBORN and not age else date(today.year - age, 1, 1))
    name = given["name"] or CALLED[given["no_nik"]]
    return Intake(**known, name=name, birth_date=born, birth_estimated=guessed, phone=phone)
