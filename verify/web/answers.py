"""The last look before something is sent: each question with its answer, what is missing first; one key sends, another leads back.

Nothing is stored meanwhile: what was typed travels as hidden fields under the key of its own form, so the same answers sent twice stay
one sending, and whoever goes back to a field finds everything as it was.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import render_template, request

from schemas.forms import CHANGE, LOOKED, OWN
from verify.web.form import Form, Values
from verify.web.once import form_key, own_mark

KEY = "kunci"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: the name of its field, what it asks, and the answer in words; no words where it was left empty."""

    name: str
    question: str
    words: str = ""
    missing: bool = False


def kept_key() -> str:
    """The key that the form came with, where it is this person's own; a new one otherwise."""
    key = request.form.get(KEY, "")
    return key if key.rpartition(".")[2] == own_mark() != "" else form_key()


def going_back() -> Form | None:
    """The form as it was typed, with the field that its writer wants to change; None where it was sent."""
    return Form(request.form, at=request.form[CHANGE]) if CHANGE in request.form else None


def were_looked_at(doubts: Sequence[str] = ()) -> bool:
    """Whether exactly these answers, with these doubts about them, were shown to whoever sends them."""
    return CHANGE not in request.form and request.form.get(LOOKED) == _seal(doubts)


def page(
    goes_to: str, send: str, answers: Iterable[Answer], *, gaps: str, doubts: Sequence[str] = (), title: str = "", key: str = ""
) -> str:
    """What is about to be sent. ``send`` stands on the one button, ``gaps`` above what is missing, ``title`` says whose it is, ``key`` is
    the form's where it became another than it came with."""
    shown = tuple(answers)
    return render_template(
        "answers.html",
        goes_to=goes_to,
        send=send,
        title=title,
        gaps=gaps,
        missing=[answer for answer in shown if answer.missing],
        answered=[answer for answer in shown if not answer.missing],
        doubts=doubts,
        carried=_carried(request.form),
        key=key or kept_key(),
        seal=_seal(doubts),
    )


def _carried(typed: Values) -> list[tuple[str, str]]:
    return [(name, value) for name, value in typed.items(multi=True) if value and name not in OWN]


def _seal(doubts: Sequence[str]) -> str:
    """Of what was typed, as a browser sends it from either page, and of what was said about it."""
    typed = sorted((name, value.replace("\r\n", "\n")) for name, value in _carried(request.form))
    return hashlib.sha256(repr((typed, [str(doubt) for doubt in doubts])).encode()).hexdigest()[:32]
