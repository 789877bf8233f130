"""Letter E on pages: proposed at the counter, signed by the head, replaced and revoked with a reason."""

from collections.abc import Callable

from tests.collective_office import to_file
from tests.office import Office
from tests.verify.web.visitor import Visitor


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
    assert (silent.status, "Tulis alasan" in silent.main()) == (422, True)
    signed = kadis.follow(kadis.send(page, f"{at}/putusan", ("agrees", "true")))
    assert "Berlaku sampai" in signed.main()
    assert kadis.client.get(f"{at}/surat.pdf").status_code == 405
    paper = kadis.client.post(f"{at}/surat.pdf", data={"csrf_token": signed.value("csrf_token")})
    assert (paper.mimetype, "CETAK ULANG" in paper.text) == ("application/pdf", False)
    assert "Bertanda CETAK ULANG ke-1." in kadis.get(at).main()
    new = kadis.follow(kadis.send(signed, f"{at}/ganti", reason="Nama di daftar salah."))
    assert "Menggantikan" in new.main() and new.path != at
    assert "Diganti dengan" in loket.get(at).main()
    gone = kadis.follow(kadis.send(new, f"{new.path}/cabut", reason="Kiriman batal."))
    assert "Dicabut" in gone.main() and "Kiriman batal." in gone.main()
    assert "Surat pengantar" in loket.get("/pendaftaran").main()
    assert "Dicabut" in loket.get("/pengantar").main()


def test_the_proposer_takes_it_back_and_says_why(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    to_file(sqlite_office, 1)
    loket = visit("loket")
    page = loket.follow(loket.send(loket.get("/pendaftaran"), "/pendaftaran/kiriman/1/pengantar"))
    empty = loket.send(page, f"{page.path}/tarik", reason="")
    assert (empty.status, empty.problems() != []) == (422, True)
    back = loket.follow(loket.send(page, f"{page.path}/tarik", reason="Salah bulan."))
    assert "Tidak jadi" in back.main() and "Salah bulan." in back.main()


def test_a_hospital_sees_none_of_it(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    assert visit("rs").get("/pengantar").status == 403
    assert visit("loket").get("/pengantar/7").status == 404
