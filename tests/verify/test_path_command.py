"""``rekom path``: the NIK typed unseen or piped, never an argument; the same way as by the API."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

from tests.office import NOBODY, Office, running_office
from verify.cli import main
from verify.commands import paths as command
from workflows.records.audit_event import AuditEvent

SITI, RATNA = "9901014101900001", "9901015507780001"
KNOWN = ("--matched", "--cause", "ILLNESS", "--domicile", "3673", "--unable")

Say = Callable[..., Result]


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A test office that the command finds where it would make its own parts."""
    with running_office(sqlite_url, tmp_path) as made:
        monkeypatch.setattr(command, "Rekom", lambda settings, wakes: made.rekom)
        monkeypatch.setattr(command, "load_settings", lambda: made.rekom.settings)
        yield made


@pytest.fixture
def say() -> Say:
    def typed(*words: str, given: str = f"{SITI}\n") -> Result:
        return CliRunner().invoke(main, ["path", *words], input=given)

    return typed


def test_a_nik_alone_on_standard_input_is_enough(office: Office, say: Say) -> None:
    result = say("--date", "2026-11-22")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Belum dapat dipastikan\nBelum diketahui: kepesertaan JKN")
    assert "Apakah karena kecelakaan lalu lintas atau kecelakaan kerja? Petugas loket bertanya kepada keluarga." in result.output
    assert SITI not in result.output
    assert office.fakes.switch.asked == 0


def test_name_and_birth_date_follow_and_the_registries_answer(office: Office, say: Say) -> None:
    result = say("--json", "--cause", "ILLNESS", "--domicile", "3673", given=f"{RATNA}\nRatna Dicoret\n15-07-1978\n")
    found = json.loads(result.output)
    assert (found["code"], found["on"]) == ("REACTIVATE_PBI_JK", "2026-11-23")
    with office.read() as session:
        (event,) = (event for event in session.exec(select(AuditEvent)) if event.action == "FIND_PATH")
    assert (event.subject, event.actor_id) == ("command:path", None)
    assert event.actor_name.startswith("rekom path (")


def test_given_facts_make_a_local_answer(office: Office, say: Say) -> None:
    result = say(*KNOWN, "--membership", "NOT_FOUND", "--desil", "2", "--date", "2026-11-22")
    assert "Surat rekomendasi menjadi peserta daerah" in result.output
    assert "Kepesertaan aktif pada hari pendaftaran." in result.output
    assert "Dasar:" in result.output and "(contoh)" in result.output
    assert office.fakes.switch.asked == 0


def test_local_asks_nobody_though_the_way_stays_open(office: Office, say: Say) -> None:
    result = say("--local", "--json", given=f"{RATNA}\nRatna Dicoret\n15-07-1978\n")
    assert json.loads(result.output)["code"] == "UNDETERMINED"
    assert office.fakes.switch.asked == 0


def test_papers_urgency_and_earlier_reactivations_can_be_said(office: Office, say: Say) -> None:
    employed = (*KNOWN, "--membership", "INACTIVE", "--segment", "PPU", "--json")
    assert json.loads(say(*employed).output)["code"] == "EMPLOYER"
    assert json.loads(say(*employed, "--brings", "KTP", "--brings", "SURAT_BERHENTI_KERJA").output)["code"] == "JOIN_REGION"
    removed = (*KNOWN, "--membership", "INACTIVE", "--segment", "PBI_JK", "--json")
    warnings = json.loads(say(*removed, "--reactivations", "2", "--urgency", "EMERGENCY").output)["warnings"]
    assert "Pasien gawat darurat tetap dilayani." in warnings[0] and "sudah 2 kali" in warnings[1]


def test_a_lane_asks_for_no_nik(office: Office, say: Say) -> None:
    found = json.loads(say("--lane", "NEWBORN", "--json", given="").output)
    assert (found["code"], found["missing"]) == ("NEWBORN", [])


def test_another_region_and_day(office: Office, say: Say) -> None:
    result = say(*KNOWN[:-3], "--domicile", "3316", "--unable", "--membership", "NOT_FOUND", "--region", "3316", "--date", "2026-11-25")
    assert "Perkiraan mulai aktif 01-01-2027" in result.output
    assert "Bila pasien sedang dirawat" in result.output


def test_silence_of_the_registries_is_told(office: Office, say: Say) -> None:
    office.fakes.switch.off()
    result = say("--cause", "ILLNESS", given=f"{RATNA}\nRatna Dicoret\n15-07-1978\n")
    assert "belum menjawab. Cari lagi nanti" in result.output


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        ((), "", "Ketik NIK, atau kirim lewat pipa"),
        ((), "123\n", "Anda mengetik 3 angka"),
        (("--date", "besok"), f"{SITI}\n", "on: Tulis tanggal seperti"),
        (("--segment", "PPU"), f"{SITI}\n", "membership: Isi juga"),
        (("--region", "9999"), f"{SITI}\n", "Belum ada aturan untuk wilayah 9999"),
        ((), f"{SITI}\nSiti 2\n", "name: Nama hanya berisi huruf"),
    ],
)
def test_what_cannot_be_meant_is_said_in_one_line(office: Office, say: Say, words: tuple[str, ...], given: str, said: str) -> None:
    result = say(*words, given=given)
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output and SITI not in result.output


def test_a_nik_is_no_argument(office: Office, say: Say) -> None:
    result = say(SITI[:4], given="")
    assert result.exit_code == 2
    assert not [option for option in command.path_command.params if isinstance(option, click.Argument)]
    assert "nik" not in {option.name for option in command.path_command.params}


def test_at_a_terminal_the_nik_is_typed_unseen(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, bool]] = []
    typed = {"NIK": RATNA, "Nama seperti di KTP": "RATNA DICORET"}

    def prompt(words: str, *, hide_input: bool = False, default: str = "", **_: Any) -> str:
        asked.append((words, hide_input))
        return typed.get(words, default)

    monkeypatch.setattr(command, "is_typed", lambda: True)
    monkeypatch.setattr(command.click, "prompt", prompt)
    result = CliRunner().invoke(main, ["path", "--local", "--json"])
    assert json.loads(result.output)["missing"][0]["fact"] == "MEMBERSHIP"
    assert asked == [("NIK", True), ("Nama seperti di KTP", False), ("Tanggal lahir, misalnya 14-03-1990", False)]


def test_without_a_database_the_nik_stays_out_of_the_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    monkeypatch.setenv("REDIS_URL", NOBODY)
    monkeypatch.setenv("REKOM_DATA_DIR", str(tmp_path))
    result = say("--date", "2026-11-22")
    assert result.exit_code == 2
    assert "rekom migrate" in result.output and SITI not in result.output
