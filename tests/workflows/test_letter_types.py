"""Letters B and C beside A: which one a case is for, what it takes, and what a desk makes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.letter_office import FACILITY, removed_from_pbi, to_decision
from tests.office import PAPERS, Office, person
from tests.registration_office import SEEN_ACTIVE, by_hand
from workflows import advance, contracts, decision, desk, intake, letter_types
from workflows.contracts import Contract
from workflows.decision import Beside
from workflows.desk import DeskAnswer
from workflows.errors import InvalidInput, NotAllowed, TransitionRefused
from workflows.intake import Intake
from workflows.ports import LetterFacts, PressedLetter
from workflows.records import Letter
from workflows.records.seat import Seat
from workflows.rules.policy import RegionPolicy
from workflows.states import State
from workflows.vocabulary import LetterType, Urgency

B, C, A = LetterType.KET_REAKTIVASI_PBI_JK, LetterType.JAMINAN_PELAYANAN, LetterType.REKOM_PBPU_PEMDA


def choose(office: Office, ticket: str, kind: LetterType, *, by: str = "peksos") -> None:
    actor = office.actor(by)
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        letter_types.choose(session, case, kind, "Pasien sedang dirawat.", office.policy, actor, now=office.clock())
    office.drain()


def approve(office: Office, ticket: str, cap: int | None = None) -> Letter:
    kadis = office.actor("kadis")
    with office.write() as session:
        case = advance.lock(session, ticket, kadis)
        decision.approve(session, case, office.policy, office.seat_rules, "Uji.", kadis, now=office.clock(), beside=Beside(cap=cap))
    office.drain()
    return office.letter(ticket)


def guaranteed(office: Office, number: int = 1, **facts: Any) -> str:
    """A case for letter C that waits for its decision."""
    facts = {"hospital_code": "RS-CONTOH-1", "urgency": Urgency.INPATIENT, **facts}
    ticket = office.open(number, **facts)
    office.drain()
    choose(office, ticket, C)
    to_decision(office, ticket)
    return ticket


def test_the_path_settles_the_letter_and_the_trail_says_so(sqlite_office: Office) -> None:
    office = sqlite_office
    removed_from_pbi(office)
    ticket = office.open()
    assert office.case(ticket).letter_type is A
    office.drain()
    case = office.case(ticket)
    assert (case.letter_type, case.letter_chosen_by, case.state) == (B, None, State.ASSESSMENT)
    settled = next(event for event in office.events(ticket) if event.action == "SETTLE_LETTER")
    assert (settled.detail, settled.actor_name) == ({"kind": "KET_REAKTIVASI_PBI_JK"}, "Rekom")


def test_letter_b_takes_no_seat_lasts_thirty_days_and_is_no_letter_for_a_desk(office: Office) -> None:
    removed_from_pbi(office)
    ticket = office.open(documents=FACILITY)
    office.drain()
    to_decision(office, ticket)
    letter = approve(office, ticket)
    assert (letter.type, letter.valid_until - letter.valid_from) == (B, timedelta(days=30))
    assert (office.case(ticket).state, office.count(Seat)) == (State.REGISTERING, 0)  # nobody waits for a hospital
    rs = office.actor("rs")
    with office.write() as session:
        verdict, accepted = desk.accept(session, session.get(Letter, letter.id), None, rs, now=office.clock())
    assert (verdict.answer, accepted, office.case(ticket).state) == (DeskAnswer.NOT_FOR_HOSPITAL, False, State.REGISTERING)


def test_without_the_facilitys_letter_there_is_no_letter_b_whatever_the_reason(sqlite_office: Office) -> None:
    office = sqlite_office
    removed_from_pbi(office)
    ticket = office.open()
    office.drain()
    to_decision(office, ticket)
    with pytest.raises(TransitionRefused, match="Surat keterangan faskes belum diterima"):
        approve(office, ticket)


def test_an_earlier_reactivation_is_a_warning_to_weigh(sqlite_office: Office) -> None:
    office = sqlite_office
    removed_from_pbi(office)
    first = office.open(documents=FACILITY)
    office.drain()
    to_decision(office, first)
    approve(office, first)
    for what, given in (("send_by_hand", None), ("answer", SEEN_ACTIVE)):
        by_hand(office, first, what, given)
    office.clock.pass_by(days=31)
    second = office.open(documents=FACILITY)
    office.drain()
    findings = office.api("peksos").get(f"/applications/{second}").json["findings"]
    weighed = next(one for one in findings if one["rule"] == "reaktivasi")
    assert (weighed["outcome"], "1 kali" in weighed["reason"]) == ("NEEDS_PERSON", True)


def test_letter_c_has_the_regions_cap_or_a_lower_one_and_its_own_validity(sqlite_office: Office) -> None:
    office = sqlite_office
    ward, ambulant = guaranteed(office), guaranteed(office, 2, urgency=Urgency.OUTPATIENT)
    letters = approve(office, ward), approve(office, ambulant, cap=1_250_000)
    assert [letter.valid_until - letter.valid_from for letter in letters] == [timedelta(days=14), timedelta(days=30)]
    assert office.count(Seat) == 0
    with office.read() as session:
        verdicts = [desk.judge(session, letter, "RS-CONTOH-1", now=office.clock()) for letter in letters]
    assert [(verdict.answer, verdict.cap_rupiah) for verdict in verdicts] == [(DeskAnswer.VALID, 3_000_000), (DeskAnswer.VALID, 1_250_000)]


@pytest.mark.parametrize("cap", [0, -1, 3_000_001])
def test_a_cap_above_the_regions_is_refused(sqlite_office: Office, cap: int) -> None:
    office = sqlite_office
    ticket = guaranteed(office)
    with pytest.raises(InvalidInput, match=r"paling tinggi menurut aturan daerah Rp 3\.000\.000"):
        approve(office, ticket, cap=cap)


def test_a_cap_stands_on_a_guarantee_only(sqlite_office: Office) -> None:
    office = sqlite_office
    with pytest.raises(InvalidInput, match="Hanya surat jaminan"):
        approve(office, office.to_decision(), cap=1)


def test_no_bill_is_guaranteed_without_a_hospital_or_without_its_contract(sqlite_office: Office) -> None:
    office = sqlite_office
    nowhere, without = guaranteed(office, 1, hospital_code=None), guaranteed(office, 2, hospital_code="RS-CONTOH-3")
    with pytest.raises(TransitionRefused, match="hanya untuk satu rumah sakit"):
        approve(office, nowhere)
    with pytest.raises(TransitionRefused, match="RSIA Contoh Bunda tidak mempunyai perjanjian"):
        approve(office, without)
    admin = office.actor("admin")
    with office.write() as session:
        contract = Contract("PKS/003/CONTOH", date(2026, 1, 1), date(2026, 12, 31))
        contracts.sign_contract(session, "RS-CONTOH-3", contract, admin, now=office.clock())
    office.drain()
    assert approve(office, without).type is C


def test_a_caseworker_chooses_with_a_reason_until_the_case_is_assessed(sqlite_office: Office) -> None:
    office = sqlite_office
    ticket = office.open()
    office.drain()
    with pytest.raises(NotAllowed):
        choose(office, ticket, C, by="validator")
    with pytest.raises(InvalidInput, match="tidak dapat dipilih"):
        choose(office, ticket, LetterType.PENCABUTAN)
    choose(office, ticket, C)
    case = office.case(ticket)
    assert (case.letter_type, case.letter_chosen_by, case.letter_chosen_reason) == (C, 2, "Pasien sedang dirawat.")
    office.assess(ticket)
    with pytest.raises(TransitionRefused, match="sudah dinilai"):
        choose(office, ticket, A)


def test_what_a_person_chose_the_path_does_not_change_back(sqlite_office: Office) -> None:
    office = sqlite_office
    removed_from_pbi(office)
    ticket = office.open()
    office.drain()
    choose(office, ticket, A)
    office.amend(ticket, address="Kampung Contoh")
    office.drain()
    assert office.case(ticket).letter_type is A


def test_there_is_no_letter_b_before_the_law_that_makes_it(sqlite_office: Office) -> None:
    office = sqlite_office
    office.clock.now = datetime(2026, 1, 31, 2, tzinfo=UTC)
    removed_from_pbi(office)
    ticket = office.open()
    office.drain()
    assert office.case(ticket).letter_type is A


def raw_refused(office: Office) -> Iterator[str]:
    yield "UPDATE case_file SET letter_type = 'JAMINAN_PELAYANAN'"
    yield "UPDATE letter SET type = 'JAMINAN_PELAYANAN'"
    yield "UPDATE decision SET letter_type = 'JAMINAN_PELAYANAN', cap_rupiah = 1"
    yield "UPDATE decision SET cap_rupiah = 5"
    yield "UPDATE case_file SET letter_type = 'SURAT_LAIN'"
    yield "UPDATE case_file SET diagnosis = 'Demam contoh'"
    yield "UPDATE case_file SET letter_chosen_by = 2"
    yield "UPDATE hospital SET contract_until = '2019-01-01' WHERE code = 'RS-CONTOH-1'"
    yield "UPDATE hospital SET contract_number = NULL WHERE code = 'RS-CONTOH-1'"


def test_the_database_itself_keeps_a_letter_what_was_decided(office: Office) -> None:
    office.to_letter()
    for statement in raw_refused(office):
        with pytest.raises(IntegrityError), office.write() as session:
            session.connection().execute(text(statement))


class Reading:
    """A press that also keeps what it was told."""

    def __init__(self, office: Office) -> None:
        self.press_it, self.told = office.rekom.ports.press.press, {}

    def press(self, facts: LetterFacts) -> PressedLetter:
        self.told[facts.letter_type] = facts
        return self.press_it(facts)


@pytest.mark.parametrize(("opened", "signed", "promised"), [(31, 31, False), (31, 1, True), (1, 1, True)])
def test_same_day_is_promised_only_by_a_letter_a_signed_while_the_region_may(
    sqlite_office: Office, opened: int, signed: int, promised: bool
) -> None:
    """Kota Serang may from the first of January 2026 on; the case keeps the rules it began under, the promise does not."""
    office, reading = sqlite_office, Reading(sqlite_office)
    vars(office.rekom)["ports"] = replace(office.rekom.ports, press=reading)
    office.clock.now = datetime(2025, 12, 31, 2, tzinfo=UTC) if opened == 31 else datetime(2026, 1, 1, 2, tzinfo=UTC)
    policy = office.rekom.policies.at("3673", office.clock().date())
    ticket = open_under(office, policy)
    office.clock.now = datetime(2025, 12, 31, 3, tzinfo=UTC) if signed == 31 else datetime(2026, 1, 1, 3, tzinfo=UTC)
    kadis = office.actor("kadis")
    office.let_sign(kadis.person_id, date(2025, 12, 1), date(2025, 12, 31))
    with office.write() as session:
        case = advance.lock(session, ticket, kadis)
        decision.approve(session, case, policy, office.seat_rules, "Uji.", kadis, now=office.clock())
    office.drain()
    told = reading.told[A]
    assert ("tanpa masa tunggu" in told.activation_sentence) is promised


def open_under(office: Office, policy: RegionPolicy) -> str:
    loket = office.actor("loket")
    with office.write() as session:
        given = Intake(**{**person(1), "domicile_code": "3673", "documents": PAPERS})
        ticket = intake.open_application(session, given, loket, policy, now=office.clock()).ticket
    office.drain()
    to_decision(office, ticket)
    return ticket


def test_letters_b_and_c_promise_no_day(sqlite_office: Office) -> None:
    office, reading = sqlite_office, Reading(sqlite_office)
    vars(office.rekom)["ports"] = replace(office.rekom.ports, press=reading)
    removed_from_pbi(office)
    ticket = office.open(documents=FACILITY)
    office.drain()
    to_decision(office, ticket)
    approve(office, ticket)
    approve(office, guaranteed(office, 2), cap=2_000_000)
    assert (reading.told[B].activation_sentence, reading.told[C].activation_sentence) == ("", "")
    assert reading.told[B].addressee[0].startswith("Kepala BPJS Kesehatan Cabang")
    assert "paling banyak Rp 2.000.000" in reading.told[C].request
    assert any("Permensos" in line or "Nomor 3 Tahun 2026 Pasal 20" in line for line in reading.told[B].legal_basis)
