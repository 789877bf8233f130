"""``rekom policies``: every fault of every file with its line, and a draft held against past cases."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from schemas.policy_file import load_draft, policies_folder
from tests.made_past import make_past
from tests.office import POLICIES, Office, running_office
from verify.cli import main
from verify.commands import whatif as command
from workflows.errors import PolicyFileError

SERANG = "regions/3673-kota-serang.toml"
BLORA = "regions/3316-blora.toml"
NATIONAL = "national.toml"
PAST = 400

Say = Callable[..., Result]


@pytest.fixture
def say() -> Say:
    return lambda *words: CliRunner().invoke(main, ["policies", *map(str, words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policies."""
    shutil.copytree(policies_folder(), tmp_path / "rules", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "rules"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """Kota Serang's file with a lower limit of decile in its newest block, under a name of its own."""
    text = (policies_folder() / SERANG).read_text()
    assert "desil_max = { value = 5," in text
    (tmp_path / "usulan.toml").write_text(text.replace("desil_max = { value = 5,", "desil_max = { value = 3,"))
    return tmp_path / "usulan.toml"


def plant(path: Path, old: str, new: str) -> int:
    """Change the first occurrence; the line it stood in."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


# --- check


def test_the_shipped_files_are_fine_and_say_how_much_is_made_up(say: Say) -> None:
    result = say("check")
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "5 daerah, 6 blok aturan: semua dapat dipakai.")
    assert "3673 Kota Serang: " in result.output and "nilai masih contoh." in result.output


def test_faults_of_all_files_are_told_at_once(folder: Path, say: Say) -> None:
    lines = {
        NATIONAL: plant(folder / NATIONAL, "value = 37800", "value = 0"),
        SERANG: plant(folder / SERANG, "sla_hours = {", "sla_hour = {"),
        BLORA: plant(folder / BLORA, 'arrears_rule = { value = "WEIGH"', 'arrears_rule = { value = "FORGIVE"'),
    }
    result = say("check", folder)
    assert result.exit_code == 2
    for name, line in lines.items():
        assert f"Gagal: {name} baris {line}: " in result.output
    assert "Pilih salah satu: TAKE_OVER, SETTLE_FIRST, WEIGH." in result.output


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (SERANG, "valid_to = 2026-01-01", "valid_to = 2026-02-01", "tumpang tindih"),
        (SERANG, "valid_to = 2026-01-01", "valid_to = 2025-12-01", "tanpa aturan"),
        (SERANG, "valid_from = 2026-01-01\n", "valid_from = 2026-01-01\nvalid_to = 2027-01-01\n", "Sejak 2027-01-01 tidak ada aturan"),
        (BLORA, "newborn_papers = {", "baby_papers = {", "tidak dikenal"),
        (BLORA, 'reference = "Contoh: berkas orang terlantar", ', "", "wajib ada"),
        (NATIONAL, "[[newborn_days]]", "[[baby_days]]", "wajib ada"),
        (NATIONAL, 'code = "BPS_14"', 'code = "BPS_15"', "Daftar kriteria ini tidak ada"),
    ],
)
def test_each_kind_of_fault_is_named_with_file_and_line(folder: Path, say: Say, name: str, old: str, new: str, words: str) -> None:
    plant(folder / name, old, new)
    result = say("check", folder)
    assert result.exit_code == 2
    assert all(row.startswith("Gagal: ") and " baris " in row for row in result.output.splitlines())
    assert words in result.output


def test_what_only_shows_between_files_is_told_too(folder: Path, say: Say) -> None:
    shutil.copy(folder / SERANG, folder / "regions/3673-serang.toml")
    assert "Satukan keduanya" in say("check", folder).output


# --- what if


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A test office with a past, which the command finds where it would make its own parts."""
    with running_office(sqlite_url, tmp_path / "office") as made:
        make_past(made, PAST)
        monkeypatch.setattr(command, "Rekom", lambda settings, wakes: made.rekom)
        monkeypatch.setattr(command, "load_settings", lambda: made.rekom.settings)
        yield made


def test_a_draft_says_who_flips_seats_rupiah_and_districts(office: Office, draft: Path, say: Say) -> None:
    result = say("whatif", draft, "--since", "2026-01-01", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.output)
    freed = found["total"]["freed"]
    assert (found["region_code"], found["total"]["cases"], found["without_rules"]) == ("3673", PAST, 0)
    assert found["rules_changed"].keys() == {"kelayakan"}
    assert 0 < freed <= sum(flip["cases"] for flip in found["flips"])
    assert found["premium_month"] == 37_800
    assert found["total"]["rupiah_year_least"] == found["total"]["rupiah_year_most"] == -freed * 453_600
    assert sum(district["freed"] for district in found["districts"].values()) == freed
    assert set(found["districts"]) == {"367301", "367302", "367303", "367304", "367305", "367306", "?"}
    assert all(len(flip["tickets"]) == flip["cases"] for flip in found["flips"])
    assert "WARGA" not in result.output


def test_the_same_for_people(office: Office, draft: Path, say: Say) -> None:
    result = say("whatif", draft, "--since", "2026-01-01")
    assert result.output.startswith("Rancangan Kota Serang, blok sejak 01-01-2026, atas 400 berkas")
    assert "memenuhi -> tidak memenuhi: " in result.output
    assert ", dan " in result.output
    assert "Kecamatan 36.73.01: " in result.output and "Kecamatan tidak dicatat: " in result.output
    assert "-Rp " in result.output
    assert "WARGA" not in result.output


def test_where_nothing_changes_it_says_so(office: Office, say: Say) -> None:
    result = say("whatif", policies_folder() / SERANG, "--since", "2026-01-01")
    assert "Tidak ada saran yang berubah." in result.output
    assert result.output.splitlines()[-1] == "Seluruhnya: 400 berkas; kursi 0 lepas, 0 ragu, 0 masuk, 0 mungkin masuk; Rp 0 setahun"


def test_a_range_of_rupiah_where_people_would_have_to_look(office: Office, draft: Path, say: Say) -> None:
    draft.write_text(draft.read_text().replace('papers = { value = ["KTP", "KK"]', 'papers = { value = ["KTP", "KK", "SKTM"]'))
    assert " sampai -Rp " in say("whatif", draft, "--since", "2026-01-01").output


def test_cases_before_the_day_are_left_out(office: Office, draft: Path, say: Say) -> None:
    assert json.loads(say("whatif", draft, "--since", "2027-01-01", "--json").output)["total"]["cases"] == 0


def test_cases_whose_rules_are_gone_are_counted_apart(office: Office, draft: Path, say: Say) -> None:
    vars(office.rekom)["policies"] = type(POLICIES)(POLICIES.national, {"3673": POLICIES.regions["3673"][:1]})
    assert "400 berkas dilewati: aturannya tidak ada lagi." in say("whatif", draft, "--since", "2026-01-01").output


def test_nothing_live_is_touched(office: Office, draft: Path, say: Say) -> None:
    file = Path(str(office.rekom.database.engine.url.database))
    office.rekom.database.close()
    before = file.read_bytes()
    say("whatif", draft, "--since", "2026-01-01")
    assert file.read_bytes() == before


@pytest.mark.parametrize("since", ["kemarin", "2026-13-01", "01-01-2026"])
def test_a_day_that_is_none_is_refused(office: Office, draft: Path, say: Say, since: str) -> None:
    result = say("whatif", draft, "--since", since)
    assert (result.exit_code, "Tulis --since seperti 2026-01-31." in result.output) == (2, True)


def test_a_faulty_draft_is_refused_with_its_line(draft: Path, say: Say, office: Office) -> None:
    line = plant(draft, "sla_hours = {", "sla_hour = {")
    result = say("whatif", draft, "--since", "2026-01-01")
    assert result.exit_code == 2
    assert f"usulan.toml baris {line}: blocks.sla_hour: " in result.output


def test_a_draft_with_criteria_nobody_knows_is_refused(draft: Path) -> None:
    line = plant(draft, '"KEPMENSOS_262_2022"', '"KEPMENSOS_1_2027"')
    with pytest.raises(PolicyFileError, match=f"baris {line}: blocks.criteria_set.value"):
        load_draft(draft, POLICIES.national)


def test_without_a_database_it_says_what_to_do(draft: Path, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    result = say("whatif", draft, "--since", "2026-01-01")
    assert (result.exit_code, "rekom migrate" in result.output) == (2, True)
