"""Taking cases from the list and from the case's page; filters as chips that can be taken off."""

from collections.abc import Callable

import pytest

from tests.office import Office, person
from tests.verify.web.test_work_list import names
from tests.verify.web.visitor import Page, Visitor
from workflows.states import Role

Visit = Callable[[str], Visitor]


@pytest.fixture
def waiting(sqlite_office: Office) -> list[str]:
    sqlite_office.hire("rina", Role.CASEWORKER)
    tickets = [sqlite_office.open(number) for number in (1, 2, 3)]
    sqlite_office.drain()
    return tickets


def chips(page: Page) -> dict[str, str]:
    """The chips that are on, with where each one's link leads."""
    return {page.words(link): str(link.get("href")) for link in page.all("a", class_="chip on")}


def test_tabs_count_what_the_chips_leave(visit: Visit, waiting: list[str]) -> None:
    peksos = visit("peksos")
    peksos.follow(peksos.fill(f"/berkas/{waiting[0]}", f"/berkas/{waiting[0]}/ambil"))
    assert counted(peksos.get("/")) == {"Menunggu Anda: sedang dinilai": 3, "Semua": 3}
    assert counted(peksos.get("/?siapa=bebas")) == {"Menunggu Anda: sedang dinilai": 2, "Semua": 2}
    assert counted(peksos.get("/?siapa=saya&status=semua")) == {"Menunggu Anda: sedang dinilai": 1, "Semua": 1}


def counted(page: Page) -> dict[str, int]:
    """The tabs with their numbers."""
    (tabs,) = page.all("nav", class_="tabs")
    found = [page.words(link).removesuffix("berkas").split() for link in tabs.iter("a")]
    return {" ".join(words[:-1]): int(words[-1]) for words in found}


def test_whose_it_is_stands_on_the_list_and_free_ones_can_be_found(visit: Visit, waiting: list[str]) -> None:
    rina, peksos = visit("rina"), visit("peksos")
    rina.follow(rina.fill(f"/berkas/{waiting[0]}", f"/berkas/{waiting[0]}/ambil"))
    assert "Rina Contoh" in peksos.get("/").main()
    free = peksos.get("/?siapa=bebas")
    assert set(names(free)) == {person(2)["name"], person(3)["name"]}
    assert names(rina.get("/?siapa=saya")) == [person(1)["name"]]
    empty = peksos.get("/?siapa=saya")
    assert "Tidak ada berkas dengan saringan ini." in empty.main()


def test_on_the_page_taken_over_given_back_and_handed_on(visit: Visit, waiting: list[str]) -> None:
    rina, peksos, place = visit("rina"), visit("peksos"), f"/berkas/{waiting[0]}"
    rina.follow(rina.fill(place, f"{place}/ambil"))
    assert "Rina Contoh sedang mengerjakan berkas ini" in peksos.get(place).main()
    mine = peksos.follow(peksos.fill(place, f"{place}/ambil"))
    assert "Berkas ini di tangan Anda" in mine.main()
    assert "Diambil alih dari Rina Contoh." in mine.main()
    page = peksos.get(f"{place}/serahkan")
    owner = next(control.get("value") for control in page.all("input", name="owner"))
    assert "Rina Contoh sedang mengerjakan" in peksos.follow(peksos.send(page, owner=owner)).main()
    released = rina.follow(rina.fill(place, f"{place}/lepas"))
    assert "Berkas dilepas." in released.main()


def test_handing_on_without_a_name_is_put_right(visit: Visit, waiting: list[str]) -> None:
    peksos, place = visit("peksos"), f"/berkas/{waiting[0]}"
    peksos.follow(peksos.fill(place, f"{place}/ambil"))
    for wrong in ({}, {"owner": "99999999999"}, {"owner": "abc"}):
        page = peksos.fill(f"{place}/serahkan", **wrong)
        assert (page.status, "Pilih rekan" in page.main()) == (422, True)


def test_whose_turn_it_is_not_has_no_button(visit: Visit, waiting: list[str]) -> None:
    page = visit("validator").get(f"/berkas/{waiting[0]}")
    assert not page.forms(f"/berkas/{waiting[0]}/ambil")
    assert not visit("validator").get("/?hal=berkas").all("input", name="tickets")


def test_papers_that_are_missing_and_terms_that_ran_out(visit: Visit, waiting: list[str], sqlite_office: Office) -> None:
    lacking = sqlite_office.open(4, documents=frozenset())
    peksos = visit("peksos")
    assert names(peksos.get("/?hal=berkas")) == [person(4)["name"]]
    assert names(peksos.get("/?hal=lewat")) == []
    sqlite_office.clock.pass_by(days=30)
    late = visit("peksos").get("/?hal=lewat&status=semua")
    assert f"/berkas/{lacking}" in late.links()
    assert chips(late) == {"Hapus saringan Lewat tenggat": "/?status=semua"}


def test_filters_stay_while_the_state_changes(visit: Visit, waiting: list[str]) -> None:
    page = visit("peksos").get("/?siapa=bebas")
    assert "/?status=semua&siapa=bebas" in page.links()
    assert visit("peksos").get("/?siapa=apa&hal=apa").status == 200
