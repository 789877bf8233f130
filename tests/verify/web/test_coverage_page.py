"""The coverage pages: numbers that add up, names only for a purpose, files for other programs."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import duckdb
import pytest
from PIL import Image
from python_calamine import CalamineWorkbook
from sqlalchemy import event
from sqlmodel import select

from schemas.population.coverage_files import shipped_figures
from tests.office import Office
from tests.population.city import BY, NOVEMBER, ONE, member, small_city, store
from tests.verify.made_files import nik
from tests.verify.web.visitor import Page, Visitor
from verify.population import charts, examples, tables
from verify.web.words import SEGMENT_SHORT
from workflows.masking import mask_nik
from workflows.population import coverage
from workflows.records.audit_event import AuditEvent
from workflows.records.coverage import CoverageSegment
from workflows.records.extract import ExtractKind

Visit = Callable[[str], Visitor]


@pytest.fixture
def counted(sqlite_office: Office) -> Office:
    """Ten residents of two kelurahan, six of them members."""
    small_city(sqlite_office.rekom.database)
    with sqlite_office.write() as session:
        coverage.count(session, "3673", BY, now=sqlite_office.clock())
    return sqlite_office


@pytest.fixture
def published(sqlite_office: Office) -> Office:
    """What Kota Serang has published."""
    with sqlite_office.write() as session:
        for figure in shipped_figures():
            told = examples.told(figure, ZoneInfo("Asia/Jakarta"))
            coverage.publish(session, told, examples.cells(figure), BY, now=sqlite_office.clock())
    return sqlite_office


def rows(page: Page) -> list[list[str]]:
    """The last table of a page, as words."""
    table = page.all("table")[-1]
    body = next(iter(table.iter("tbody")))
    return [[page.words(cell) for cell in line if cell.tag in ("th", "td")] for line in body.iter("tr")]


def test_before_anything_was_counted_it_says_what_to_do(visit: Visit) -> None:
    page = visit("kadis").get("/cakupan")
    assert page.status == 200 and "belum dihitung" in page.main()
    assert visit("kadis").get("/cakupan/367301").status == 404


def test_a_city_with_both_definitions_and_its_sources(visit: Visit, counted: Office) -> None:
    page = visit("loket").get("/cakupan")
    words = page.main()
    assert "4 penduduk belum menjadi peserta JKN." in words
    assert "Peserta dari penduduk 60.00 % 6 dari 10".replace("60.00", "60,00") in words
    assert "Peserta aktif dari penduduk 40,00 % 4 dari 10" in words
    assert "Peserta aktif dari peserta 66,67 % 4 dari 6" in words
    assert "Semester I 2026" in words and "Anggota di luar penduduk 3 orang" in words
    assert [line[1:5] for line in rows(page)] == [["6", "4", "3", "2"], ["4", "2", "1", "2"]]


def test_from_city_to_village_the_numbers_add_up(visit: Visit, published: Office) -> None:
    visitor = visit("validator")
    city = visitor.get("/cakupan")
    assert "98,87 % 727.361 dari 735.651" in city.main()
    districts = rows(city)
    assert len(districts) == 6 and total(districts) == 735_651
    villages: list[list[str]] = []
    for link in [link for link in city.links() if link.startswith("/cakupan/") and len(link) == len("/cakupan/367301")]:
        villages += rows(visitor.get(link))
    assert len(villages) == 67 and total(villages) == 735_651


def total(lines: list[list[str]]) -> int:
    return sum(int(line[1].replace(".", "")) for line in lines)


def test_targets_pace_burn_down_and_the_predicate(visit: Visit, published: Office) -> None:
    page = visit("kadis").get("/cakupan")
    words = page.main()
    assert "Laju dihitung setelah ada dua hitungan dari berkas." in words, "what was published once is no pace"
    assert "97 % sampai 31 Desember 2023" in words and "Sudah tercapai" in words
    assert "99 % sampai 31 Desember 2027" in words and "Syarat UHC Prioritas" in words
    assert "Cakupan peserta Terpenuhi 98,87 %, syarat lebih dari 98 %." in words
    assert "Tunggakan iuran daerah Belum diketahui" in words
    assert "Data anggota lebih dari sebulan." in words and "Data penduduk lebih dari satu semester." in words
    assert "Data anggota BPJS 1 Juli 2024, 875 hari lalu" in words
    assert "Garis tegak: sasaran 99 %." in words
    assert [chart.get("role") for chart in page.tree.iter() if chart.get("class") == "chart"] == ["img", "img"]


def gaps(page: Page) -> list[str]:
    """What the burn-down says at its ends."""
    (chart,) = [chart for chart in page.tree.iter() if chart.get("class") == "chart" and chart.get("aria-labelledby") == "sisa"]
    return [page.words(text) for text in chart.iter() if text.tag.endswith("text")]


def test_the_pace_and_the_trend_of_any_place_come_from_real_counts(visit: Visit, counted: Office, published: Office) -> None:
    store(counted.rekom.database, ExtractKind.MEMBERS, [member(number) for number in range(9)], NOVEMBER + timedelta(days=15), "later")
    with counted.write() as session:
        coverage.count(session, "3673", BY, now=counted.clock())
    city, village = visit("kadis").get("/cakupan"), visit("kadis").get(f"/cakupan/{ONE}")
    assert "Laju 1 November 2026 sampai 16 November 2026: 6 peserta baru per bulan." in city.main()
    assert "Laju 1 November 2026 sampai 16 November 2026: 4 peserta baru per bulan." in village.main()
    assert gaps(village) == ["2", "1 November 2026", "0", "16 November 2026"], "how a published figure spreads is made up"
    assert gaps(city)[1::2] == ["17 November 2022", "16 November 2026"]
    assert "Data penduduk lebih dari satu semester." not in city.main()
    segments = [[city.words(cell) for cell in line] for line in city.all("table")[-2].iter("tr")]
    assert segments[0][1:] == [str(SEGMENT_SHORT[segment]) for segment in CoverageSegment]
    assert [line[1:] for line in segments[1:]] == [["0", "3", "0", "0", "0", "1"], ["0", "6", "0", "0", "0", "0"]]


def test_a_pace_that_falls_is_said_so_and_rounded(visit: Visit, counted: Office) -> None:
    fewer = [member(number) for number in (0, 1, 2)]
    store(counted.rekom.database, ExtractKind.MEMBERS, fewer, NOVEMBER + timedelta(days=20), "later")
    with counted.write() as session:
        coverage.count(session, "3673", BY, now=counted.clock())
    words = visit("kadis").get("/cakupan").main()
    assert "Laju 1 November 2026 sampai 21 November 2026: peserta berkurang 5 per bulan." in words, "3 in 20 days"


def test_all_counts_of_a_region_are_summed_in_one_query(published: Office) -> None:
    asked: list[str] = []
    engine = published.rekom.database.engine

    def note(*words: Any) -> None:
        asked.append(words[2])

    with published.read() as session:
        event.listen(engine, "before_cursor_execute", note)
        assert len(coverage.series(session, "3673")) == 2
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in asked if one.startswith("SELECT")]) == 2, "the counts, and the sums of all of them"


def test_names_only_for_a_purpose_which_is_kept(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    village = worker.get(f"/cakupan/{ONE}")
    refused = worker.send(village, f"/cakupan/{ONE}/daftar", purpose="cek")
    assert refused.status == 422 and refused.problems() == ["Keperluan: Tulis keperluan, 10 sampai 200 huruf."]
    numbered = worker.send(village, f"/cakupan/{ONE}/daftar", purpose=f"Cek {nik(4)[:8]} {nik(4)[8:]}")
    assert numbered.problems() == ["Keperluan: Tulis tanpa NIK atau nomor lain."]
    page = worker.send(village, f"/cakupan/{ONE}/daftar", purpose="Kunjungan kader Desember")
    assert page.status == 200 and "2 orang, diurutkan per keluarga." in page.main()
    assert [line[1] for line in rows(page)] == [mask_nik(nik(4)), mask_nik(nik(5))]
    with counted.read() as session:
        looks = session.exec(select(AuditEvent).where(AuditEvent.action == "READ_UNCOVERED")).all()
    assert [(look.actor_name, look.detail["purpose"]) for look in looks] == [("Agus Contoh", "Kunjungan kader Desember")]


def test_the_counter_sees_numbers_but_no_names(visit: Visit, counted: Office) -> None:
    page = visit("loket").get(f"/cakupan/{ONE}")
    assert page.status == 200 and "Siapa yang belum peserta" not in page.main()
    assert visit("loket").post(f"/cakupan/{ONE}/daftar", {"purpose": "Ingin melihat saja"}).status in (400, 403)


def test_an_example_names_nobody(visit: Visit, published: Office) -> None:
    worker = visit("peksos")
    page = worker.send(worker.get(f"/cakupan/{ONE}"), f"/cakupan/{ONE}/daftar", purpose="Kunjungan kader Desember")
    assert "Angka ini diumumkan tanpa nama." in page.main()


@pytest.mark.parametrize("path", ["/cakupan/3275", "/cakupan/367399", "/cakupan/abc", "/cakupan/36", "/cakupan/3673/unduh/doc"])
def test_what_is_not_here_is_said_in_a_sentence(visit: Visit, counted: Office, path: str) -> None:
    assert visit("kadis").get(path).status in (404, 422)


def test_names_are_asked_for_by_village_only(visit: Visit, counted: Office) -> None:
    worker = visit("peksos")
    assert worker.send(worker.get(f"/cakupan/{ONE}"), purpose="Kunjungan kader Desember").status == 200
    token = worker.get(f"/cakupan/{ONE}").value("csrf_token")
    assert worker.post("/cakupan/367301/daftar", {"csrf_token": token, "purpose": "Kunjungan kader Desember"}).status == 404


def test_the_files_hold_the_same_numbers(visit: Visit, counted: Office, tmp_path: Path) -> None:
    client = visit("loket").client
    as_csv = client.get("/cakupan/3673/unduh/csv")
    assert as_csv.headers["Cache-Control"] == "no-store"
    lines = list(csv.reader(io.StringIO(as_csv.data.decode("utf-8-sig")), delimiter=";"))
    assert [line[:6] for line in lines[1:]] == [
        ["36.73.01", "Serang", "6", "4", "3", "2"],
        ["36.73.02", "Kasemen", "4", "2", "1", "2"],
        ["36.73", "Kota Serang", "10", "6", "4", "4"],
    ]
    (tmp_path / "c.xlsx").write_bytes(client.get("/cakupan/3673/unduh/xlsx").data)
    sheet = CalamineWorkbook.from_path(tmp_path / "c.xlsx").get_sheet_by_index(0).to_python()
    assert [row[:6] for row in sheet[1:]] == [[line[0], line[1], *map(float, line[2:6])] for line in lines[1:]]


def test_parquet_keeps_codes_as_text_and_numbers_as_numbers(visit: Visit, counted: Office, tmp_path: Path) -> None:
    (tmp_path / "c.parquet").write_bytes(visit("loket").client.get("/cakupan/3673/unduh/parquet").data)
    with duckdb.connect() as database:
        read = database.read_parquet(str(tmp_path / "c.parquet"))
        assert [row[:6] for row in read.fetchall()] == [
            ("36.73.01", "Serang", 6, 4, 2 + 1, 2),
            ("36.73.02", "Kasemen", 4, 2, 1, 2),
            ("36.73", "Kota Serang", 10, 6, 4, 4),
        ]


def test_the_chart_is_a_picture_with_its_numbers_and_dates(visit: Visit, counted: Office) -> None:
    worker = visit("loket")
    assert {"/cakupan/3673/grafik.svg", "/cakupan/3673/grafik.png"} <= set(worker.get("/cakupan").links())
    drawn = worker.client.get("/cakupan/3673/grafik.svg")
    assert drawn.mimetype == "image/svg+xml"
    root = ElementTree.fromstring(drawn.data)
    words = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words[:2] == ["Cakupan JKN Kota Serang", "60,00 % peserta: 6 dari 10 penduduk."]
    assert {"Serang", "Kasemen", "66,67 %", "50,00 %"} <= set(words) and "Data penduduk per 30-06-2026, peserta per 01-11-2026." in str(
        words[-1]
    )
    one, again = (worker.client.get("/cakupan/3673/grafik.png") for _ in range(2))
    with Image.open(io.BytesIO(one.data)) as picture:
        assert picture.format == "PNG" and picture.width > 1_000 and len(picture.convert("L").getcolors() or ()) > 20
    assert one.data == again.data
    for wrong in ("/cakupan/3673/grafik.gif", f"/cakupan/{ONE}/grafik.png", "/cakupan/3275/grafik.svg"):
        assert worker.get(wrong).status == 404


def test_no_cell_of_a_file_is_run_as_a_formula(tmp_path: Path) -> None:
    hostile = [("=1+1", "@SUM(A1)", -3, 1.5)]
    assert tables.as_csv(hostile).decode("utf-8-sig").strip() == "'=1+1;'@SUM(A1);-3;1,5"
    (tmp_path / "h.xlsx").write_bytes(tables.as_xlsx(hostile))
    assert CalamineWorkbook.from_path(tmp_path / "h.xlsx").get_sheet_by_index(0).to_python() == [["'=1+1", "'@SUM(A1)", -3.0, 1.5]]


def test_a_line_needs_two_days() -> None:
    day = shipped_figures()[0].as_of
    assert charts.burn_down([]) is None and charts.burn_down([(day, 5), (day, 4)]) is None
