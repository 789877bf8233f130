"""The text of a template as messages of the catalogue.

Templates are written in plain Indonesian. Before Jinja reads one, each run of its text becomes a call of ``_``, with the values in
it by name, so that no text of a page can stand outside the catalogue. ``<p>Berkas {{ case.ticket }} sudah ada.</p>`` is read as
``<p>{{ _("Berkas %(ticket)s sudah ada.", ticket=(case.ticket)) }}</p>``. A run ends at a statement and at any tag but those of ``WITHIN``.
A literal inside an expression, such as a hint for a macro, is a message where it looks like words: a capital before a small letter, or
a space between letters. One small word alone looks like a code, so it says ``_('petugas')`` itself.
"""

import json
import keyword
import re
from dataclasses import dataclass, field

from jinja2.ext import Extension

PIECES = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
WITHIN = re.compile(r"(</?(?:strong|em|code|kbd)>)")
"""Tags that stand inside a sentence."""
TAG_END = re.compile(r'\b(aria-label|placeholder|title|alt|data-done)="|>')
LETTERS = re.compile(r"[^\W\d_]{2}")
DRAWN = re.compile(r"(\w+\.)?(_|icon|state_tag|urgency_tag|hidden|notes)\(.*", re.DOTALL)
"""Values that are pictures, fields or messages of their own: at the edge of a run they stay outside of it."""
NAME = "Rekom"
CODE_BLOCK = re.compile(r"\{% block (width|body_attributes|main_attributes) %\}$")
"""What stands in it is a class or an attribute, not a word."""
FIRST_NAME = re.compile(r"[A-Za-z_][\w.]*")
ATTRIBUTE = re.compile(r'="|^ *data-')
"""What a macro writes into a tag."""
LITERAL = re.compile(r"""(\b_\(\s*)?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
WORDS = re.compile(r"[A-Z][a-z]|[a-z,]{2} [A-Za-z]|[a-z]{2}\. ")
HOLDS_WORDS = re.compile(r"\{\{|\{%-? *(set|macro|call)\b")
"""Expressions, and the statements whose literals people may read."""


class Sentences(Extension):
    """Reads each template as ``as_messages`` writes it."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002 -- Jinja's signature
        """The template with its text as messages."""
        return as_messages(source)


def as_messages(source: str) -> str:
    """A template whose text was made into calls of ``_``."""
    return TemplateReader().read(source)


@dataclass
class TemplateReader:
    """Where the reading stands: in text, inside a tag, or in an attribute that people read."""

    out: list[str] = field(default_factory=list)
    run: list[str] = field(default_factory=list)
    place: str = "text"

    def read(self, source: str) -> str:
        """A whole template, with its text as messages."""
        for piece in PIECES.split(source):
            self.take(piece)
        self.flush()
        return "".join(self.out)

    def take(self, piece: str) -> None:
        """One statement, expression, comment, or text between them."""
        if self.place != "tag" and HOLDS_WORDS.match(piece):
            piece = LITERAL.sub(_said, piece)
        if piece.startswith("{{") and self.place != "tag":
            self.run.append(piece)
        elif piece.startswith(("{{", "{%", "{#")):
            self.flush()
            self.out.append(piece)
        elif piece:
            self.text(piece)

    def text(self, piece: str) -> None:
        """Plain text of the template, tags and all."""
        if self.place == "text":
            self.until(piece, r"<(?!/?(?:strong|em|code|kbd)>)", "tag")
        elif self.place == "attribute":
            self.until(piece, '"', "tag")
        elif found := TAG_END.search(piece):
            self.out.append(piece[: found.end()])
            self.place = "attribute" if found[1] else "text"
            self.text(piece[found.end() :])
        else:
            self.out.append(piece)

    def until(self, piece: str, end: str, onward: str) -> None:
        """Add to the run until it ends, and go on from there."""
        found = re.search(end, piece)
        self.run.append(piece[: found.start()] if found else piece)
        if found:
            self.flush()
            self.place = onward
            self.out.append(found[0])
            self.text(piece[found.end() :])

    def flush(self) -> None:
        """Write the run that has ended."""
        text = "".join(self.run)
        self.out.append(text if self.out and CODE_BLOCK.match(self.out[-1]) else _run(text))
        self.run.clear()


def _said(found: re.Match[str]) -> str:
    """A literal of an expression, as a message where it looks like words."""
    wrapped, literal = found.groups()
    if wrapped or "<" in literal or not WORDS.search(literal):
        return found[0]
    return f"_({literal.replace('%', '%%')})"


def _run(text: str) -> str:
    """One run of text and values, with its message where it has words."""
    parts = [part for piece in PIECES.split(text) for part in ([piece] if piece.startswith("{{") else WITHIN.split(piece)) if part]
    if not any(_is_words(part) for part in parts) or ATTRIBUTE.search("".join(part for part in parts if not part.startswith("{{"))):
        return text
    if not _balanced(parts):
        return "".join(part if WITHIN.fullmatch(part) else _message([part]) for part in parts)
    before, after = _edges(parts)
    return "".join([*parts[:before], _message(parts[before:after]), *parts[after:]])


def _is_words(part: str) -> bool:
    return not part.startswith("{{") and not WITHIN.fullmatch(part) and bool(LETTERS.search(part.replace(NAME, "")))


def _balanced(parts: list[str]) -> bool:
    depth = 0
    for part in parts:
        depth += (-1 if part.startswith("</") else 1) if WITHIN.fullmatch(part) else 0
        if depth < 0:
            return False
    return depth == 0


def _edges(parts: list[str]) -> tuple[int, int]:
    """Where the words begin and end: spaces, pictures, and a tag around everything stay outside."""
    before, after = 0, len(parts)
    while True:
        while _is_edge(parts[before]):
            before += 1
        while _is_edge(parts[after - 1]):
            after -= 1
        if not (WITHIN.fullmatch(parts[before]) and WITHIN.fullmatch(parts[after - 1]) and _balanced(parts[before + 1 : after - 1])):
            return before, after
        before, after = before + 1, after - 1


def _is_edge(part: str) -> bool:
    return bool(DRAWN.match(part[2:-2].strip(" -"))) if part.startswith("{{") else not part.strip()


def _message(parts: list[str]) -> str:
    """A call of ``_`` for these parts, with the spaces around it."""
    names: dict[str, str] = {}
    text = "".join(_placed(part, names) if part.startswith("{{") else part.replace("%", "%%") for part in parts)
    if not any(_is_words(part) for part in parts):
        return "".join(parts)
    head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    values = "".join(f", {name}=({expression})" for expression, name in names.items())
    return f"{head}{{{{ _({json.dumps(' '.join(text.split()), ensure_ascii=False)}{values}) }}}}{tail}"


def _placed(part: str, names: dict[str, str]) -> str:
    """A value's place in the message; the same expression has the same name."""
    expression = part[2:-2].strip(" -\n")
    if expression not in names:
        found = FIRST_NAME.match(expression)
        name = found[0].rstrip(".").rsplit(".", 1)[-1] if found else "value"
        name = "value" if name == "_" or keyword.iskeyword(name) else name
        taken = sum(one == name or one.rstrip("0123456789") == name for one in names.values())
        names[expression] = f"{name}{taken + 1}" if taken else name
    return f"%({names[expression]})s"
