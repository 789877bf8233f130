"""The first of the two commands, as a stranger runs it: once, twice, beside another one, after a kill, on a taken port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 90


def environment(folder: Path) -> dict[str, str]:
    """As in a fresh checkout: nothing set but where to keep things."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("REKOM_") and name not in ("DATABASE_URL", "REDIS_URL")
    }
    return kept | {"REKOM_DATA_DIR": str(folder / ".rekom"), "PYTHONPATH": str(ROOT)}


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A running demo; whatever is left of it at the end is ended."""
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "verify.cli", "demo", *options]
    process = subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS)


def once(folder: Path) -> dict[str, Any]:
    """The result of ``make demo ONCE=1``."""
    with demo(folder, "--once") as process:
        out, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, err
    result: dict[str, Any] = json.loads(out.strip().splitlines()[-1])
    return result


def test_one_case_from_ktp_to_acceptance_and_a_second_run_after_it(tmp_path: Path) -> None:
    first, second = once(tmp_path), once(tmp_path)
    for result, number in ((first, "001"), (second, "003")):  # each file's cover letter takes the number after
        assert set(result) >= {"case", "letter_number", "pdf", "desk_answer", "accepted", "seconds"}
        assert (result["desk_answer"], result["accepted"]) == ("VALID", True)
        assert f"/{number}/" in result["letter_number"]
        page = PdfReader(result["pdf"]).pages
        assert len(page) == 1
        assert result["letter_number"] in page[0].extract_text()
    assert first["case"] != second["case"]
    print(f"demo: {first['seconds']} s from KTP to acceptance, machine {first['machine_seconds']} s until the letter")  # noqa: T201


def test_two_checkouts_do_not_disturb_each_other(tmp_path: Path) -> None:
    with demo(tmp_path / "one", "--once") as one, demo(tmp_path / "two", "--once") as two:
        answers = [process.communicate(timeout=SECONDS) for process in (one, two)]
    assert [one.returncode, two.returncode] == [0, 0], answers
    assert all(json.loads(out.strip().splitlines()[-1])["accepted"] for out, _ in answers)


def test_a_killed_demo_leaves_nothing_that_stops_the_next(tmp_path: Path) -> None:
    with demo(tmp_path, "--once") as process:
        time.sleep(5)
        process.kill()
        process.communicate(timeout=SECONDS)
    result = once(tmp_path)
    assert result["accepted"] is True


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with demo(tmp_path, "--once", "--port", str(port)) as process:
            out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (2, "")
    assert f"Port {port} sedang dipakai program lain. Pilih port lain, misalnya PORT={port + 1}." in err
    assert "Traceback" not in err


def test_a_second_demo_in_the_same_folder_is_told_so(tmp_path: Path) -> None:
    with demo(tmp_path) as first:
        _wait_for(first, "Ctrl-C")
        with demo(tmp_path, "--once") as second:
            _, err = second.communicate(timeout=SECONDS)
        assert (second.returncode, "Demo sudah berjalan" in err) == (2, True)
        first.send_signal(signal.SIGINT)
        assert first.wait(SECONDS) == 0


def _wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return
    pytest.fail(f"the demo ended before it said {words!r}")
