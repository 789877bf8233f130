"""What was typed outlives the session: a form sent too late comes back after signing in, to be sent again by its writer.

Nothing is stored: the fields travel as hidden ones from the refusal through the sign-in and the second factor to a page that shows
them. A photograph or a file does not travel: that page names it and asks for it again. Only a form that was sent from our own pages is
kept, and only its writer gets it back: the form's key says whose it is, so whoever signs in next at the same browser is not offered it.
"""

import re
from urllib.parse import urlsplit

from flask import render_template, request

from verify.web.form import label
from verify.web.once import own_mark
from verify.web.onward import OWN_PATH
from verify.web.words import ANSWER, CHANNEL, NO_NIK, OBJECTION, PROXY_KIN, SEX, URGENCY
from workflows.masking import mask_nik
from workflows.nik import SEPARATORS
from workflows.rules.facts import Answer
from workflows.rules.papers import LABEL
from workflows.saying import say

Typed = list[tuple[str, str]]

SUFFIX = ".isian"
GOES_TO, WRITER, FILE = "isian_ke", "isian_dari", "isian_berkas"
NEVER = frozenset({"csrf_token", "kunci", "password", "passphrase", "code", "credential", "lanjut", GOES_TO, WRITER, FILE})
"""Keys, and secrets that must not stand in a page."""
LONGEST = 64 * 1024
"""Characters in all; no form of ours asks for more."""
NIK = re.compile(r"(?<!\d)\d(?:[\s.-]?\d){15}(?!\d)")
"""As people type it: in groups, with dots."""
CODES = {
    **{str(code): word for table in (URGENCY, NO_NIK, PROXY_KIN, SEX, CHANNEL, ANSWER, OBJECTION) for code, word in table.items()},
    **LABEL,
    "APPROVE": say("Setujui"),
    "REJECT": say("Tolak permohonan"),
    "SEND_BACK": say("Kembalikan untuk dinilai ulang"),
    "true": ANSWER[Answer.YES],
    "false": ANSWER[Answer.NO],
}
"""What a button or a box sends, by the word that stands on it."""


TICKED = "seen"
"""Cases ticked in a list: so many hidden fields that nobody could look at them."""


def typed_here() -> Typed:
    """The fields of the form this request sent, under the names they travel by; empty where there is nothing to keep."""
    if carried := travelled():
        return carried
    if request.method != "POST" or not _from_here() or request.path in ("/masuk", "/keluar"):
        return []
    writer = request.form.get("kunci", "").rpartition(".")[2]
    travels = [(f"{name}{SUFFIX}", value) for name, value in request.form.items(multi=True) if name not in NEVER]
    travels += [(FILE, f"{name}={sent.filename}") for name, sent in request.files.items(multi=True) if sent.filename]
    if not travels or sum(len(value) for _, value in travels) > LONGEST or not _may_have(writer):
        return []
    return [(GOES_TO, request.path), (WRITER, writer), *travels]


def travelled() -> Typed:
    """The same on the way: what the form of a sign-in or of a code carries; nothing any more where somebody else signed in."""
    if not OWN_PATH.fullmatch(request.form.get(GOES_TO, "")) or not _from_here() or not _may_have(request.form.get(WRITER, "")):
        return []
    return [(name, value) for name, value in request.form.items(multi=True) if name in (GOES_TO, WRITER, FILE) or name.endswith(SUFFIX)]


def page(typed: Typed) -> str:
    """What was typed, to be looked at and sent again."""
    fields = fields_of(typed)
    shown = [(label(name), _spoken(value)) for name, value in fields if value and label(name) != name and name != "version"]
    if ticked := sum(name == TICKED for name, _ in fields):
        shown.append((say("Berkas yang dicentang"), str(ticked)))
    return render_template("resend.html", goes_to=goal_of(typed), fields=fields, files=files_of(typed), shown=shown)


def goal_of(typed: Typed) -> str:
    """The address of ours that the form was sent to."""
    return dict(typed)[GOES_TO]


def fields_of(typed: Typed) -> Typed:
    """The fields under their own names."""
    return [(name.removesuffix(SUFFIX), value) for name, value in typed if name not in (GOES_TO, WRITER, FILE)]


def files_of(typed: Typed) -> dict[str, list[str]]:
    """The names of the files that were chosen, by field: a file itself does not travel and is chosen again."""
    found: dict[str, list[str]] = {}
    for field, _, name in (value.partition("=") for kept, value in typed if kept == FILE):
        found.setdefault(field, []).append(NIK.sub(_masked, name))
    return found


def _spoken(value: str) -> str:
    return CODES.get(value) or NIK.sub(_masked, value)


def _masked(found: re.Match[str]) -> str:
    return mask_nik(SEPARATORS.sub("", found[0]))


def _may_have(writer: str) -> bool:
    """Whether a form may go on: it is somebody's, and nobody else is signed in."""
    return bool(writer) and own_mark() in ("", writer)


def _from_here() -> bool:
    return urlsplit(request.headers.get("Origin", "")).netloc == request.host
