"""Sentences for people: Indonesian text that can be said again in another language where somebody reads it.

A ``Sentence`` is the Indonesian text itself, so that whatever stores, compares or sends it needs to know nothing. Beside the text it
keeps the message it was made from and the values in it; a page of the service looks the message up in the catalogue
(``verify/catalogue.py``) when its reader chose another language. What was typed by people stays a plain text and is never translated.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self, TypeVar

Find = Callable[[str], str]
"""The translation of a message; the message itself where there is none."""

Made = TypeVar("Made")


class Sentence(str):
    """Indonesian text with its message and values, such as ``"Giliran {role}."``."""

    message: str
    values: Mapping[str, Any]
    shape: Callable[[str], str]

    def __new__(cls, message: str, values: Mapping[str, Any] | None = None, shape: Callable[[str], str] = str) -> Self:
        text = message.format(**values) if values else message
        made = super().__new__(cls, shape(text))
        made.message, made.values, made.shape = message, values or {}, shape
        return made

    def __str__(self) -> Self:
        """Itself, so that an exception's text is still a sentence."""
        return self

    def format(self, *_: object, **values: Any) -> "Sentence":
        """The same message with further values, as libraries fill in their own."""
        return Sentence(self.message, {**self.values, **values})

    def first_upper(self) -> "Sentence":
        """With a capital, as the head of a line."""
        return Sentence(self.message, self.values, _first_upper)

    def capitalize(self) -> "Sentence":
        """With one capital, in whichever language."""
        return Sentence(self.message, self.values, str.capitalize)

    def lower(self) -> "Sentence":
        """In small letters, in whichever language."""
        return Sentence(self.message, self.values, str.lower)


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def say(message: str, **values: Any) -> Sentence:
    """A sentence; values stand in it as ``{name}``. The message is a literal, which the catalogue collects."""
    return Sentence(message, values)


def sayings(words: Made) -> Made:
    """A table of literals as a table of sentences, however deep; the catalogue collects its values."""
    if isinstance(words, str):
        return Sentence(words)  # type: ignore[return-value]
    if isinstance(words, Mapping):
        return {key: sayings(value) for key, value in words.items()}  # type: ignore[return-value]
    if isinstance(words, tuple):
        return tuple(sayings(value) for value in words)  # type: ignore[return-value]
    return words


def joined(parts: Iterable[str], between: str = " ") -> str:
    """Several sentences as one text."""
    named = {f"part{number}": part for number, part in enumerate(parts)}
    return Sentence(between.replace("{", "{{").join(f"{{{name}}}" for name in named), named)


def spoken(text: str, find: Find) -> str:
    """A sentence in another language, its values included; any other text as it is."""
    if not isinstance(text, Sentence):
        return text
    found = find(text.message)
    if text.values:
        found = found.format(**{name: spoken(value, find) for name, value in text.values.items()})
    return text.shape(found)
