"""Four eyes and a letter's honesty hold in the database itself, whatever code or hand writes there; code says the same in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from tests.office import GROUNDS, Office
from workflows import advance, decision
from workflows.errors import FourEyes, NotAllowed
from workflows.records import Decision, Letter, SigningAuthority
from workflows.states import Role, State
from workflows.vocabulary import Capacity

LOKET, PEKSOS, VALIDATOR, KADIS, RS = 1, 2, 3, 4, 5
"""Staff ids of the demo office."""

DECISION = {
    "case_id": 1,
    "assessment_id": 1,
    "opened_by": LOKET,
    "assessed_by": PEKSOS,
    "validated_by": VALIDATOR,
    "letter_type": "REKOM_PBPU_PEMDA",
    "outcome": "APPROVED",
    "reason": None,
    "finding_set_id": 1,
    "authority_id": 1,
    "decided_by": KADIS,
}
AUTHORITY = {
    "staff_id": VALIDATOR,
    "region_code": "3673",
    "capacity": "PLT",
    "title": "Kepala Dinas Sosial Kota Serang",
    "valid_from": "2026-11-01",
}

BAD_DECISIONS: Mapping[str, tuple[dict[str, Any], str]] = {
    "by who opened": ({"decided_by": LOKET}, "ck_decision_four_eyes"),
    "by who assessed": ({"decided_by": PEKSOS}, "ck_decision_four_eyes"),
    "by who validated": ({"decided_by": VALIDATOR}, "ck_decision_four_eyes"),
    "lying about who opened": ({"opened_by": RS, "decided_by": LOKET}, "fk_decision_opened"),
    "lying about who assessed": ({"assessed_by": RS, "decided_by": PEKSOS}, "fk_decision_assessed"),
    "lying about who validated": ({"validated_by": RS, "decided_by": VALIDATOR}, "fk_decision_assessed"),
    "on another case's assessment": ({"case_id": 2}, "fk_decision_assessed"),
    "without an authority": ({"authority_id": 99}, "fk_decision_authority_id"),
    "without findings": ({"finding_set_id": 9999}, "fk_decision_finding_set_id"),
    "refused without a reason": ({"outcome": "REJECTED"}, "ck_decision_refusal_says_why"),
    "of an unknown kind": ({"outcome": "MAYBE", "reason": "uji"}, "ck_decision_decisionoutcome"),
}
BEFORE_DECISION: Mapping[str, tuple[str, str]] = {
    "validated by who assessed": ("UPDATE assessment SET validated_by = assessed_by", "ck_assessment_four_eyes"),
    "validated at no time": ("UPDATE assessment SET validated_at = NULL", "ck_assessment_validation_paired"),
    "sent back for no reason": ("UPDATE assessment SET returned_at = assessed_at", "ck_assessment_return_paired"),
    "closed while open": ("UPDATE case_file SET closed_at = opened_at WHERE id = 1", "ck_case_file_closed_when_final"),
    "final but open": ("UPDATE case_file SET state = 'REJECTED' WHERE id = 1", "ck_case_file_closed_when_final"),
    "half a proxy": ("UPDATE case_file SET proxy_name = 'UJI' WHERE id = 1", "ck_case_file_proxy_paired"),
    "same person twice": (
        "UPDATE case_file SET nik_digest = (SELECT nik_digest FROM case_file WHERE id = 2) WHERE id = 1",
        "uq_case_file_open_nik|case_file.nik_digest",
    ),
    "the process as a person": ("INSERT INTO staff_role (staff_id, role) VALUES (1, 'SYSTEM')", "ck_staff_role_not_system"),
}
AFTER_LETTER: Mapping[str, tuple[str, str]] = {
    "decider exchanged": (f"UPDATE decision SET decided_by = {PEKSOS}", "ck_decision_four_eyes"),
    "opener exchanged": (f"UPDATE case_file SET opened_by = {RS} WHERE id = 1", "fk_decision_opened"),
    "assessor exchanged": (f"UPDATE assessment SET assessed_by = {RS} WHERE id = 1", "fk_decision_assessed"),
    "validation taken out": ("UPDATE assessment SET validated_by = NULL, validated_at = NULL WHERE id = 1", "fk_decision_assessed"),
    "issued without paper": ("UPDATE letter SET pdf = NULL, pdf_sha256 = NULL, issued_at = NULL", "ck_letter_issued_has_paper"),
    "issued without token": ("UPDATE letter SET token = NULL WHERE id = 1", "ck_letter_issued_has_paper"),
    "paper without digest": ("UPDATE letter SET pdf_sha256 = NULL WHERE id = 1", "ck_letter_complete_or_not"),
    "paper before it is issued": ("UPDATE letter SET state = 'SIGNED' WHERE id = 1", "ck_letter_paper_is_issued"),
    "revoked without reason": ("UPDATE letter SET state = 'REVOKED' WHERE id = 1", "ck_letter_revoked_says_why"),
    "a reason without revoking": ("UPDATE letter SET revoked_reason = 'uji' WHERE id = 1", "ck_letter_revoked_says_why"),
    "over before it began": ("UPDATE letter SET valid_until = valid_from WHERE id = 1", "ck_letter_validity_in_order"),
    "same number twice": (
        "UPDATE letter SET number = (SELECT number FROM letter WHERE id = 2) WHERE id = 1",
        "uq_letter_number|letter.number",
    ),
    "same place in the year": ("UPDATE letter SET sequence = 2 WHERE id = 1", "uq_letter_office_year_sequence|letter.sequence"),
    "same seal twice": (
        "UPDATE letter SET token_id = (SELECT token_id FROM letter WHERE id = 2) WHERE id = 1",
        "uq_letter_token_id|letter.token_id",
    ),
    "second live letter": ("UPDATE letter SET case_id = 2 WHERE id = 1", "uq_letter_live_case|letter.case_id"),
    "letter on another case's decision": ("UPDATE letter SET case_id = 3 WHERE id = 1", "fk_letter_decided"),
    "second letter on one decision": ("UPDATE letter SET decision_id = 2 WHERE id = 1", "uq_letter_decision_id|letter.decision_id"),
}


def refused(office: Office, statement: str, values: Mapping[str, Any], constraint: str) -> None:
    """The database refuses the statement, naming the constraint where it can (SQLite names no foreign key)."""
    with pytest.raises(IntegrityError) as refusal, office.write() as session:
        session.connection().execute(text(statement), dict(values))
    said = str(refusal.value.orig)
    named = any(name in said for name in constraint.split("|"))
    assert named or (constraint.startswith("fk_") and "FOREIGN KEY constraint failed" in said), said


def insert(table: str, row: Mapping[str, Any]) -> str:
    return f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})"


def test_no_dishonest_decision_enters(office: Office, subtests: pytest.Subtests) -> None:
    office.to_decision(1)
    office.open(2)
    moment = {"decided_at": office.clock()}
    for name, (lie, constraint) in BAD_DECISIONS.items():
        row = DECISION | lie | moment
        with subtests.test(name):
            refused(office, insert("decision", row), row, constraint)
    with office.write() as session:  # and the honest one does
        session.connection().execute(text(insert("decision", DECISION | moment)), DECISION | moment)
    with subtests.test("a second one"):
        row = DECISION | moment
        refused(office, insert("decision", row), row, "uq_decision_case_id|decision.case_id")


def test_no_dishonest_word_before_the_decision(office: Office, subtests: pytest.Subtests) -> None:
    office.to_decision(1)
    office.open(2)
    for name, (statement, constraint) in BEFORE_DECISION.items():
        with subtests.test(name):
            refused(office, statement, {}, constraint)


def test_no_dishonest_word_after_the_letter(office: Office, subtests: pytest.Subtests) -> None:
    for number in (1, 2):
        office.to_letter(number)
    office.open(3)
    for name, (statement, constraint) in AFTER_LETTER.items():
        with subtests.test(name):
            refused(office, statement, {}, constraint)


def test_a_letter_is_used_once(office: Office) -> None:
    office.to_letter()
    row = {"letter_id": 1, "hospital_code": "RS-CONTOH-1", "accepted_by": RS, "accepted_at": office.clock()}
    with office.write() as session:
        session.connection().execute(text(insert("acceptance", row)), row)
    refused(office, insert("acceptance", row), row | {"hospital_code": "RS-CONTOH-2"}, "pk_acceptance|acceptance.letter_id")


def test_an_acting_signer_has_a_last_day(office: Office, subtests: pytest.Subtests) -> None:
    for capacity in ("PLT", "PLH", "AN"):
        with subtests.test(capacity):
            refused(
                office,
                insert("signing_authority", AUTHORITY | {"capacity": capacity}),
                AUTHORITY | {"capacity": capacity},
                "ck_signing_authority_acting_is_dated",
            )
    backwards = AUTHORITY | {"valid_to": "2026-10-31"}
    refused(office, insert("signing_authority", backwards), backwards, "ck_signing_authority_dates_in_order")


# --- the same in words


def test_who_assessed_does_not_validate(office: Office) -> None:
    office.hire("rangkap", Role.CASEWORKER, Role.VALIDATOR)
    ticket = office.open()
    office.drain()
    office.assess(ticket, by="rangkap")
    office.drain()
    with pytest.raises(FourEyes, match=r"^Anda yang menilai berkas ini\. Petugas lain harus memvalidasi\.$"):
        office.validate(ticket, by="rangkap")
    office.validate(ticket)
    assert office.case(ticket).state == State.DECISION


@pytest.mark.parametrize("step", ["open", "assess", "validate"])
def test_who_had_a_hand_in_it_does_not_decide(office: Office, step: str) -> None:
    office.let_sign(
        office.hire("serba", Role.LOKET, Role.CASEWORKER, Role.VALIDATOR, Role.KADIS), date(2026, 1, 1), None, Capacity.DEFINITIF
    )
    ticket = office.open(by="serba" if step == "open" else "loket")
    office.drain()
    office.assess(ticket, by="serba" if step == "assess" else "peksos")
    office.drain()
    office.validate(ticket, by="serba" if step == "validate" else "validator")
    serba = office.actor("serba")
    sentence = r"^Anda sudah menangani berkas ini di langkah sebelumnya\. Penanda tangan lain harus memutuskan\.$"
    with pytest.raises(FourEyes, match=sentence):
        office.approve(ticket, by="serba")
    with pytest.raises(FourEyes, match=sentence), office.write() as session:
        decision.reject(session, advance.lock(session, ticket, serba), GROUNDS, "uji", serba, now=office.clock())
    assert (office.count(Decision), office.count(Letter), office.case(ticket).state) == (0, 0, State.DECISION)
    office.approve(ticket)


def test_the_role_alone_signs_nothing(office: Office) -> None:
    office.hire("wakil", Role.KADIS)
    ticket = office.to_decision()
    with pytest.raises(NotAllowed, match=r"^Hari ini Anda tidak memegang kewenangan tanda tangan\. Hubungi admin kantor\.$"):
        office.approve(ticket, by="wakil")
    assert office.count(Decision) == 0


@pytest.mark.parametrize("capacity", [Capacity.PLT, Capacity.PLH, Capacity.AN])
def test_an_acting_signer_decides_on_his_days_and_not_the_day_after(office: Office, capacity: Capacity) -> None:
    sekretaris = office.hire("sekretaris", Role.VALIDATOR)
    office.let_sign(sekretaris, date(2026, 11, 23), date(2026, 11, 24), capacity)
    first, second, third = (office.to_decision(number) for number in (1, 2, 3))
    office.approve(first, by="sekretaris")
    office.clock.now = office.clock.now.replace(day=24, hour=16, minute=59)  # 23.59 in Serang on the last day
    office.approve(second, by="sekretaris")
    office.clock.pass_by(minutes=1)
    with pytest.raises(NotAllowed, match=r"^Peran Anda tidak boleh melakukan ini\."):
        office.approve(third, by="sekretaris")
    with office.read() as session:
        signed = session.exec(select(Decision.decided_by, SigningAuthority.capacity).join(SigningAuthority)).all()
    assert signed == [(sekretaris, capacity)] * 2


def test_an_acting_signer_does_not_decide_the_day_before(office: Office) -> None:
    office.let_sign(office.hire("sekretaris"), date(2026, 11, 24), date(2026, 11, 24))
    ticket = office.to_decision()
    assert Role.KADIS not in office.actor("sekretaris").roles
    office.clock.now = office.clock.now.replace(hour=16, minute=59)
    assert Role.KADIS not in office.actor("sekretaris").roles
    office.clock.pass_by(minutes=1)  # midnight in Serang
    assert office.approve(ticket, by="sekretaris") == "400.9/001/Dinsos/XI/2026"


def test_an_authority_of_another_region_signs_nothing_here(office: Office) -> None:
    tamu = office.hire("tamu", Role.KADIS)
    with office.write() as session:
        session.add(
            SigningAuthority(staff_id=tamu, region_code="3316", capacity=Capacity.DEFINITIF, title="Kepala", valid_from=date(2026, 1, 1))
        )
    with pytest.raises(NotAllowed, match="Hari ini Anda tidak memegang kewenangan"):
        office.approve(office.to_decision(), by="tamu")
