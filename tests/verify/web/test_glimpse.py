"""The last look before a case is opened tells of open cases and namesakes: counted like a search, written down, in no emergency's way."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from tests.office import Office, person
from tests.verify.test_lookups import MISSES, guess
from tests.verify.web.test_intake_page import NEW, from_ktp, ticket_of
from tests.verify.web.visitor import Page, Visitor
from workflows.records import Case, Meter
from workflows.records.case_reading import CaseReading

Visit = Callable[[str], Visitor]


def counted(office: Office) -> int:
    """Looks of the counter's account that led nowhere yet."""
    with office.read() as session:
        return sum(row.counted for row in session.exec(select(Meter).where(Meter.purpose == "LOOKUP_ACCOUNT")))


def read(office: Office) -> list[str]:
    """The numbers of the cases that somebody was told of."""
    with office.read() as session:
        return list(session.exec(select(Case.ticket).join(CaseReading)))


def look(visitor: Visitor, **typed: str) -> Page:
    return visitor.fill(NEW, **(from_ktp() | typed))


def lock_out(office: Office) -> None:
    loket = office.api("loket")
    assert {loket.post("/paths", {"nik": guess(number)}).status_code for number in range(MISSES)} == {200}
    assert loket.post("/paths", {"nik": guess(101)}).status_code == 429


def test_a_look_without_a_search_is_counted_once_a_form_and_given_back_by_the_case(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    first = look(visitor)
    again = visitor.send(visitor.send(first, NEW, ("ubah", "name")), NEW)
    assert again.heading == "Periksa jawaban" and counted(sqlite_office) == 1
    other = visitor.send(again, NEW, nik=person(2)["nik"])
    assert other.heading == "Periksa jawaban" and counted(sqlite_office) == 2, "another NIK is another guess"
    assert visitor.confirm(again).status == 303
    assert counted(sqlite_office) == 1


def test_after_a_search_the_look_is_not_counted_again(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    found = visitor.follow(visitor.fill("/", "/cari", q=person()["nik"]))
    assert counted(sqlite_office) == 1
    seen = visitor.send(found, NEW, **{name: value for name, value in from_ktp().items() if name != "nik"})
    assert seen.heading == "Periksa jawaban" and counted(sqlite_office) == 1
    assert visitor.confirm(seen).status == 303
    assert counted(sqlite_office) == 0


def test_another_nik_is_counted_once_on_the_way_back_too(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    address = str(visitor.fill("/", "/cari", q=person()["nik"]).location)
    seen = visitor.send(visitor.get(address), NEW, **from_ktp(2))
    assert seen.heading == "Periksa jawaban" and counted(sqlite_office) == 2
    back = visitor.follow(visitor.send(seen, NEW, ("ubah", "name")))
    for page in (back, visitor.get(address)):
        assert visitor.send(page, NEW, name="SITI CONTOH").heading == "Periksa jawaban" and counted(sqlite_office) == 2


def test_a_form_that_is_sent_again_gives_no_other_guess_back(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    found = visitor.follow(visitor.fill("/", "/cari", q=person()["nik"]))
    sqlite_office.open()
    visitor.fill("/", "/cari", q=guess(1))
    for _ in range(3):
        assert visitor.send(found, NEW, **from_ktp()).status == 409 and counted(sqlite_office) == 2


def test_a_key_of_ones_own_making_is_counted(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    seen = look(visitor)
    rest, _, owner = seen.value("kunci").rpartition(".")
    forged = f"{rest.partition('~')[0]}~{'0' * 16}.{owner}"
    assert visitor.send(seen, NEW, kunci=forged, phone="0812 0000 0002").heading == "Periksa jawaban"
    assert counted(sqlite_office) == 2


def test_an_open_case_that_is_told_of_is_written_down_and_is_no_guess(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    page = look(visit("loket"))
    assert page.status == 409 and ticket in page.main()
    assert (read(sqlite_office), counted(sqlite_office)) == ([ticket], 0)


def test_a_namesake_that_is_told_of_is_written_down(visit: Visit, sqlite_office: Office) -> None:
    ticket, known = sqlite_office.open(), person()["nik"]
    slipped = known[:-1] + str((int(known[-1]) + 1) % 10)
    page = look(visit("loket"), nik=slipped)
    assert "pernah tercatat" in page.main()
    assert (read(sqlite_office), counted(sqlite_office)) == ([ticket], 1)


@pytest.mark.parametrize("urgency", ["EMERGENCY", "ROUTINE"])
def test_whoever_guessed_too_much_is_told_nothing_and_opens_all_the_same(visit: Visit, sqlite_office: Office, urgency: str) -> None:
    ticket, known = sqlite_office.open(2), person(2)["nik"]
    slipped = known[:-1] + str((int(known[-1]) + 1) % 10)
    lock_out(sqlite_office)
    visitor = visit("loket")
    twin = look(visitor, nik=slipped, name=person(2)["name"], birth_date=f"{person(2)['birth_date']:%d-%m-%Y}")
    assert twin.heading == "Periksa jawaban" and "pernah tercatat" not in twin.main()
    there = look(visitor, nik=known)
    assert there.heading == "Periksa jawaban" and ticket not in there.main() and read(sqlite_office) == []
    new = ticket_of(visitor.confirm(look(visitor, urgency=urgency)))
    assert sqlite_office.case(new).urgency == urgency
    assert visitor.confirm(there).status == 409 and read(sqlite_office) == [ticket], (
        "a second case is refused, and who was told stands there"
    )
