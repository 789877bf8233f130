"""A form on a page: what was typed, and what is wrong with it, in the same words on top and at the field."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import request
from marshmallow import ValidationError
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from schemas.fields import Day, Moment
from verify.errors import status_of
from verify.web.words import FIELD
from workflows.errors import RekomError
from workflows.saying import joined, say

Values = MultiDict[str, str]
Answer = TypeVar("Answer")

WHOLE = "_schema"
"""marshmallow's name for what is wrong with a form as a whole."""

CHOICES = say("Pilih salah satu:")
"""Schemas list the codes a program may send; a page shows the choices already."""

FOR_PEOPLE = {
    Moment.default_error_messages["invalid"]: say("Tulis tanggal seperti 22-11-2026 dan jam seperti 14.05."),
    Day.default_error_messages["invalid"]: say("Tanggal tidak terbaca, atau tidak ada. Tulis seperti 22-11-2026."),
    "Isian ini wajib.": say("Isian ini wajib diisi."),
}


@dataclass(frozen=True, slots=True)
class Form:
    """``problem`` is about the form as a whole; ``errors`` are by field; ``at`` is where the cursor belongs when somebody came back."""

    values: Values = field(default_factory=ImmutableMultiDict)
    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    status: int = 200
    at: str = ""

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name, "")

    def has(self, name: str, value: str) -> bool:
        """Whether a radio button or a check box is set."""
        return value in self.values.getlist(name)

    def error(self, name: str) -> str | None:
        """What is wrong with a field."""
        return self.errors.get(name)

    def has_cursor(self, name: str, first: bool = False) -> bool:
        """Whether the cursor belongs in a field: where somebody came back to, else in what the page asks ``first``."""
        return self.at == name if self.at else first

    def touched(self, names: Iterable[str]) -> bool:
        """Whether one of the fields holds something, is wrong, or is where somebody came back to."""
        return any(name == self.at or self.errors.get(name) or any(self.values.getlist(name)) for name in names)

    def touched_in(self, name: str, choices: Iterable[tuple[str, str]]) -> bool:
        """Whether one of these boxes is ticked."""
        return any(self.has(name, code) for code, _ in choices)

    @property
    def failed(self) -> bool:
        """Whether there is anything to put right."""
        return bool(self.errors or self.problem)


def blank(**values: object) -> Form:
    """A form that nobody sent yet, with what is known already."""
    filled: Values = MultiDict()
    for name, value in values.items():
        filled.setlist(name, [str(one) for one in value] if isinstance(value, list | tuple) else [str(value)] if value is not None else [])
    return Form(filled)


def failed(error: ValidationError | RekomError) -> Form:
    """The form as it was sent, with what is wrong."""
    if isinstance(error, RekomError):
        return _refused(error)
    errors = _by_field(messages_of(error))
    return Form(request.form, errors, errors.pop(WHOLE, None), 422)


def _refused(error: RekomError) -> Form:
    """At the field that the refusal names, where the form sent it; else above the form."""
    name = error.context.get("field")
    if name is not None and name in request.form:
        return Form(request.form, {name: str(error)}, None, status_of(error))
    return Form(request.form, problem=str(error), status=status_of(error))


def messages_of(error: ValidationError) -> dict[Any, Any]:
    """By field, also where the whole form is meant."""
    return error.messages if isinstance(error.messages, dict) else {WHOLE: error.messages}


def wrong(name: str, message: str) -> Form:
    """The form as it was sent, with one field that a view itself found wrong."""
    return Form(request.form, {name: message}, None, 422)


def tried(load: Callable[[], Answer], again: Callable[[Form], str]) -> Answer | tuple[str, int]:
    """Do what a form asks; where that is refused, show the form again with everything typed kept."""
    try:
        return load()
    except (ValidationError, RekomError) as error:
        form = failed(error)
        return again(form), form.status


def label(name: str) -> str:
    """What a field is called."""
    return FIELD.get(name.split(".")[0], name)


def _by_field(messages: Mapping[Any, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, inner in messages.items():
        # The position in a list and marshmallow's key/value are no fields of their own.
        place = prefix if isinstance(name, int) or name in ("value", "key") else f"{prefix}.{name}" if prefix else str(name)
        if isinstance(inner, Mapping):
            found |= _by_field(inner, place)
        else:
            found[place] = joined(for_people(str(message)) for message in inner)
    return found


def for_people(message: str) -> str:
    """A schema's words as a page says them."""
    if message.startswith(CHOICES):
        return say("Pilih salah satu.")
    return FOR_PEOPLE.get(message, message)
