"""The quota page and what the decision page says of the quota."""

from collections.abc import Callable

from tests.office import Office
from tests.seat_office import approve, make_decidable, with_seats
from tests.verify.web.test_looks_at_lists import looks
from tests.verify.web.visitor import Visitor
from verify.web.figures import number, rupiah
from workflows.vocabulary import Urgency


def test_money_and_numbers_as_people_write_them() -> None:
    assert [rupiah(value) for value in (0, 37_800, 453_600, 19_504_800_000, -1_000)] == [
        "Rp 0", "Rp 37.800", "Rp 453.600", "Rp 19.504.800.000", "−Rp 1.000",
    ]  # fmt: skip
    assert number(43_000) == "43.000"


def test_a_year_before_its_first_seat(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    with_seats(sqlite_office, 43_000)
    words = visit("loket").get("/kuota").main()
    assert "Sisa kuota: 43.000 dari 43.000 kursi." in words
    assert "Iuran per kursi Rp 37.800 per bulan, Rp 453.600 setahun" in words
    assert "Anggaran tersisa Rp 19.504.800.000 Terikat kursi yang dicadangkan Rp 0" in words


def test_a_full_year_with_its_line(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    tickets = make_decidable(with_seats(sqlite_office, 1), 2)
    for ticket in tickets:
        approve(sqlite_office, ticket)
    page = visit("validator").get("/kuota")
    assert looks(sqlite_office, "validator") == {sqlite_office.case(tickets[1]).id: 1}
    words = page.main()
    assert "Kuota sudah habis." in words
    assert "Terikat kursi yang dicadangkan Rp 75.600" in words
    assert "Daftar tunggu 1 orang" in words
    assert f"/berkas/{tickets[1]}" in page.links()


def test_the_page_says_when_the_last_seat_goes(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    first, *others = make_decidable(with_seats(sqlite_office, 20), 11)
    approve(sqlite_office, first)
    sqlite_office.clock.pass_by(days=9)
    for ticket in others:
        approve(sqlite_office, ticket)
    words = visit("kadis").get("/kuota").main()
    assert "Dengan laju ini, kuota habis pada 11 Desember 2026." in words and "Laju 30 hari 1,1 kursi per hari" in words


def test_the_decider_sees_what_is_left_and_where_the_case_went(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    first, second = make_decidable(with_seats(sqlite_office, 1), 2)
    kadis = visit("kadis")
    assert "Sisa kuota 1 dari 1 kursi" in kadis.get(f"/berkas/{first}/putusan").main()
    approve(sqlite_office, first)
    decision = kadis.get(f"/berkas/{second}/putusan")
    assert "Kuota sedang penuh: berkas masuk daftar tunggu. Setujui untuk daftar tunggu" in decision.main()
    assert "terbitkan surat" not in decision.main()
    after = kadis.follow(kadis.send(decision, f"/berkas/{second}/putusan"))
    assert "Kuota kursi penuh. Berkas ini masuk daftar tunggu nomor 1" in after.main()
    assert "Daftar tunggu" in after.main()
    again = kadis.fill(f"/berkas/{second}/putusan")
    assert (again.status, "nomor 1 di daftar tunggu" in again.main()) == (409, True)
    assert "Daftar tunggu" in visit("loket").get("/?status=waitlisted").main()


def test_an_emergency_above_the_quota_is_not_sent_to_the_line(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    (first,) = make_decidable(with_seats(sqlite_office, 1, over_cap=True), 1)
    approve(sqlite_office, first)
    (emergency,) = make_decidable(sqlite_office, 1, Urgency.EMERGENCY, first=2)
    words = visit("kadis").get(f"/berkas/{emergency}/putusan").main()
    assert "Pasien gawat darurat mendapat kursi di atas kuota." in words and "Setujui dan terbitkan surat" in words
    assert "daftar tunggu" not in words
