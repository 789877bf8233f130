"""Locks are taken in one order everywhere: two people who reach for the same rows wait one after the other, never in a ring."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from schemas.membership_report import MembershipReportSchema, report_of
from tests.collective_office import propose, to_file
from tests.office import Office, person, running_office
from tests.registration_office import void
from tests.waiting import meanwhile
from tests.workflows.test_households import KK, applying
from tests.workflows.test_late_admissions import late
from workflows import advance, audit, batches, households, intake, late_acceptances, looked, membership_reports
from workflows.batches import BatchRefused
from workflows.errors import TransitionRefused
from workflows.households import Family
from workflows.intake import Intake
from workflows.records import Case, CollectiveLetter, HouseholdMember, MembershipReport, Registration, RegistrationBatch
from workflows.records.case_reading import Seen

OTHER_KK = "9901010101200002"


def test_a_hospitals_report_takes_the_case_before_the_person_as_a_desk_does(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        case_id, rs = office.case(office.open()).id or 0, office.actor("rs")
        said = MembershipReportSchema().load({"nik": person()["nik"], "found": False, "asked_for": "2026-11-23"})
        given = report_of(said, "RSUD Contoh Serang", now=office.clock())

        def report() -> None:
            with office.write() as session:
                membership_reports.report(session, given, rs, now=office.clock())

        meanwhile(
            office, lambda session: advance.hold(session, {case_id}), report, lambda session: audit.lock_people(session, [rs.person_id])
        )
        assert office.count(MembershipReport) == 1


def test_who_settles_a_late_acceptance_takes_its_case_first_as_who_admits_it_does(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        ticket = office.to_letter()
        nonce = late(office, ticket, office.clock() + timedelta(hours=1)).nonce
        case_id, peksos = office.case(ticket).id or 0, office.actor("peksos")

        def settle() -> None:
            with office.write() as session:
                late_acceptances.settle(session, nonce, "Sudah dibicarakan.", peksos, now=office.clock())

        admits = partial(late_acceptances.lock_open, nonce=nonce, actor=peksos)
        meanwhile(office, lambda session: advance.hold(session, {case_id}), settle, admits)


def receiving(office: Office, kk: str, *numbers: int) -> Callable[[], None]:
    actor = office.actor("loket")

    def receive() -> None:
        with office.write() as session:
            households.receive(session, Family(kk, tuple(map(applying, numbers))), actor, office.policy, now=office.clock())

    return receive


def test_a_family_takes_its_open_cases_in_the_order_a_file_for_bpjs_takes_them(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        first, second = (office.case(office.open(number)).id or 0 for number in (1, 2))
        receive = receiving(office, KK, 2, 1)
        meanwhile(
            office, lambda session: advance.lock_all(session, {first}), receive, lambda session: advance.lock_all(session, {first, second})
        )
        assert office.count(HouseholdMember) == 2


def test_two_who_open_cases_for_the_same_people_wait_for_one_another(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        low, high = sorted((1, 2), key=lambda number: person(number)["nik"])
        actor, receive = office.actor("loket"), receiving(office, OTHER_KK, high, low)

        def opens(number: int) -> Callable[[Session], object]:
            given = Intake(**{**person(number), "domicile_code": "3673"})
            return lambda session: intake.open_application(session, given, actor, office.policy, now=office.clock())

        meanwhile(office, opens(low), receive, opens(high))
        assert (office.count(Case), office.count(HouseholdMember)) == (2, 2)


def test_who_takes_a_file_back_takes_its_people_first_as_who_carries_it_out_does(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        to_file(office, 1, 2)
        loket = office.actor("loket")
        people = select(col(Registration.case_id))

        def downloads(session: Session) -> None:
            batches.hand_out(session, "3673", 1, loket, now=office.clock())

        meanwhile(
            office,
            lambda session: looked.note_all(session, people, Seen.REVEALED, loket, now=office.clock()),
            lambda: void(office),
            downloads,
        )
        assert again(office).void_at is not None


def test_a_file_that_was_sent_meanwhile_is_not_taken_back(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        to_file(office, 1)
        loket = office.actor("loket")

        def takes_back() -> None:
            with pytest.raises(BatchRefused, match="sudah dikirim atau dibatalkan"):
                void(office)

        meanwhile(
            office, lambda session: batches.mark_sent(session, "3673", 1, loket, now=office.clock()), takes_back, lambda session: None
        )
        assert again(office).void_at is None


def test_a_file_that_was_taken_back_meanwhile_gets_no_cover_letter(postgresql_url: str, tmp_path: Path) -> None:
    with running_office(postgresql_url, tmp_path) as office:
        to_file(office, 1)
        loket = office.actor("loket")

        def asks() -> None:
            with pytest.raises(TransitionRefused, match="sudah dibatalkan"):
                propose(office)

        meanwhile(
            office, lambda session: batches.void(session, "3673", 1, "Salah bulan.", loket, now=office.clock()), asks, lambda session: None
        )
        assert office.count(CollectiveLetter) == 0


def again(office: Office) -> RegistrationBatch:
    with office.read() as session:
        return batches.find(session, "3673", 1)
