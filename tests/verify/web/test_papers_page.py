"""Photographs of papers on pages: kept, shown small, opened one by one, removed; nothing breaks on what is no photo."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from tests.office import Office, person
from tests.verify.made_scans import a_pdf, a_scan
from tests.verify.web.test_dossier import read as dossier
from tests.verify.web.visitor import Page, Visitor, read
from workflows.papers import LARGEST
from workflows.records import CasePaper, CaseReading, Seen

Visit = Callable[[str], Visitor]


def send(visitor: Visitor, ticket: str, photo: bytes | None, paper: str = "KTP") -> Page:
    """Send a photo as a browser does; encoded here, since the test client leaves its own temporary file open."""
    token = visitor.get(f"/berkas/{ticket}/foto").value("csrf_token")
    return send_files(visitor, ticket, {"csrf_token": token, "paper": paper, "picture": file("foto.jpg" if photo else "", photo or b"")})


def file(name: str, content: bytes) -> FileStorage:
    return FileStorage(BytesIO(content), name)


def send_files(visitor: Visitor, ticket: str, fields: dict[str, Any]) -> Page:
    boundary, body = encode_multipart(MultiDict(fields))
    sent = {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
    return read(visitor.client.post(f"/berkas/{ticket}/foto", **sent))


def kept(office: Office) -> list[CasePaper]:
    with office.read() as session:
        return list(session.exec(select(CasePaper).order_by(CasePaper.id)))


def test_a_photo_is_kept_and_stands_on_the_cases_page(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    assert "Belum ada foto." in loket.get(f"/berkas/{ticket}/foto").main()
    page = loket.follow(send(loket, ticket, a_scan()))
    assert "Foto KTP tersimpan." in page.main() and "Rini Contoh, 1 kB" in page.main()
    shown = loket.get(f"/berkas/{ticket}")
    (image,) = shown.all("img")
    assert str(image.get("src")).startswith("data:image/jpeg;base64,")
    assert f"/berkas/{ticket}/foto/unduh/{kept(sqlite_office)[0].handle}" in shown.links()
    assert "Foto berkas disimpan" in shown.main() and f"/berkas/{ticket}/foto" in shown.links()


def test_the_first_paper_without_a_photo_is_chosen(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    assert loket.get(f"/berkas/{ticket}/foto").value("paper") == "KTP"
    assert loket.follow(send(loket, ticket, a_scan())).value("paper") == "KK"


def test_several_are_kept_at_once_each_sealed_on_its_own(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    page = loket.get(f"/berkas/{ticket}/foto")
    assert page.one("input", name="picture").get("multiple") is not None and "paling banyak 5" in page.main()
    fields = {"csrf_token": page.value("csrf_token"), "paper": "KK", "picture": [file("depan.png", a_scan()), file("dua.pdf", a_pdf())]}
    assert "2 foto KK tersimpan." in loket.follow(send_files(loket, ticket, fields)).main()
    first, second = kept(sqlite_office)
    assert (first.type, second.type, first.kind, second.kind) == ("KK", "KK", "JPEG", "PDF") and first.content != second.content
    fields["picture"] = [file("depan.png", a_scan()), file("dua.pdf", a_pdf())]
    send_files(loket, ticket, fields)
    assert len(kept(sqlite_office)) == 2, "sent again, kept once"


def test_of_several_the_good_are_kept_and_the_faulty_named(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    token = loket.get(f"/berkas/{ticket}/foto").value("csrf_token")
    files = [
        file("baik.png", a_scan()),
        file("program <b>.exe", b"MZ program"),
        file("ktp-9901014101900001.jpg", a_scan() + bytes(LARGEST)),
    ]
    page = send_files(loket, ticket, {"csrf_token": token, "paper": "KTP", "picture": files})
    assert page.status == 422 and "1 foto tersimpan, 2 tidak." in page.main()
    assert (
        "program <b>.exe: Foto harus berupa JPEG atau PNG" in page.main() and "ktp-•.jpg: Foto ini lebih besar dari 10 MB." in page.main()
    )
    assert len(kept(sqlite_office)) == 1 and "Buka foto KTP" in page.main()


def test_too_many_at_once_keep_none(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    token = loket.get(f"/berkas/{ticket}/foto").value("csrf_token")
    files = [file(f"{number}.png", a_scan()) for number in range(6)]
    page = send_files(loket, ticket, {"csrf_token": token, "paper": "KTP", "picture": files})
    assert page.status == 422 and "Pilih paling banyak 5 foto sekali kirim." in page.main()
    assert kept(sqlite_office) == []


def test_a_photo_is_opened_with_its_look_written_down(visit: Visit, sqlite_office: Office) -> None:
    ticket, kadis = sqlite_office.open(), visit("kadis")
    send(visit("loket"), ticket, a_scan())
    address = f"/berkas/{ticket}/foto/unduh/{kept(sqlite_office)[0].handle}"
    for _ in range(2):
        answer = kadis.client.get(address)
        assert (answer.status_code, answer.mimetype, answer.data) == (200, "image/jpeg", kept(sqlite_office)[0].content)
    assert answer.headers["Cache-Control"] == "no-store" and "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with sqlite_office.read() as session:
        looks = session.exec(select(CaseReading).where(CaseReading.seen == Seen.PAPER)).all()
    assert [(one.staff_id, one.times) for one in looks] == [(sqlite_office.actor("kadis").id, 2)]


def test_a_pdf_is_a_download(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    assert "Buka PDF KK" in loket.follow(send(loket, ticket, a_pdf(), "KK")).main()
    answer = loket.client.get(f"/berkas/{ticket}/foto/unduh/{kept(sqlite_office)[0].handle}")
    assert answer.mimetype == "application/pdf" and answer.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("photo", "paper", "sentence"),
    [
        (b"MZ program", "KTP", "Foto harus berupa JPEG atau PNG"),
        (None, "KTP", "Pilih atau ambil foto dulu"),
        (a_scan(), "PASPOR", "Pilih dulu berkas apa"),
        (a_scan(), "", "Pilih dulu berkas apa"),
    ],
)
def test_what_is_no_photo_is_told_on_the_page(visit: Visit, sqlite_office: Office, photo: bytes | None, paper: str, sentence: str) -> None:
    ticket = sqlite_office.open()
    page = send(visit("loket"), ticket, photo, paper)
    assert page.status == 422 and sentence in page.main() and page.title.startswith("Kesalahan")
    assert kept(sqlite_office) == []


def test_a_photo_is_removed_with_a_reason(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    send(loket, ticket, a_scan())
    handle = kept(sqlite_office)[0].handle
    address = f"/berkas/{ticket}/foto/{handle}/hapus"
    assert loket.fill(address, address, reason="").status == 422
    page = loket.follow(loket.fill(address, address, reason="Foto buram."))
    assert "Foto dihapus." in page.main() and "oleh Rini Contoh. Alasan: Foto buram." in page.main()
    assert (loket.get(address).status, loket.client.get(f"/berkas/{ticket}/foto/unduh/{handle}").status_code) == (404, 404)
    assert loket.get(f"/berkas/{ticket}").all("img") == []
    assert person()["nik"] not in page.text


def test_a_reason_with_a_nik_in_it_is_refused(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    send(loket, ticket, a_scan())
    address = f"/berkas/{ticket}/foto/{kept(sqlite_office)[0].handle}/hapus"
    form = loket.get(address)
    token = form.value("csrf_token")
    answer = loket.client.post(address, data={"csrf_token": token, "kunci": "x", "reason": "Milik 9901014101900001"})
    assert answer.status_code == 422 and kept(sqlite_office)[0].removed_at is None


def test_a_closed_case_says_that_it_is_closed(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    send(loket, ticket, a_scan())
    sqlite_office.withdraw(ticket)
    page = loket.get(f"/berkas/{ticket}/foto")
    assert "Berkas sudah ditutup." in page.main() and page.forms(f"/berkas/{ticket}/foto") == []
    assert loket.get(f"/berkas/{ticket}/foto/{kept(sqlite_office)[0].handle}/hapus").status == 409


def test_the_dossier_lists_them(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    send(loket, ticket, a_scan())
    send(loket, ticket, a_pdf(), "KK")
    address = f"/berkas/{ticket}/foto/{kept(sqlite_office)[1].handle}/hapus"
    loket.fill(address, address, reason="Foto buram.")
    told = dossier(loket, ticket)
    assert "Foto dan pindaian berkas" in told and "Foto buram." in told
    assert kept(sqlite_office)[0].sha256 in told.replace(" ", "")
