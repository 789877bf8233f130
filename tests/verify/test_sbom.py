"""The bill of materials: complete, well formed, and true to what is installed."""

import json
import re
import subprocess
import tomllib
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import run
from verify.cli import main
from verify.commands.sbom import bill, normal

ROOT = Path(__file__).parents[2]
PURL = re.compile(r"pkg:pypi/[a-z0-9-]+@[^@/]+")


def wanted() -> set[str]:
    lines = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    return {normal(re.split(r"[\[<>=;~! ]", line)[0]) for line in lines}


def test_every_dependency_and_what_it_needs_is_named() -> None:
    made = bill()
    names = {part["name"] for part in made["components"]}
    assert wanted() <= names
    assert {"sqlalchemy", "werkzeug", "jinja2", "cffi"} <= names, "what they need comes along"
    assert not {"pytest", "ruff", "mypy", "playwright"} & names, "tools for development are no part"


def test_it_is_cyclonedx() -> None:
    made: dict[str, Any] = json.loads(CliRunner().invoke(main, ["sbom"], catch_exceptions=False).output)
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["serialNumber"])
    refs = [part["bom-ref"] for part in made["components"]] + [made["metadata"]["component"]["bom-ref"]]
    assert len(refs) == len(set(refs))
    assert {ref for line in made["dependencies"] for ref in [line["ref"], *line["dependsOn"]]} <= set(refs)
    assert all(PURL.fullmatch(part["purl"]) and part["type"] == "library" for part in made["components"])


def test_versions_are_those_that_run() -> None:
    assert {part["name"]: part["version"] for part in bill()["components"]}["flask"] == version("flask")


# --- run.py audit


def answer(cure: str | None = "1.1", **weak: list[str]) -> str:
    cures = [cure] if cure else []
    packages = [
        {"name": name, "version": "1.0", "vulns": [{"id": one, "fix_versions": cures, "aliases": [f"CVE-{one}"]} for one in ids]}
        for name, ids in weak.items()
    ]
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_clean_lock_is_told_in_one_sentence() -> None:
    assert run.judge_audit(answer(flask=[], rq=[]), "") == "No known weakness in 2 packages."


def test_a_known_weakness_fails_and_is_named() -> None:
    with pytest.raises(run.Stop, match=r"flask 1\.0 \(PYSEC-2026-1\); flask 1\.0 \(GHSA-x\)"):
        run.judge_audit(answer(rq=[], flask=["PYSEC-2026-1", "GHSA-x"]), "No matter")


def test_every_lock_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def audit(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        asked.extend(command)
        return subprocess.CompletedProcess(command, 0, answer(flask=[]), "")

    monkeypatch.setattr(run.subprocess, "run", audit)
    assert run.judge_audit(*run.ask_public_list()) == "No known weakness in 1 packages."
    locks = sorted((run.HERE / "requirements").glob("*.lock"))
    assert sorted(Path(word) for before, word in pairwise(asked) if before == "-r") == locks and len(locks) == 5


@pytest.mark.parametrize("said", ["", "null", "[]", "<html>", '{"error": 1}'])
def test_no_network_is_told_and_fails_nothing(said: str) -> None:
    told = run.judge_audit(said, "Traceback\nConnectionError: no route")
    assert told.startswith("Not audited: the public list did not answer (ConnectionError: no route).")


def test_what_nobody_has_mended_is_named_and_fails_nothing() -> None:
    told = run.judge_audit(answer(cure=None, flask=["PYSEC-2026-1"]), "")
    assert told.startswith("Known weaknesses that nobody has mended yet: flask 1.0 (PYSEC-2026-1).")


@pytest.mark.parametrize("number", ["PYSEC-2026-1", "CVE-PYSEC-2026-1"])
def test_what_was_let_through_with_a_reason_fails_nothing(tmp_path: Path, number: str) -> None:
    file = tmp_path / "known.toml"
    file.write_text(f'[[weakness]]\nid = "{number}"\nuntil = 2027-01-31\nreason = "nothing of ours calls it"\n')
    allowed = run.allowed_weaknesses(date(2027, 1, 31), file)
    assert run.judge_audit(answer(flask=["PYSEC-2026-1"]), "", allowed) == "No known weakness in 1 packages."
    with pytest.raises(run.Stop, match="until 2027-01-31. Look at it again"):
        run.allowed_weaknesses(date(2027, 2, 1), file)


@pytest.mark.parametrize("row", ['id = "X"\nuntil = 2027-01-31', 'id = "X"\nreason = "long enough a reason"', "until = 2027-01-31"])
def test_what_is_let_through_without_reason_or_day_fails(tmp_path: Path, row: str) -> None:
    (tmp_path / "known.toml").write_text(f"[[weakness]]\n{row}\n")
    with pytest.raises(run.Stop, match="each weakness has an id, a reason and a day"):
        run.allowed_weaknesses(date(2026, 11, 23), tmp_path / "known.toml")


def test_the_list_that_ships_can_be_read() -> None:
    assert all(run.allowed_weaknesses(date.min))  # raises where a row lacks something
