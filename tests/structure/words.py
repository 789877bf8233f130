"""What can be said about words: where they stand outside the catalogue, and how hard they are to read."""

import ast
import re
from collections.abc import Iterator

from verify.sentences import TemplateReader, as_messages

EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
ELEMENT = re.compile(r"""<[^>]*>|[\w-]+="[^"]*\"""")
"""A tag, or an attribute that a macro writes into one."""
CODES = re.compile(r"\{% block (width|body_attributes|main_attributes) %\}.*?\{% endblock %\}", re.DOTALL)
LETTERS = re.compile(r"[^\W\d_]{2}")
NAMES = re.compile(r"\bRekom\b|openapi\.json")
CALL = re.compile(r"[\w.]+\(.*\)", re.DOTALL)
BARE = re.compile(r"(?:^|\bor |\belse )'([a-z]+)'")
"""A small word that an expression writes: the first thing in it, or what stands after ``or`` or ``else``."""


def bare_text(template: str) -> list[str]:
    """Text of a template that no message holds."""
    plain = ELEMENT.sub(" ", EXPRESSION.sub("", CODES.sub("", as_messages(template))))
    return [line.strip() for line in plain.splitlines() if LETTERS.search(NAMES.sub("", line))]


class _Values(TemplateReader):
    """Notes the expressions that stand in text."""

    found: list[str]

    def take(self, piece: str) -> None:
        """One piece of the template."""
        if piece.startswith("{{") and self.place != "tag":
            self.found.append(piece[2:-2].strip())
        super().take(piece)


def bare_literals(template: str) -> list[str]:
    """Small words that an expression writes without asking the catalogue."""
    reader = _Values()
    reader.found = []
    reader.read(template)
    return [word for expression in reader.found if not CALL.fullmatch(expression) for word in BARE.findall(expression)]


PROSE = re.compile(r"^[A-ZÀ-Þ][a-z]+ [a-z]|[a-z]{2,}, [a-z]{2,} |[a-z]{2}\.$")
SAID = {"say", "sayings"}


def bare_prose(source: str) -> list[str]:
    """Literals of a page's code that look like Indonesian prose and are given to neither ``say`` nor ``sayings``."""
    tree = ast.parse(source)
    said = {id(inner) for node in ast.walk(tree) for inner in _said(node, tree)}
    return [f"line {node.lineno}: {text}" for node, text in _literals(tree) if id(node) not in said and PROSE.search(text)]


def _said(node: ast.AST, tree: ast.Module) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
        yield node.value
    if isinstance(node, ast.Dict):
        yield from (key for key in node.keys if key)
    if isinstance(node, ast.ClassDef):
        yield from (inner for one in node.body if isinstance(one, ast.Assign) for inner in ast.walk(one))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID:
        yield from ast.walk(node)
        names = {argument.id for argument in node.args if isinstance(argument, ast.Name)}
        yield from (inner for one in tree.body if _assigned(one) & names for inner in ast.walk(one))


def _assigned(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _literals(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, node.value


PLACE = re.compile(r"%\(\w+\)s|\{\w+\}")
TAG = re.compile(r"</?\w+>")
SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
WORD = re.compile(r"[^\W_][\w'’/-]*")
VOWEL = re.compile(r"[aiueo]")
DIPHTHONG = re.compile(r"(?:ai|au|oi)\b")


def sentences(message: str) -> list[list[str]]:
    """The words of each sentence of a message; a value counts as one word."""
    plain = TAG.sub("", PLACE.sub("nilai", message))
    return [WORD.findall(sentence) for sentence in SENTENCE_END.split(plain)]


def syllables(word: str) -> int:
    """An Indonesian syllable has one vowel, or a diphthong at the end of the word."""
    return max(1, len(VOWEL.findall(DIPHTHONG.sub("a", word.lower()))))


def school_year(texts: list[list[str]]) -> float:
    """The year of school that can read these sentences.

    Flesch-Kincaid's grade (Kincaid et al. 1975) with the syllables times 0.6, by which Harjasujana and Mulyati (Membaca 2, 1997) bring
    Indonesian, whose common words are longer, onto scales made for English.
    """
    words = sum(len(text) for text in texts)
    heard = sum(syllables(word) for text in texts for word in text)
    return 0.39 * words / len(texts) + 11.8 * 0.6 * heard / words - 15.59
