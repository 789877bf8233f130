"""The admin's page of keys: a key is made once, its secret seen once, and revoked for good."""

from collections.abc import Callable

from tests.office import Office
from tests.simrs import Simrs
from tests.verify.web.visitor import Visitor
from workflows.records import HospitalKey


def test_a_key_is_made_shown_once_and_revoked(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    admin = visit("admin")
    empty = admin.get("/kunci")
    assert "Belum ada kunci." in empty.main()
    made = admin.send(empty, "/kunci", hospital="RS-CONTOH-1", label="SIMRS IGD")
    assert (made.status, made.heading) == (200, "Kunci dibuat")
    client_id, secret = [made.words(code) for code in made.all("code")]
    program = Simrs(sqlite_office, client_id, secret)
    assert program.sign_in().get_json()["scope"] == "check accept"
    again = admin.follow(admin.send(empty, "/kunci", hospital="RS-CONTOH-1", label="SIMRS IGD"))
    assert "sudah dibuat" in again.main() and secret not in again.text
    assert (again.status, sqlite_office.count(HospitalKey)) == (200, 1)
    listed = admin.get("/kunci")
    assert client_id in listed.main() and secret not in listed.text
    assert "memeriksa surat, menerima pasien" in made.main() and "memeriksa surat, menerima pasien" in listed.main()
    revoked = admin.follow(admin.send(listed, f"/kunci/{client_id}/cabut"))
    assert "Kunci dicabut." in revoked.main() and f"/kunci/{client_id}/cabut" not in revoked.text
    assert program.sign_in().status_code == 401


def test_a_form_without_choice_says_what_is_missing_and_keeps_what_was_typed(visit: Callable[[str], Visitor]) -> None:
    page = visit("admin").fill("/kunci", label="SIMRS")
    assert page.status == 422
    assert page.problems() == ["Rumah sakit: Isian ini wajib diisi."]
    assert page.value("label") == "SIMRS"


def test_only_an_admin_sees_it(visit: Callable[[str], Visitor]) -> None:
    assert "/kunci" in visit("admin").get("/").links()
    for name in ("rs", "loket", "kadis"):
        assert visit(name).get("/kunci").status == 403
