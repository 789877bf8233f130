"""Never a dead end: unanswered checks get an owner, emergencies go on, late answers are held against what was believed."""

from datetime import timedelta
from typing import Any

import pytest

from tests.office import Office
from workflows import manual_checks
from workflows.errors import Unavailable
from workflows.records import Correction, ManualCheck, Staff
from workflows.states import Job, Role, State
from workflows.vocabulary import Urgency


def found(office: Office, kind: str, outcome: str, **details: Any) -> dict[str, Any]:
    return {"kind": kind, "outcome": outcome, "note": "KTP dan KK asli dilihat.", "as_of": office.clock().isoformat(), **details}


def wait_out_the_tries(office: Office) -> None:
    for _ in range(office.rekom.settings.task_attempts):
        office.drain()
        office.clock.pass_by(minutes=11)
    office.drain()


def view(office: Office, ticket: str) -> dict[str, Any]:
    answer: dict[str, Any] = office.api("peksos").get(f"/applications/{ticket}").json
    return answer


def test_an_emergency_goes_on_at_the_first_silence(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    before = office.clock()
    office.drain()
    assert (office.case(ticket).state, office.clock()) == (State.ASSESSMENT, before)
    shown = view(office, ticket)
    assert [check["outcome"] for check in shown["checks"]] == [None, None, None, "CLEAR"]
    assert [(check["kind"], check["owner"]) for check in shown["manual_checks"]] == [
        (kind, "Agus Contoh") for kind in ("IDENTITY", "MEMBERSHIP", "POVERTY")
    ]


def test_others_wait_for_the_tries_first(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1)
    office.drain()
    assert (office.case(ticket).state, view(office, ticket)["manual_checks"]) == (State.RECEIVED, [])
    wait_out_the_tries(office)
    assert office.case(ticket).state == State.ASSESSMENT
    assert len(view(office, ticket)["manual_checks"]) == 3


def test_a_registry_that_is_back_simply_counts(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    office.fakes.switch.on()
    office.clock.pass_by(minutes=1)
    office.drain()
    shown = view(office, ticket)
    assert [check["outcome"] for check in shown["checks"]] == ["MATCH", "NOT_FOUND", "FOUND", "CLEAR"]
    assert (shown["manual_checks"], shown["corrections"], shown["waiting"]) == ([], [], [])


def test_what_a_person_found_ends_the_manual_check(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    answer = office.api("peksos").post(f"/applications/{ticket}/checks", found(office, "IDENTITY", "MATCH"))
    assert answer.status_code == 201, answer.json
    assert [check["kind"] for check in answer.json["manual_checks"]] == ["MEMBERSHIP", "POVERTY"]
    assert answer.json["checks"][0]["source"] == "petugas: Agus Contoh"


def test_a_late_answer_that_agrees_opens_nothing(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    office.api("peksos").post(f"/applications/{ticket}/checks", found(office, "IDENTITY", "MATCH"))
    office.fakes.switch.on()
    office.clock.pass_by(minutes=1)
    office.drain()
    assert view(office, ticket)["corrections"] == []
    assert office.count(Correction) == 0


def decided_by_hand(office: Office) -> str:
    """A letter given on a family's word that no registry confirmed; then the registries are back."""
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    for given in (
        found(office, "IDENTITY", "MISMATCH"),
        found(office, "MEMBERSHIP", "NOT_FOUND"),
        found(office, "POVERTY", "FOUND", desil=9),
    ):
        assert office.api("peksos").post(f"/applications/{ticket}/checks", given).status_code == 201
    office.drain()
    office.assess(ticket)
    office.drain()
    office.validate(ticket)
    office.approve(ticket)
    office.drain()
    assert office.case(ticket).state == State.LETTER_ISSUED
    office.fakes.switch.on()
    office.clock.pass_by(minutes=11)
    office.drain()
    return ticket


def test_a_late_answer_that_differs_opens_a_correction_with_an_owner(office: Office) -> None:
    ticket = decided_by_hand(office)
    shown = view(office, ticket)
    assert [correction["kind"] for correction in shown["corrections"]] == ["IDENTITY", "POVERTY"]
    events = [event for event in shown["timeline"] if event["action"] == "CORRECTION"]
    assert [(event["detail"]["believed"], event["detail"]["answer"]) for event in reversed(events)] == [
        ("MISMATCH", "MATCH"),
        ("FOUND", "FOUND"),
    ]
    assert {event["detail"]["owner"] for event in events} == {"Agus Contoh"}


def test_a_correction_is_resolved_once_with_words(office: Office) -> None:
    ticket = decided_by_hand(office)
    number = view(office, ticket)["corrections"][0]["id"]
    peksos, words = office.api("peksos"), {"reason": "Data kependudukan sudah dibetulkan."}
    answer = peksos.post(f"/applications/{ticket}/corrections/{number}", words)
    assert (answer.status_code, len(answer.json["corrections"])) == (201, 1)
    again = peksos.post(f"/applications/{ticket}/corrections/{number}", words)
    assert (again.status_code, again.json["detail"]) == (409, "Koreksi ini sudah diselesaikan.")
    assert peksos.post(f"/applications/{ticket}/corrections/999", words).status_code == 404


def test_a_served_case_still_gets_its_correction(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    office.assess(ticket)
    office.drain()
    office.validate(ticket)
    office.approve(ticket)
    office.drain()
    answer = office.api("rs").post("/desk/accept", {"code": office.letter(ticket).token})
    assert (answer.status_code, office.case(ticket).state) == (200, State.ACCEPTED)
    office.fakes.switch.on()
    office.clock.pass_by(minutes=11)
    office.drain()
    shown = view(office, ticket)
    assert shown["corrections"] == [], "the late answers would not have stood in the letter's way"
    assert [check["outcome"] for check in shown["checks"]] == ["MATCH", "NOT_FOUND", "FOUND", "CLEAR"]
    assert office.case(ticket).state == State.ACCEPTED


def test_a_letter_for_somebody_the_civil_registry_does_not_know_is_corrected(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, nik="9901014101900877", urgency=Urgency.EMERGENCY)
    office.drain()
    office.assess(ticket)
    office.drain()
    office.validate(ticket)
    office.approve(ticket)
    office.fakes.switch.on()
    office.clock.pass_by(minutes=11)
    office.drain()
    shown = view(office, ticket)
    assert [check["outcome"] for check in shown["checks"]] == ["NOT_FOUND", "NOT_FOUND", "NOT_FOUND", "CLEAR"]
    assert [correction["kind"] for correction in shown["corrections"]] == ["IDENTITY", "POVERTY"], (
        "not being a member is what the letter is for"
    )


def test_a_correction_is_resolved_on_its_own_case_only(office: Office) -> None:
    ticket = decided_by_hand(office)
    number, other = view(office, ticket)["corrections"][0]["id"], office.open(2)
    words = {"reason": "Data kependudukan sudah dibetulkan."}
    assert office.api("peksos").post(f"/applications/{other}/corrections/{number}", words).status_code == 404
    assert len(view(office, ticket)["corrections"]) == 2


def test_nothing_is_corrected_where_nothing_was_given(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    office.api("peksos").post(f"/applications/{ticket}/checks", found(office, "IDENTITY", "MISMATCH"))
    assert office.api("loket").post(f"/applications/{ticket}/withdrawal", {"reason": "Pindah rumah sakit."}).status_code == 201
    office.fakes.switch.on()
    office.clock.pass_by(minutes=11)
    office.drain()
    assert office.count(Correction) == 0
    assert all(task.done_at is not None for task in office.tasks(ticket))


def test_asking_ends_after_the_hours_set(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    office.clock.pass_by(hours=office.rekom.settings.recheck_hours, minutes=1)
    office.drain()
    assert all(task.done_at is not None for task in office.tasks(ticket, Job.IDENTITY))
    assert len(view(office, ticket)["manual_checks"]) == 3, "they stay with the person"


def test_a_registry_that_says_when_is_not_asked_before(office: Office) -> None:
    office.fakes.switch.off(Unavailable(retry_after="7200"))
    ticket = office.open(1)
    office.drain()
    assert {task.due_at - office.clock() for task in office.tasks(ticket) if task.done_at is None} == {timedelta(hours=2)}


def test_what_a_person_found_is_about_the_name_it_was_found_for(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    office.api("peksos").post(f"/applications/{ticket}/checks", found(office, "IDENTITY", "MATCH"))
    assert view(office, ticket)["checks"][0]["outcome"] == "MATCH"
    office.amend(ticket, name="ORANG LAIN SAMA SEKALI")
    office.drain()
    assert view(office, ticket)["checks"][0]["outcome"] is None


def test_a_refusal_is_a_persons_at_once_and_not_asked_again(office: Office) -> None:
    office.fakes.switch.refuse()
    ticket = office.open(1)
    office.drain()
    assert office.case(ticket).state == State.ASSESSMENT
    assert len(view(office, ticket)["manual_checks"]) == 3
    assert office.due() == []
    assert all(task.done_at is not None for task in office.tasks(ticket, Job.IDENTITY))


def test_manual_checks_go_to_the_least_busy_and_can_be_passed_on(office: Office) -> None:
    second = office.hire("bela", Role.CASEWORKER)
    office.fakes.switch.off()
    tickets = [office.open(number, urgency=Urgency.EMERGENCY) for number in (1, 2)]
    office.drain()
    with office.read() as session:
        owners = [check.owner_id for ticket in tickets for check in manual_checks.open_checks(session, office.case(ticket))]
    assert len(owners) == 6
    assert sorted(owners.count(owner) for owner in set(owners)) == [3, 3]
    kind = Job.IDENTITY
    with office.write() as session:
        manual_checks.pass_on(session, office.case(tickets[0]), kind, second, office.actor("peksos"), now=office.clock())
    assert [one["owner"] for one in view(office, tickets[0])["manual_checks"] if one["kind"] == kind] == ["Bela Contoh"]


def test_without_caseworkers_the_opener_owns_it(office: Office) -> None:
    with office.write() as session:
        for person in manual_checks.caseworkers(session, "3673"):
            session.get_one(Staff, person).disabled_at = office.clock()
    office.fakes.switch.off()
    office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    assert office.count(ManualCheck) == 3


@pytest.mark.parametrize(("kind", "outcome"), [("IDENTITY", "ACTIVE"), ("POVERTY", "MATCH"), ("FINDINGS", "MEETS"), ("MEMBERSHIP", "")])
def test_a_result_that_fits_no_check_is_refused(sqlite_office: Office, kind: str, outcome: str) -> None:
    ticket = sqlite_office.open(1)
    answer = sqlite_office.api("peksos").post(f"/applications/{ticket}/checks", found(sqlite_office, kind, outcome))
    assert answer.status_code == 422


def report(**more: Any) -> dict[str, Any]:
    known = {"asked_for": "2026-11-23", "found": True, "status_code": "0", "status_text": "AKTIF"}
    return known | {"segment_code": "22", "segment_text": "PBI (APBD)"} | more


def test_a_hospital_reports_what_its_own_vclaim_says(office: Office) -> None:
    office.fakes.switch.off()
    ticket = office.open(1, urgency=Urgency.EMERGENCY)
    office.drain()
    answer = office.api("rs").post("/desk/membership", report(nik=office.case(ticket).nik))
    assert (answer.status_code, answer.json) == (202, {"received": True})
    check = view(office, ticket)["checks"][1]
    assert (check["outcome"], check["source"]) == ("ACTIVE", "VClaim RSUD Contoh Serang")
    assert check["details"]["segment"] == "PEMDA"
    assert "MEMBERSHIP" not in [one["kind"] for one in view(office, ticket)["manual_checks"]]


def test_a_report_never_overrides_what_is_known(office: Office) -> None:
    ticket = office.open(1)
    office.drain()
    before = view(office, ticket)["checks"][1]
    assert office.api("rs").post("/desk/membership", report(nik=office.case(ticket).nik)).status_code == 202
    assert view(office, ticket)["checks"][1] == before


def test_whoever_recorded_a_check_by_hand_does_not_decide(office: Office) -> None:
    acting = office.hire("bela", Role.CASEWORKER)
    office.let_sign(acting, office.clock().date(), office.clock().date())
    ticket = office.open(1)
    office.drain()
    assert office.api("bela").post(f"/applications/{ticket}/checks", found(office, "IDENTITY", "MATCH")).status_code == 201
    office.drain()
    office.assess(ticket)
    office.drain()
    office.validate(ticket)
    given = {"outcome": "APPROVE", "reason": "Uji.", "version": office.case(ticket).version}
    answer = office.api("bela").post(f"/applications/{ticket}/decision", given)
    assert (answer.status_code, answer.json["code"]) == (403, "empat-mata")


def test_a_report_tells_the_hospital_nothing_of_cases(office: Office) -> None:
    answer = office.api("rs").post("/desk/membership", report(nik="9901014101900001"))
    assert (answer.status_code, answer.json) == (202, {"received": True})
    assert office.api("loket").post("/desk/membership", report(nik="9901014101900001")).status_code == 403


@pytest.mark.parametrize("change", [{"status_code": None}, {"nik": "12"}, {"card": "12"}, {"asked_for": "besok"}, {"extra": 1}])
def test_a_broken_report_is_refused(sqlite_office: Office, change: dict[str, Any]) -> None:
    assert sqlite_office.api("rs").post("/desk/membership", report(nik="9901014101900001") | change).status_code == 422
