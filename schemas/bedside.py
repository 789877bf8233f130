"""What a hospital knows at the bedside: as little as nothing but a sex and a registration number."""

from datetime import date
from typing import Any

from marshmallow import ValidationError, validates_schema

from schemas.fields import Choice, Count, NikText, PastDay, PersonName, Phone, Shape, Text
from workflows.intake import Intake
from workflows.vocabulary import NoNik, Sex, Urgency

CALLED = {NoNik.UNIDENTIFIED: "PASIEN TAK DIKENAL", NoNik.NEWBORN: "BAYI BARU LAHIR", NoNik.HOMELESS: "PASIEN TAK DIKENAL"}
"""How somebody is called whose name nobody knows."""


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
            raise ValidationError("Isi NIK, atau pilih mengapa orang ini belum punya NIK.", "no_nik")
        if data["name"] is None and data["no_nik"] not in CALLED:
            raise ValidationError("Isi nama seperti di KTP atau paspor.", "name")
        if data["birth_date"] is None and data["age"] is None and data["no_nik"] is not NoNik.NEWBORN:
            raise ValidationError("Isi tanggal lahir, atau kira-kira umurnya.", "age")


def bedside_intake(given: dict[str, Any], today: date, desk_phone: str | None) -> Intake:
    """The intake of what was loaded; ``ValidationError`` where there is no telephone to be reached by."""
    phone = given["phone"] or Phone().deserialize(desk_phone)
    born, age = given["birth_date"], given["age"] or 0
    known = {name: given[name] for name in ("nik", "no_nik", "mother_nik", "other_number", "sex", "urgency")}
    guessed = born is None
    born = born or (today if given["no_nik"] is NoNik.NEWBORN and not age else date(today.year - age, 1, 1))
    name = given["name"] or CALLED[given["no_nik"]]
    return Intake(**known, name=name, birth_date=born, birth_estimated=guessed, phone=phone)
