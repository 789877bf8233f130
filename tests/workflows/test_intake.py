"""Opening a case: a KTP is enough, one open case a person, and what follows later is checked again."""

import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import select

from tests.office import Office, person
from workflows import facts, guards, intake
from workflows.actor import Actor
from workflows.codes import ALPHABET, new_code
from workflows.errors import FourEyes, InvalidInput, NotAllowed, NotFound, OpenCaseExists, TransitionRefused
from workflows.intake import Intake
from workflows.records import Case, CaseDocument, CheckResult, FindingSet
from workflows.states import Job, Role, State
from workflows.vocabulary import Channel, DocumentType, Urgency

KTP_ONLY = ("nik", "name", "birth_date", "phone")


def open_with(office: Office, given: Intake) -> str:
    actor = office.actor("loket")
    with office.write() as session:
        return intake.open_application(session, given, actor, office.policy, now=office.clock()).ticket


def ktp_only(number: int = 1) -> Intake:
    known = person(number)
    return Intake(**{name: known[name] for name in KTP_ONLY})


def outcomes(office: Office, ticket: str) -> dict[str, str | None]:
    with office.read() as session:
        return {kind.value: row.outcome for kind, row in facts.checks_of(session, office.case(ticket)).items()}


def findings(office: Office, ticket: str) -> dict[str, str]:
    with office.read() as session:
        current = guards.current_findings(session, office.case(ticket))
        return {finding["rule"]: finding["outcome"] for finding in current.findings} if current else {}


def test_a_ktp_and_a_telephone_are_enough(office: Office) -> None:
    case = office.case(open_with(office, ktp_only()))
    assert (case.state, case.version, case.closed_at) == (State.RECEIVED, 1, None)
    assert (case.urgency, case.channel, case.opened_at) == (Urgency.ROUTINE, Channel.LOKET_DINSOS, office.clock())
    assert (case.region_code, case.policy_valid_from, case.policy_sha256) == ("3673", date(2026, 1, 1), office.policy.sha256)
    assert [case.kk, case.address, case.hospital_code, case.proxy_name] == [None] * 4


def test_its_four_checks_are_promised_in_the_same_transaction(office: Office) -> None:
    ticket = open_with(office, ktp_only())
    assert [task.job for task in office.tasks(ticket)] == [Job.IDENTITY, Job.MEMBERSHIP, Job.POVERTY, Job.DUPLICATES]
    assert [event.action for event in office.events(ticket)] == ["OPEN"]


def test_a_ticket_can_be_read_aloud(office: Office) -> None:
    tickets = {new_code() for _ in range(1000)}
    assert len(tickets) == 1000
    assert all(len(ticket) == 9 and ticket[4] == "-" and set(ticket) <= set(ALPHABET + "-") for ticket in tickets)
    assert not set("01ILOU") & set(ALPHABET)


def test_what_follows_later_is_checked_and_weighed_again(office: Office) -> None:
    ticket = open_with(office, ktp_only())
    office.drain()
    assert findings(office, ticket)["berkas"] == "NEEDS_PERSON"
    asked, known = office.fakes.switch.asked, person()
    office.amend(ticket, kk=known["kk"], domicile_code="3673", documents=frozenset({DocumentType.KTP, DocumentType.KK}))
    office.drain()
    assert office.fakes.switch.asked == asked + 1  # Dukcapil alone: nobody else is asked about a family card
    assert [len(office.tasks(ticket, job)) for job in (Job.IDENTITY, Job.MEMBERSHIP, Job.POVERTY)] == [2, 1, 1]
    assert {findings(office, ticket)[rule] for rule in ("berkas", "domisili", "identitas")} == {"MEETS"}
    assert office.case(ticket).version == 4  # opened, checked, weighed, amended


def test_an_amendment_that_changes_nothing_asks_nobody(office: Office) -> None:
    ticket = office.open()
    office.drain()
    asked, promised = office.fakes.switch.asked, len(office.tasks(ticket))
    office.amend(ticket, phone=person()["phone"])
    office.drain()
    assert (office.fakes.switch.asked, len(office.tasks(ticket))) == (asked, promised)
    assert office.events(ticket)[-1].detail == {"fields": [], "documents": []}


