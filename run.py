#!/usr/bin/env python3
"""Start Rekom from a fresh clone with nothing but Python: ``python3 run.py demo`` or ``python3 run.py test``.

Standard library only. It makes ``.venv`` once from the lock file, with the hashes checked, and hands over.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

with suppress(ImportError):  # on Windows, which check_machine() refuses in a sentence
    import fcntl
with suppress(ImportError):  # before Python 3.11, likewise
    import tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "rekom.json"
UNFINISHED = VENV / "rekom-unfinished"
UV_FOLDER = VENV / "uv"
AUDIT_FOLDER = VENV / "audit"
AUDIT_WANTED = "pip-audit>=2.10,<3"
AUDIT_SECONDS = 180
ALLOWED = HERE / "requirements" / "known-weaknesses.toml"
UV_WANTED = "uv>=0.9,<1"
LOWEST = (3, 11)
MOST_PROCESSES = 4
LOCKS = ("core", "dev", "bench")
"""Each holds all of the one before it."""
LOCKED_EXTRAS = {"core": (), "ktp": ("ktp",), "otel": ("otel",), "dev": ("dev",), "bench": ("dev", "bench")}

USAGE = """Usage: python3 run.py COMMAND

  demo    start everything and take one made-up resident from KTP to a served patient (ONCE=1: then stop; PORT=8000)
  test    run all tests side by side, on SQLite and on a real PostgreSQL and Valkey; or pytest with the words that follow
  chaos   try to break it: kill, wipe and crash at random and at every point; words: goals such as R1, sizes, --seed (chaos --help)
  check   format, lint, types, import contracts, generated docs, and audit
  bench   every speed promise as a ratio in one run (FULL=1: whole sizes; ONLY=check,offline; PEERS=1: install other stacks too)
  lock    compile requirements/*.lock anew from pyproject.toml
  audit   ask the public list of known weaknesses about every locked package; says so where there is no network
  venv    only make .venv, with everything for development
"""

CHECKS = (
    ("ruff", "format", "--check", "."),
    ("ruff", "check", "."),
    ("mypy",),
    ("lint-imports", "--no-logo"),
    ("python", "-m", "verify.cli", "docs", "--check"),
)


class Stop(Exception):
    """Something this machine lacks, in one sentence that says what to do."""


def check_machine(version: tuple[int, ...] = sys.version_info[:3], system: str = sys.platform) -> None:
    """Refuse what cannot work, before anything is made."""
    if system == "win32":
        raise Stop("Rekom runs on Linux, macOS and WSL2. On Windows, install WSL2 (`wsl --install`) and run this inside it.")
    if version[:2] < LOWEST:
        raise Stop(f"Rekom needs Python 3.11 or newer; this is {'.'.join(map(str, version))}. Run it as `python3.11 run.py` or newer.")


# --- The virtual environment -----------------------------------------------------------------------------


def make_venv(wanted: str) -> None:
    """Make or renew ``.venv`` so that it holds a lock; at once when it already does."""
    if holds(wanted):
        return
    with alone():
        if holds(wanted):  # somebody else was making it meanwhile
            return
        lock = max((wanted, stamped().get("lock", "")), key=rank)  # never take away what a larger one brought
        if UNFINISHED.exists() or not works(PYTHON):
            make_empty_venv()
        UNFINISHED.touch()
        STAMP.unlink(missing_ok=True)
        install(lock)
        STAMP.write_text(json.dumps({"lock": lock, "sha256": digest(lock), "python": version_of(PYTHON)}))
        UNFINISHED.unlink()


def holds(wanted: str) -> bool:
    """Whether ``.venv`` is finished, up to date and still fits its Python."""
    stamp = stamped()
    enough = rank(stamp.get("lock", "")) >= rank(wanted) and not UNFINISHED.exists()
    return enough and stamp.get("sha256") == digest(stamp["lock"]) and stamp.get("python") == version_of(PYTHON)


def rank(lock: str) -> int:
    """How much a lock holds; nothing for a name that is none."""
    return LOCKS.index(lock) if lock in LOCKS else -1


def stamped() -> dict[str, str]:
    """What the last finished installation wrote down."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def digest(lock: str) -> str:
    """What a lock file says, as one number."""
    return hashlib.sha256(lock_file(lock).read_bytes()).hexdigest()


def lock_file(lock: str) -> Path:
    """The file behind ``core``, ``dev`` or ``bench``."""
    return HERE / "requirements" / f"{lock}.lock"


def version_of(python: Path) -> str:
    """The version of an interpreter, or nothing where it does not run."""
    try:
        command = [str(python), "-c", "import sys; print(*sys.version_info[:3], sep='.')"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def works(python: Path) -> bool:
    """Whether a virtual environment's interpreter runs and is new enough."""
    version = version_of(python)
    return bool(version) and tuple(map(int, version.split("."))) >= LOWEST


def make_empty_venv() -> None:
    """A virtual environment with nothing in it but pip, where that can be had."""
    say("Making .venv ...")
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    UNFINISHED.touch()
    without_pip = [] if importlib.util.find_spec("ensurepip") else ["--without-pip"]
    if without_pip and not importlib.util.find_spec("pip"):
        raise Stop(
            "This Python cannot make virtual environments. Install python3-venv (`apt-get install python3-venv`), then run this again."
        )
    if run([sys.executable, "-m", "venv", *without_pip, VENV]):
        raise Stop("Python's venv module failed, see above. Remove the folder .venv, then run this again.")


def install(lock: str) -> None:
    """Install exactly what a lock names, by uv where it can be had, else by pip; both check every hash."""
    say(f"Installing the packages of {lock_file(lock).relative_to(HERE)} ...")
    uv = find_uv()
    # Compiled here once, or else each of the demo's processes would do it at its first start.
    if uv and not run([uv, "pip", "sync", "-q", "--compile-bytecode", "--python", PYTHON, "--require-hashes", lock_file(lock)]):
        return
    say("Without uv: installing by pip, which takes half a minute longer ...")
    if run([*pip(), "install", "-q", "--require-hashes", "-r", lock_file(lock)]):
        raise Stop("The packages could not be installed, see above. Is the network there? Then run this again.")


def find_uv() -> Path | None:
    """The installer uv in a folder of its own, which ``uv pip sync`` leaves alone; nothing where it cannot be had."""
    uv = UV_FOLDER / "bin" / "uv"
    if not uv.exists():
        run([*pip(), "install", "-qq", "--target", UV_FOLDER, UV_WANTED])
    return uv if uv.exists() else None


def pip() -> list[str | Path]:
    """The pip of the virtual environment, else this Python's own working on it."""
    quiet = "--disable-pip-version-check"
    if (VENV / "bin" / "pip").exists():
        return [PYTHON, "-m", "pip", quiet]
    return [sys.executable, "-m", "pip", "--python", PYTHON, quiet]


@contextmanager
def alone() -> Iterator[None]:
    """One run at a time makes ``.venv``; the system lets go of the lock however the run ends."""
    folder = HERE / ".rekom"
    folder.mkdir(exist_ok=True)
    with (folder / "venv.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- Commands --------------------------------------------------------------------------------------------


def demo(more: Sequence[str]) -> NoReturn:
    """Start everything, see ``verify.cli demo``."""
    make_venv("core")
    become([PYTHON, "-m", "verify.cli", "demo", *demo_options(os.environ), *more])


def demo_options(environ: Mapping[str, str]) -> list[str]:
    """What ``make demo ONCE=1 PORT=8001`` means as options."""
    port = environ.get("PORT", "")
    return ["--once"] * asked("ONCE", environ) + (["--port", port] if port else [])


def test(more: Sequence[str]) -> NoReturn:
    """Run all tests."""
    make_venv("dev")
    become([PYTHON, "-m", "pytest", *(more or side_by_side(os.cpu_count() or 1))])


def side_by_side(cores: int) -> list[str]:
    """How pytest spreads the whole suite over processes, each with servers of its own; a chosen part needs none of that.

    One more than there are cores: each test waits now and then for a disk, a server or a page."""
    return ["-n", str(min(cores + 1, MOST_PROCESSES)), "--dist", "worksteal"] if cores > 1 else []


def chaos(more: Sequence[str]) -> NoReturn:
    """Try to break it, see ``tests/chaos``."""
    make_venv("dev")
    become([PYTHON, "-m", "tests.chaos", *more])


def bench(more: Sequence[str]) -> NoReturn:
    """Hold every speed promise, see ``bench``."""
    make_venv("bench" if asked("PEERS") else "dev")
    become([PYTHON, "-m", "bench", *bench_options(os.environ), *more])


def bench_options(environ: Mapping[str, str]) -> list[str]:
    """What ``make bench FULL=1 ONLY=check`` means as options."""
    only = environ.get("ONLY", "")
    return ["--full"] * asked("FULL", environ) + (["--only", only] if only else [])


def asked(name: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a word such as ``ONCE=1`` was given."""
    return environ.get(name, "").lower() in ("1", "true", "yes")


def check(_more: Sequence[str]) -> None:
    """Run every check, also after one has failed, and name those that did."""
    make_venv("dev")
    failed = []
    for command in CHECKS:
        say(f"$ {' '.join(command)}")
        if run([VENV / "bin" / command[0], *command[1:]]):
            failed.append(" ".join(command))
    say("$ run.py audit")
    try:
        audit(())
    except Stop as error:
        say(str(error))
        failed.append("run.py audit")
    if failed:
        raise Stop(f"Failed: {', '.join(failed)}.")
    say("All checks passed.")


def lock(_more: Sequence[str]) -> None:
    """Compile the lock files anew."""
    make_venv("dev")
    uv = find_uv()
    if uv is None:
        raise Stop("Lock files are compiled by uv, which pip could not install, see above.")
    for name, extras in LOCKED_EXTRAS.items():
        extra = [word for one in extras for word in ("--extra", one)]
        if run([uv, "pip", "compile", *LOCK_OPTIONS, *extra, "--custom-compile-command", "python3 run.py lock", *lock_paths(name)]):
            raise Stop(f"requirements/{name}.lock could not be compiled, see above.")


LOCK_OPTIONS = (
    "-q",
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
)


def lock_paths(name: str) -> list[str]:
    """From where to where a lock is compiled."""
    return ["pyproject.toml", "-o", f"requirements/{name}.lock"]


def audit(_more: Sequence[str]) -> None:
    """Compare all locks with known weaknesses; a network that is away is told and fails nothing."""
    make_venv("core")
    program = AUDIT_FOLDER / "bin" / "pip-audit"
    if not program.exists():
        run([*pip(), "install", "-qq", "--retries", "1", "--target", AUDIT_FOLDER, AUDIT_WANTED])
    if not program.exists():
        say("Not audited: pip-audit could not be installed, see above. Is the network there? Then run this again.")
        return
    say(judge_audit(*ask_public_list(), allowed_weaknesses(date.today())))  # noqa: DTZ011 - a day of this machine is near enough


def ask_public_list() -> tuple[str, str]:
    """What pip-audit answers about every lock, the extras' and the developers' too, and its last words."""
    locks = [word for name in LOCKED_EXTRAS for word in ("-r", str(lock_file(name)))]
    command = [str(PYTHON), "-m", "pip_audit", "-f", "json", "--disable-pip", "--require-hashes", *locks]
    surroundings = {**environment(), "PYTHONPATH": str(AUDIT_FOLDER)}
    try:
        told = subprocess.run(command, cwd=HERE, env=surroundings, capture_output=True, text=True, check=False, timeout=AUDIT_SECONDS)
    except subprocess.TimeoutExpired:
        return "", f"no answer within {AUDIT_SECONDS} seconds"
    return told.stdout, told.stderr


def allowed_weaknesses(today: date, file: Path | None = None) -> frozenset[str]:
    """The weaknesses that somebody let through with a reason until a day; ``Stop`` where one of them is over or says no reason."""
    rows = tomllib.loads((file or ALLOWED).read_text()).get("weakness", [])
    for row in rows:
        if not (str(row.get("id", "")) and len(str(row.get("reason", ""))) > 10 and isinstance(row.get("until"), date)):
            raise Stop(f"{ALLOWED.name}: each weakness has an id, a reason and a day until which it is let through.")
        if row["until"] < today:
            raise Stop(f"{ALLOWED.name}: {row['id']} was let through until {row['until']}. Look at it again.")
    return frozenset(row["id"] for row in rows)


def judge_audit(answer: str, complaint: str, allowed: frozenset[str] = frozenset()) -> str:
    """One sentence about what pip-audit said; ``Stop`` names what is known to be weak and has a cure that nobody put off."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (complaint.strip().splitlines() or ["no word"])[-1]
        return f"Not audited: the public list did not answer ({last[:200]}). Run this again with a network."
    faults = [(one, fault) for one in packages for fault in one.get("vulns", ()) if not allowed & {fault["id"], *fault.get("aliases", ())}]
    if cured := named([pair for pair in faults if pair[1].get("fix_versions")]):
        raise Stop(f"Known weaknesses: {cured}. Raise them in pyproject.toml, then run lock and test.")
    if faults:
        return f"Known weaknesses that nobody has mended yet: {named(faults)}. Read about them; they fail nothing."
    return f"No known weakness in {len(packages)} packages."


def named(faults: list[tuple[dict[str, str], dict[str, str]]]) -> str:
    """Package, version and the weakness's number, with a semicolon between."""
    return "; ".join(f"{package['name']} {package['version']} ({fault['id']})" for package, fault in faults)


def venv(_more: Sequence[str]) -> None:
    """Only make ``.venv``."""
    make_venv("dev")
    say(f"Ready: {PYTHON.relative_to(HERE)}")


def run(command: Sequence[str | Path]) -> int:
    """Run a command in the checkout and answer its exit code."""
    return subprocess.run([str(part) for part in command], cwd=HERE, env=environment(), check=False).returncode


def become(command: Sequence[str | Path]) -> NoReturn:
    """Turn this process into a command, so that Ctrl-C and exit codes are its own."""
    os.chdir(HERE)
    os.execve(str(command[0]), [str(part) for part in command], environment())  # noqa: S606 - no shell is wanted


def environment() -> dict[str, str]:
    """The environment for our own programs: no other Python's packages may leak in."""
    ours = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "VIRTUAL_ENV")}
    return {**ours, "PYTHONPATH": str(HERE)}


def say(sentence: str) -> None:
    """Tell the person at the terminal, at once."""
    print(sentence, flush=True)


COMMANDS = {"demo": demo, "test": test, "chaos": chaos, "bench": bench, "check": check, "lock": lock, "audit": audit, "venv": venv}


def main(words: Sequence[str]) -> int:
    """Run one command; a sentence and exit code 1 where it cannot be run."""
    if not words or words[0] not in COMMANDS:
        say(USAGE)
        return 0 if words in (["help"], ["--help"], ["-h"]) else 2
    try:
        check_machine()
        COMMANDS[words[0]](words[1:])
    except Stop as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
