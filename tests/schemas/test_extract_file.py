"""Rows of imported files: what is believed, and each way in which a row is not."""

from datetime import date, datetime

import pytest

from schemas.extract_cells import REASONS, BadCell, Fault, card_number, day, decile, exclusion, month, nik_digits, segment, words, year
from schemas.extract_file import FULL, MONTHLY, Layout, Reading, find_layout, missing_titles, read_row, zeros_suspicious
from workflows.errors import InvalidInput
from workflows.extracts import DtsenFact, MemberFact
from workflows.ports import Segment
from workflows.records.extract import ExtractKind

NIK = "9901014101900001"
DTSEN, MEMBERS = ExtractKind.DTSEN, ExtractKind.MEMBERS


def layout(kind: ExtractKind, *titles: str) -> Layout:
    found = find_layout(kind, titles)
    assert found
    return found


SMALL = layout(DTSEN, "NIK", "DESIL", "ALASAN EXCLUDE")
MONTH = layout(MEMBERS, "PSNOKA", "NIK", "NAMA", "SEGMEN", "BULAN", "TAHUN")
WHOLE = layout(MEMBERS, "PSNOKA", "NAMA", "NIK", "NOKTP", "TMT", "TAT", "KDSTATUSPST")


def read(found: Layout, *cells: object, practice: bool = True) -> Reading:
    kind = DTSEN if found is SMALL else MEMBERS
    reading = read_row(kind, found, cells, practice=practice)  # type: ignore[arg-type]
    assert reading
    return reading


# --- whose row it is


@pytest.mark.parametrize("cell", [NIK, f" {NIK} ", f"'{NIK}", f'="{NIK}"', "990101 410190 0001", "990101-410190-0001", f"\u00a0{NIK}"])
def test_a_nik_in_any_lossless_dress_is_read(cell: str) -> None:
    assert nik_digits(cell) == NIK


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (None, Fault.NIK_EMPTY),
        ("", Fault.NIK_EMPTY),
        ("-", Fault.NIK_EMPTY),
        ("NULL", Fault.NIK_EMPTY),
        (9901014101900000.0, Fault.NIK_NUMBER),
        (9901014101900001, Fault.NIK_NUMBER),
        (True, Fault.NIK_NUMBER),
        (date(2026, 11, 1), Fault.NIK_NUMBER),
        ("9,90101E+15", Fault.NIK_SCIENTIFIC),
        ("9.901014101900e+15", Fault.NIK_SCIENTIFIC),
        ("9E15", Fault.NIK_SCIENTIFIC),
        (NIK[:15], Fault.NIK_15_DIGITS),
        (f"{NIK}1", Fault.NIK_SHAPE),
        ("9.901.014.101.900.000", Fault.NIK_SHAPE),
        (f"{NIK}.0", Fault.NIK_SHAPE),
        ("99010141019OOOO1", Fault.NIK_SHAPE),
        ("٩٩٠١٠١٤١٠١٩٠٠٠٠١", Fault.NIK_SHAPE),
        ("Jumlah", Fault.NIK_SHAPE),
    ],
)
def test_a_broken_nik_is_refused_and_never_repaired(cell: object, fault: Fault) -> None:
    with pytest.raises(BadCell) as caught:
        nik_digits(cell)  # type: ignore[arg-type]
    assert caught.value.fault is fault
    reading = read(SMALL, cell, "3", "")
    assert (reading.nik, reading.fact, reading.fault) == (None, None, fault)


@pytest.mark.parametrize("cell", ["0001014101900001", "9901014113900001", "9901014101900000"])
def test_a_nik_that_cannot_be_says_why(cell: str) -> None:
    reading = read(SMALL, cell, "3", "")
    assert (reading.fault, reading.digits, reading.nik) == (Fault.NIK_INVALID, cell, None)
    assert cell not in reading.reason and "Periksa" in reading.reason


def test_made_up_people_stay_out_of_production() -> None:
    assert read(SMALL, NIK, "3", "", practice=False).fault is Fault.NIK_INVALID


def test_every_fault_has_a_reason_of_two_sentences() -> None:
    assert set(REASONS) == set(Fault)
    assert all(reason.endswith(".") and reason.count(". ") >= 1 for reason in REASONS.values())


# --- single cells


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0", 0),
        ("10", 10),
        ("03", 3),
        ("Desil 4", 4),
        ("DESIL4", 4),
        (2.0, 2),
        (7, 7),
        ("", None),
        (None, None),
        ("-", None),
        ("null", None),
    ],
)
def test_deciles(cell: object, expected: int | None) -> None:
    assert decile(cell) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["11", "-1", "1-4", "tiga", 2.5, "2,5", "100", True])
