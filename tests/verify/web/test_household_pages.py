"""A family by form and by program: the card's number never in an address, wrong rows named, a receipt with who acts for whom."""

from collections.abc import Callable
from typing import Any

from tests.office import Office, person
from tests.verify.web.visitor import Visitor
from workflows.records import Case

Visit = Callable[[str], Visitor]

KK = "9901010101200001"


def row(number: int, at: int, relation: str = "anak") -> dict[str, str]:
    """One member as typed."""
    known = person(number)
    typed = {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "relation": relation}
    return {f"{name}.{at}": value for name, value in typed.items()}


def member(number: int, **more: Any) -> dict[str, Any]:
    """The same as a program sends it."""
    known = person(number)
    return {"nik": known["nik"], "name": known["name"], "birth_date": known["birth_date"].isoformat(), "relation": "anak", **more}


CARD = {"kk": KK, "phone": "081200000001"}
FATHER = {"name.2": "BUDI CONTOH", "relation.2": "kepala keluarga", "segment.2": "PPU"}


def test_a_family_is_opened_on_one_form(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    look = visitor.fill("/keluarga/baru", **CARD, **row(1, 0, "istri"), **row(2, 1), **FATHER)
    assert sqlite_office.count(Case) == 0
    for said in ("Anggota 1", f"{person(1)['name']}, istri", "Anggota 3", "BUDI CONTOH, kepala keluarga, sudah dijamin", "Belum diisi"):
        assert said in look.main()
    back = visitor.send(look, "/keluarga/baru", button=("ubah", "nik.1"))
    assert (back.heading, back.value("nik.1"), back.value("segment.2")) == ("Satu keluarga, satu kunjungan", person(2)["nik"], "PPU")
    assert "autofocus" in back.one("input", id="nik.1").attrib and back.value("kunci") == look.value("kunci")
    answer = visitor.confirm(look)
    assert answer.location and KK not in answer.location
    sqlite_office.drain()
    page = visitor.follow(answer).main()
    assert (
        "Keluarga dicatat." in page
        and "Sudah dijamin menurut keterangan keluarga, tanpa berkas" in page
        and "pekerja penerima upah, aktif" in page
    )
    assert person(1)["name"] in page and KK not in page
    assert sqlite_office.count(Case) == 2


def test_a_wrong_row_is_named_and_nothing_is_opened(visit: Visit, sqlite_office: Office) -> None:
    page = visit("loket").fill("/keluarga/baru", **CARD, **row(1, 0), **{**row(2, 1), "birth_date.1": "31-02-2020"})
    assert page.status == 422
    assert any(problem.startswith("Tanggal lahir:") for problem in page.problems())
    assert sqlite_office.count(Case) == 0


def test_an_empty_family_is_told_so(visit: Visit) -> None:
    page = visit("loket").fill("/keluarga/baru", **CARD)
    assert page.status == 422
    assert "anggota yang memerlukan berkas" in page.main()


def test_a_program_sends_a_family_once(sqlite_office: Office) -> None:
    covered = [{"name": "Budi Contoh", "relation": "kepala keluarga", "segment": "PPU"}]
    body = {**CARD, "domicile_code": "3673", "members": [member(1), member(2)], "covered": covered}
    api = sqlite_office.api("loket")
    made = [api.post("/households", body, key="satu") for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201] and made[0].data == made[1].data
    assert KK.encode() not in made[0].data
    code = made[0].get_json()["code"]
    shown = sqlite_office.api("kadis").get(f"/households/{code}").get_json()
    assert [one["application"] is not None for one in shown["members"]] == [True, True, False]
    case = api.get(f"/applications/{shown['members'][0]['application']['ticket']}").get_json()
    assert case["household"] == code
    assert sqlite_office.api("rs").get(f"/households/{code}").status_code == 403


def test_a_program_is_told_which_member_is_wrong(sqlite_office: Office) -> None:
    body = {**CARD, "members": [member(1), member(2, nik="123")]}
    answer = sqlite_office.api("loket").post("/households", body)
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/members/1/nik"
    body = {**CARD, "members": [member(1), member(2, hospital_code="TIDAK-ADA")]}
    answer = sqlite_office.api("loket").post("/households", body)
    assert answer.get_json()["errors"][0]["pointer"] == "/members/1/hospital_code"
    assert sqlite_office.count(Case) == 0


def test_the_receipt_names_who_acts_and_what_is_missing(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    known = person(1)
    typed = {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "phone": "081200000001"}
    proxy = {"proxy_name": "TONO UJI", "proxy_relation": "ketua RT", "proxy_kin": "THIRD_PARTY", "proxy_paper": "01/SK/2026"}
    answer = visitor.confirm(visitor.fill("/berkas/baru", **typed, **proxy))
    assert "Tono" not in (answer.location or "")
    page = visitor.get(f"{answer.location}/tanda-terima").main()
    assert "TONO UJI (ketua RT), dengan surat kuasa 01/SK/2026" in page
    assert "Surat kuasa: belum, mohon disusulkan" in page and "Janji surat terbit" in page
    assert known["nik"] not in page
    assert "dengan surat kuasa 01/SK/2026" in visitor.get(str(answer.location)).main()
