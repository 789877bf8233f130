"""The second door at the pages: enrolling, a code after the password, a passkey by its form, and what asks anew."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authenticator import SoftKey, code_at
from tests.office import Office, running_office
from tests.verify.web.visitor import Page, Visitor
from verify.seeds import DEMO_PASSWORD
from workflows.letter_states import LetterState


@pytest.fixture
def strict(sqlite_url: str, tmp_path: Path) -> Iterator[Office]:
    with running_office(sqlite_url, tmp_path, second_factor_roles="KADIS", public_url="https://rekom.example") as made:
        yield made


def enter(office: Office, username: str, onward: str = "") -> tuple[Visitor, Page]:
    """Sign in by the password; returns where that leads."""
    visitor = Visitor(office.app.test_client())
    visitor.client.environ_base["wsgi.url_scheme"] = "https"
    page = visitor.get("/masuk")
    token = page.value("csrf_token")
    sent = {"csrf_token": token, "username": username, "password": DEMO_PASSWORD, "lanjut": onward}
    return visitor, read_post(visitor, "/masuk", sent)


def read_post(visitor: Visitor, path: str, data: dict[str, str]) -> Page:
    visitor.client.environ_base["HTTP_REFERER"] = "https://localhost/"
    return visitor.post(path, dict(data))


def press(visitor: Visitor, page: Page, action: str, **typed: str) -> Page:
    visitor.client.environ_base["HTTP_REFERER"] = "https://localhost/"
    return visitor.send(page, action, **typed)


def enroll(office: Office, username: str) -> tuple[Visitor, str, Page]:
    """Put an app on the telephone of somebody who has nothing yet."""
    visitor, _ = enter(office, username)
    page = press(visitor, visitor.get("/akun"), "/akun/aplikasi")
    secret = visitor_secret(page)
    done = press(visitor, page, "/akun/aplikasi/pastikan", code=code_at(secret, office.clock()))
    office.clock.pass_by(seconds=30)
    return visitor, secret, done


def visitor_secret(page: Page) -> str:
    return page.words(page.all("code")[0])


def test_who_owes_one_is_led_to_make_one_and_then_works(strict: Office) -> None:
    visitor, first = enter(strict, "kadis")
    assert first.location == "/masuk/kode?lanjut=/"
    assert "belum memasang pengaman kedua" in visitor.follow(first).main()
    assert visitor.get("/").status == 403
    _, _, done = enroll(strict, "kadis")
    assert len(done.all("code")) == 10
    again, page = enter(strict, "kadis")
    assert "Kode keamanan" in again.follow(page).heading


def test_after_the_password_a_code_leads_where_one_wanted_to_go(strict: Office) -> None:
    _, secret, _ = enroll(strict, "kadis")
    visitor, page = enter(strict, "kadis", "/kuota")
    door = visitor.follow(page)
    wrong = press(visitor, door, "/masuk/kode", code="000000")
    assert wrong.status == 422 and len(wrong.problems()) == 1
    right = press(visitor, wrong, "/masuk/kode", code=code_at(secret, strict.clock()))
    assert right.location == "/kuota"
    assert visitor.follow(right).status == 200


def test_a_page_in_between_says_where_the_code_is_asked(strict: Office) -> None:
    enroll(strict, "kadis")
    visitor, _ = enter(strict, "kadis")
    page = visitor.get("/kuota")
    assert page.status == 403
    assert "/masuk/kode?lanjut=/kuota" in page.links()
    assert visitor.get("/masuk").location == "/masuk/kode"


@pytest.mark.parametrize("typed", ["", "x" * 200, "12345", "<script>"])
def test_strange_codes_are_asked_again(strict: Office, typed: str) -> None:
    enroll(strict, "kadis")
    visitor, page = enter(strict, "kadis")
    assert press(visitor, visitor.follow(page), "/masuk/kode", code=typed).status == 422


def test_deciding_asks_anew_and_leads_back(strict: Office) -> None:
    visitor, secret, _ = enroll(strict, "kadis")
    ticket = strict.to_decision()
    path = f"/berkas/{ticket}/putusan"
    assert visitor.get(path).status == 200
    strict.clock.pass_by(minutes=11)
    page = visitor.get(path)
    assert page.status == 403
    assert f"/masuk/kode?lanjut={path}" in page.links()
    door = visitor.get(f"/masuk/kode?lanjut={path}")
    assert press(visitor, door, "/masuk/kode", code=code_at(secret, strict.clock())).location == path
    assert visitor.get(path).status == 200


@pytest.mark.parametrize("away", [{"minutes": 11}, {"hours": 9}], ids=["the code is old", "the session is over"])
def test_what_was_typed_outlives_the_code_too(strict: Office, away: dict[str, int]) -> None:
    visitor, secret, _ = enroll(strict, "kadis")
    visitor.client.environ_base["HTTP_ORIGIN"] = "https://localhost"
    ticket = strict.to_letter()
    place = f"/berkas/{ticket}/cabut"
    form = visitor.get(place)
    strict.clock.pass_by(**away)
    page = press(visitor, form, place, reason="Surat untuk orang lain.")
    if page.status == 401:
        page = press(visitor, page, "/masuk", username="kadis", password=DEMO_PASSWORD)
    else:
        assert page.status == 403
        page = press(visitor, page, "/masuk/kode")
    assert (page.status, page.heading, page.problems()) == (200, "Kode keamanan", [])
    wrong = press(visitor, page, "/masuk/kode", code="000000")
    again = press(visitor, wrong, "/masuk/kode", code=code_at(secret, strict.clock()))
    assert (again.status, again.heading) == (200, "Isian Anda masih ada")
    assert "Surat untuk orang lain." in again.main()
    assert press(visitor, again, place).location == f"/berkas/{ticket}"
    assert strict.letter(ticket).state == LetterState.REVOKED


def test_a_passkey_opens_by_an_ordinary_form(strict: Office) -> None:
    key = SoftKey()
    visitor, _ = enter(strict, "kadis")
    page = press(visitor, visitor.get("/akun"), "/akun/kunci")
    (form,) = page.forms("/akun/kunci/simpan")
    options = form.get("data-options") or ""
    assert json.loads(options)["rp"]["id"] == "rekom.example"
    made = press(visitor, page, "/akun/kunci/simpan", credential=key.make(options), name="Telepon kantor")
    assert len(made.all("code")) == 10
    visitor, page = enter(strict, "kadis")
    door = visitor.follow(page)
    question = door.forms("/masuk/kode")[0].get("data-options") or ""
    assert press(visitor, door, "/masuk/kode", credential=key.sign(question)).location == "/"
    assert "Telepon kantor" in visitor.get("/akun").main()


def test_a_password_alone_adds_or_removes_nothing(strict: Office) -> None:
    enroll(strict, "kadis")
    visitor, _ = enter(strict, "kadis")
    account = visitor.get("/akun")
    token = account.value("csrf_token")
    for path in ("/akun/aplikasi", "/akun/kunci", "/akun/kode-cadangan", "/akun/pengaman/aplikasi/0", "/akun/kunci/simpan"):
        assert read_post(visitor, path, {"csrf_token": token}).status == 403, path


def test_removing_needs_a_fresh_code(strict: Office) -> None:
    visitor, _, _ = enroll(strict, "validator")
    page = press(visitor, visitor.get("/akun"), "/akun/pengaman/aplikasi/0")
    assert "sudah dihapus" in visitor.follow(page).main()
    assert "Pasang aplikasi kode" in visitor.get("/akun").main()


def test_a_wrong_first_code_does_not_show_the_secret_again(strict: Office) -> None:
    visitor, _ = enter(strict, "kadis")
    page = press(visitor, visitor.get("/akun"), "/akun/aplikasi")
    again = press(visitor, page, "/akun/aplikasi/pastikan", code="000000")
    assert again.status == 422
    assert visitor_secret(page) not in again.text