def test_no_deciles(cell: object) -> None:
    assert read(SMALL, NIK, cell, "").fault is Fault.DESIL


@pytest.mark.parametrize("cell", ["", None, "-", "Tidak", "TIDAK ADA", "0", "N", "false"])
def test_a_plain_no_is_no_exclusion(cell: object) -> None:
    assert exclusion(cell) is None  # type: ignore[arg-type]


def test_an_exclusion_is_kept_without_numbers() -> None:
    assert exclusion(f" keluarga  ASN {NIK}") == "keluarga ASN •"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0009900000021", "0009900000021"),
        ("9900000021", "0009900000021"),
        (9900000021.0, "0009900000021"),
        ("'0009900000021", "0009900000021"),
    ],
)
def test_a_card_gets_its_zeros_back(cell: object, expected: str) -> None:
    assert card_number(cell) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["00099000000211", "9,9E+9", "A1"])
def test_no_cards(cell: str) -> None:
    with pytest.raises(BadCell, match="KARTU_SALAH"):
        card_number(cell)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("APBN", Segment.PBI_JK),
        ("PBI (APBN)", Segment.PBI_JK),
        ("pbi jk", Segment.PBI_JK),
        ("APBD", Segment.PEMDA),
        ("PBI (APBD)", Segment.PEMDA),
        ("PBPU BP Pemda", Segment.PEMDA),
        ("PBPU dan BP PEMDA", Segment.PEMDA),
        ("22", Segment.PEMDA),
        ("PPU BU", Segment.PPU),
        ("PEKERJA MANDIRI", Segment.PBPU_MANDIRI),
        ("Bukan Pekerja", Segment.OTHER),
    ],
)
def test_segments(said: str, expected: Segment) -> None:
    assert segment(said) is expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("November", 11),
        ("NOPEMBER", 11),
        ("nov", 11),
        ("Agt.", 8),
        ("Agustus", 8),
        ("Pebruari", 2),
        ("Mei", 5),
        ("7", 7),
        ("07", 7),
        (12.0, 12),
    ],
)
def test_months(cell: object, expected: int) -> None:
    assert month(cell) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["13", "0", "", None, "May-be", "007", 1.5])
def test_no_months(cell: object) -> None:
    with pytest.raises(BadCell, match="BULAN_SALAH"):
        month(cell)  # type: ignore[arg-type]


def test_years() -> None:
    assert (year("2026"), year(2026.0)) == (2026, 2026)
    for cell in ("26", "2013", "", None, "20266", "MMXX"):
        with pytest.raises(BadCell, match="TAHUN_SALAH"):
            year(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-01",
        "01-11-2026",
        "1/11/2026",
        "01.11.2026",
        "20261101",
        "2026-11-01 00:00:00",
        "2026-11-01T02:00",
        "01/11/2026 2.00",
        date(2026, 11, 1),
        datetime(2026, 11, 1, 2),  # noqa: DTZ001 - as a workbook gives it
    ],
)
def test_days(cell: object) -> None:
    assert day(cell) == date(2026, 11, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["11/31/2026", "2026-13-01", "01-NOV-26", 46327.0, "besok"])
def test_no_days(cell: object) -> None:
    with pytest.raises(BadCell, match="TANGGAL_SALAH"):
        day(cell)  # type: ignore[arg-type]


def test_words_are_one_printable_line() -> None:
    assert words("  SITI\t\x01 CONTOH\n") == "SITI CONTOH"
    assert (words(0.0), words("NULL"), words("x" * 900)) == ("0", None, "x" * 200)


# --- titles


@pytest.mark.parametrize(
    "titles",
    [
        ("NIK", "DESIL"),
        ("No.", "N I K", "Nama", "Desil Nasional"),
        ("nomor_nik", "desil_kesejahteraan", "alasan_exclude"),
        ("\ufeffNo KTP", "Peringkat Desil", ""),
        ("No. KTP", "NIK", "desil"),
    ],
)
def test_dtsen_titles_are_known_by_meaning(titles: tuple[str, ...]) -> None:
    found = layout(DTSEN, *titles)
    assert {"nik", "desil"} <= set(found.columns)
    assert titles[found.columns["nik"]] != "No. KTP"


@pytest.mark.parametrize("titles", [("NIK",), ("DESIL",), ("Data DTSEN Kota Contoh",), (), ("NIK Kepala Keluarga", "Desil")])
def test_other_rows_are_no_titles(titles: tuple[str, ...]) -> None:
    assert find_layout(DTSEN, titles) is None


