"""Looking for a person by NIK, wherever it was typed or read: the open case, or the form for a new one."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import redirect, url_for
from werkzeug.wrappers import Response

from verify import lookups
from verify.auth import me, parts
from verify.web import intake_page
from verify.web.once import SEE_OTHER
from workflows import queries
from workflows.errors import InvalidNik
from workflows.nik import parse_nik
from workflows.permissions import Permission, can
from workflows.saying import say

NO_CASE_YET = say("Belum ada berkas untuk NIK ini. Mintalah petugas loket membuka berkas.")
NOTHING: Mapping[str, str] = MappingProxyType({})

Page = tuple[str, int]


def by_nik(typed: str, again: Callable[[str], Page], read: Mapping[str, str] = NOTHING) -> Response | Page | str:
    """Where the NIK leads; ``again`` is the page it was typed on, with what is wrong. ``read`` fills a new case from a photograph."""
    try:
        digits = parse_nik(typed, practice=parts().settings.practice).digits
    except InvalidNik as error:
        return again(str(error))
    lookups.admit(digits)
    with parts().database.read() as session:
        cases = queries.cases_of(session, digits, me())
    if cases:
        lookups.found(digits)
    may_open = can(me(), Permission.OPEN_CASE)
    if cases and (cases[0].closed_at is None or not may_open):
        return redirect(url_for("case_page.show", ticket=cases[0].ticket), SEE_OTHER)
    return intake_page.go(digits, read) if may_open else again(NO_CASE_YET)
