"""A region's own list of criteria: data in its file, with its reference, refused by name where it cannot be meant."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from schemas.policy_file import load_policies, policies_folder, policy_faults

BLORA = "regions/3316-blora.toml"
OWN = """
[blocks.own_criteria]
code = "BLORA_2026"
title = "Kriteria contoh Kabupaten Blora"
reference = "Contoh: daftar kriteria daerah sendiri"
document = "tidak ada sumber umum"
decided_on = 2026-01-01
example = true
threshold = 2

[[blocks.own_criteria.criteria]]
key = "lantai"
question = "Apakah lantai rumah dari tanah?"

[[blocks.own_criteria.criteria]]
key = "sawah"
question = "Apakah keluarga tidak mempunyai sawah?"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Blora's file with a list of its own."""
    copy = tmp_path / "rules"
    shutil.copytree(policies_folder(), copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    file = copy / BLORA
    file.write_text(file.read_text().replace('criteria_set = { value = "BPS_14"', 'criteria_set = { value = "BLORA_2026"') + OWN)
    return copy


def test_a_region_asks_its_own_questions(folder: Path) -> None:
    book = load_policies(folder)
    asked = book.criteria_for(book.at("3316", date(2026, 11, 23)))
    assert (asked.code, asked.threshold, [one.key for one in asked.criteria]) == ("BLORA_2026", 2, ["lantai", "sawah"])
    assert book.criteria_for(book.at("1607", date(2026, 11, 23))).code == "BPS_14"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('value = "BLORA_2026"', 'value = "BPS_14"', "Daftar ini tidak dipakai."),
        ('code = "BLORA_2026"', 'code = "BPS_14"', "milik daftar nasional"),
        ('key = "sawah"', 'key = "lantai"', "setiap key satu kali"),
        ("threshold = 2", "threshold = 3", "Ambang harus 1 sampai 2"),
        ('reference = "Contoh: daftar kriteria daerah sendiri"', "", "wajib ada"),
        ('question = "Apakah lantai rumah dari tanah?"', 'ask = "Apakah?"', "tidak dikenal"),
    ],
)
def test_what_cannot_be_meant_is_named_with_file_and_line(folder: Path, old: str, new: str, words: str) -> None:
    file = folder / BLORA
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    faults = policy_faults(folder)
    assert any(words in fault and fault.startswith(f"{BLORA} baris ") for fault in faults), faults
