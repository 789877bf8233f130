"""The FHIR facade: what it answers, a maintained FHIR library reads; errors are OperationOutcome; no NIK comes back."""

from typing import Any

import pytest
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.coverage import Coverage
from fhir.resources.R4B.coverageeligibilityrequest import CoverageEligibilityRequest
from fhir.resources.R4B.coverageeligibilityresponse import CoverageEligibilityResponse
from fhir.resources.R4B.operationoutcome import OperationOutcome

from schemas.desk_check import segment_of
from schemas.fhir import CODE_SYSTEM, NIK_SYSTEM, NUMBER_SYSTEM
from schemas.letter_token import open_token
from tests.letter_office import to_letter_b
from tests.office import Office, person
from tests.simrs import Simrs, simrs
from workflows.vocabulary import CARE_CLASS, CARE_CLASS_ROMAN, LetterType, Scope

SUBMIT, PLAIN = "/fhir/CoverageEligibilityRequest/$submit", "/fhir/CoverageEligibilityRequest"
HERE = "http://127.0.0.1:8000"


def nik(number: int = 1) -> str:
    return str(person(number)["nik"])


def asking(coverage: dict[str, Any], patient: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A request that the library itself finds right."""
    made = {
        "resourceType": "CoverageEligibilityRequest",
        "status": "active",
        "purpose": ["validation"],
        "patient": patient or {"reference": "Patient/7"},
        "created": "2026-11-23T09:00:00+07:00",
        "insurer": {"display": "Dinas Sosial"},
        "insurance": [{"coverage": coverage}],
        **more,
    }
    CoverageEligibilityRequest.model_validate(made)
    return made


def by_code(code: str) -> dict[str, Any]:
    return {"identifier": {"system": HERE + CODE_SYSTEM, "value": code}}


def answer(program: Simrs, request: dict[str, Any], path: str = SUBMIT) -> dict[str, Any]:
    said = program.call("POST", path, request, headers={"Content-Type": "application/fhir+json"})
    assert (said.status_code, said.mimetype) == (200, "application/fhir+json"), said.get_data(as_text=True)
    body: dict[str, Any] = said.get_json()
    CoverageEligibilityResponse.model_validate(body)
    return body


def test_a_valid_letter_is_in_force_by_code_by_number_and_by_reference(office: Office) -> None:
    program, ticket = simrs(office), office.to_letter(hospital_code="RS-CONTOH-1")
    letter = office.letter(ticket)
    patient = {"identifier": {"system": NIK_SYSTEM, "value": nik()}}
    by_number = {"identifier": {"system": HERE + NUMBER_SYSTEM, "value": letter.number}}
    said = [
        answer(program, asking(by_code(letter.token or ""))),
        answer(program, asking(by_number, patient)),
        answer(program, asking({"reference": f"Coverage/{letter.token_id}"}), PLAIN),
    ]
    for body in said:
        (insurance,) = body["insurance"]
        assert (body["outcome"], insurance["inforce"]) == ("complete", True)
        assert insurance["coverage"] == {"reference": f"Coverage/{letter.token_id}"}
        assert insurance["benefitPeriod"] == {"start": "2026-11-23T02:00:00+00:00", "end": "2026-11-26T02:00:00+00:00"}
        assert "error" not in body and body["disposition"].startswith("BERLAKU.")
        assert nik() not in str(body)
    assert said[0]["patient"] == {"reference": "Patient/7"}
    assert said[1]["patient"] == {"display": "Maya U., lahir 1961"}
    assert [event.action for event in office.events(ticket)].count("DESK_CHECK") == 3


def test_every_other_answer_says_why_it_is_not_in_force(office: Office) -> None:
    ours, other = simrs(office), simrs(office, hospital="RS-CONTOH-2")
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    code = office.letter(ticket).token or ""

    def why(program: Simrs, text: str) -> tuple[str, bool | None]:
        body = answer(program, asking(by_code(text), id="r1"))
        assert body["request"] == {"reference": "CoverageEligibilityRequest/r1"}
        inforce = body["insurance"][0]["inforce"] if "insurance" in body else None
        return body["error"][0]["code"]["coding"][0]["code"], inforce

    assert why(other, code) == ("surat-untuk-rs-lain", False)
    assert why(ours, f"{code[:40]}A{code[41:]}") == ("surat-palsu-atau-rusak", None)
    assert why(ours, "tidak-ada") == ("surat-tidak-ditemukan", None)
    office.revoke(ticket)
    assert why(ours, code) == ("surat-dicabut", False)


def test_the_coverage_is_read_by_its_id(office: Office) -> None:
    program, ticket = simrs(office), office.to_letter(hospital_code="RS-CONTOH-1")
    letter = office.letter(ticket)
    body = program.call("GET", f"/fhir/Coverage/{letter.token_id}").get_json()
    Coverage.model_validate(body)
    assert (body["status"], body["beneficiary"], body["network"]) == ("active", {"display": "Maya U., lahir 1961"}, "RSUD Contoh Serang")
    assert nik() not in str(body)
    office.revoke(ticket)
    assert program.call("GET", f"/fhir/Coverage/{letter.token_id}").get_json()["status"] == "cancelled"


def test_a_coverage_says_whose_money_it_is_as_the_desk_does(office: Office) -> None:
    program = simrs(office)
    known = {LetterType.REKOM_PBPU_PEMDA: office.to_letter(1), LetterType.KET_REAKTIVASI_PBI_JK: to_letter_b(office, 2)}
    said = {LetterType.REKOM_PBPU_PEMDA: "PBPU dan BP Pemda", LetterType.KET_REAKTIVASI_PBI_JK: "PBI JK"}
    for kind, ticket in known.items():
        body = program.call("GET", f"/fhir/Coverage/{office.letter(ticket).token_id}").get_json()
        checked = office.api("rs").post("/desk/check", {"code": office.letter(ticket).token}).get_json()["letter"]
        assert body["type"]["text"] == checked["segment"] == said[kind]
        assert body["class"][0]["value"] == checked["care_class"] == CARE_CLASS_ROMAN
    assert segment_of(LetterType.JAMINAN_PELAYANAN) == "Jaminan daerah"


def test_the_class_is_the_one_in_the_seal(office: Office) -> None:
    token = open_token(str(office.letter(office.to_letter()).token), office.rekom.keys.known)
    assert (token.care_class, CARE_CLASS_ROMAN) == (CARE_CLASS, "I" * int(CARE_CLASS))


def test_the_capability_statement_is_open_and_tells_all_there_is(sqlite_office: Office) -> None:
    said = sqlite_office.app.test_client().get("/fhir/metadata")
    body = said.get_json()
    CapabilityStatement.model_validate(body)
    assert (said.mimetype, body["fhirVersion"]) == ("application/fhir+json", "4.0.1")
    assert [one["type"] for one in body["rest"][0]["resource"]] == ["CoverageEligibilityRequest", "Coverage"]


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        ({"resourceType": "Patient"}, "CoverageEligibilityRequest.resourceType"),
        ({"status": "lain"}, "CoverageEligibilityRequest.status"),
        ({"purpose": []}, "CoverageEligibilityRequest.purpose"),
        ({"purpose": ["lain"]}, "CoverageEligibilityRequest.purpose[0]"),
        ({"insurance": []}, "CoverageEligibilityRequest.insurance"),
        ({"insurance": [{"coverage": {"display": "x"}}]}, "CoverageEligibilityRequest.insurance"),
        (
            {"insurance": [{"coverage": {"identifier": {"system": HERE + NUMBER_SYSTEM, "value": "1"}}}]},
            "CoverageEligibilityRequest.patient",
        ),
        ({"patient": 7}, "CoverageEligibilityRequest.patient"),
    ],
    ids=str,
)
def test_what_is_wrong_is_an_operation_outcome_that_names_the_element(
    sqlite_office: Office, change: dict[str, Any], expression: str
) -> None:
    said = simrs(sqlite_office).call("POST", SUBMIT, {**asking(by_code("x")), **change})
    body = said.get_json()
    OperationOutcome.model_validate(body)
    assert (said.status_code, said.mimetype) == (422, "application/fhir+json")
    assert expression in [where for issue in body["issue"] for where in issue["expression"]]


def test_other_refusals_are_outcomes_too(sqlite_office: Office) -> None:
    program, client = simrs(sqlite_office), sqlite_office.app.test_client()
    program.sign_in()
    bearer = {"Authorization": f"Bearer {program.token}"}
    said = {
        401: client.post(SUBMIT, json=asking(by_code("x"))),
        403: simrs(sqlite_office, Scope.ACCEPT).call("POST", SUBMIT, asking(by_code("x"))),
        404: simrs(sqlite_office).call("GET", f"/fhir/Coverage/{'0' * 32}"),
        405: client.put("/fhir/metadata", json={}),
        415: client.post(SUBMIT, data="<a/>", content_type="application/fhir+xml", headers=bearer),
    }
    for status, refused in said.items():
        assert (refused.status_code, refused.mimetype) == (status, "application/fhir+json")
        (issue,) = OperationOutcome.model_validate(refused.get_json()).issue
        assert issue.details.text
    assert client.get("/fhir/tidak-ada").status_code == 404
