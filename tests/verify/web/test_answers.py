"""The last look before a case is opened or an assessment kept: what is missing first, each answer with a way back, nothing sent unseen."""

from collections.abc import Callable

import pytest

from tests.office import LONG, Office, person
from tests.verify.web.test_case_forms import answers, opened
from tests.verify.web.test_intake_page import NEW, from_ktp, ticket_of
from tests.verify.web.visitor import Page, Visitor
from verify.web.intake_answers import SPOKEN
from workflows.intake import Intake
from workflows.records import Assessment, Case

Visit = Callable[[str], Visitor]


def changes(page: Page) -> list[str]:
    """The fields that the page leads back to, in its order."""
    return [str(button.get("value")) for button in page.all("button", name="ubah")]


def at_cursor(page: Page) -> list[str | None]:
    return [control.get("name") for control in page.tree.iter() if "autofocus" in control.attrib]


def test_every_fact_of_an_intake_has_its_words() -> None:
    assert set(SPOKEN) == set(Intake.__dataclass_fields__)


def test_what_was_left_empty_is_named_first_and_one_button_sends(visit: Visit, sqlite_office: Office) -> None:
    page = visit("loket").fill(NEW, **from_ktp(), kk="9901 0101 0120 0001")
    assert (page.status, page.heading, sqlite_office.count(Case)) == (200, "Periksa jawaban", 0)
    gaps = "urgency hospital_code admitted_at address domicile_code resident_since documents".split()
    assert changes(page) == ["nik", *gaps, "nik", "name", "birth_date", "phone", "kk"]
    words, known = page.main(), person()
    assert words.index("Rumah sakit tujuan") < words.index("Jawaban Anda") < words.index(known["name"])
    assert "6 September 1961, sama dengan NIK. Samakan dengan KTP." in words and "9901 0101 0120 0001" in words
    (big,) = page.all("button", class_="big")
    assert page.words(big) == "Buka berkas" and {"autofocus", "data-enter"} <= set(big.attrib)


@pytest.mark.parametrize("field", ["phone", "urgency", "hospital_code", "admitted_at", "address", "documents", "proxy_name", "channel"])
def test_change_leads_back_to_the_field_and_keeps_everything(visit: Visit, sqlite_office: Office, field: str) -> None:
    typed = from_ktp() | {"admitted_at_day": "23-11-2026", "admitted_at_time": "08.15", "proxy_name": "Budi Uji", "proxy_relation": "suami"}
    more = {"urgency": "INPATIENT", "hospital_code": "RS-CONTOH-1", "address": LONG, "documents": ["KTP", "KK"], "channel": "WHATSAPP"}
    visitor = visit("loket")
    look = visitor.fill(NEW, **typed, **more)  # type: ignore[arg-type]
    back = visitor.send(look, NEW, ("ubah", field))
    assert (back.status, back.heading) == (200, "Berkas baru")
    assert at_cursor(back) == [f"{field}_day" if field == "admitted_at" else field]
    assert "data-typed" in back.one("form", id="berkas-baru").attrib
    for name, value in (typed | {"urgency": "INPATIENT", "address": LONG}).items():
        assert back.value(name) == value
    case = sqlite_office.case(ticket_of(visitor.confirm(visitor.send(back, NEW, phone="081200009999"))))
    assert (case.phone, case.address, case.hospital_code, case.proxy_name) == ("081200009999", LONG, "RS-CONTOH-1", "BUDI UJI")


@pytest.mark.parametrize("field", ["channel", "proxy_kin", "proxy_paper", "kk"])
def test_what_lies_in_a_fold_is_led_back_to_with_the_fold_open(visit: Visit, field: str) -> None:
    visitor = visit("loket")
    value = {"channel": "WHATSAPP", "proxy_kin": "FAMILY", "proxy_paper": "KK", "kk": "9901 0101 0120 0001"}[field]
    back = visitor.send(visitor.fill(NEW, **from_ktp(), **{field: value}), NEW, ("ubah", field))
    control, *_ = [one for one in back.tree.iter() if one.get("name") == field and one.tag.endswith(("input", "select"))]
    folds = [one for one in back.tree.iter() if one.tag.endswith("details") and control in one.iter()]
    assert folds and all("open" in fold.attrib for fold in folds)


def test_what_was_not_looked_at_is_not_opened(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    look = visitor.fill(NEW, **from_ktp())
    other = visitor.send(look, NEW, name="ORANG LAIN CONTOH")
    assert other.heading == "Periksa jawaban" and "ORANG LAIN CONTOH" in other.main()
    assert sqlite_office.count(Case) == 0


def test_a_case_opened_meanwhile_is_led_to_from_the_last_look(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    look = visitor.fill(NEW, **from_ktp())
    ticket = sqlite_office.open()
    page = visitor.confirm(look)
    assert page.status == 409 and f"/berkas/{ticket}" in page.links()
    assert page.value("name") == person()["name"] and sqlite_office.count(Case) == 1


def test_back_and_forth_and_reloaded_it_is_one_sending(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    look = visitor.fill(NEW, **from_ktp())
    again = visitor.send(visitor.send(look, NEW, ("ubah", "name")), NEW)
    assert [visitor.confirm(page).location for page in (look, again, look)].count(f"/berkas/{newest(sqlite_office)}") == 3
    assert sqlite_office.count(Case) == 1


def newest(office: Office) -> str:
    with office.read() as session:
        return str(session.get_one(Case, 1).ticket)


def test_what_nobody_knows_is_named_first_in_an_assessment(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = opened(sqlite_office), visit("peksos")
    place = f"/berkas/{ticket}/nilai"
    given = answers(sqlite_office) | {"answers__pangan": "UNKNOWN", "note": "Rumah kontrak.\r\nDua kamar."}
    look = visitor.fill(place, **given)
    assert changes(look)[1] == "answers.pangan" and "Belum tahu" in look.words(look.one("h2", id="kurang"))
    assert [page for page in changes(look) if page == "note"] == ["note"] and "Rumah kontrak." in look.main()
    back = visitor.send(look, place, ("ubah", "answers.pangan"))
    assert at_cursor(back) == ["answers.pangan"] and back.value("answers.pangan") == "UNKNOWN"
    assert sqlite_office.count(Assessment) == 0
    assert visitor.confirm(visitor.send(back, place, answers__pangan="NO")).status == 303
    assert sqlite_office.count(Assessment) == 1


@pytest.mark.parametrize("button", [None, ("ubah", "note")], ids=["sent", "back to a field"])
def test_a_case_that_moved_between_look_and_sending_is_told(visit: Visit, sqlite_office: Office, button: tuple[str, str] | None) -> None:
    ticket, visitor = opened(sqlite_office), visit("peksos")
    place = f"/berkas/{ticket}/nilai"
    look = visitor.fill(place, **answers(sqlite_office), note="Rumah kontrak.")
    sqlite_office.amend(ticket, address="Jalan Contoh 2")
    sqlite_office.drain()
    page = visitor.send(look, place, button)
    assert page.status == 409 and "Berkas ini baru saja diubah orang lain." in page.main()
    assert page.value("note") == "Rumah kontrak." and sqlite_office.count(Assessment) == 0