def test_the_audit_trail_names_the_fields_and_never_the_values(office: Office) -> None:
    ticket = office.open()
    office.amend(ticket, phone="081299999999", address="Jalan Uji 5")
    assert office.events(ticket)[-1].detail == {"fields": ["address", "phone"], "documents": []}


def test_a_name_mistyped_and_mended_counts_as_it_stands(office: Office) -> None:
    ticket = office.open()
    office.drain()
    office.amend(ticket, name="ORANG LAIN SAMA SEKALI")
    office.drain()
    assert (outcomes(office, ticket)["IDENTITY"], findings(office, ticket)["identitas"]) == ("PARTIAL", "NEEDS_PERSON")
    office.amend(ticket, name=person()["name"])
    office.drain()
    assert (outcomes(office, ticket)["IDENTITY"], findings(office, ticket)["identitas"]) == ("MATCH", "MEETS")


def test_what_changed_is_weighed_before_anybody_signs(office: Office) -> None:
    ticket = office.to_decision()
    office.amend(ticket, documents=frozenset({DocumentType.SKTM}))
    with pytest.raises(TransitionRefused, match=r"Temuan sedang dihitung ulang karena data berubah\."):
        office.approve(ticket)
    office.drain()
    office.approve(ticket)


@pytest.mark.parametrize("change", [{"birth_date": date(1999, 9, 9)}, {"name": "ORANG LAIN SAMA SEKALI"}])
def test_who_was_assessed_changes_only_after_the_case_was_sent_back(office: Office, change: dict[str, Any]) -> None:
    ticket = office.to_decision()
    with pytest.raises(TransitionRefused, match=r"Data orang ini sudah dinilai\."):
        office.amend(ticket, **change)
    office.send_back(ticket, by="kadis")
    office.amend(ticket, **change)
    office.drain()
    assert findings(office, ticket)["identitas"] == "NEEDS_PERSON"


def test_a_decided_case_is_not_amended(office: Office) -> None:
    ticket = office.to_letter()
    with pytest.raises(TransitionRefused, match=r"Berkas sudah diputus\. Datanya tidak dapat diubah lagi\."):
        office.amend(ticket, phone="081299999999")


def test_papers_are_noted_once(office: Office) -> None:
    ticket = office.open()
    office.clock.pass_by(hours=1)
    office.amend(ticket, documents=frozenset({DocumentType.KK, DocumentType.SKTM}))
    with office.read() as session:
        noted = {row.type.value: row.received_at.hour for row in session.exec(select(CaseDocument))}
    assert noted == {"KTP": 2, "KK": 2, "SKTM": 3}


@pytest.mark.parametrize("facts_given", [{"proxy_name": "TETANGGA UJI"}, {"proxy_relation": "tetangga"}])
def test_a_proxy_has_name_and_relation_or_neither(office: Office, facts_given: dict[str, Any]) -> None:
    sentence = r"Isi nama dan hubungan orang yang mengurus, atau kosongkan keduanya\."
    with pytest.raises(InvalidInput, match=sentence):
        office.open(**facts_given)
    assert office.count(Case) == 0
    ticket = office.open()
    with pytest.raises(InvalidInput, match=sentence):
        office.amend(ticket, **facts_given)
    assert office.case(ticket).proxy_name is None
    assert [event.action for event in office.events(ticket)] == ["OPEN"]


def test_a_proxys_telephone_without_a_proxy_is_nobodys(office: Office) -> None:
    assert office.case(office.open(1, proxy_phone="081211111111")).proxy_phone is None
    named = office.case(office.open(2, proxy_name="IBU UJI", proxy_relation="ibu", proxy_phone="081211111111"))
    assert (named.proxy_name, named.proxy_relation, named.proxy_phone) == ("IBU UJI", "ibu", "081211111111")


def test_an_unknown_hospital_is_refused(office: Office) -> None:
    sentence = r"Rumah sakit ini belum terdaftar\. Pilih dari daftar rumah sakit\."
    with pytest.raises(InvalidInput, match=sentence):
        office.open(hospital_code="RS-TIDAK-ADA")
    ticket = office.open(hospital_code="RS-CONTOH-1")
    with pytest.raises(InvalidInput, match=sentence):
        office.amend(ticket, hospital_code="RS-TIDAK-ADA")
    office.amend(ticket, hospital_code=None)
    assert office.case(ticket).hospital_code is None