def test_the_two_member_files_are_told_apart() -> None:
    assert (MONTH.name, WHOLE.name) == (MONTHLY, FULL)
    assert find_layout(DTSEN, MONTH.titles) is None
    assert "PSNOKA, NIK, NAMA, SEGMEN, BULAN, TAHUN" in missing_titles(MEMBERS)


def test_a_title_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Kolom NIK ada lebih dari sekali"):
        find_layout(DTSEN, ("NIK", "nik", "DESIL"))


# --- rows


def test_a_dtsen_row() -> None:
    assert read(SMALL, NIK, "2", "keluarga ASN").fact == DtsenFact(NIK, None, 2, "keluarga ASN")
    assert read(SMALL, NIK, "", "").fact == DtsenFact(NIK, None, None, None)


def test_a_dtsen_row_with_name_and_date() -> None:
    found = layout(DTSEN, "Nama", "NIK", "Desil", "Per Tanggal")
    reading = read_row(DTSEN, found, ["SITI CONTOH", NIK, "2", "01-10-2026"], practice=True)
    assert reading and (reading.fact, reading.as_of) == (DtsenFact(NIK, "SITI CONTOH", 2, None), date(2026, 10, 1))
    vague = read_row(DTSEN, found, ["SITI CONTOH", NIK, "2", "Triwulan III"], practice=True)
    assert vague and vague.fact and vague.as_of is None


def test_a_row_of_the_monthly_file() -> None:
    reading = read(MONTH, "9900000021", NIK, "SITI CONTOH", "APBD", "Nopember", "2026")
    assert reading.as_of == date(2026, 11, 1)
    assert reading.fact == MemberFact(
        NIK, card="0009900000021", name="SITI CONTOH", segment_text="APBD", segment=Segment.PEMDA, month=11, year=2026
    )


@pytest.mark.parametrize(
    ("place", "cell", "fault"),
    [(0, "kartu", Fault.CARD), (3, "", Fault.SEGMENT), (4, "Brumaire", Fault.MONTH), (5, "26", Fault.YEAR)],
)
def test_a_bad_cell_of_the_monthly_file_spoils_its_row_but_not_the_nik(place: int, cell: str, fault: Fault) -> None:
    cells = ["9900000021", NIK, "SITI CONTOH", "APBD", "11", "2026"]
    cells[place] = cell
    reading = read(MONTH, *cells)
    assert (reading.fault, reading.nik, reading.fact, reading.reason) == (fault, NIK, None, REASONS[fault])


def test_a_row_of_the_full_file() -> None:
    reading = read(WHOLE, "1", "SITI", NIK, "", "2026-11-20", "2050-01-01", "0")
    assert isinstance(reading.fact, MemberFact)
    assert (reading.fact.status_code, reading.fact.segment, reading.as_of) == ("0", None, None)
    assert (reading.fact.cover_from, reading.fact.cover_until) == (date(2026, 11, 20), date(2050, 1, 1))


@pytest.mark.parametrize(("place", "cell", "fault"), [(4, "kapan", Fault.DAY), (5, 46327.0, Fault.DAY), (6, "", Fault.STATUS)])
def test_a_bad_cell_of_the_full_file(place: int, cell: object, fault: Fault) -> None:
    cells: list[object] = ["1", "SITI", NIK, "", "", "", 0.0]
    assert read(WHOLE, *cells).fact
    cells[place] = cell
    assert read(WHOLE, *cells).fault is fault


def test_an_empty_row_is_nothing() -> None:
    assert read_row(DTSEN, SMALL, [], practice=True) is None
    assert read_row(DTSEN, SMALL, ["", None, " "], practice=True) is None


def test_rows_of_another_width_are_refused_for_they_may_be_shifted() -> None:
    assert read(SMALL, NIK, "2").fault is Fault.WIDTH
    assert read(SMALL, NIK, "2", "", "lebih").fault is Fault.WIDTH
    assert read(SMALL, NIK, "2", "", "lebih").nik is None
    assert read(SMALL, NIK, "2", "", "", "").fact


def test_a_line_that_cannot_be_split_is_refused() -> None:
    reading = read_row(DTSEN, SMALL, None, practice=True)
    assert reading and (reading.fault, reading.nik) == (Fault.BROKEN, None)


def test_the_share_of_zeros() -> None:
    assert not zeros_suspicious(3, 10)
    assert zeros_suspicious(31, 100)
    assert not zeros_suspicious(0, 0)
