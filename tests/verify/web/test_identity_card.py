"""Who a NIK belongs to, before a case is opened: the card on the counter's page, and what the last case already said."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import select

from schemas.forms import whole_day
from tests.office import Office, person
from tests.population.city import JUNE, NOVEMBER, ONE, resident, store
from tests.verify.web.visitor import Page, Visitor
from workflows import audit
from workflows.extracts import DtsenFact, MemberFact
from workflows.looked import READ_PERSON
from workflows.ports import Segment
from workflows.records import Case
from workflows.records.case_reading import CaseReading
from workflows.records.extract import ExtractKind
from workflows.sealed import vault_of

Visit = Callable[[str], Visitor]

NEW = "/berkas/baru"


def came_before(office: Office) -> str:
    """Somebody whose last case is closed."""
    ticket = office.open(phone="081299990007")
    office.withdraw(ticket)
    return ticket


def search(visitor: Visitor, number: int = 1) -> Page:
    return visitor.follow(visitor.fill("/", "/cari", q=person(number)["nik"]))


def test_a_stranger_s_card_says_what_the_digits_say(visit: Visit) -> None:
    known = person(1)
    words = search(visit("loket")).main()
    for said in (
        "Apakah ini orangnya?",
        f"•••• •••• •••• {known['nik'][-4:]}",
        "Perempuan, lahir 6 September 1961 (65 tahun)",
        "Belum pernah.",
    ):
        assert said in words
    assert known["name"] not in words


def test_a_birth_date_that_the_digits_leave_no_doubt_of_is_only_confirmed(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    page = search(visitor)
    assert page.value("birth_date") == "06-09-1961" and "Terisi dari NIK atau foto. Samakan dengan KTP." in page.main()
    look = visitor.send(page, NEW, name=person()["name"], phone="081200000001")
    assert "6 September 1961" in look.main()
    assert sqlite_office.case(str(visitor.confirm(look).location).removeprefix("/berkas/")).birth_date == person()["birth_date"]


def test_two_centuries_are_both_named_while_both_can_be(visit: Visit) -> None:
    visitor = visit("loket")
    page = visitor.follow(visitor.fill("/", "/cari", q="9901014101050001"))
    assert "lahir 1 Januari 1905 atau 1 Januari 2005" in page.main() and "tahun)" not in page.main()
    assert page.value("birth_date") == ""


def test_who_came_before_is_named_and_the_form_is_filled_in(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    ticket = came_before(sqlite_office)
    page = search(visitor)
    assert person()["name"] in page.main() and f"/berkas/{ticket}" in page.links()
    assert (page.value("name"), page.value("birth_date"), page.value("phone")) == (person()["name"], "06-09-1961", "")
    assert "081299990007" not in page.text and "•••••••••007" in page.main()
    assert "081299990007" not in visitor.send(page, NEW, urgency="EMERGENCY", phone=" ").text
    look = visitor.send(page, NEW, urgency="EMERGENCY")
    assert "081299990007" not in look.text and "•••••••••007, seperti di berkas terakhir" in look.main()
    answer = visitor.confirm(look)
    assert answer.location
    assert sqlite_office.case(answer.location.removeprefix("/berkas/")).phone == "081299990007"


def test_the_look_at_the_last_case_is_written_down(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    ticket = came_before(sqlite_office)

    def looks() -> int:
        with sqlite_office.read() as session:
            rows = session.exec(select(CaseReading).where(CaseReading.case_id == sqlite_office.case(ticket).id))
            return sum(row.times for row in rows)

    before = looks()
    search(visitor)
    assert looks() == before + 1


@pytest.mark.parametrize("whose", ["somebody else's", "nobody's"])
def test_a_telephone_serves_only_its_own_person(visit: Visit, sqlite_office: Office, whose: str) -> None:
    visitor = visit("loket")
    ticket = came_before(sqlite_office) if whose == "somebody else's" else "AAAA-AAAA"
    other = person(2)
    typed = {"nik": other["nik"], "name": other["name"], "birth_date": f"{other['birth_date']:%d-%m-%Y}", "phone_from": ticket}
    page = visitor.fill(NEW, **typed)
    assert page.status == 422
    assert [problem.split(":")[0] for problem in page.problems()] == ["Nomor telepon"]
    assert "Tercatat" not in page.main()


def test_a_typed_telephone_wins(visit: Visit, sqlite_office: Office) -> None:
    visitor = visit("loket")
    came_before(sqlite_office)
    visitor.confirm(visitor.send(search(visitor), NEW, phone="0813 1111 2222"))
    with sqlite_office.read() as session:
        assert [case.phone for case in session.exec(select(Case).order_by(Case.id))][-1] == "081311112222"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("060961", "06-09-1961"),
        ("06091961", "06-09-1961"),
        ("010127", "01-01-1927"),
        ("010126", "010126"),
        ("01012005", "01-01-2005"),
        ("14-03-1990", "14-03-1990"),
        ("6961", "6961"),
        ("٠٦٠٩٦١", "٠٦٠٩٦١"),
    ],
)
def test_a_day_may_be_typed_without_strokes_where_its_year_is_sure(typed: str, meant: str) -> None:
    assert whole_day(typed, 2026) == meant


def test_a_year_of_two_centuries_is_asked_for(visit: Visit) -> None:
    known = person(1)
    page = visit("loket").fill(NEW, nik=known["nik"], name=known["name"], birth_date="010105", phone="081200000001")
    assert page.status == 422
    assert [problem.split(":")[0] for problem in page.problems()] == ["Tanggal lahir"]
    assert page.value("birth_date") == "010105"


def lines(page: Page) -> dict[str, str]:
    """The card, by what stands before each line."""
    card = next(found for found in page.all("section") if found.get("aria-labelledby") == "siapa")
    pairs = [(page.words(row.findall("dt")[0]), page.words(row.findall("dd")[0])) for row in card.iter("div") if row.findall("dt")]
    return dict(pairs)


def test_what_nobody_told_is_not_guessed(visit: Visit) -> None:
    card = lines(search(visit("loket")))
    assert [card[name] for name in ("Alamat", "Nomor KK", "Kepesertaan BPJS", "Desil DTSEN")] == ["belum tersedia"] * 4


def test_the_card_says_what_the_last_case_and_its_checks_knew(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.open(kk="9901011234567890", address="Jalan Contoh 9")
    sqlite_office.drain()
    sqlite_office.withdraw(ticket)
    page = search(visit("loket"))
    card = lines(page)
    assert card["Alamat"].startswith("Jalan Contoh 9 Berkas ") and card["Nomor KK"].startswith("•••• •••• •••• 7890 Berkas ")
    assert ticket in card["Alamat"] and "data 23 November 2026" in card["Alamat"]
    assert "9901011234567890" not in page.text
    assert card["Kepesertaan BPJS"].startswith(("Peserta aktif", "Peserta tidak aktif", "Belum menjadi peserta"))
    assert "data " in card["Kepesertaan BPJS"] and card["Desil DTSEN"].split()[0].isdecimal() and "DTSEN" in card["Desil DTSEN"]


def test_the_card_of_somebody_new_reads_the_newest_files(visit: Visit, sqlite_office: Office) -> None:
    nik = str(person(1)["nik"])
    at_home = replace(resident(1, ONE), nik=nik, family_card="9901011234567890", address="JALAN RUKUN 5")
    store(sqlite_office.rekom.database, ExtractKind.RESIDENTS, [at_home], JUNE)
    store(sqlite_office.rekom.database, ExtractKind.DTSEN, [DtsenFact(nik=nik, name=str(person(1)["name"]), desil=3)], JUNE)
    member = MemberFact(nik=nik, name=str(person(1)["name"]), status_code="0", status_text="AKTIF", segment=Segment.PBI_JK)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [member], JUNE)
    store(sqlite_office.rekom.database, ExtractKind.MEMBERS, [replace(member, nik="9901014101900099")], NOVEMBER, complete=False)
    page = search(visit("loket"))
    card = lines(page)
    assert card["Alamat"].startswith("JALAN RUKUN 5 Data Dukcapil, data ")
    assert card["Nomor KK"].startswith("•••• •••• •••• 7890 Data Dukcapil, data ") and "9901011234567890" not in page.text
    assert card["Kepesertaan BPJS"].startswith("Peserta aktif Berkas anggota BPJS, data 30 Juni 2026"), "of everybody, not of some"
    assert card["Desil DTSEN"].startswith("3 DTSEN, data ")
    with sqlite_office.read() as session:
        (look,) = [one for one in audit.events_of(session, "staff:1") if one.action == READ_PERSON]
        assert session.exec(select(CaseReading)).all() == []
        assert look.detail == {"person": vault_of(session.connection().dialect).digest("nik", nik)}, "nobody else's trail can keep it"


def test_a_card_that_tells_nothing_leaves_no_trace(visit: Visit, sqlite_office: Office) -> None:
    search(visit("loket"))
    with sqlite_office.read() as session:
        assert READ_PERSON not in [one.action for one in audit.events_of(session, "staff:1")]
