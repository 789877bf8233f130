"""Policy files: each planted fault is refused with its file, its line and what to do."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from schemas.policy_file import load_policies, policies_folder
from schemas.toml_lines import key_lines, line_of
from workflows.errors import PolicyFileError

SERANG = "regions/3673-kota-serang.toml"
BLORA = "regions/3316-blora.toml"
BANYUASIN = "regions/1607-banyuasin.toml"
BEKASI = "regions/3216-kabupaten-bekasi.toml"
NATIONAL = "national.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policies to plant faults in."""
    shutil.copytree(policies_folder(), tmp_path / "rules", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "rules"


def plant(folder: Path, name: str, change: Callable[[str], str]) -> str:
    """Change a file; the new text."""
    text = (folder / name).read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text, "the fault was not planted"
    (folder / name).write_text(changed, encoding="utf-8")
    return changed


def swap(old: str, new: str) -> Callable[[str], str]:
    """Replace the first occurrence below the comment at the top."""

    def change(text: str) -> str:
        head, gap, body = text.partition("\n\n")
        return head + gap + body.replace(old, new, 1)

    return change


def line(text: str, sought: str) -> int:
    """The first line that contains ``sought`` and is no comment."""
    return next(number for number, row in enumerate(text.splitlines(), start=1) if sought in row and not row.startswith("#"))


def refused(folder: Path) -> PolicyFileError:
    with pytest.raises(PolicyFileError) as caught:
        load_policies(folder)
    return caught.value


# name, file, what to replace, by what, on which line the fault is named, words of the cure
FAULTS = [
    ("unknown key", SERANG, "sla_hours =", "sla_hour =", "sla_hour =", "tidak dikenal"),
    ("unknown key in a value", SERANG, "quota_seats = { value", "quota_seats = { valu = 1, value", "quota_seats", "tidak dikenal"),
    ("unknown key at the top", SERANG, 'timezone = "', 'colour = "red"\ntimezone = "', "colour", "tidak dikenal"),
    ("missing key", SERANG, "desil_max =", "# desil_max =", "[[blocks]]", "wajib ada"),
    ("missing block key", SERANG, "[blocks.office]", "[blocks.offices]", "[[blocks]]", "wajib ada"),
    ("missing reference", BLORA, "desil_max = { value = 10, reference =", "desil_max = { value = 10, ref =", "desil_max =", "wajib ada"),
    ("missing document", BLORA, 'document = "https://blorakab', 'source = "https://blorakab', "uhc_coverage_percent", "wajib ada"),
    ("empty reference", BLORA, 'reference = "Contoh: kop surat"', 'reference = " "', 'reference = " "', "Isi teks"),
    ("a value without its table", SERANG, "sla_hours = {", "sla_hours = 24 # {", "sla_hours", "Tulis sebagai tabel"),
    ("quoted date", SERANG, "valid_from = 2023-01-01", 'valid_from = "2023-01-01"', "valid_from", "tanpa tanda kutip"),
    ("date with a time", SERANG, "valid_from = 2023-01-01", "valid_from = 2023-01-01T00:00:00", "valid_from", "tanpa tanda kutip"),
    ("impossible date", SERANG, "valid_from = 2023-01-01", "valid_from = 2023-02-30", "valid_from", "bukan TOML"),
    ("decided after it holds", SERANG, ", retroactive = true", "", "activation_mode", "retroactive = true"),
    ("unknown mode", SERANG, '"NEXT_CYCLE"', '"NEXT_WEEK"', "NEXT_WEEK", "SAME_DAY, NEXT_CYCLE, SUSPENDED"),
    ("mode as a number", SERANG, 'value = "NEXT_CYCLE"', "value = 1", "activation_mode", "Pilih salah satu"),
    ("unknown basis", SERANG, 'eligibility = { value = "SKTM"', 'eligibility = { value = "KAYA"', "eligibility", "UNIVERSAL, DESIL, SKTM"),
    ("unknown paper", SERANG, '"KTP", "KK"', '"KTP", "KARTU"', "papers", "Pilih salah satu"),
    ("no papers", SERANG, 'value = ["KTP", "KK", "SKTM"]', "value = []", "papers", "paling sedikit satu"),
    ("a list that is none", SERANG, "cutoff_days = { value = [20]", "cutoff_days = { value = 20", "cutoff_days", "kurung siku"),
    ("day 32", SERANG, "cutoff_days = { value = [20]", "cutoff_days = { value = [32]", "cutoff_days", "1 sampai 31"),
    ("next cycle without a cut-off", SERANG, "cutoff_days = { value = [20]", "cutoff_days = { value = []", "cutoff_days", "hari penutupan"),
    ("number in quotes", SERANG, "quota_seats = { value = 43000", 'quota_seats = { value = "43000"', "quota_seats", "bilangan bulat"),
    ("decile 11", SERANG, "desil_max = { value = 10", "desil_max = { value = 11", "desil_max", "1 sampai 10"),
    ("percent with a comma", SERANG, '"91.64"', '"91,64"', "uhc_coverage_percent", "dengan titik"),
    ("example in words", SERANG, "example = true }", 'example = "ya" }', "example = ", "true atau false"),
    ("unknown criteria set", BLORA, '"BPS_14"', '"BPS_15"', "BPS_15", "KEPMENSOS_262_2022, BPS_14"),
    ("unknown token", BLORA, "{klasifikasi}/{urut}", "{kode}/{urut}", "number_template", "{kode}"),
    ("no running number", BLORA, "{klasifikasi}/{urut}", "{klasifikasi}", "number_template", "{urut}"),
    ("no year", BLORA, "{unit}/{tahun}", "{unit}", "number_template", "{tahun}"),
    ("open brace", BLORA, "{klasifikasi}/{urut}", "{klasifikasi/{urut}", "number_template", "tidak"),
    ("ends before it begins", SERANG, "valid_to = 2026-01-01", "valid_to = 2022-01-01", "valid_to", "sesudah valid_from"),
    ("overlap", SERANG, "valid_to = 2026-01-01", "valid_to = 2026-01-02", "valid_from = 2026-01-01", "tumpang tindih"),
    ("overlap with an open block", SERANG, "valid_to = 2026-01-01\n", "", "valid_from = 2026-01-01", "tumpang tindih"),
    ("gap", SERANG, "valid_to = 2026-01-01", "valid_to = 2025-12-31", "valid_from = 2026-01-01", "tanpa aturan"),
    ("a day written twice", SERANG, '"jumat 08:00', '"kamis 08:00', "office_hours", "setiap hari satu kali"),
    ("hours backwards", SERANG, "13:00-16:30", "13:00-11:30", "office_hours", "jam berurutan"),
    ("an hour that is none", SERANG, "13:00-16:30", "13:00-24:30", "office_hours", "senin-kamis"),
    ("days backwards", SERANG, "senin-kamis", "kamis-senin", "office_hours", "senin-kamis"),
    ("hours as a number", SERANG, 'office_hours = { value = ["senin', 'office_hours = { value = 8 } #["', "office_hours", "senin-kamis"),
    ("no hours at all", SERANG, 'office_hours = { value = ["senin', 'office_hours = { value = [] } #["', "office_hours", "senin-kamis"),
    ("cut-offs out of order", BEKASI, "sampai 12:00 selesai 13:00", "sampai 15:10 selesai 15:20", "cutoffs", "jam berurutan"),
    ("ready before it is in", BEKASI, "selesai 13:00", "selesai 11:00", "cutoffs", "jam berurutan"),
    ("no word on what comes later", BEKASI, ', "sesudahnya 1 hari kerja"', "", "cutoffs", "sesudahnya"),
    (
        "an unknown holiday",
        SERANG,
        "holidays_added = { value = []",
        'holidays_added = { value = ["8-10"]',
        "holidays_added",
        "tanpa tanda kutip",
    ),
    ("opening hours for a patient", SERANG, '"CLOCK", ref', '"WORKING", ref', "hospital_clock_counting", "WORKING_DAYS"),
    ("unknown time zone", SERANG, "Asia/Jakarta", "Asia/Tokyo", "timezone", "Asia/Makassar"),
    ("code with a dot", SERANG, '"3673"', '"36.73"', "region_code", "4 angka"),
    ("code of another region", SERANG, '"3673"', '"3671"', "region_code", "Nama berkas"),
    ("broken TOML", SERANG, 'region_name = "Kota Serang"', "region_name = Kota Serang", "region_name", "bukan TOML"),
    ("key written twice", SERANG, 'timezone = "', 'region_code  = "3673"\ntimezone = "', "region_code  =", "bukan TOML"),
    (
        "a quorum above what a letter may promise",
        BANYUASIN,
        "PELAYANAN > 2000000",
        "PELAYANAN > 3000000",
        "quorum =",
        "tidak pernah diminta",
    ),
    ("a quorum of rupiah no such letter names", BANYUASIN, "JAMINAN_PELAYANAN > 2", "PENCABUTAN > 2", "quorum =", "tidak pernah diminta"),
    ("premium of zero", NATIONAL, "value = 37800", "value = 0", "value = 0", "bilangan bulat"),
    ("rows out of order", NATIONAL, "valid_from = 2025-08-01", "valid_from = 2018-08-01", "valid_from = 2018-08-01", "Urutkan"),
    ("a list left out", NATIONAL, "[[uhc_active_threshold]]", "[[uhc_active]]", "[[uhc_active]]", "tidak dikenal"),
    ("threshold above the questions", NATIONAL, "threshold = 9", "threshold = 15", "threshold = 15", "1 sampai 14"),
    ("threshold of zero", NATIONAL, "threshold = 9", "threshold = 0", "threshold = 0", "1 sampai 14"),
    ("one code twice", NATIONAL, 'code = "BPS_14"', 'code  = "KEPMENSOS_262_2022"', "code  =", "sudah dipakai"),
    ("one question twice", NATIONAL, 'key = "lantai"', 'key = "dinding"', "[[criteria_sets.criteria]]", "setiap key satu kali"),
    ("criteria without a reference", NATIONAL, 'reference = "14 kriteria', 'rujukan = "14 kriteria', "rujukan", "tidak dikenal"),
]


@pytest.mark.parametrize(("name", "old", "new", "marker", "cure"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_planted_fault_is_named(folder: Path, name: str, old: str, new: str, marker: str, cure: str) -> None:
    text = plant(folder, name, swap(old, new))
    error = refused(folder)
    spoken = [row for row in str(error).splitlines() if row.startswith(f"{name} baris ")]
    assert error.context["file"] == name
    assert any(int(row.split()[2].rstrip(":")) == line(text, marker) and cure in row for row in spoken), str(error)


def test_a_day_is_not_both_added_and_removed(folder: Path) -> None:
    plant(folder, SERANG, lambda text: text.replace("holidays_added = { value = []", "holidays_added = { value = [2026-08-10]"))
    text = plant(folder, SERANG, swap("holidays_removed = { value = []", "holidays_removed = { value = [2026-08-10]"))
    assert f"baris {line(text, 'holidays_removed')}: blocks.holidays_removed.value: 2026-08-10 juga ada" in str(refused(folder))


def test_every_fault_of_a_file_is_told_at_once(folder: Path) -> None:
    text = plant(folder, SERANG, lambda old: old.replace("sla_hours =", "sla =").replace('"KTP"', '"KTB"'))
    error = refused(folder)
    assert len(str(error).splitlines()) == 18
    assert error.context["line"] == str(line(text, "[[blocks]]"))


def test_a_file_without_blocks_is_refused(folder: Path) -> None:
    plant(folder, SERANG, lambda text: text.split("\n[[blocks]]")[0] + "\nblocks = []\n")
    assert "paling sedikit satu [[blocks]]" in str(refused(folder))


def test_a_national_list_without_rows_is_refused(folder: Path) -> None:
    def empty(text: str) -> str:
        head, rest = text.split("[[uhc_active_threshold]]")
        return "uhc_active_threshold = []\n" + head + rest[rest.index("\n[[") :]

    plant(folder, NATIONAL, empty)
    assert "paling sedikit satu [[uhc_active_threshold]]" in str(refused(folder))


def test_two_files_of_one_region_are_refused(folder: Path) -> None:
    shutil.copy(folder / SERANG, folder / "regions/3673-serang.toml")
    error = refused(folder)
    assert error.context["file"] == "regions/3673-serang.toml"
    assert "Satukan" in str(error)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / NATIONAL).unlink()
    assert "national.toml tidak dapat dibaca" in str(refused(folder))


def test_a_file_that_is_not_text_is_named(folder: Path) -> None:
    (folder / SERANG).write_bytes(b"\xff\xfe")
    assert "Simpan ulang sebagai UTF-8" in str(refused(folder))


def test_an_unfinished_file_is_named_with_its_last_line(folder: Path) -> None:
    text = plant(folder, SERANG, lambda old: old + "\n[blocks")
    assert refused(folder).context["line"] == str(len(text.splitlines()))


def test_a_later_block_leaves_older_pins_alone(folder: Path) -> None:
    before = load_policies(folder).at("3673", date(2026, 11, 22))

    def grow(text: str) -> str:
        head, first, last = text.split("\n[[blocks]]")
        closed = last.replace("valid_from = 2026-01-01", "valid_from = 2026-01-01\nvalid_to = 2027-01-01", 1)
        new = last.replace("valid_from = 2026-01-01", "valid_from = 2027-01-01", 1)
        return "\n[[blocks]]".join([head, first, closed, new])

    plant(folder, SERANG, grow)
    book = load_policies(folder)
    after = book.at("3673", date(2026, 11, 22))
    assert (after.valid_to, after.sha256) == (date(2027, 1, 1), before.sha256)
    assert book.at("3673", date(2027, 1, 1)).sha256 != before.sha256


def test_a_changed_value_changes_the_pin(folder: Path) -> None:
    before = load_policies(folder)
    plant(folder, SERANG, swap("sla_hours = { value = 2,", "sla_hours = { value = 3,"))
    after = load_policies(folder)
    days = date(2025, 12, 31), date(2026, 1, 1)
    same = [before.at("3673", day).sha256 == after.at("3673", day).sha256 for day in days]
    assert same == [True, False]
    assert before.national.sha256 == after.national.sha256


def test_a_national_question_that_is_rewritten_changes_the_pin_of_the_blocks_that_ask_it(folder: Path) -> None:
    before = load_policies(folder)
    plant(folder, "national.toml", swap('title = "Kriteria fakir miskin"', 'title = "Kriteria lain"'))
    after = load_policies(folder)
    asks = {block.sha256: block.criteria_set.value for blocks in before.regions.values() for block in blocks}
    kept = {block.sha256 for blocks in after.regions.values() for block in blocks} & set(asks)
    assert {asks[pin] for pin in set(asks) - kept} == {"KEPMENSOS_262_2022"}
    assert "KEPMENSOS_262_2022" not in {asks[pin] for pin in kept}


def test_a_pin_made_before_questions_were_part_of_it_still_holds(folder: Path) -> None:
    block = load_policies(folder).at("3673", date(2026, 11, 22))
    assert block.reads_as(block.block_sha256) and block.reads_as(block.sha256) and block.sha256 != block.block_sha256
    assert not block.reads_as("0" * 64)


def test_a_comment_or_another_layout_keeps_the_pin(folder: Path) -> None:
    before = load_policies(folder).at("3673", date(2026, 1, 1))
    plant(folder, SERANG, lambda text: "# catatan\n" + text.replace(" = ", "   =   "))
    assert load_policies(folder).at("3673", date(2026, 1, 1)) == before


def test_lines_of_nested_lists() -> None:
    lines = key_lines("a = 1\n[[s]]\nk = 1\n[[s.c]]\nq = 1\n[[s]]\n[[s.c]]\nq = 1\n[[s.c]]\n[s.o]\nx = 1")
    paths = (("a",), ("s", 0, "k"), ("s", 0, "c", 0, "q"), ("s", 1, "c", 0, "q"), ("s", 1, "c", 1, "q"), ("s", 1, "o", "x"))
    assert [line_of(lines, path) for path in paths] == [1, 3, 5, 8, 9, 11]
    assert line_of(lines, ("nowhere",)) == 1
