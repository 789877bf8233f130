"""What no source of ours may do: run what it reads. And every list that is written for a spreadsheet is made safe first."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = sorted(path for package in ("workflows", "schemas", "verify") for path in (ROOT / package).rglob("*.py"))

FORBIDDEN_MODULES = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib", "jsonpickle"})
FORBIDDEN_CALLS = frozenset({"eval", "exec", "compile"})
FORBIDDEN_METHODS = frozenset({("yaml", "load"), ("yaml", "unsafe_load"), ("yaml", "full_load"), ("os", "system"), ("os", "popen")})


def running_what_it_reads(source: str) -> list[str]:
    """Each place where data may become code."""
    return [found for node in ast.walk(ast.parse(source)) for found in _faults(node)]


def _faults(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [f"line {node.lineno}: {alias.name}" for alias in node.names if alias.name.split(".")[0] in FORBIDDEN_MODULES]
    if isinstance(node, ast.ImportFrom):
        return [f"line {node.lineno}: {node.module}"] if (node.module or "").split(".")[0] in FORBIDDEN_MODULES else []
    if not isinstance(node, ast.Call):
        return []
    called = node.func
    if isinstance(called, ast.Name) and called.id in FORBIDDEN_CALLS:
        return [f"line {node.lineno}: {called.id}()"]
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and (called.value.id, called.attr) in FORBIDDEN_METHODS:
        return [f"line {node.lineno}: {called.value.id}.{called.attr}()"]
    return [f"line {node.lineno}: a shell" for word in node.keywords if word.arg == "shell" and not _is_false(word.value)]


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


def test_nothing_of_ours_runs_what_it_reads() -> None:
    found = [f"{path.relative_to(ROOT)}: {fault}" for path in [*OURS, ROOT / "run.py"] for fault in running_what_it_reads(path.read_text())]
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "import pickle",
        "import os, marshal",
        "from pickle import loads",
        "import dill.source",
        "eval(text)",
        "exec(text)",
        "yaml.load(text)",
        "yaml.unsafe_load(text)",
        "os.system('ls')",
        "subprocess.run(line, shell=True)",
        "subprocess.run(line, shell=wanted)",
    ],
)
def test_each_planted_way_is_found(planted: str) -> None:
    assert running_what_it_reads(planted)


@pytest.mark.parametrize("innocent", ["re.compile('x')", "yaml.safe_load(text)", "json.loads(text)", "run(line, shell=False)"])
def test_what_reads_and_runs_nothing_is_free(innocent: str) -> None:
    assert running_what_it_reads(innocent) == []


WRITING = frozenset({"writer", "DictWriter", "writerow", "writerows", "writeheader", "to_csv", "to_excel"})
"""What writes a list for a spreadsheet, whoever's it is; so does a sheet put together by hand, known by its XML."""
SHEETS = ("<worksheet", "<c t=", "openpyxl", "xlsxwriter")
WRITERS = {"schemas/spreadsheet.py", "schemas/workbook.py", "verify/population/tables.py"}
"""The files that may; ``tests/schemas/test_spreadsheet.py`` tries each of their functions with every beginning of a formula."""


def writes_sheets(source: str) -> bool:
    """Whether a file writes lists for spreadsheets itself."""
    if not any(word in source for word in (*WRITING, *SHEETS)):
        return False
    tree = ast.parse(source)
    called = {node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)}
    taken = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "csv" for alias in node.names}
    return bool((called | taken) & WRITING) or any(sheet in source for sheet in SHEETS)


def test_lists_for_spreadsheets_are_written_where_their_cells_are_made_safe() -> None:
    assert {str(path.relative_to(ROOT)) for path in OURS if writes_sheets(path.read_text())} == WRITERS


@pytest.mark.parametrize(
    "planted",
    [
        "csv.writer(out).writerow(row)",
        "csv.DictWriter(out, names).writeheader()",
        "from csv import DictWriter",
        "frame.to_excel(path)",
        "sheet = '<worksheet>'",
        "import openpyxl",
    ],
)
def test_another_way_to_write_one_is_found(planted: str) -> None:
    assert writes_sheets(planted)
