"""The form that a search led to is a page: reload and back show it as it was, count nothing, and show it to nobody else."""

import base64
from collections.abc import Callable

import pytest
from sqlmodel import select

from tests.office import DEMO_PASSWORD, Office, person
from tests.verify.web.visitor import Page, Visitor
from verify.web.held import COOKIE, LONGEST, ROOM
from verify.web.intake_page import SOUGHT
from workflows.records.meter import Meter

Visit = Callable[[str], Visitor]
NEW = "/berkas/baru"


def searched(visitor: Visitor, number: int = 1) -> tuple[str, Page]:
    """The address a search led to, and its page."""
    address = str(visitor.fill("/", "/cari", q=person(number)["nik"]).location)
    return address, visitor.get(address)


def cookie_of(address: str) -> str:
    return COOKIE + address.partition("=")[2]


def typed(visitor: Visitor, page: Page) -> Page:
    return visitor.send(page, NEW, name="SITI CONTOH", phone="081200000001")


def test_a_reload_shows_the_form_again_and_counts_nothing(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    address, first = searched(visitor)
    for _ in range(25):
        assert visitor.get(address).value("nik") == first.value("nik") == person()["nik"]
    with sqlite_office.read() as session:
        assert [row.counted for row in session.exec(select(Meter).where(Meter.purpose == "LOOKUP_ACCOUNT"))] == [1]


def test_what_was_typed_stands_there_after_the_back_button(visit: Visit) -> None:
    visitor = visit("loket")
    address, page = searched(visitor)
    assert typed(visitor, page).heading == "Periksa jawaban"
    back = visitor.get(address)
    assert (back.value("name"), back.value("phone"), back.value("nik")) == ("SITI CONTOH", "081200000001", person()["nik"])
    assert "Apakah ini orangnya?" in back.main()


def test_what_was_refused_stands_there_too(visit: Visit) -> None:
    visitor = visit("loket")
    address, page = searched(visitor)
    assert visitor.send(page, NEW, name="SITI CONTOH", phone="x").status == 422
    assert visitor.get(address).value("name") == "SITI CONTOH"


def test_a_field_to_change_is_a_page_of_its_own(visit: Visit) -> None:
    visitor = visit("loket")
    address, page = searched(visitor)
    changing = visitor.send(typed(visitor, page), NEW, ("ubah", "phone"))
    assert changing.location == address
    again = visitor.follow(changing)
    assert (again.value("name"), "autofocus" in again.one("input", id="phone").attrib) == ("SITI CONTOH", True)
    assert visitor.confirm(visitor.send(again, NEW, phone="081200000002")).status == 303


def test_the_computer_keeps_nobody_once_the_case_is_open(visit: Visit) -> None:
    visitor = visit("loket")
    address, page = searched(visitor)
    assert visitor.confirm(typed(visitor, page)).status == 303
    assert visitor.get(address).value("nik") == ""
    assert visitor.client.get_cookie(cookie_of(address), path=NEW) is None


def test_two_forms_side_by_side_leave_each_other_be(visit: Visit) -> None:
    visitor = visit("loket")
    (one, first), (other, second) = searched(visitor), searched(visitor, 2)
    look = visitor.send(second, NEW, name="BUDI UJI", phone="081200000002")
    typed(visitor, first)
    assert (visitor.get(one).value("name"), visitor.get(other).value("name")) == ("SITI CONTOH", "BUDI UJI")
    assert visitor.confirm(look).status == 303
    assert (visitor.get(one).value("name"), visitor.get(other).value("nik")) == ("SITI CONTOH", "")


def test_when_forms_become_more_than_a_browser_may_send_the_oldest_gives_way(visit: Visit) -> None:
    visitor = visit("loket")
    forms = [searched(visitor, number) for number in (1, 2, 3)]
    for _, page in forms:
        visitor.send(page, NEW, name="SITI CONTOH", phone="081200000001", address="Y" * 1900)
    kept = [visitor.client.get_cookie(cookie_of(address), path=NEW) for address, _ in forms]
    assert [bool(one) for one in kept] == [False, True, True]
    assert sum(len(one.value) for one in kept if one) <= ROOM
    assert [visitor.get(address).value("nik") for address, _ in forms[1:]] == [person(2)["nik"], person(3)["nik"]]


@pytest.mark.parametrize("name", ["dicari", SOUGHT])
def test_no_field_that_is_sent_says_who_was_looked_for(visit: Visit, sqlite_office: Office, name: str) -> None:
    visitor = visit("loket")
    address, page = searched(visitor)
    sqlite_office.open(2)
    fields = dict(page.fields_of(page.forms(NEW)[0])) | {"name": "SITI CONTOH", name: person(2)["nik"]}
    assert visitor.client.post(NEW, data=fields).status_code == 422
    again = visitor.get(address)
    assert (again.status, again.value("name"), again.value("nik")) == (200, "SITI CONTOH", person()["nik"])


def test_a_case_that_somebody_opened_meanwhile_is_shown_instead(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    address, _ = searched(visitor)
    ticket = sqlite_office.open()
    assert visitor.get(address).location == f"/berkas/{ticket}"


def test_no_other_session_and_no_other_address_reads_it(visit: Visit) -> None:
    visitor = visit("loket")
    address, _ = searched(visitor)
    for made_up in ("lain", "x" * 12, "ü;=" * 4):
        assert visitor.get(f"{NEW}?isian={made_up}").value("nik") == ""
    visitor.fill("/", "/keluar")
    visitor.fill("/masuk", username="loket", password=DEMO_PASSWORD)
    assert visitor.get(address).value("nik") == ""


def test_the_cookie_tells_nothing_and_cannot_be_made_up(visit: Visit) -> None:
    visitor = visit("loket")
    address, _ = searched(visitor)
    cookie = visitor.client.get_cookie(cookie_of(address), path=NEW)
    assert cookie and cookie.http_only and cookie.same_site == "Lax"
    assert person()["nik"].encode() not in base64.urlsafe_b64decode(cookie.value)
    for made_up in ("x", "", base64.urlsafe_b64encode(b"x" * 80).decode()):
        visitor.client.set_cookie(cookie_of(address), made_up, path=NEW)
        assert visitor.get(address).value("nik") == ""


def test_more_than_a_cookie_holds_is_not_held_and_nothing_breaks(visit: Visit) -> None:
    visitor = visit("loket")
    address, page = searched(visitor)
    look = visitor.send(page, NEW, name="SITI CONTOH", phone="081200000001", address="Y" * LONGEST)
    assert look.status == 422
    assert visitor.get(address).value("nik") == person()["nik"], "as the search left it"
