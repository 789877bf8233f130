"""``run.py``: makes .venv once, notices what is half made, takes no tools away, and speaks in sentences."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import run

ROOT = Path(run.__file__).parent


class Machine:
    """Stands in for the commands run.py gives; keeps them, and makes what they would make."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout
        self.commands: list[str] = []
        self.failing: tuple[str, ...] = ()
        self.became: list[str] = []

    def run(self, command: Sequence[str | Path]) -> int:
        """Remember a command; it fails where the test says so."""
        line = " ".join(str(part) for part in command).replace(str(self.checkout), ".").replace(sys.executable, "python3")
        self.commands.append(line)
        if any(word in line for word in self.failing):
            return 1
        if "-m venv" in line:
            self.make_interpreter("--without-pip" not in line)
        if "--target ./.venv/uv" in line:
            (run.UV_FOLDER / "bin").mkdir(parents=True)
            (run.UV_FOLDER / "bin" / "uv").touch()
        return 0

    def make_interpreter(self, pip: bool = True) -> None:
        """A Python that runs, at the place of the virtual environment's."""
        run.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        run.PYTHON.symlink_to(sys.executable)
        if pip:
            (run.PYTHON.parent / "pip").touch()

    def become(self, command: Sequence[str | Path]) -> None:
        """Remember what run.py would turn into."""
        self.became = [str(part) for part in command]

    def installed(self) -> list[str]:
        """The locks that were installed, in order."""
        return [command.rsplit("/", 1)[1] for command in self.commands if "--require-hashes" in command]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    checkout = tmp_path / "checkout"
    (checkout / "requirements").mkdir(parents=True)
    for lock in ("core", "dev"):
        (checkout / "requirements" / f"{lock}.lock").write_text(f"{lock} 1")
    venv = checkout / ".venv"
    places = {
        "HERE": checkout,
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / "rekom.json",
        "UNFINISHED": venv / "rekom-unfinished",
        "UV_FOLDER": venv / "uv",
        "AUDIT_FOLDER": venv / "audit",
    }
    for name, place in places.items():
        monkeypatch.setattr(run, name, place)
    fake = Machine(checkout)
    monkeypatch.setattr(run, "run", fake.run)
    monkeypatch.setattr(run, "become", fake.become)
    for variable in ("ONCE", "PORT"):
        monkeypatch.delenv(variable, raising=False)
    return fake


