"""A case without a NIK by form and by program: opened with a reason, completed when the NIK is known."""

from collections.abc import Callable

from tests.office import Office, person
from tests.verify.web.visitor import Visitor

Visit = Callable[[str], Visitor]

BABY = {
    "name": "Bayi Nyonya Siti",
    "birth_date": "22-11-2026",
    "phone": "081200000001",
    "no_nik": "NEWBORN",
    "sex": "FEMALE",
    "mother_nik": person(50)["nik"],
}
STRANGER = {
    "name": "PASIEN TAK DIKENAL",
    "birth_date": "1980-01-01",
    "birth_estimated": True,
    "phone": "0254000001",
    "no_nik": "UNIDENTIFIED",
    "sex": "MALE",
    "hospital_code": "RS-CONTOH-1",
    "other_number": "RM-00123",
}


def test_a_baby_comes_by_the_mother_and_gets_its_nik_later(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    answer = visitor.confirm(visitor.fill("/berkas/baru", **BABY))
    page = visitor.follow(answer).main()
    assert "Berkas dibuka tanpa NIK." in page
    assert "belum ada (bayi baru lahir)" in page
    assert str(BABY["mother_nik"]) not in page
    assert answer.location
    step = f"{answer.location}/nik"
    assert "Masukkan NIK 16 angka." in visitor.fill(step, nik="990101").main()
    known = person(7)
    saved = visitor.fill(step, nik=known["nik"])
    assert "NIK tersimpan." in visitor.follow(saved).main()
    assert sqlite_office.case(answer.location.removeprefix("/berkas/")).nik == known["nik"]


def test_a_form_without_nik_and_without_reason_says_so(visit: Visit) -> None:
    page = visit("loket").fill("/berkas/baru", **{**BABY, "no_nik": "", "mother_nik": ""})
    assert page.status == 422
    assert any(problem.startswith("NIK:") for problem in page.problems())


def test_a_program_opens_and_identifies(sqlite_office: Office) -> None:
    api = sqlite_office.api("loket")
    made = api.post("/applications", STRANGER, key="satu")
    assert made.status_code == 201
    assert (made.json["nik"], made.json["no_nik"]) == (None, "UNIDENTIFIED")
    second = api.post("/applications", STRANGER, key="dua")
    assert (second.status_code, second.json["ticket"]) == (409, made.json["ticket"])
    place = f"/applications/{made.json['ticket']}/nik"
    known = person(7)
    done = api.post(place, {"nik": known["nik"], "name": known["name"], "birth_date": known["birth_date"].isoformat()})
    assert (done.status_code, done.json["nik"][-4:]) == (201, known["nik"][-4:])
    assert api.post(place, {"nik": known["nik"]}).status_code == 409
    assert sqlite_office.api("peksos").post(place, {}).status_code == 422
    assert sqlite_office.api("validator").post(place, {"nik": known["nik"]}).status_code == 403


def test_without_what_stands_in_the_field_is_named(sqlite_office: Office) -> None:
    answer = sqlite_office.api("loket").post("/applications", {**STRANGER, "other_number": None}, key="satu")
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/other_number"
