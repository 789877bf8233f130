"""The shape of the code: one door to a new state, imports at the top, short files and functions, nothing half done."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.structure.code_shape import (
    LONGEST_FILE,
    LONGEST_FUNCTION,
    dynamic_imports,
    foreign_to_the_checker,
    late_imports,
    long_file,
    long_functions,
    state_assignments,
    unfinished,
)

ROOT = Path(__file__).parents[2]
OURS = sorted(path for package in ("workflows", "schemas", "verify") for path in (ROOT / package).rglob("*.py"))
MIGRATIONS = ROOT / "verify" / "migrations"
TESTS = sorted((ROOT / "tests").rglob("*.py"))

DOORS = {ROOT / "workflows" / "advance.py"}
"""The only file that gives a case or a letter its state."""

Check = Callable[[str], list[str]]


def faults(check: Check, files: list[Path]) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {fault}" for path in files for fault in check(path.read_text())]


def test_only_the_door_gives_a_state() -> None:
    assert faults(state_assignments, [path for path in OURS if path not in DOORS]) == []


def test_the_door_is_where_it_is_said_to_be() -> None:
    assert all(state_assignments(door.read_text()) for door in DOORS)


def test_imports_stand_at_the_top() -> None:
    assert faults(late_imports, [*OURS, *TESTS, ROOT / "run.py"]) == []


def test_only_the_command_line_imports_by_name() -> None:
    assert faults(dynamic_imports, [path for path in OURS if path != ROOT / "verify" / "cli.py"]) == []


def test_the_checker_of_the_harness_knows_none_of_our_code() -> None:
    files = sorted((ROOT / "tests" / "chaos" / "checker").glob("*.py"))
    assert len(files) > 5
    assert faults(foreign_to_the_checker, files) == []


@pytest.mark.parametrize(
    "planted", ["from workflows import audit", "import verify.db", "from tests.office import Office", "import sqlmodel"]
)
def test_our_code_in_the_checker_is_found(planted: str) -> None:
    assert foreign_to_the_checker(planted)
    assert foreign_to_the_checker("import json\nimport psycopg\nfrom tests.chaos.checker.store import Store") == []


def test_files_are_short() -> None:
    assert faults(long_file, [path for path in [*OURS, ROOT / "run.py"] if MIGRATIONS not in path.parents]) == []


def test_functions_are_short() -> None:
    assert faults(long_functions, [path for path in [*OURS, *TESTS, ROOT / "run.py"] if MIGRATIONS not in path.parents]) == []


def test_nothing_is_half_done() -> None:
    assert faults(unfinished, [*OURS, *TESTS, ROOT / "run.py"]) == []


@pytest.mark.parametrize(
    "planted",
    [
        "case.state = State.CHECKED",
        "def f(case):\n    case.letter.state = target",
        "case.state, case.since = State.CHECKED, now",
        "case.state: State = State.CHECKED",
        "case.state += 'X'",
        "for case.state in states: pass",
        "with door as case.state: pass",
        "setattr(case, 'state', State.CHECKED)",
        "object.__setattr__(case, 'state', State.CHECKED)",
        "update(Case).where(Case.id == 1).values(state=State.CHECKED)",
        "update(Case).values({'state': State.CHECKED})",
        "update(Case).values({Case.state: State.CHECKED})",
        "del case.state",
    ],
)
def test_each_other_way_to_a_state_is_found(planted: str) -> None:
    assert state_assignments(planted)


@pytest.mark.parametrize(
    "innocent",
    ["if case.state == State.CHECKED: pass", "state = case.state", "Letter(state=LetterState.SIGNED)", "setattr(case, 'phone', state)"],
)
def test_reading_a_state_is_free(innocent: str) -> None:
    assert state_assignments(innocent) == []


@pytest.mark.parametrize(
    "planted", ["def f():\n    import os", "class A:\n    def f(self):\n        if True:\n            from os import path"]
)
def test_an_import_inside_a_function_is_found(planted: str) -> None:
    assert late_imports(planted)


def test_an_import_at_the_top_is_free() -> None:
    assert late_imports("import os\nwith suppress(ImportError):\n    import fcntl") == []


@pytest.mark.parametrize("planted", ["import_module('verify.simulator')", "importlib.import_module(x)", "__import__('rq')"])
def test_an_import_by_name_is_found(planted: str) -> None:
    assert dynamic_imports(planted)


def test_a_long_file_is_found() -> None:
    assert long_file("x = 1\n" * LONGEST_FILE) == []
    assert long_file("x = 1\n" * (LONGEST_FILE + 1))


def test_a_long_function_is_found() -> None:
    assert long_functions("def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1)) == []
    assert long_functions("async def f():\n" + "    x = 1\n" * LONGEST_FUNCTION)


@pytest.mark.parametrize(
    "planted",
    [
        "x = 1  # TO" + "DO: more",
        "# FIX" + "ME",
        '"""TO' + 'DO"""',
        "def f():\n    raise NotImplemented" + "Error",
        "raise NotImplemented" + "Error()",
    ],
)
def test_something_half_done_is_found(planted: str) -> None:
    assert unfinished(planted)
