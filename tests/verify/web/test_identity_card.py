"""Who a NIK belongs to, before a case is opened: the card on the counter's page, and what the last case already said."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from schemas.forms import whole_day
from tests.office import Office, person
from tests.verify.web.visitor import Page, Visitor
from workflows.records import Case
from workflows.records.case_reading import CaseReading

Visit = Callable[[str], Visitor]

NEW = "/berkas/baru"


def came_before(office: Office) -> str:
    """Somebody whose last case is closed."""
    ticket = office.open(phone="081299990007")
    office.withdraw(ticket)
    return ticket


def search(visitor: Visitor, number: int = 1) -> Page:
    return visitor.follow(visitor.fill("/", "/cari", q=person(number)["nik"]))


def test_a_stranger_s_card_says_what_the_digits_say(visit: Visit) -> None:
    known = person(1)
    words = search(visit("loket")).main()
    for said in (
        "Apakah ini orangnya?",
        f"•••• •••• •••• {known['nik'][-4:]}",
        "Perempuan, lahir 6 September 1961 (65 tahun)",
        "Belum pernah.",
    ):
        assert said in words
    assert known["name"] not in words


def test_a_birth_date_that_the_digits_leave_no_doubt_of_is_only_confirmed(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    page = search(visitor)
    assert page.value("birth_date") == "06-09-1961" and "Terisi dari NIK atau foto. Samakan dengan KTP." in page.main()
    look = visitor.send(page, NEW, name=person()["name"], phone="081200000001")
    assert "6 September 1961" in look.main()
    assert sqlite_office.case(str(visitor.confirm(look).location).removeprefix("/berkas/")).birth_date == person()["birth_date"]


def test_two_centuries_are_both_named_while_both_can_be(visit: Visit) -> None:
    visitor = visit("loket")
    page = visitor.follow(visitor.fill("/", "/cari", q="9901014101050001"))
    assert "lahir 1 Januari 1905 atau 1 Januari 2005" in page.main() and "tahun)" not in page.main()
    assert page.value("birth_date") == ""


def test_who_came_before_is_named_and_the_form_is_filled_in(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    ticket = came_before(sqlite_office)
    page = search(visitor)
    assert person()["name"] in page.main() and f"/berkas/{ticket}" in page.links()
    assert (page.value("name"), page.value("birth_date"), page.value("phone")) == (person()["name"], "06-09-1961", "")
    assert "081299990007" not in page.text and "•••••••••007" in page.main()
    assert "081299990007" not in visitor.send(page, NEW, urgency="EMERGENCY", phone=" ").text
    look = visitor.send(page, NEW, urgency="EMERGENCY")
    assert "081299990007" not in look.text and "•••••••••007, seperti di berkas terakhir" in look.main()
    answer = visitor.confirm(look)
    assert answer.location
    assert sqlite_office.case(answer.location.removeprefix("/berkas/")).phone == "081299990007"


def test_the_look_at_the_last_case_is_written_down(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    ticket = came_before(sqlite_office)

    def looks() -> int:
        with sqlite_office.read() as session:
            rows = session.exec(select(CaseReading).where(CaseReading.case_id == sqlite_office.case(ticket).id))
            return sum(row.times for row in rows)

    before = looks()
    search(visitor)
    assert looks() == before + 1


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's"])
def test_a_telephone_serves_only_its_own_person(visit: Visit, sqlite_office: Office, whose: str) -> None:
    visitor = visit("loket")
    ticket = came_before(sqlite_office) if whose == "somebody else's" else "AAAA-AAAA"
    other = person(2)
    typed = {"nik": other["nik"], "name": other["name"], "birth_date": f"{other['birth_date']:%d-%m-%Y}", "phone_from": ticket}
    page = visitor.fill(NEW, **typed)
    assert page.status == 422
    assert [problem.split(":")[0] for problem in page.problems()] == ["Nomor telepon"]
    assert "Tercatat" not in page.main()


def test_a_typed_telephone_wins(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    came_before(sqlite_office)
    visitor.confirm(visitor.send(search(visitor), NEW, phone="0813 1111 2222"))
    with sqlite_office.read() as session:
        assert [case.phone for case in session.exec(select(Case).order_by(Case.id))][-1] == "081311112222"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("060961", "06-09-1961"),
        ("06091961", "06-09-1961"),
        ("010127", "01-01-1927"),
        ("010126", "010126"),
        ("01012005", "01-01-2005"),
        ("14-03-1990", "14-03-1990"),
        ("6961", "6961"),
        ("٠٦٠٩٦١", "٠٦٠٩٦١"),
    ],
)
def test_a_day_may_be_typed_without_strokes_where_its_year_is_sure(typed: str, meant: str) -> None:
    assert whole_day(typed, 2026) == meant


def test_a_year_of_two_centuries_is_asked_for(visit: Visit) -> None:
    known = person(1)
    page = visit("loket").fill(NEW, nik=known["nik"], name=known["name"], birth_date="010105", phone="081200000001")
    assert page.status == 422
    assert [problem.split(":")[0] for problem in page.problems()] == ["Tanggal lahir"]
    assert page.value("birth_date") == "010105"
