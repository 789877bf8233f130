"""Collects every message that a page may show, and brings the catalogue up to date with them.

Messages are the text of templates (``verify/sentences.py``), the literals given to ``say`` and ``sayings``
(``workflows/saying.py``), and the ``sentence`` of each error.
"""

import ast
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

from verify.catalogue import po_file, said_by_scripts
from verify.sentences import Sentences

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("workflows", "schemas", "verify")
LITERAL, TABLE = "say", "sayings"
UNSAID = tuple(f'"{name}'.encode() for name in ("POT-", "PO-", "Generated-By", "Report-", "Last-Translator", "Language-Team", "Project-Id"))
"""Headings of a catalogue that say nothing here, or change with the hour."""


def messages() -> dict[str, list[str]]:
    """Every message with the files it stands in."""
    found: dict[str, list[str]] = {}
    for path, message in [*_in_templates(), *_in_code(), *(("verify/static", word) for word in said_by_scripts())]:
        places = found.setdefault(message, [])
        if path not in places:
            places.append(path)
    return dict(sorted(found.items(), key=lambda one: one[0].casefold()))


def updated(language: str) -> bytes:
    """The catalogue with every message and no other; what was translated stays."""
    path = po_file(language)
    old = read_po(BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    fresh = Catalog(locale=language, project="Rekom", fuzzy=False, header_comment="# The words of Rekom in English.\n#")
    for message, places in messages().items():
        known = old.get(message)
        fresh.add(message, known.string if known else "", locations=[(place, 0) for place in places])
    out = BytesIO()
    write_po(out, fresh, width=120, omit_header=False, include_lineno=False, ignore_obsolete=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(UNSAID))


def untranslated(catalogue: bytes) -> list[str]:
    """The messages of a catalogue that say nothing in its language."""
    return [str(message.id) for message in read_po(BytesIO(catalogue)) if message.id and not message.string]


def _in_templates() -> Iterator[tuple[str, str]]:
    environment = Environment(extensions=["jinja2.ext.i18n", Sentences], autoescape=True)
    for path in sorted((ROOT / "verify" / "templates").rglob("*.html")):
        for _, _, message in environment.extract_translations(path.read_text(encoding="utf-8")):  # type: ignore[attr-defined]
            yield _place(path), message if isinstance(message, str) else message[0]


def _in_code() -> Iterator[tuple[str, str]]:
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        for message in in_source(path.read_text(encoding="utf-8")):
            yield _place(path), message


def in_source(source: str) -> Iterator[str]:
    """The messages of one file."""
    tree = ast.parse(source)
    tables = {target.id: node.value for node in tree.body for target in _targets(node) if isinstance(target, ast.Name)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            yield from _said(node.func.id, node.args[0], tables)
        elif isinstance(node, ast.ClassDef):
            yield from (one for inner in node.body if _gives_sentence(inner) for one in _strings(inner.value))  # type: ignore[attr-defined]


def _targets(node: ast.stmt) -> list[ast.expr]:
    if isinstance(node, ast.AnnAssign) and node.value:
        return [node.target]
    return node.targets if isinstance(node, ast.Assign) and not (isinstance(node.value, ast.Call)) else []


def _said(function: str, argument: ast.expr, tables: dict[str, ast.expr]) -> Iterable[str]:
    if function == LITERAL:
        return _strings(argument)
    if function == TABLE:
        return _values(tables.get(argument.id, argument) if isinstance(argument, ast.Name) else argument)
    return ()


def _strings(node: ast.expr) -> Iterable[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else ()


def _values(node: ast.expr) -> Iterator[str]:
    """The texts of a table, without its keys."""
    for inner in node.values if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Tuple) else ():
        yield from _values(inner) if isinstance(inner, ast.Dict | ast.Tuple) else _strings(inner)


def _gives_sentence(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "sentence" for target in node.targets)


def _place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
