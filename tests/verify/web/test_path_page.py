"""The path finder's page: a few questions, one way above the same questions, and nothing of it in an address."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.office import Office, person
from tests.verify.web.visitor import Page, Visitor
from verify.simulator.personas import load_population
from verify.web import path_finder
from workflows.paths import Asked
from workflows.rules.path_facts import Cause, Lane
from workflows.vocabulary import LetterType

Visit = Callable[[str], Visitor]

PLACE = "/jalur"
PEOPLE = load_population()
AT_THE_COUNTER = {"cause": "ILLNESS", "domicile_code": "3673", "able_to_pay": "false"}


def typed(key: str) -> dict[str, str]:
    found = PEOPLE.by_key(key)
    assert found
    return {"nik": found.nik, "name": found.name, "birth_date": f"{found.birth_date:%d-%m-%Y}"}


def asked(visitor: Visitor, **fields: Any) -> Page:
    return visitor.fill(PLACE, **fields)


def test_the_page_asks_what_a_counter_knows(visit: Visit) -> None:
    page = visit("loket").get(PLACE)
    assert (page.status, page.heading) == (200, "Cari jalur")
    assert [label for label in ("NIK", "Nama lengkap", "Tanggal lahir", "Sebab perawatan") if label not in page.main()] == []


def test_a_removed_member_is_sent_to_the_reactivation(visit: Visit) -> None:
    page = asked(visit("loket"), **typed("ratna-dicoret"), **AT_THE_COUNTER)
    said = page.main()
    assert (page.status, page.path, page.heading) == (200, PLACE, "Aktifkan kembali PBI JK")
    for words in (
        "Minta surat dari puskesmas atau rumah sakit",
        "surat keterangan faskes",
        "Surat keterangan pengaktifan kembali PBI JK",
        "Permensos 3/2026 pasal 20",
        "Kementerian Sosial memeriksa paling lama 24 jam",
        "PBI JK sejak 01-01-2014",
        "Data kependudukan Cocok, Dukcapil, 23 November 2026",
        "Kota Serang, berlaku sejak 1 Januari 2026, untuk 23 November 2026",
    ):
        assert words in said, words
    assert page.forms("/cari"), "the case is opened from here"


def test_an_active_member_needs_no_letter(visit: Visit) -> None:
    page = asked(visit("peksos"), **typed("budi-uji"))
    assert page.heading == "Sudah dijamin: tidak perlu surat"
    assert "Surat tidak diperlukan." in page.main()
    assert not page.forms("/cari")


def test_what_is_missing_is_asked_and_the_answers_stay(visit: Visit) -> None:
    visitor = visit("loket")
    page = asked(visitor, **typed("siti-contoh"), domicile_code="3673")
    assert page.heading == "Belum dapat dipastikan"
    assert "Apakah karena kecelakaan lalu lintas atau kecelakaan kerja? Petugas loket bertanya kepada keluarga." in page.main()
    assert "Surat rekomendasi menjadi peserta daerah, bila tidak ada yang di atas" in page.main()
    assert (page.value("name"), page.value("domicile_code")) == ("SITI CONTOH", "3673")
    page = visitor.send(page, PLACE, cause="ILLNESS")
    assert page.heading == "Surat rekomendasi menjadi peserta daerah"


def test_from_a_way_to_the_case_without_typing_the_nik_again(visit: Visit) -> None:
    visitor = visit("loket")
    page = asked(visitor, **typed("siti-contoh"), **AT_THE_COUNTER)
    opened = visitor.follow(visitor.send(page, "/cari"))
    assert opened.heading == "Berkas baru"
    assert opened.value("nik") == typed("siti-contoh")["nik"]


def test_an_open_case_is_found_again(visit: Visit, sqlite_office: Office) -> None:
    ticket, visitor = sqlite_office.open(1), visit("loket")
    page = asked(visitor, nik=person(1)["nik"], **AT_THE_COUNTER)
    assert visitor.send(page, "/cari").location == f"/berkas/{ticket}"


@pytest.mark.parametrize("lane", [code for code, _ in path_finder.LANES])
def test_who_has_no_nik_has_a_lane(visit: Visit, lane: str) -> None:
    page = asked(visit("loket"), lane=lane)
    assert page.status == 200
    assert page.heading != "Belum dapat dipastikan"
    assert (page.links().count("/berkas/baru") > visit("loket").get(PLACE).links().count("/berkas/baru")) == (
        "Surat jaminan" in page.main()
    )


def test_what_an_officer_knows_counts_without_registries(visit: Visit, sqlite_office: Office) -> None:
    fields = {"membership": "INACTIVE", "segment": "PEMDA", "identity": "MATCH", "urgency": "EMERGENCY", "documents": ["KTP"]}
    page = asked(visit("loket"), **typed("siti-contoh"), **AT_THE_COUNTER, **fields)
    assert page.heading == "Aktifkan kembali peserta daerah"
    assert "Pasien gawat darurat tetap dilayani." in page.main()
    assert page.value("membership") == "INACTIVE"
    assert sqlite_office.fakes.switch.asked == 0


def test_meanwhile_a_patient_in_bed_has_a_guarantee(visit: Visit) -> None:
    page = asked(visit("loket"), membership="INACTIVE", segment="PBPU_MANDIRI", identity="MATCH", on="31-12-2025", **AT_THE_COUNTER | nik())
    assert "Selama menunggu" in page.main()
    assert "rincian biaya" in page.main()
    assert "untuk 31 Desember 2025" in page.main()


def nik() -> dict[str, str]:
    return {"nik": typed("siti-contoh")["nik"]}


def test_silence_of_the_registries_is_told(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    sqlite_office.fakes.switch.off()
    page = asked(visitor, **typed("siti-contoh"), **AT_THE_COUNTER)
    assert page.heading == "Belum dapat dipastikan"
    assert "belum menjawab. Cari lagi nanti" in page.main()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("nik", "123", "Masukkan NIK 16 angka."),
        ("birth_date", "kemarin", "Tulis seperti 22-11-2026"),
        ("domicile_code", "Serang", "kode wilayah"),
        ("reactivations", "banyak", "Isi bilangan bulat."),
        ("segment", "PPU", "Kepesertaan JKN: Isi juga"),
        ("on", "besok", "Hari yang ditanyakan: Tanggal tidak terbaca"),
        ("on", "2001-01-01", "Belum ada aturan untuk wilayah 3673"),
    ],
)
def test_what_is_wrong_is_said_and_everything_typed_stays(visit: Visit, field: str, value: str, words: str) -> None:
    page = asked(visit("loket"), **{**typed("siti-contoh"), field: value})
    assert page.status in (409, 422)
    assert page.title.startswith("Kesalahan: ")
    assert words in page.main()
    assert page.value(field) == value
    assert page.value("name") == "SITI CONTOH"


@pytest.mark.parametrize("who", ["validator", "kadis", "rs"])
def test_only_who_opens_cases_may_ask(visit: Visit, who: str) -> None:
    assert visit(who).get(PLACE).status == 403


def test_a_name_is_never_more_than_a_name(visit: Visit) -> None:
    page = asked(visit("loket"), **typed("siti-contoh") | {"name": "SITI <B>{{ 7 }}</B>"})
    assert not page.all("b")


def test_every_code_has_its_word() -> None:
    assert {code for code, _ in path_finder.LANES} == set(Lane) - {Lane.NIK}
    assert {code for code, _ in path_finder.CAUSES} == set(Cause)
    assert set(path_finder.LETTERS) == set(LetterType)
    assert set(path_finder.ABOUT) == set(path_finder.SAID) == set(Asked)
