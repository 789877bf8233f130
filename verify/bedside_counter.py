"""What the bedside's page and its API do alike: open a case with its token, note papers, say how each token stands."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from schemas.bedside import bedside_intake
from verify.auth import me, parts
from verify.counter import refuse_practice
from verify.desk_counter import count_lookup
from verify.documents.qr import qr_text
from verify.holidays import national_holidays
from workflows import bedside
from workflows.bedside import Bedside
from workflows.lookups import TooManyLookups
from workflows.records.bedside import Provisional
from workflows.records.case import Case
from workflows.records.hospital import Hospital
from workflows.rules.calendar import deadline
from workflows.rules.policy import RegionPolicy
from workflows.saying import say

WITHOUT_NIK = say("Terlalu banyak NIK dalam satu jam. Buka berkas ini tanpa NIK: pilih pasien belum dikenal, isi nomor rekam medis.")


def admit(given: dict[str, Any]) -> None:
    """Count the NIKs of a loaded ``BedsideSchema`` before anything is opened.

    Above the hour's limit no NIK is looked up, and the patient is not turned away: without a NIK a case opens all the same.
    """
    for digits in (given["nik"], given["mother_nik"]):
        if digits:
            refuse_practice(digits)
            try:
                count_lookup(digits)
            except TooManyLookups as error:
                raise TooManyLookups(WITHOUT_NIK, **error.context) from None


def open_here(session: Session, given: dict[str, Any], policy: RegionPolicy, *, now: datetime) -> Bedside:
    """Open the case of a loaded ``BedsideSchema`` for the person's own hospital."""
    hospital = session.get(Hospital, me().hospital_code)
    today = now.astimezone(ZoneInfo(policy.timezone)).date()
    intake = bedside_intake(given, today, hospital.phone if hospital else None)
    due = deadline(now, policy.papers_due_hours.value, policy.calendar(national_holidays()))
    return bedside.open_case(session, intake, me(), policy, due, now=now)


def note_papers(session: Session, token_id: str, given: dict[str, Any]) -> None:
    """Apply a loaded ``PapersSchema``."""
    bedside.note_papers(session, token_id, frozenset(given["papers"]), me(), now=parts().clock())


def stands(session: Session, found: tuple[Provisional, Case]) -> Bedside:
    """A token with how it stands, by the rules its case began under."""
    case = found[1]
    return bedside.shown(session, found, parts().policies.pinned(case.region_code, case.policy_valid_from), now=parts().clock())


def address_of(token_id: str) -> str:
    """What a token's QR says: its public page, in capitals as a letter's."""
    return qr_text(parts().settings.public_url, "").removesuffix("/S/") + f"/T/{token_id.upper()}"
