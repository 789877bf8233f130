"""A session that ended while somebody typed: sign in again, and everything typed is still there; nobody else's form is."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict
from werkzeug.test import encode_multipart

from tests.office import Office, person
from tests.verify.made_scans import a_scan
from tests.verify.web.test_papers_page import file, kept
from tests.verify.web.visitor import Page, Visitor, read
from verify.seeds import DEMO_PASSWORD
from workflows.records import Case

Visit = Callable[[str], Visitor]
HERE = {"Origin": "http://localhost"}


def typed() -> dict[str, str]:
    known = person()
    return {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "phone": known["phone"]}


def send(visitor: Visitor, page: Page, action: str, headers: dict[str, str] = HERE, **more: Any) -> Page:
    """Send a form as a browser does, which says where it comes from."""
    data: dict[str, Any] = {}
    for name, value in page.fields_of(page.forms(action)[0]):
        data.setdefault(name, []).append(value)
    return read(visitor.client.post(action, data=data | more, headers=headers))


@pytest.fixture
def too_late(visit: Visit, sqlite_office: Office) -> tuple[Visitor, Page]:
    """The counter typed for longer than the session lasted."""
    loket = visit("loket")
    form = loket.get("/berkas/baru")
    sqlite_office.clock.pass_by(hours=9)
    return loket, form


def test_what_was_typed_outlives_the_session(too_late: tuple[Visitor, Page], sqlite_office: Office) -> None:
    loket, form = too_late
    door = send(loket, form, "/berkas/baru", **typed())
    assert (door.status, "isian Anda masih ada" in door.main()) == (401, True)
    again = send(loket, door, "/masuk", username="loket", password=DEMO_PASSWORD)
    assert (again.status, again.heading) == (200, "Isian Anda masih ada")
    assert person()["name"] in again.main() and person()["nik"] not in again.main()
    sent = send(loket, send(loket, again, "/berkas/baru"), "/berkas/baru")
    assert sent.status == 303
    (case,) = [sqlite_office.case(sent.location.rsplit("/", 1)[-1])] if sent.location else []
    assert (case.nik, case.name) == (person()["nik"], person()["name"])


@pytest.mark.parametrize("nik", ["9901 0141 0190 0001", "99.0101.410190.0001"])
def test_a_number_typed_in_groups_is_masked_too(too_late: tuple[Visitor, Page], nik: str) -> None:
    loket, form = too_late
    door = send(loket, form, "/berkas/baru", **typed() | {"nik": nik})
    again = send(loket, door, "/masuk", username="loket", password=DEMO_PASSWORD)
    assert "•••• •••• •••• 0001" in again.main() and nik not in again.main()
    assert again.value("nik") == nik


def test_what_was_chosen_is_shown_in_words(too_late: tuple[Visitor, Page]) -> None:
    loket, form = too_late
    door = send(loket, form, "/berkas/baru", **typed(), urgency="EMERGENCY", documents=["KK"], outcome="APPROVE", version="3")
    again = send(loket, door, "/masuk", username="loket", password=DEMO_PASSWORD)
    for said in ("Gawat darurat", "Setujui"):
        assert said in again.main()
    for code in ("EMERGENCY", "APPROVE", "Versi berkas"):
        assert code not in again.main()


def test_a_wrong_password_on_the_way_loses_nothing(too_late: tuple[Visitor, Page]) -> None:
    loket, form = too_late
    door = send(loket, form, "/berkas/baru", **typed())
    wrong = send(loket, door, "/masuk", username="loket", password="salah")
    assert send(loket, wrong, "/masuk", username="loket", password=DEMO_PASSWORD).heading == "Isian Anda masih ada"


def test_a_form_that_is_too_old_is_offered_again(visit: Visit, sqlite_office: Office) -> None:
    loket = visit("loket")
    form = loket.get("/berkas/baru")
    page = send(loket, form, "/berkas/baru", csrf_token="lama", **typed())
    assert (page.status, page.heading) == (400, "Isian Anda masih ada")
    assert sqlite_office.count(Case) == 0
    assert send(loket, send(loket, page, "/berkas/baru"), "/berkas/baru").status == 303


def test_a_photo_that_was_chosen_is_asked_for_again(visit: Visit, sqlite_office: Office) -> None:
    loket, place = visit("loket"), f"/berkas/{sqlite_office.open()}/foto"
    form = loket.get(place)
    sqlite_office.clock.pass_by(hours=9)
    door = send_photo(loket, form, place, "kartu keluarga.jpg")
    again = send(loket, door, "/masuk", username="loket", password=DEMO_PASSWORD)
    assert "Pilih lagi: kartu keluarga.jpg" in again.main()
    assert again.forms(place)[0].get("enctype") == "multipart/form-data"
    assert kept(sqlite_office) == []
    assert send_photo(loket, again, place, "kartu keluarga.jpg").status == 303
    assert [paper.type for paper in kept(sqlite_office)] == ["KK"]


def send_photo(visitor: Visitor, page: Page, place: str, name: str) -> Page:
    """Send a form that takes photographs, with one of the family card."""
    typed = dict(page.fields_of(page.forms(place)[0]))
    boundary, body = encode_multipart(MultiDict({**typed, "paper": "KK", "picture": file(name, a_scan())}))
    return read(visitor.client.post(place, data=body, content_type=f"multipart/form-data; boundary={boundary}", headers=HERE))


def test_whoever_signs_in_next_is_not_offered_somebody_else_s_form(too_late: tuple[Visitor, Page], sqlite_office: Office) -> None:
    loket, form = too_late
    door = send(loket, form, "/berkas/baru", **typed())
    other = send(loket, door, "/masuk", username="peksos", password=DEMO_PASSWORD)
    assert other.status == 303 and person()["name"] not in other.text
    assert sqlite_office.count(Case) == 0


def test_a_form_left_open_in_another_tab_is_not_offered_to_who_signed_in_since(visit: Visit) -> None:
    loket = visit("loket")
    left = loket.get("/berkas/baru")
    loket.send(loket.get("/"), "/keluar")
    loket.send(loket.get("/masuk"), "/masuk", username="peksos", password=DEMO_PASSWORD)
    page = send(loket, left, "/berkas/baru", **typed())
    assert page.status == 400 and person()["name"] not in page.text


def test_a_form_of_nobody_is_not_kept(too_late: tuple[Visitor, Page]) -> None:
    loket, form = too_late
    for key in ("", "tanpa-titik.", "."):
        door = send(loket, form, "/berkas/baru", kunci=key, **typed())
        assert door.status == 401 and "isian Anda masih ada" not in door.main()


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://elsewhere.example"}, {"Origin": "null"}])
def test_a_form_from_elsewhere_is_never_offered(visit: Visit, headers: dict[str, str]) -> None:
    loket = visit("loket")
    page = send(loket, loket.get("/berkas/baru"), "/berkas/baru", headers, csrf_token="lama", **typed())
    assert page.status == 400
    assert person()["name"] not in page.text


def test_secrets_are_not_carried(too_late: tuple[Visitor, Page]) -> None:
    loket, form = too_late
    page = send(loket, form, "/berkas/baru", password="rahasia-sekali", passphrase="kalimat-sekali", code="123456", **typed())
    for secret in ("rahasia-sekali", "kalimat-sekali", "123456"):
        assert secret not in page.text


def test_a_strange_goal_is_not_followed(nobody: Visitor) -> None:
    door = nobody.get("/masuk")
    for goal in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"):
        page = send(nobody, door, "/masuk", username="loket", password=DEMO_PASSWORD, **{"isian_ke": goal, "name.isian": "X"})
        assert page.status == 303
        nobody.client.delete_cookie("rekom")
        door = nobody.get("/masuk")


def test_the_page_knows_when_the_session_ends(visit: Visit, sqlite_office: Office) -> None:
    loket = visit("loket")
    (notice,) = [found for found in loket.get("/").all("div") if found.get("data-session-left")]
    assert "hidden" in notice.attrib
    assert int(notice.get("data-session-left") or 0) == sqlite_office.rekom.settings.session_minutes * 60
