"""Each event that is written down is known to have shown people who have no case, or nobody: else a breach would be told too small."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from workflows.exposure import NO_LOOK, SHOWN
from workflows.records.premium_ledger import PremiumEntryKind

ROOT = Path(__file__).parents[2]
WRITERS = {"record", "record_on_person", "Entry"}
OF_A_CASE = re.compile(r"""(advance\.|collective\.|^)subject\((case|old|new|letter)\)$|^f["'](case|collective):""")
"""Subjects whose people are found by their cases."""
ACTION = re.compile(r"[A-Z]+(_[A-Z]+)*")


def modules() -> Iterator[ast.Module]:
    for part in ("workflows", "verify"):
        for path in (ROOT / part).rglob("*.py"):
            if path.name != "audit.py" and re.search(r"audit|_LOOK|\.show\(", source := path.read_text()):
                yield ast.parse(source)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (one for one in ast.walk(tree) if isinstance(one, ast.Call))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def actions(call: ast.Call, module: ast.Module) -> set[str]:
    """The actions that a call names, by themselves or by a constant of its module."""
    constants = {
        ast.unparse(one.targets[0]): one.value.value
        for one in module.body
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant)
    }
    given = [node for value in (*call.args, *(one.value for one in call.keywords if one.arg == "why")) for node in ast.walk(value)]
    named = {node.value for node in given if isinstance(node, ast.Constant)} | {
        constants.get(n.id) for n in given if isinstance(n, ast.Name)
    }
    return {one for one in named if isinstance(one, str) and ACTION.fullmatch(one)}


def test_each_event_about_no_case_has_shown_people_or_nobody() -> None:
    trees, said, handed_on = list(modules()), {f"ENTER_{kind}" for kind in PremiumEntryKind}, set()
    for tree in trees:
        for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
            for call in (one for one in calls(function) if called(one) in WRITERS and len(one.args) > 1):
                if not OF_A_CASE.search(ast.unparse(call.args[1])):
                    said |= (named := actions(call, tree))
                    handed_on |= set() if named else {function.name}
    assert {"_record", "show"} <= handed_on <= {"_record", "show", "_append"}, "who else lets the caller name the action?"
    said |= {name for tree in trees for call in calls(tree) if called(call) in handed_on for name in actions(call, tree)}
    assert sorted(said - NO_LOOK - set(SHOWN)) == [], "say in workflows/exposure.py whether it shows people"
    assert sorted((NO_LOOK | set(SHOWN)) - said) == [], "no longer written"
    assert set(SHOWN) & NO_LOOK == set()
