"""Parafs on what was shown: changed cases drop out by name, the rest goes on, each once; and delegation by program."""

from tests.approval_office import give, to_paraf, with_chain
from tests.office import Office
from tests.verify.test_approvals import batch, outcomes
from tests.verify.web.visitor import Visitor
from verify.seeds import DEMO_PASSWORD
from workflows.records import Paraf
from workflows.states import Role, State

PATH = "/parafs"


def two_posts(office: Office) -> Office:
    return with_chain(office, Role.KASI, Role.KABID)


def test_what_was_shown_gets_its_paraf_and_what_changed_is_named(sqlite_office: Office) -> None:
    office = two_posts(sqlite_office)
    first, second, third = (to_paraf(office, number) for number in (1, 2, 3))
    kasi = office.api("kasi")
    rows = kasi.get(PATH).get_json()["cases"]
    assert {row["ticket"] for row in rows} == {first, second, third}
    assert office.api("kabid").get(PATH).get_json()["cases"] == []
    body = batch(rows)
    office.amend(first, phone="081299990000")
    office.send_back(second, by="kasi")
    answer = kasi.post(PATH, body, key="pagi")
    assert outcomes(answer) == {first: "CHANGED", second: "CHANGED", third: "INITIALLED"}
    told = {one["ticket"]: one for one in answer.get_json()["results"]}
    assert told[first]["changed"] == ["data pemohon, berkas, atau penilaian", "temuan"] and "Sedang dinilai" in told[second]["changed"][0]
    assert kasi.post(PATH, body, key="pagi").get_json() == answer.get_json()
    assert (answer.get_json()["initialled"], office.count(Paraf), office.case(third).state) == (1, 1, State.PARAF_KABID)
    (event,) = [event for event in office.events(third) if event.action == "PARAF"]
    assert event.detail["batch"] == body["shown"]


def test_a_post_with_an_earlier_hand_is_told_who_gives_the_paraf(sqlite_office: Office) -> None:
    office = two_posts(sqlite_office)
    office.hire("rangkap", Role.VALIDATOR, Role.KASI)
    ticket = office.open()
    office.drain()
    office.assess(ticket)
    office.drain()
    office.validate(ticket, by="rangkap")
    (row,) = office.api("rangkap").get(PATH).get_json()["cases"]
    assert row["notes"] == ["Anda sudah menangani berkas ini di langkah sebelumnya. Pejabat lain harus memberi paraf."]


def test_a_post_cannot_give_anothers_and_a_reason_is_no_part_of_it(sqlite_office: Office) -> None:
    office = two_posts(sqlite_office)
    ticket = to_paraf(office)
    rows = office.api("kasi").get(PATH).get_json()["cases"]
    assert outcomes(office.api("kabid").post(PATH, batch(rows))) == {ticket: "REFUSED"}
    assert office.api("kadis").post(PATH, batch(rows)).status_code == 403
    assert office.api("kasi").post(PATH, batch(rows, **{ticket: "Karena saya."})).status_code == 422
    assert office.api("kasi").post(PATH, batch(rows) | {"shown": "0" * 64}).status_code == 422
    assert office.count(Paraf) == 0


def test_forty_parafs_by_page(sqlite_office: Office) -> None:
    office = two_posts(sqlite_office)
    tickets = [to_paraf(office, number) for number in (1, 2)]
    kasi = Visitor(office.app.test_client())
    kasi.fill("/masuk", username="kasi", password=DEMO_PASSWORD)
    asked = kasi.fill("/paraf", "/paraf/periksa")
    assert asked.heading == "Paraf 2 berkas?"
    assert "Centang paling sedikit satu" in kasi.post("/paraf/periksa", {"csrf_token": asked.value("csrf_token")}).main()
    office.amend(tickets[0], phone="081299990000")
    done = kasi.send(asked, "/paraf")
    assert done.heading == "1 dari 2 berkas diparaf" and "1 berubah sesudah Anda buka" in done.main()
    assert kasi.send(asked, "/paraf").heading == done.heading
    office.drain()
    give(office, tickets[0], "kasi")
    assert "Tidak ada yang menunggu paraf Anda." in kasi.get("/paraf").main()


def test_the_head_delegates_by_program_and_takes_it_back(sqlite_office: Office) -> None:
    office = sqlite_office
    office.hire("wakil")
    kadis = office.api("kadis")
    given = {"username": "wakil", "capacity": "PLH", "first": "2026-11-23", "last": "2026-11-25", "letter_types": ["PENGANTAR_KOLEKTIF"]}
    made = kadis.post("/delegations", given, key="1")
    assert (made.status_code, made.get_json()["name"], made.get_json()["letter_types"]) == (201, "Wakil Contoh", ["PENGANTAR_KOLEKTIF"])
    assert kadis.post("/delegations", given, key="1").get_json() == made.get_json()
    assert kadis.get("/delegations").get_json()["delegations"] == [made.get_json()]
    at = f"/delegations/{made.get_json()['id']}"
    assert office.api("wakil").call("DELETE", at).status_code == 404
    assert kadis.call("DELETE", at).status_code == 204
    assert (kadis.call("DELETE", at).status_code, kadis.get("/delegations").get_json()) == (409, {"delegations": []})
    assert kadis.post("/delegations", given | {"capacity": "PLT"}).status_code == 422
