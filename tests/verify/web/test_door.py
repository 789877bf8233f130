"""Signing in and out, and where it leads."""

from collections.abc import Callable

import pytest

from tests.office import Office
from tests.verify.web.visitor import Visitor
from verify.seeds import DEMO_PASSWORD

Visit = Callable[[str], Visitor]


@pytest.mark.parametrize(
    ("username", "home"),
    [("loket", "/"), ("peksos", "/"), ("validator", "/"), ("kadis", "/"), ("admin", "/"), ("rs", "/periksa")],
)
def test_each_role_lands_where_its_work_is(nobody: Visitor, username: str, home: str) -> None:
    answer = nobody.fill("/masuk", username=username, password=DEMO_PASSWORD)
    assert answer.location == home
    assert nobody.follow(answer).status == 200


def test_the_cursor_is_in_the_first_field(nobody: Visitor) -> None:
    assert "autofocus" in nobody.get("/masuk").one("input", id="username").attrib


def test_a_wrong_password_keeps_the_name_and_not_the_password(nobody: Visitor) -> None:
    page = nobody.fill("/masuk", username="loket", password="salah-sekali")
    assert page.status == 403
    assert "Nama pengguna atau kata sandi tidak cocok." in page.main()
    assert page.value("username") == "loket"
    assert page.value("password") == ""
    assert page.title.startswith("Kesalahan: ")


@pytest.mark.parametrize(
    ("typed", "field"), [({"username": "", "password": "x"}, "username"), ({"username": "loket", "password": ""}, "password")]
)
def test_an_empty_field_is_named(nobody: Visitor, typed: dict[str, str], field: str) -> None:
    page = nobody.fill("/masuk", **typed)
    assert page.status == 422
    assert page.one("input", id=field).get("aria-invalid") == "true"
    assert len(page.problems()) == 1


def test_who_is_signed_in_needs_no_form(visit: Visit) -> None:
    assert visit("loket").get("/masuk").location == "/"


def test_the_bar_says_who_is_signed_in(visit: Visit) -> None:
    bar = visit("loket").get("/").words()
    assert "Rini Contoh" in bar and "Petugas loket" in bar


def test_signing_out_ends_the_session(visit: Visit) -> None:
    visitor = visit("loket")
    answer = (
        visitor.send(visitor.get("/"), number=0) if False else visitor.post("/keluar", {"csrf_token": visitor.get("/").value("csrf_token")})
    )
    assert answer.location == "/masuk"
    assert "Anda sudah keluar." in visitor.follow(answer).main()
    assert visitor.get("/").status == 401


def test_a_page_without_a_session_asks_to_sign_in_and_leads_back(nobody: Visitor, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    page = nobody.get(f"/berkas/{ticket}")
    assert page.status == 401
    assert "Anda belum masuk" in page.main()
    answer = nobody.send(page, "/masuk", username="loket", password=DEMO_PASSWORD)
    assert answer.location == f"/berkas/{ticket}"


FOREIGN = ["//jahat.example", "https://jahat.example", "/\\jahat.example", "/x?y=1", "javascript:alert(1)", "/keluar", "", "/"]


@pytest.mark.parametrize("onward", FOREIGN)
def test_nobody_is_led_to_a_foreign_address(nobody: Visitor, onward: str) -> None:
    token = nobody.get("/masuk").value("csrf_token")
    answer = nobody.post("/masuk", {"csrf_token": token, "username": "loket", "password": DEMO_PASSWORD, "lanjut": onward})
    assert answer.location == "/"


def test_a_session_that_ended_asks_again(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    sqlite_office.clock.pass_by(hours=9)
    page = visitor.get("/berkas/baru")
    assert page.status == 401
    assert "sesi sudah berakhir" in page.main()


def test_without_the_forms_own_token_nothing_happens(nobody: Visitor, visit: Visit) -> None:
    for visitor in (nobody, visit("loket")):
        page = visitor.post("/masuk", {"username": "loket", "password": DEMO_PASSWORD})
        assert page.status == 400
        assert "terlalu lama terbuka" in page.main()
        assert "/masuk" in page.links()


def test_signing_in_makes_a_new_token(nobody: Visitor) -> None:
    before = nobody.get("/masuk").value("csrf_token")
    nobody.follow(nobody.fill("/masuk", username="loket", password=DEMO_PASSWORD))
    answer = nobody.post("/cari", {"csrf_token": before, "q": ""})
    assert answer.status == 400


def test_demo_accounts_are_shown_in_a_demo_only(nobody: Visitor) -> None:
    assert DEMO_PASSWORD not in nobody.get("/masuk").text


def test_too_many_tries_are_told_with_how_long_to_wait(nobody: Visitor) -> None:
    for _ in range(10):
        nobody.fill("/masuk", username="loket", password="salah-sekali")
    page = nobody.fill("/masuk", username="loket", password=DEMO_PASSWORD)
    assert page.status == 429
    assert "Tunggu 30 detik, lalu coba lagi." in page.main()
