"""A paraf through both doors: the API and the page; the list says whose turn it is."""

from tests.approval_office import to_paraf, with_chain
from tests.office import Office
from tests.verify.web.visitor import Visitor
from verify.seeds import DEMO_PASSWORD
from workflows.states import Role, State


def visitor(office: Office, username: str) -> Visitor:
    made = Visitor(office.app.test_client())
    assert made.fill("/masuk", username=username, password=DEMO_PASSWORD).status == 303
    return made


def test_by_the_api(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    path = f"/applications/{to_paraf(office)}"
    kasi, kabid = office.api("kasi"), office.api("kabid")
    version = kasi.get(path).json["version"]
    assert kasi.get(path).json["approval_chain"] == [
        {"role": "KASI", "by": None, "at": None, "version": None},
        {"role": "KABID", "by": None, "at": None, "version": None},
    ]
    early = kabid.post(f"{path}/paraf", {"agrees": True, "version": version})
    assert (early.status_code, early.json["type"].endswith("tidak-berwenang")) == (403, True)
    stale = kasi.post(f"{path}/paraf", {"agrees": True, "version": version - 1})
    assert (stale.status_code, stale.json["type"].endswith("berubah")) == (409, True)
    given = kasi.post(f"{path}/paraf", {"agrees": True, "version": version})
    assert (given.status_code, given.json["state"]) == (201, State.PARAF_KABID)
    first = given.json["approval_chain"][0]
    assert (first["by"], first["version"]) == ("Kasi Contoh", version)
    back = kabid.post(f"{path}/paraf", {"agrees": False, "note": "Foto rumah belum ada.", "version": given.json["version"]})
    assert (back.status_code, back.json["state"]) == (201, State.ASSESSMENT)


def test_by_the_page(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI)
    ticket = to_paraf(office)
    kasi = visitor(office, "kasi")
    assert "Menunggu Anda: paraf kasi 1" in " ".join(kasi.get("/").main().split())
    assert "Berkas ini menunggu paraf Anda." in kasi.get(f"/berkas/{ticket}").main()
    page = kasi.fill(f"/berkas/{ticket}/paraf", agrees="true")
    assert page.status == 303
    assert office.case(ticket).state == State.DECISION
    shown = " ".join(kasi.get(f"/berkas/{ticket}").main().split())
    assert "Kepala Seksi: Kasi Contoh" in shown
    assert "Paraf diberikan" in shown


def test_the_page_says_whose_turn_it_is(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    ticket = to_paraf(office)
    assert "Giliran kepala seksi." in visitor(office, "kabid").get(f"/berkas/{ticket}").main()
    assert "Giliran kepala seksi." in visitor(office, "kadis").get(f"/berkas/{ticket}").main()
    kasi = visitor(office, "kasi")
    empty = kasi.fill(f"/berkas/{ticket}/paraf", agrees="false")
    assert empty.status == 422
    assert "Tulis alasan mengapa berkas dikembalikan." in empty.main()
