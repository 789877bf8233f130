"""Opening a case by the form: what was typed stays, one case however often it is sent, nothing that a name can break."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.office import LONG, Office, person
from tests.verify.web.visitor import Page, Visitor
from workflows.records import Case
from workflows.states import Role
from workflows.vocabulary import Channel, Urgency

Visit = Callable[[str], Visitor]

NEW = "/berkas/baru"


def from_ktp(number: int = 1) -> dict[str, str]:
    """What stands on a KTP, as it is typed."""
    known = person(number)
    return {"nik": known["nik"], "name": known["name"], "birth_date": f"{known['birth_date']:%d-%m-%Y}", "phone": "0812 0000 0001"}


def ticket_of(page: Page) -> str:
    assert page.location
    return page.location.removeprefix("/berkas/")


def test_five_things_from_the_ktp_are_enough(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    answer = visitor.confirm(visitor.fill(NEW, **from_ktp()))
    assert "Berkas dibuka." in visitor.follow(answer).main()
    case = sqlite_office.case(ticket_of(answer))
    assert (case.name, case.phone, case.urgency) == (person()["name"], "081200000001", Urgency.ROUTINE)
    assert case.channel == Channel.LOKET_DINSOS


def test_everything_else_may_be_said_at_once(visit: Visit, sqlite_office: Office) -> None:
    more = {
        "urgency": "EMERGENCY",
        "hospital_code": "RS-CONTOH-1",
        "admitted_at_day": "23-11-2026",
        "admitted_at_time": "08.15",
        "kk": "9901 0101 0120 0001",
        "address": "Jalan Contoh 1",
        "domicile_code": "3673",
        "resident_since": "01-02-2015",
        "documents": ["KTP", "KK"],
        "proxy_name": "Budi Uji",
        "proxy_relation": "suami",
        "proxy_phone": "0813-0000-0001",
        "channel": "WHATSAPP",
    }
    visitor = visit("loket")
    answer = visitor.confirm(visitor.fill(NEW, **from_ktp(), **more))
    case = sqlite_office.case(ticket_of(answer))
    assert case.admitted_at == datetime(2026, 11, 23, 1, 15, tzinfo=UTC)
    assert (case.kk, case.hospital_code, case.proxy_name, case.channel) == ("9901010101200001", "RS-CONTOH-1", "BUDI UJI", Channel.WHATSAPP)
    page = visitor.follow(answer).main()
    assert "23 November 2026, 08.15 WIB" in page
    assert "Sisa waktu 3 × 24 jam: 2 hari 23 jam." in page
    assert "KTP: sudah dilihat" in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("nik", "99010141019000", "Masukkan NIK 16 angka. Anda mengetik 14 angka."),
        ("nik", "", "Isian ini wajib diisi."),
        ("nik", "9901014101900000", "NIK ini berakhiran 0000."),
        ("name", "", "Isian ini wajib diisi."),
        ("name", "Siti 2", "Nama hanya berisi huruf."),
        ("birth_date", "1 Januari", "Tulis seperti 22-11-2026."),
        ("birth_date", "01-01-2990", "Tanggal ini di masa depan."),
        ("phone", "123", "Nomor telepon berisi 8 sampai 15 angka"),
        ("kk", "12", "Nomor KK terdiri dari 16 angka."),
        ("resident_since", "31-02-2020", "Tulis seperti 22-11-2026."),
        ("proxy_relation", "", "Isi nama dan hubungan"),
        ("urgency", "SANGAT", "Pilih salah satu."),
        ("documents", ["KTP", "BUKAN"], "Pilih salah satu."),
    ],
)
def test_what_is_wrong_is_said_twice_and_everything_typed_stays(visit: Visit, field: str, typed: str, sentence: str) -> None:
    known = from_ktp() | {"address": "Jalan Contoh 1", "proxy_name": "Budi Uji", "proxy_relation": "suami", "urgency": "INPATIENT"}
    page = visit("loket").fill(NEW, **{**known, field: typed})  # type: ignore[arg-type]
    assert page.status == 422
    assert page.title.startswith("Kesalahan: ")
    (link,) = [problem for problem in page.problems() if sentence in problem]
    assert page.main().count(sentence) == 2, link
    for name, value in known.items():
        if name != field:
            assert page.value(name) == value


def test_a_time_nobody_can_read_is_kept_and_explained(visit: Visit) -> None:
    page = visit("loket").fill(NEW, **from_ktp(), admitted_at_day="kemarin", admitted_at_time="14.05")
    assert page.status == 422
    assert "Tulis tanggal seperti 22-11-2026 dan jam seperti 14.05." in page.main()
    assert (page.value("admitted_at_day"), page.value("admitted_at_time")) == ("kemarin", "14.05")
    assert "open" in page.one("details", open="").attrib if page.all("details", open="") else False


def test_many_faults_are_all_named_in_order(visit: Visit) -> None:
    page = visit("loket").fill(NEW)
    assert [problem.split(":")[0] for problem in page.problems()] == ["NIK", "Nama lengkap", "Tanggal lahir", "Nomor telepon"]


def test_the_same_form_sent_twice_opens_one_case(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    page = visitor.get(NEW)
    looks = [visitor.send(page, NEW, **from_ktp()) for _ in range(2)]
    first, second = map(visitor.confirm, looks)
    assert first.location == second.location
    assert sqlite_office.count(Case) == 1


def test_a_second_application_leads_to_the_open_case(visit: Visit, sqlite_office: Office) -> None:
    visitor, ticket = visit("loket"), sqlite_office.open()
    page = visitor.fill(NEW, **from_ktp())
    assert page.status == 409
    assert "Sudah ada berkas terbuka untuk orang ini" in page.main()
    assert f"/berkas/{ticket}" in page.links()
    assert page.value("name") == person()["name"]


def test_an_open_case_of_another_office_is_named_without_a_way_in(visit: Visit, sqlite_office: Office) -> None:
    sqlite_office.hire("jauh", Role.LOKET, region="3316")
    ticket = sqlite_office.open()
    page = visit("jauh").fill(NEW, **from_ktp())
    assert page.status == 409
    assert "Sudah ada berkas terbuka untuk orang ini" in page.main()
    assert f"/berkas/{ticket}" not in page.links()


def test_a_birth_date_unlike_the_nik_is_a_word_of_warning(visit: Visit) -> None:
    visitor = visit("loket")
    page = visitor.follow(visitor.confirm(visitor.fill(NEW, **(from_ktp() | {"birth_date": "14-03-1971"}))))
    assert "Tanggal lahir di NIK tidak sama dengan yang diketik." in page.main()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "O'NEIL & {{ 7*7 }} ${x}", LONG])
def test_a_name_is_never_more_than_a_name(visit: Visit, sqlite_office: Office, name: str) -> None:
    typed = from_ktp() | {"name": name, "address": name}
    visitor = visit("loket")
    answer = visitor.fill(NEW, **typed)
    if answer.status == 422:  # names hold no digits
        assert answer.value("name") == name
        assert not answer.all("img")
        answer = visitor.fill(NEW, **(typed | {"name": "SITI <B>CONTOH</B>"}))
    assert not answer.all("img") and not answer.all("b")
    answer = visitor.confirm(answer)
    page = visitor.follow(answer)
    assert not page.all("img") and not page.all("b")
    stored = sqlite_office.case(ticket_of(answer)).name
    assert stored in page.main()
    assert stored in visitor.get("/").main()


def test_a_hospital_that_is_not_there_is_refused_with_everything_kept(visit: Visit) -> None:
    page = visit("loket").fill(NEW, **from_ktp(), hospital_code="RS-LAIN")
    assert page.status == 422
    assert "Rumah sakit ini belum terdaftar." in page.main()
    assert page.value("name") == person()["name"]


def test_where_real_people_are_served_made_up_niks_stay_out(visit: Visit, sqlite_office: Office) -> None:
    object.__setattr__(sqlite_office.rekom.settings, "practice", False)
    page = visit("loket").fill(NEW, **from_ktp())
    assert page.status == 422
    assert "bukan kode provinsi" in page.main()
    assert "Latihan" not in page.words()


def test_what_looks_like_a_slip_is_asked_about_once_before_the_case_is_opened(visit: Visit, sqlite_office: Office) -> None:
    visitor, born = visit("loket"), person()["birth_date"]
    slipped = from_ktp() | {"birth_date": f"{born.replace(year=born.year + 1):%d-%m-%Y}"}
    page = visitor.fill(NEW, **slipped)
    assert (page.status, page.heading) == (200, "Periksa jawaban")
    assert "NIK dan tanggal lahir berbeda pada angka ke-12" in page.main()
    assert "autofocus" in page.one("section", role="alert").attrib and not [one for one in page.all("button") if "autofocus" in one.attrib]
    assert sqlite_office.count(Case) == 0
    back = visitor.send(page, NEW, ("ubah", "birth_date"))
    assert back.value("name") == person()["name"]
    another = visitor.send(back, NEW, birth_date=f"{born.replace(year=born.year + 10):%d-%m-%Y}")
    assert "NIK dan tanggal lahir berbeda pada angka ke-11" in another.main(), "another slip is another question"
    assert visitor.confirm(page).status == 303
    assert sqlite_office.count(Case) == 1