def test_membership_is_asked_for_the_day_of_admission(office: Office) -> None:
    ticket = office.open(admitted_at=datetime(2026, 11, 20, 18, tzinfo=UTC))  # past midnight in Serang
    office.drain()
    with office.read() as session:
        found = facts.checks_of(session, office.case(ticket))[Job.MEMBERSHIP]
    assert found.details["asked_for"] == "2026-11-21"


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.LOKET, Role.CASEWORKER, Role.SYSTEM)])
def test_only_counter_and_caseworker_open_and_amend(office: Office, role: Role) -> None:
    office.hire("tamu", role)
    with pytest.raises(NotAllowed) as refused:
        office.open(by="tamu")
    assert not isinstance(refused.value, FourEyes)
    ticket = office.open()
    with pytest.raises((NotAllowed, NotFound)):
        office.amend(ticket, by="tamu", phone="081299999999")


# --- one open case a person


def test_a_second_open_case_is_refused_and_names_the_first(office: Office) -> None:
    first = office.open()
    with pytest.raises(OpenCaseExists) as refused:
        office.open(by="peksos", name="NAMA LAIN")
    assert refused.value.context == {"ticket": first}
    assert str(refused.value) == f"Sudah ada berkas terbuka untuk orang ini (nomor {first}). Buka berkas itu."
    assert (office.count(Case), len(office.events(first))) == (1, 1)


def test_a_closed_case_may_be_followed_by_a_new_one(office: Office) -> None:
    first = office.open()
    office.withdraw(first)
    second = office.open()
    assert (office.case(first).state, office.case(second).state) == (State.WITHDRAWN, State.RECEIVED)
    with pytest.raises(OpenCaseExists, match=second):
        office.open()


def open_in_thread(office: Office, actor: Actor, said: list[Any], ready: threading.Barrier | None = None) -> threading.Thread:
    def act() -> None:
        if ready:
            ready.wait()
        try:
            with office.write() as session:
                said.append(intake.open_application(session, ktp_only(), actor, office.policy, now=office.clock()).ticket)
        except Exception as error:
            said.append(error)

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def test_one_who_comes_while_the_first_is_being_stored_waits_and_is_refused(office: Office) -> None:
    actor = office.actor("loket")
    said: list[Any] = []
    with office.write() as session:
        first = intake.open_application(session, ktp_only(), actor, office.policy, now=office.clock()).ticket
        thread = open_in_thread(office, actor, said)
        thread.join(0.15)
        assert (thread.is_alive(), said) == (True, [])  # it waits for the first one's end
    thread.join(5)
    assert [type(error) for error in said] == [OpenCaseExists]
    assert said[0].context == {"ticket": first}
    assert office.count(Case) == 1


def test_one_who_comes_while_the_first_fails_gets_the_case(office: Office) -> None:
    actor = office.actor("loket")
    said: list[Any] = []
    with pytest.raises(RuntimeError), office.write() as session:
        intake.open_application(session, ktp_only(), actor, office.policy, now=office.clock())
        thread = open_in_thread(office, actor, said)
        thread.join(0.1)
        raise RuntimeError
    thread.join(5)
    assert (office.count(Case), [office.case(ticket).state for ticket in said]) == (1, [State.RECEIVED])


def test_eight_at_once_make_one_case(office: Office) -> None:
    actor, ready = office.actor("loket"), threading.Barrier(8, timeout=10)
    said: list[Any] = []
    for thread in [open_in_thread(office, actor, said, ready) for _ in range(8)]:
        thread.join(20)
    tickets = [one for one in said if isinstance(one, str)]
    refusals = [one.context["ticket"] for one in said if isinstance(one, OpenCaseExists)]
    assert (len(tickets), refusals) == (1, tickets * 7)
    assert (office.count(Case), office.count(CheckResult), office.count(FindingSet)) == (1, 0, 0)
