"""The papers on personal data say what the system really holds and does: tables and commands in them exist, every kind has its term."""

import re
from pathlib import Path

import click
import pytest
from sqlmodel import SQLModel

from tests.verify.test_subject_access import reached
from verify.cli import main
from workflows.rules.retention import Kept

FOLDER = Path(__file__).parents[2] / "docs" / "pelindungan-data"
PAPERS = {path.name: path.read_text() for path in sorted(FOLDER.glob("*.md"))}
ABOUT_THE_OFFICE = {"approval_step", "collective_row", "correction", "decision_ground", "duty", "episode", "escalation", "extension"}
ABOUT_THE_OFFICE |= {"late_acceptance", "legal_hold", "erasure", "ledger_entry", "manual_check", "match_decision", "match_pair"}
ABOUT_THE_OFFICE |= {
    "registration_batch_row",
    "phone_link",
    "removal",
    "reprint",
    "seat",
    "taking",
    "task",
    "waiting_entry",
    "webhook_attempt",
}
ABOUT_THE_OFFICE |= {"webhook_delivery", "withdrawal", "household_member"}
"""What the office does with a case that has its line already."""


def test_the_record_names_tables_that_exist_and_forgets_none_of_a_person() -> None:
    record = PAPERS["rekaman-pemrosesan.md"]
    named = {name for line in record.splitlines() if line.count("|") == 7 for name in re.findall(r"`([a-z_]+)`", line.split("|")[-2])}
    assert named <= {table.name for table in SQLModel.metadata.sorted_tables}
    assert reached() - named <= ABOUT_THE_OFFICE


def test_each_kind_of_the_schedule_is_in_the_paper() -> None:
    assert set(re.findall(r"^\| `([A-Z_]+)`", PAPERS["retensi.md"], re.MULTILINE)) == {kind.value for kind in Kept}


@pytest.mark.parametrize("name", PAPERS)
def test_every_command_in_a_paper_exists(name: str) -> None:
    for words in re.findall(r"\brekom ([a-z]+) ([a-z]+)", PAPERS[name]):
        group = main.get_command(click.Context(main), words[0])
        assert isinstance(group, click.Group), words
        assert words[1] in group.commands, words


@pytest.mark.parametrize("name", PAPERS)
def test_what_the_office_fills_in_is_marked(name: str) -> None:
    assert name == "retensi.md" or PAPERS[name].count("`[isi") >= 3
