"""What can be said about one file's text: each function takes source and answers what is wrong with it."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator

LONGEST_FILE = 400
LONGEST_FUNCTION = 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def state_assignments(source: str) -> list[str]:
    """Each way to give something a new ``.state``: assigned, set by name, or updated in the database."""
    if "state" not in source:
        return []
    return [f"line {node.lineno}: gives a new state" for node in ast.walk(ast.parse(source)) if _gives_state(node)]


def _gives_state(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "state" and isinstance(node.ctx, ast.Store | ast.Del)
    if not isinstance(node, ast.Call):
        return False
    return _sets_state_by_name(node) or _updates_state(node)


def _sets_state_by_name(call: ast.Call) -> bool:
    named = any(isinstance(argument, ast.Constant) and argument.value == "state" for argument in call.args[1:2])
    return _name(call.func) in ("setattr", "__setattr__", "set_attribute") and named


def _updates_state(call: ast.Call) -> bool:
    """``update(Case).values(state=...)``, also with a dict."""
    if _name(call.func) != "values":
        return False
    keys = {keyword.arg for keyword in call.keywords}
    dicts = [argument for argument in [*call.args, *(word.value for word in call.keywords)] if isinstance(argument, ast.Dict)]
    keys |= {_key(key) for given in dicts for key in given.keys}
    return "state" in keys


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _key(key: ast.expr | None) -> str:
    return str(key.value) if isinstance(key, ast.Constant) else key.attr if isinstance(key, ast.Attribute) else ""


def late_imports(source: str) -> list[str]:
    """Imports inside functions, which hide a cycle."""
    inside = [node for function in _functions(source) for node in ast.walk(function)]
    lines = {node.lineno for node in inside if isinstance(node, ast.Import | ast.ImportFrom)}
    return [f"line {line}: import inside a function" for line in sorted(lines)]


def dynamic_imports(source: str) -> list[str]:
    """Imports by name, which no contract sees."""
    if "import_module" not in source and "__import__" not in source:
        return []
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [f"line {call.lineno}: imports by name" for call in calls if _name(call.func) in ("import_module", "__import__")]


CHECKER = "tests.chaos.checker"


def foreign_to_the_checker(source: str) -> list[str]:
    """What the harness's checker imports besides Python itself, a driver and its own parts: it must not share our mistakes."""
    imported = [(node.lineno, name) for node in ast.walk(ast.parse(source)) for name in _imported(node)]
    return [f"line {line}: imports {name}" for line, name in imported if not _is_independent(name)]


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or "."] if isinstance(node, ast.ImportFrom) else []


def _is_independent(name: str) -> bool:
    return name.split(".")[0] in {*sys.stdlib_module_names, "psycopg"} or name.startswith(CHECKER)


def long_file(source: str) -> list[str]:
    """A file nobody can read in one sitting."""
    lines = len(source.splitlines())
    return [f"{lines} lines, at most {LONGEST_FILE}"] if lines > LONGEST_FILE else []


def long_functions(source: str) -> list[str]:
    """Functions that do more than one thing."""
    lengths = [(function.name, (function.end_lineno or 0) - function.lineno + 1) for function in _functions(source)]
    return [f"{name}() has {length} lines, at most {LONGEST_FUNCTION}" for name, length in lengths if length > LONGEST_FUNCTION]


def _functions(source: str) -> Iterator[Function]:
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, Function))


UNDONE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def unfinished(source: str) -> list[str]:
    """Notes to come back, and functions that are not there yet."""
    if not UNDONE.search(source) and "NotImplementedError" not in source:
        return []
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    notes = [token.start[0] for token in tokens if token.type in (tokenize.COMMENT, tokenize.STRING) and UNDONE.search(token.string)]
    missing = [node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name) and node.id == "NotImplementedError"]
    return [f"line {line}: unfinished" for line in sorted(notes + missing)]
