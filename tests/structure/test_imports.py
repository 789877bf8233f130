"""Who may import whom: the contracts of pyproject.toml hold, and each one breaks where it should."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("verify", "schemas", "workflows")
CONTRACTS = [contract["name"] for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]]

RINGS, DECISIONS, SHAPES, SERVICE, REGISTRIES, SIMULATOR, POPULATIONS, CYCLES = CONTRACTS

PLANTED = [
    (RINGS, "workflows/planted.py", "import schemas.intake"),
    (RINGS, "workflows/planted.py", "import verify.config"),
    (RINGS, "schemas/planted.py", "import verify.config"),
    (DECISIONS, "workflows/planted.py", "import cryptography.x509"),
    (SHAPES, "schemas/planted.py", "import flask"),
    (SERVICE, "verify/web/planted.py", "import verify.api"),
    (SERVICE, "verify/api/planted.py", "import verify.web"),
    (SERVICE, "verify/api/planted.py", "import verify.jobs"),
    (SERVICE, "verify/auth.py", "import verify.api"),
    (SERVICE, "verify/db.py", "import verify.composition"),
    (SERVICE, "verify/registries/planted.py", "import verify.db"),
    (SERVICE, "verify/config.py", "import verify.db"),
    (REGISTRIES, "verify/web/planted.py", "import verify.registries.bpjs"),
    (REGISTRIES, "verify/relay.py", "from verify import registries"),
    (SIMULATOR, "verify/app.py", "import verify.simulator.app"),
    (SIMULATOR, "verify/registries/planted.py", "from verify.simulator import personas"),
    (POPULATIONS, "workflows/population/planted.py", "import workflows.advance"),
    (POPULATIONS, "verify/population/planted.py", "import verify.web"),
    (CYCLES, "workflows/errors.py", "import workflows.advance"),
    (CYCLES, "workflows/steps/identity.py", "import workflows.steps.poverty\n# and back"),
]


def lint(folder: Path) -> tuple[set[str], str]:
    """The names of the contracts that do not hold for the packages in a folder, and all that was said."""
    program = Path(sys.executable).parent / "lint-imports"
    environ = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "300"}
    command = [str(program), "--no-logo", "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    verdicts = dict(re.findall(r"^(.+?) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    assert set(verdicts) == set(CONTRACTS), done.stdout + done.stderr
    assert (done.returncode == 0) == ("BROKEN" not in verdicts.values())
    return {name for name, verdict in verdicts.items() if verdict == "BROKEN"}, done.stdout


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "static", "templates", "*.toml"))
    return tmp_path


def test_every_contract_holds() -> None:
    assert lint(ROOT)[0] == set()


@pytest.mark.parametrize(("contract", "module", "fault"), PLANTED)
def test_a_planted_import_breaks_its_contract(copied: Path, contract: str, module: str, fault: str) -> None:
    with (copied / module).open("a") as file:
        file.write(f"\n{fault}\n")
    if "and back" in fault:
        (copied / "workflows/steps/poverty.py").write_text("import workflows.steps.identity\n")
    assert contract in lint(copied)[0]


def test_each_framework_is_refused_in_the_inner_rings(copied: Path) -> None:
    planted = {
        "workflows": ("flask", "redis", "rq", "marshmallow", "httpx2", "cryptography", "structlog"),
        "schemas": ("flask", "redis", "rq", "httpx2"),
    }
    for package, names in planted.items():
        (copied / package / "planted.py").write_text("".join(f"import {name}\n" for name in names))
    said = lint(copied)[1]
    assert [name for package, names in planted.items() for name in names if f"{package} is not allowed to import {name}" not in said] == []


def test_every_contract_was_tried() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)