def test_only_the_standard_library_is_imported() -> None:
    tree = ast.parse((ROOT / "run.py").read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_a_first_start_makes_the_environment_and_installs_with_hashes(machine: Machine) -> None:
    run.make_venv("core")
    venv, uv, packages = machine.commands
    assert venv == "python3 -m venv ./.venv"
    assert "pip install" not in packages
    assert "--target ./.venv/uv" in uv
    assert (
        packages == "./.venv/uv/bin/uv pip sync -q --compile-bytecode --python ./.venv/bin/python --require-hashes ./requirements/core.lock"
    )


def test_a_second_start_does_nothing(machine: Machine) -> None:
    run.make_venv("core")
    machine.commands.clear()
    run.make_venv("core")
    assert machine.commands == []


def test_a_changed_lock_is_installed_into_the_same_environment(machine: Machine) -> None:
    run.make_venv("core")
    run.lock_file("core").write_text("core 2")
    machine.commands.clear()
    run.make_venv("core")
    assert machine.installed() == ["core.lock"]
    assert not any("-m venv" in command for command in machine.commands)


def test_tests_add_what_the_demo_lacks(machine: Machine) -> None:
    run.make_venv("core")
    run.make_venv("dev")
    assert machine.installed() == ["core.lock", "dev.lock"]


def test_the_demo_never_takes_the_tests_tools_away(machine: Machine) -> None:
    run.make_venv("dev")
    run.make_venv("core")
    assert machine.installed() == ["dev.lock"]
    run.lock_file("dev").write_text("dev 2")
    run.make_venv("core")
    assert machine.installed() == ["dev.lock", "dev.lock"]


def test_the_environment_of_a_killed_run_is_made_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(lock: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(run, "install", killed)
        run.make_venv("core")
    (run.VENV / "half-made").touch()
    run.make_venv("core")
    assert [command for command in machine.commands if "-m venv" in command] == ["python3 -m venv ./.venv"] * 2
    assert not (run.VENV / "half-made").exists()
    assert run.holds("core")


def test_a_kill_during_an_update_is_noticed_too(machine: Machine) -> None:
    run.make_venv("core")
    run.UNFINISHED.touch()
    assert not run.holds("core")
    run.make_venv("core")
    assert sum("-m venv" in command for command in machine.commands) == 2


def test_an_environment_whose_python_is_gone_is_made_again(machine: Machine) -> None:
    run.make_venv("core")
    run.PYTHON.unlink()
    run.PYTHON.symlink_to("/nowhere/python3.11")
    run.make_venv("core")
    assert sum("-m venv" in command for command in machine.commands) == 2


def test_an_environment_of_another_python_version_is_installed_anew(machine: Machine) -> None:
    run.make_venv("core")
    stamp = json.loads(run.STAMP.read_text())
    run.STAMP.write_text(json.dumps({**stamp, "python": "3.11.0"}))
    assert not run.holds("core")


@pytest.mark.parametrize("torn", ["", "{", "[]", "null", '{"lock": "dev"}'])
def test_a_torn_stamp_counts_as_none(machine: Machine, torn: str) -> None:
    run.make_venv("core")
    run.STAMP.write_text(torn)
    assert not run.holds("core")
    run.make_venv("core")
    assert run.holds("core")


def test_without_uv_pip_installs_with_the_same_hashes(machine: Machine) -> None:
    machine.failing = ("--target",)
    run.make_venv("core")
    expected = "./.venv/bin/python -m pip --disable-pip-version-check install -q --require-hashes -r ./requirements/core.lock"
    assert machine.commands[-1] == expected


def test_a_uv_that_fails_is_followed_by_pip(machine: Machine) -> None:
    machine.failing = ("pip sync",)
    run.make_venv("core")
    assert "-m pip" in machine.commands[-1]
    assert run.holds("core")


def test_a_failed_installation_leaves_no_stamp_and_says_what_to_do(machine: Machine) -> None:
    machine.failing = ("--require-hashes",)
    with pytest.raises(run.Stop, match="Is the network there"):
        run.make_venv("core")
    assert not run.holds("core")
    assert run.UNFINISHED.exists()


def without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    real = run.importlib.util.find_spec
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None if name in missing else real(name))


def test_without_ensurepip_the_systems_pip_does_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "ensurepip")
    run.make_venv("core")
    assert machine.commands[0] == "python3 -m venv --without-pip ./.venv"
    assert machine.commands[1].startswith("python3 -m pip --python ./.venv/bin/python")


def test_without_ensurepip_and_pip_one_sentence_says_what_to_install(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "ensurepip", "pip")
    with pytest.raises(run.Stop, match="apt-get install python3-venv"):
        run.make_venv("core")


@pytest.mark.parametrize("version", [(3, 10, 14), (3, 9, 0), (2, 7, 18)])
def test_an_old_python_is_refused_in_a_sentence(version: tuple[int, ...]) -> None:
    with pytest.raises(run.Stop, match=r"needs Python 3\.11 or newer; this is [23]\.\d"):
        run.check_machine(version, "linux")


def test_windows_is_refused_in_a_sentence() -> None:
    with pytest.raises(run.Stop, match="Linux, macOS and WSL2"):
        run.check_machine((3, 12, 0), "win32")


@pytest.mark.parametrize("system", ["linux", "darwin"])
@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 14, 0)])
def test_the_supported_machines_are_taken(version: tuple[int, ...], system: str) -> None:
    run.check_machine(version, system)


@pytest.mark.parametrize(
    ("environ", "options"),
    [
        ({}, []),
        ({"ONCE": "1"}, ["--once"]),
        ({"ONCE": "0"}, []),
        ({"ONCE": ""}, []),
        ({"PORT": "8123"}, ["--port", "8123"]),
        ({"ONCE": "yes", "PORT": "8123"}, ["--once", "--port", "8123"]),
    ],
)
def test_make_variables_become_options_of_the_demo(environ: dict[str, str], options: list[str]) -> None:
    assert run.demo_options(environ) == options


