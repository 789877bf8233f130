"""How long what is kept: the region's own term before the nation's, the newest that has begun, and a sentence before the first."""

from datetime import date, timedelta

import pytest

from schemas.retention_terms import term_faults
from workflows.errors import PolicyRefused
from workflows.rules.retention import Kept, Term, term_on

FIRST, LATER = date(2026, 1, 1), date(2027, 1, 1)


def term(days: int, valid_from: date = FIRST, region: str | None = None, kind: Kept = Kept.CLOSED_CASE) -> Term:
    return Term(kind, valid_from, days, "contoh", "contoh", FIRST, region)


TERMS = (term(10), term(20, LATER), term(5, region="3673"), term(99, kind=Kept.DRAFTS))


@pytest.mark.parametrize(
    ("region", "day", "days"),
    [
        ("3316", FIRST, 10),
        ("3316", LATER - timedelta(days=1), 10),
        ("3316", LATER, 20),
        ("3673", FIRST, 5),
        ("3673", LATER, 5),
    ],
)
def test_the_term_in_force(region: str, day: date, days: int) -> None:
    for terms in (TERMS, sorted(TERMS, key=lambda one: one.region is None)):  # a region's rows may stand anywhere
        assert term_on(terms, Kept.CLOSED_CASE, region, day).days == days


def test_every_row_out_of_order_is_named() -> None:
    whole = [term(10, kind=kind) for kind in Kept]
    assert list(term_faults(whole)) == []
    ((where, faults),) = term_faults([*whole, *whole[:2]])
    assert (where, sorted(faults)) == ("retention", [len(whole), len(whole) + 1])
    ((where, faults),) = term_faults(whole[1:])
    assert whole[0].kind in faults[0]


def test_before_the_first_term_nothing_goes() -> None:
    with pytest.raises(PolicyRefused, match="Belum ada masa simpan CLOSED_CASE untuk 31-12-2025."):
        term_on(TERMS, Kept.CLOSED_CASE, "3673", FIRST - timedelta(days=1))
