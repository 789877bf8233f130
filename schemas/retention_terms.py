"""Retention terms as a lawyer writes them: one ``[[retention]]`` row for each kind, more where a region says otherwise."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from marshmallow import post_load

from schemas.policy_fields import Rule, choice, day, text, whole
from workflows.rules.retention import Kept, Term

LONGEST = 36_525
"""Days: a hundred years."""


class TermShape(Rule):
    """How many days a kind is kept, and by what rule."""

    kind = choice(Kept)
    region = text(r"^\d{4}$", "Tulis kode daerah 4 angka, misalnya 3673.", required=False)
    valid_from = day()
    days = whole(1, LONGEST)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Term:
        """One term."""
        return Term(**{key: value for key, value in data.items() if key != "retroactive"})


def term_faults(terms: list[Term]) -> Iterator[tuple[str, Any]]:
    """Rows out of order, all of them; where there are none, kinds without a term that holds everywhere."""
    if wrong := dict(_out_of_order(terms)):
        yield "retention", wrong
    elif missing := sorted(set(Kept) - {term.kind for term in terms if term.region is None}):
        yield "retention", [f"Belum ada masa simpan untuk {', '.join(missing)}. Tambahkan satu [[retention]] tanpa region."]


def _out_of_order(terms: list[Term]) -> Iterator[tuple[int, dict[str, list[str]]]]:
    newest: dict[tuple[Kept, str | None], date] = {}
    for at, term in enumerate(terms):
        place = (term.kind, term.region)
        if term.valid_from <= newest.get(place, date.min):
            yield at, {"valid_from": ["Urutkan menurut tanggal; setiap tanggal satu kali untuk jenis dan daerah ini."]}
        newest[place] = term.valid_from
