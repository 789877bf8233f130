"""Region codes: every edition of Kemendagri's table, dead codes included, and how one is packed from the publishers' files."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from schemas.population.region_file import folded, read_table, shipped_regions, table_path, write_table
from verify.cli import Commands
from verify.population.region_editions import CSV_FILES, EDITIONS, read_editions
from workflows.errors import InvalidInput
from workflows.population.regions import Level, dotted, kind, parse_code

TODAY = date(2026, 11, 22)
EDITIONS_FROM_2018 = date(2018, 1, 1)
BEFORE = "INSERT INTO w VALUES\n('11','ACEH'),\n('11.01','KAB. CONTOH'),\n('11.01.01','Lama'),\n('11.01.01.2001','Desa Ma''mur'),\n"
TABLES = ("11,Aceh", "11.01,Kabupaten Contoh", "11.01.02,Baru", "11.01.02.2001,Desa Ma'mur")


def rekom(*words: object) -> Result:
    return CliRunner().invoke(Commands("rekom"), ["regions", *map(str, words)])


def editions(folder: Path) -> Path:
    """All editions in small: the district changes its number with the newest one."""
    for name, _ in EDITIONS[:-1]:
        (folder / name).write_text(BEFORE)
    (folder / "data").mkdir()
    for name, row in zip(CSV_FILES, TABLES, strict=True):
        (folder / "data" / name).write_text(f"code,name\n{row}\n")
    return folder


def test_all_current_codes_are_there() -> None:
    assert shipped_regions().counts(TODAY) == {Level.PROVINCE: 38, Level.REGENCY: 514, Level.DISTRICT: 7_285, Level.VILLAGE: 83_762}


def test_dead_codes_of_older_editions_stay_known() -> None:
    book = shipped_regions()
    living = {region.code for region in book.regions if region.in_force(TODAY)}
    dead = {region.code for region in book.regions if (region.valid_to or EDITIONS_FROM_2018) > EDITIONS_FROM_2018} - living
    assert len([code for code in dead if len(code) == 4]) == 26
    assert len([code for code in dead if len(code) == 6]) == 594
    assert {code[:2] for code in dead if len(code) == 4} == {"91", "92"}


@pytest.mark.parametrize(
    ("code", "name", "districts", "villages"),
    [
        ("3673", "Kota Serang", 6, 67),
        ("3316", "Kabupaten Blora", 16, 295),
        ("3275", "Kota Bekasi", 12, 56),
        ("3216", "Kabupaten Bekasi", 23, 187),
        ("1607", "Kabupaten Banyuasin", 21, 313),
    ],
)
def test_the_seed_regions(code: str, name: str, districts: int, villages: int) -> None:
    inside = list(shipped_regions().inside(code, TODAY))
    assert shipped_regions().title(code) == name
    assert [sum(region.level is level for region in inside) for level in (Level.DISTRICT, Level.VILLAGE)] == [districts, villages]


def test_every_code_has_its_region_above_it_and_no_day_has_two_rows() -> None:
    book = shipped_regions()
    for region in book.regions:
        above = region.code[:6] if len(region.code) == 10 else region.code[:-2]
        assert not above or book.history(above), region.code
    for one, other in zip(book.regions, book.regions[1:], strict=False):
        assert one.code != other.code or (one.valid_to is not None and one.valid_to <= other.valid_from), one.code


def test_a_village_that_moved_is_found_by_day(tmp_path: Path) -> None:
    write_table(tmp_path / "t.xz", read_editions(editions(tmp_path)))
    book, newest = read_table(tmp_path / "t.xz"), EDITIONS[-1][1].decided_on
    old, new = book.history("1101012001"), book.history("1101022001")
    assert [(row.name, row.valid_to) for row in old] == [("Desa Ma'mur", newest)]
    assert [(row.name, row.valid_from, row.valid_to) for row in new] == [("Desa Ma'mur", newest, None)]
    assert book.find("1101012001", TODAY) is None and book.find("1101012001", date(2024, 1, 1)) == old[0]
    assert [row.name for row in book.history("1101")] == ["Kabupaten Contoh"]
    assert book.title("1102") == "11.02"


def test_the_same_editions_pack_to_the_same_bytes(tmp_path: Path) -> None:
    again = tmp_path / "again.xz"
    write_table(again, shipped_regions())
    assert again.read_bytes() == table_path().read_bytes()


def test_what_is_no_edition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"Tidak ada wilayah_2016\.sql"):
        read_editions(tmp_path)
    (editions(tmp_path) / "data" / "villages.csv").write_text("code,name\n11.01.09.2001,Tanpa Kecamatan\n")
    with pytest.raises(InvalidInput, match="tidak mempunyai wilayah induk"):
        read_editions(tmp_path)


def test_codes_as_they_are_typed() -> None:
    assert parse_code(" 36.73.01.1001 ") == parse_code("3673011001") == "3673011001"
    assert dotted("3673011001") == "36.73.01.1001" and dotted("36") == "36"
    for wrong in ("", "3", "367", "36.73.01.10", "３６", "36-73"):
        with pytest.raises(InvalidInput):
            parse_code(wrong)
    assert [kind(code) for code in ("36", "3673", "3316", "367301", "3673011001", "3316012001", "9403013001")] == [
        "provinsi", "kota", "kabupaten", "kecamatan", "kelurahan", "desa", "desa adat",
    ]  # fmt: skip
    assert folded("KAB. BLORA") == folded("Kabupaten Blora") != folded("Kota Blora")


def test_the_command_says_what_a_code_is() -> None:
    living = rekom("check", "36.73.01.1001")
    assert living.exit_code == 0 and "36.73.01.1001 Serang (kelurahan): berlaku." in living.output
    assert "di Kota Serang (36.73)" in living.output and "di provinsi Banten (36)" in living.output
    dead = rekom("check", "9271")
    assert "tidak berlaku lagi sejak 23 Juni 2025, Kepmendagri 300.2.2-2430 Tahun 2025. NIK dengan kode ini tetap sah." in dead.output
    unknown = rekom("check", "99.01")
    assert (unknown.exit_code, "Tidak ada edisi yang memuat kode 99.01." in unknown.output) == (2, True)


def test_the_command_counts_and_names_the_licences() -> None:
    said = rekom("counts").output
    assert "38 provinsi, 514 kabupaten/kota, 7.285 kecamatan, 83.762 desa/kelurahan" in said
    assert said.count("MIT, Copyright") == len(EDITIONS)


def test_the_command_packs_a_folder(tmp_path: Path) -> None:
    assert "6 baris dari 6 edisi" in rekom("build", editions(tmp_path), tmp_path / "t.xz").output