def test_demo_becomes_the_command_line_of_the_service(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCE", "1")
    assert run.main(["demo"]) == 0
    assert machine.became[1:] == ["-m", "verify.cli", "demo", "--once"]
    assert machine.installed() == ["core.lock"]


def test_test_becomes_pytest_with_the_words_that_follow(machine: Machine) -> None:
    run.main(["test", "tests/verify", "-x"])
    assert machine.became[1:] == ["-m", "pytest", "tests/verify", "-x"]
    assert machine.installed() == ["dev.lock"]


@pytest.mark.parametrize(("cores", "spread"), [(1, []), (2, ["-n", "3", "--dist", "worksteal"]), (64, ["-n", "4", "--dist", "worksteal"])])
def test_the_whole_suite_is_spread_over_the_cores(machine: Machine, monkeypatch: pytest.MonkeyPatch, cores: int, spread: list[str]) -> None:
    monkeypatch.setattr(run.os, "cpu_count", lambda: cores)
    run.main(["test"])
    assert machine.became[1:] == ["-m", "pytest", *spread]


def test_check_goes_on_after_a_failure_and_names_it(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.failing = ("/mypy", "/ruff format")
    assert run.main(["check"]) == 1
    checks = [f"./.venv/bin/{' '.join(command)}" for command in run.CHECKS]
    assert machine.commands[-len(checks) - 1 : -1] == checks and "pip-audit" in machine.commands[-1]
    assert capsys.readouterr().err == "Failed: ruff format --check ., mypy.\n"


def test_check_passes_when_all_pass_and_says_that_nothing_was_audited(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["check"]) == 0
    assert "Not audited: pip-audit could not be installed" in capsys.readouterr().out


def test_check_fails_by_a_known_weakness(machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def weak(_more: object) -> None:
        raise run.Stop("Known weaknesses: flask 1.0 (PYSEC-2026-1).")

    monkeypatch.setattr(run, "audit", weak)
    assert run.main(["check"]) == 1
    said = capsys.readouterr()
    assert "PYSEC-2026-1" in said.out and said.err == "Failed: run.py audit.\n"


def test_lock_compiles_every_lock_with_hashes(machine: Machine) -> None:
    assert run.main(["lock"]) == 0
    core, ktp, otel, dev, bench = (command for command in machine.commands if "pip compile" in command)
    for command in (core, ktp, otel, dev, bench):
        assert "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links" in command
        assert "--custom-compile-command python3 run.py lock pyproject.toml" in command
    assert core.endswith("-o requirements/core.lock")
    assert "--extra" not in core
    assert "--extra ktp" in ktp and ktp.endswith("-o requirements/ktp.lock")
    assert "--extra otel" in otel and otel.endswith("-o requirements/otel.lock")
    assert "--extra dev" in dev
    assert dev.endswith("-o requirements/dev.lock")
    assert "--extra dev --extra bench" in bench and bench.endswith("-o requirements/bench.lock")


@pytest.mark.parametrize("lock", ["core", "ktp", "otel", "dev", "bench"])
def test_the_committed_locks_carry_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    pins = [line for line in text.splitlines() if "==" in line and not line.lstrip().startswith("#")]
    assert "python3 run.py lock" in text
    assert len(pins) > 20
    assert all(line.endswith("\\") for line in pins)
    assert "://" not in text


@pytest.mark.parametrize(("words", "code"), [([], 2), (["dance"], 2), (["help"], 0), (["--help"], 0)])
def test_other_words_show_how_to_use_it(words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(words) == code
    shown = capsys.readouterr().out
    assert all(command in shown for command in run.COMMANDS)


def test_a_missing_thing_is_told_without_a_traceback(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.failing = ("-m venv",)
    assert run.main(["venv"]) == 1
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert error.count("\n") == 1


def test_no_other_pythons_packages_leak_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = run.environment()
    assert "PYTHONHOME" not in environment
    assert environment["PYTHONPATH"] == str(run.HERE)


def test_two_runs_at_once_wait_for_each_other(machine: Machine) -> None:
    script = "import sys, fcntl; f = open(sys.argv[1]); fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)"
    with run.alone():
        other = subprocess.run([sys.executable, "-c", script, str(run.HERE / ".rekom" / "venv.lock")], capture_output=True, check=False)
    assert b"BlockingIOError" in other.stderr


@pytest.mark.parametrize("command", ["demo", "test", "check", "lock", "venv"])
def test_make_only_forwards(command: str) -> None:
    done = make("-n", command)
    assert done.stdout.strip() == f"python3 run.py {command}"


def test_make_hands_its_variables_on(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@" ONCE=$ONCE PORT=$PORT\n')
    python.chmod(0o755)
    assert make("demo", "ONCE=1", "PORT=8123", f"PYTHON={python}").stdout.strip() == "run.py demo ONCE=1 PORT=8123"


def make(*words: str) -> subprocess.CompletedProcess[Any]:
    environ = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    return subprocess.run(["make", *words], cwd=ROOT, env=environ, capture_output=True, text=True, check=True)


def test_ci_runs_what_people_run() -> None:
    commands = [line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("python3")]
    rules = "python3 run.py test tests/rules --cov=workflows.rules --cov-fail-under=100"
    assert commands == ["python3 run.py check", rules, "python3 run.py test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
