"""Letter E on pages: proposed at the counter, signed by the head, replaced and revoked with a reason."""

from collections.abc import Callable

from tests.approval_office import with_chain
from tests.collective_office import act, propose, to_file
from tests.office import Office
from tests.registration_office import REFUSED, answers
from tests.verify.web.visitor import Visitor
from tests.workflows.test_collective import to_file_with_chain
from workflows.states import Role


def test_from_the_counter_to_the_head_and_back(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    to_file(sqlite_office, 1, 2)
    loket, kadis = visit("loket"), visit("kadis")
    assert "Belum ada surat pengantar." in loket.get("/pengantar").main()
    proposed = loket.follow(loket.send(loket.get("/pendaftaran"), "/pendaftaran/kiriman/1/pengantar"))
    assert proposed.heading == "Surat pengantar berkas kiriman 1"
    assert "Menunggu persetujuan" in proposed.main() and "Tarik usulan" in proposed.main()
    twice = loket.post("/pendaftaran/kiriman/1/pengantar", {"csrf_token": proposed.value("csrf_token"), "kunci": "lain"})
    assert (twice.status, "masih hidup" in twice.main()) == (409, True)
    at = proposed.path
    assert not proposed.forms(f"{at}/putusan")
    page = kadis.get(at)
    silent = kadis.send(page, f"{at}/putusan", ("agrees", "false"))
    assert (silent.status, silent.problems()) == (422, ["Alasan: Tulis alasan mengapa surat pengantar ini dikembalikan."])
    signed = kadis.follow(kadis.send(page, f"{at}/putusan", ("agrees", "true")))
    assert "Berlaku sampai" in signed.main()
    assert kadis.client.get(f"{at}/surat.pdf").status_code == 405
    paper = kadis.client.post(f"{at}/surat.pdf", data={"csrf_token": signed.value("csrf_token")})
    assert (paper.mimetype, "CETAK ULANG" in paper.text) == ("application/pdf", False)
    assert "Bertanda CETAK ULANG ke-1." in kadis.get(at).main()
    empty = kadis.send(signed, f"{at}/cabut", reason="")
    opened = [empty.words(fold.find("summary")) for fold in empty.all("details") if "open" in fold.attrib]
    assert (empty.status, opened, len(empty.all("textarea", aria_invalid="true"))) == (422, ["Cabut surat ini"], 1)
    new = kadis.follow(kadis.send(signed, f"{at}/ganti", reason="Nama di daftar salah."))
    assert "Menggantikan" in new.main() and new.path != at and at in new.links()
    old = loket.get(at)
    assert "Diganti dengan" in old.main() and new.path in old.links() and "Berlaku sampai" not in old.main()
    gone = kadis.follow(kadis.send(new, f"{new.path}/cabut", reason="Kiriman batal."))
    assert "Dicabut" in gone.main() and "Kiriman batal." in gone.main()
    assert "Surat pengantar" in loket.get("/pendaftaran").main()
    assert "Dicabut" in loket.get("/pengantar").main() and "Kiriman 1, 2 orang" in loket.get("/pengantar").main()


def test_whose_word_is_next_finds_it_on_the_own_list(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    office = with_chain(sqlite_office, Role.KASI, Role.KABID)
    to_file_with_chain(office)
    letter = propose(office)
    at = f"/pengantar/{letter.id}"
    kasi, kabid, kadis = visit("kasi"), visit("kabid"), visit("kadis")
    assert [at in kasi.get("/paraf").links(), at in kabid.get("/paraf").links(), at in kadis.get("/setuju").links()] == [True, False, False]
    act(office, letter, "give_paraf", letter.list_sha256, by="kasi")
    act(office, letter, "give_paraf", letter.list_sha256, by="kabid")
    page = kadis.get("/setuju")
    assert at in page.links() and "Tidak ada yang menunggu Anda." not in page.main()
    assert "Tidak ada yang menunggu paraf Anda." in kasi.get("/paraf").main()


def test_the_list_says_who_left_it_before_somebody_signs(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1, 2)
    letter = propose(office)
    answers(office, {1: REFUSED})
    kadis = visit("kadis")
    page = kadis.get(f"/pengantar/{letter.id}")
    assert page.main().count("Sudah dijawab atau ditutup") == 1
    assert "1 orang dalam daftar sudah dijawab atau ditutup. Kembalikan usulan ini" in page.main()
    assert "#kata" in page.links() and "Tandatangani surat pengantar" not in page.main()
    refused = kadis.send(page, f"/pengantar/{letter.id}/putusan", ("agrees", "true"))
    assert (refused.status, "Kembalikan usulan ini" in refused.main()) == (409, True)


def test_the_proposer_takes_it_back_and_says_why(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    to_file(sqlite_office, 1)
    loket = visit("loket")
    page = loket.follow(loket.send(loket.get("/pendaftaran"), "/pendaftaran/kiriman/1/pengantar"))
    empty = loket.send(page, f"{page.path}/tarik", reason="")
    assert (empty.status, empty.problems() != []) == (422, True)
    back = loket.follow(loket.send(page, f"{page.path}/tarik", reason="Salah bulan."))
    assert "Tidak jadi" in back.main() and "Salah bulan." in back.main() and "/pendaftaran" in back.links()


def test_a_hospital_sees_none_of_it(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    assert visit("rs").get("/pengantar").status == 403
    assert visit("loket").get("/pengantar/7").status == 404
