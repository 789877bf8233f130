"""Cases ticked on the list and taken, given back or handed on at once: exceptions first, by name; sent twice, done once."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from tests.office import Office, person
from tests.verify.web.test_looks_at_lists import looks
from tests.verify.web.visitor import Page, Visitor
from workflows.records import Case, Staff
from workflows.records.taking import Taking
from workflows.states import Role
from workflows.vocabulary import Urgency

Visit = Callable[[str], Visitor]


@pytest.fixture
def waiting(sqlite_office: Office) -> list[str]:
    """Three cases that wait for an assessor; the second is an emergency. Rina is a colleague."""
    sqlite_office.hire("rina", Role.CASEWORKER)
    tickets = [sqlite_office.open(number, urgency=Urgency.EMERGENCY if number == 2 else Urgency.ROUTINE) for number in (1, 2, 3)]
    sqlite_office.drain()
    return tickets


def ticks(page: Page) -> list[str]:
    """What each tick of the page would send."""
    return [str(box.get("value")) for box in page.all("input", name="tickets")]


def hands(office: Office) -> dict[str, str]:
    """In whose hand each case is."""
    held = (
        select(Case.ticket, Staff.username)
        .outerjoin(Taking, col(Taking.case_id) == Case.id)
        .outerjoin(Staff, col(Staff.id) == Taking.staff_id)
    )
    with office.read() as session:
        return {ticket: username or "" for ticket, username in session.exec(held)}


def first(page: Page, *words: str) -> bool:
    """Whether words come in this order."""
    said = page.main()
    places = [said.find(word) for word in words]
    return -1 not in places and places == sorted(places)


def test_who_was_faster_and_what_changed_come_first_and_the_rest_is_taken(visit: Visit, waiting: list[str], sqlite_office: Office) -> None:
    peksos, rina = visit("peksos"), visit("rina")
    stale = peksos.get("/")
    rina.send(rina.get("/"), "/berkas/ambil", tickets=[tick for tick in ticks(rina.get("/")) if tick.startswith(waiting[0])])
    sqlite_office.amend(waiting[2], address="Jalan Contoh 9")
    answer = peksos.send(stale, "/berkas/ambil", tickets=ticks(stale))
    assert answer.heading == "1 dari 3 berkas diambil"
    assert sorted(looks(sqlite_office, "peksos").values()) == [1, 1, 1], "each is named"
    one, two, three = (str(person(number)["name"]) for number in (1, 2, 3))
    assert first(
        answer,
        "1 berubah sesudah Anda buka",
        three,
        "Terakhir oleh",
        "1 tidak dapat diambil",
        one,
        "Sudah diambil Rina Contoh.",
        "Diambil",
        two,
    )
    assert hands(sqlite_office) == {waiting[0]: "rina", waiting[1]: "peksos", waiting[2]: ""}
    again = peksos.send(stale, "/berkas/ambil", tickets=ticks(stale))
    assert again.main() == answer.main(), "the same form sent again shows the same answers"


def test_an_emergency_is_not_dropped_into_nobodys_hand(visit: Visit, waiting: list[str], sqlite_office: Office) -> None:
    peksos = visit("peksos")
    listed = peksos.get("/")
    assert "3 berkas diambil." in peksos.follow(peksos.send(listed, "/berkas/ambil", tickets=ticks(listed))).main()
    mine = peksos.get("/?siapa=saya")
    form = mine.forms("/berkas/ambil")
    assert form and {button.get("formaction") for button in mine.all("button")} >= {"/berkas/lepas", "/berkas/serahkan"}
    answer = peksos.post("/berkas/lepas", sent(mine))
    assert answer.heading == "2 dari 3 berkas dilepas"
    assert first(answer, "1 tidak dapat dilepas", str(person(2)["name"]), "Pasien ini gawat darurat.", "Dilepas", str(person(1)["name"]))
    assert hands(sqlite_office) == {waiting[0]: "", waiting[1]: "peksos", waiting[2]: ""}
    assert peksos.post("/berkas/lepas", sent(mine)).main() == answer.main()


def sent(page: Page) -> dict[str, str | list[str]]:
    """All boxes of the list ticked."""
    return {"csrf_token": page.value("csrf_token"), "kunci": page.value("kunci"), "tickets": ticks(page)}


def test_handing_on_asks_to_whom_and_names_first_what_cannot_be(visit: Visit, waiting: list[str], sqlite_office: Office) -> None:
    peksos, rina = visit("peksos"), visit("rina")
    listed = peksos.get("/")
    peksos.send(listed, "/berkas/ambil", tickets=ticks(listed))
    mine = peksos.get("/?siapa=saya")
    place = f"/berkas/{waiting[0]}"
    rina.fill(place, f"{place}/ambil")
    asked = peksos.post("/berkas/serahkan", sent(mine))
    one, two = str(person(1)["name"]), str(person(2)["name"])
    assert asked.heading == "Serahkan 2 berkas"
    assert first(asked, "1 tidak dapat diserahkan", one, "Yang diserahkan", two, "Rekan")
    assert sorted(looks(sqlite_office, "peksos").values()) == [1, 1, 1], "also at the one that is left, which is named"
    nobody = peksos.send(asked, "/berkas/serahkan/kirim")
    assert (nobody.status, "Pilih rekan" in nobody.main()) == (422, True)
    owner = next(control.get("value") for control in nobody.all("input", name="owner"))
    done = peksos.send(nobody, "/berkas/serahkan/kirim", owner=owner)
    assert "2 berkas diserahkan." in peksos.follow(done).main()
    assert set(hands(sqlite_office).values()) == {"rina"}
    assert peksos.send(nobody, "/berkas/serahkan/kirim", owner=owner).status == 303


def test_another_colleague_or_other_ticks_are_another_form(visit: Visit, waiting: list[str], sqlite_office: Office) -> None:
    sqlite_office.hire("budi", Role.CASEWORKER)
    peksos = visit("peksos")
    listed = peksos.get("/")
    peksos.send(listed, "/berkas/ambil", tickets=ticks(listed)[:2])
    asked = peksos.post("/berkas/serahkan", sent(peksos.get("/?siapa=saya")))
    with sqlite_office.read() as session:
        ids = dict(session.exec(select(Staff.username, Staff.id)).all())
    peksos.send(asked, "/berkas/serahkan/kirim", owner=str(ids["rina"]))
    again = peksos.send(asked, "/berkas/serahkan/kirim", owner=str(ids["budi"]))
    assert again.heading == "0 dari 2 berkas diserahkan" and "2 tidak dapat diserahkan" in again.main()
    fewer = peksos.send(asked, "/berkas/serahkan/kirim", owner=str(ids["rina"]), tickets=ticks(asked)[:1])
    assert fewer.heading == "0 dari 1 berkas diserahkan"
    assert sorted(hands(sqlite_office).values()) == ["", "rina", "rina"]


def test_four_eyes_keep_a_case_from_who_assessed_it(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("dua", Role.CASEWORKER, Role.VALIDATOR)
    own, others = sqlite_office.open(1), sqlite_office.open(2)
    sqlite_office.drain()
    sqlite_office.assess(own, by="dua")
    sqlite_office.assess(others, by="peksos")
    sqlite_office.drain()
    dua, validator = visit("dua"), visit("validator")
    listed = dua.get("/?status=validation")
    answer = dua.send(listed, "/berkas/ambil", tickets=ticks(listed))
    assert first(
        answer, "1 tidak dapat diambil", str(person(1)["name"]), "Anda sudah menangani berkas ini", "Diambil", str(person(2)["name"])
    )
    taken = validator.get("/?status=validation")
    validator.send(taken, "/berkas/ambil", tickets=[tick for tick in ticks(taken) if tick.startswith(own)])
    asked = validator.post("/berkas/serahkan", sent(validator.get("/?siapa=saya")))
    with sqlite_office.read() as session:
        who = session.exec(select(Staff.id).where(Staff.username == "dua")).one()
    refused = validator.send(asked, "/berkas/serahkan/kirim", owner=str(who))
    assert "sudah menangani berkas ini di langkah sebelumnya. Pilih rekan lain." in refused.main()
    assert hands(sqlite_office)[own] == "validator"


@pytest.mark.parametrize("place", ["/berkas/ambil", "/berkas/lepas", "/berkas/serahkan", "/berkas/serahkan/kirim"])
def test_nothing_ticked_and_strange_ticks(visit: Visit, waiting: list[str], sqlite_office: Office, place: str) -> None:
    peksos = visit("peksos")
    mine = peksos.get("/")
    form: dict[str, str | list[str]] = {"csrf_token": mine.value("csrf_token"), "kunci": mine.value("kunci"), "owner": "1"}
    assert "Centang dulu paling sedikit satu berkas." in peksos.follow(peksos.post(place, form)).main()
    assert "Daftar ini tidak dapat dibaca." in peksos.post(place, {**form, "tickets": ["7QMK-2F9X"]}).main()
    lost = peksos.post(place, {**form, "tickets": ["7QMK-2F9X 1"]})
    assert lost.status == 200 and "Berkas tidak ditemukan." in lost.main() and hands(sqlite_office) == dict.fromkeys(waiting, "")
