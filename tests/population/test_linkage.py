"""Matching people whose NIKs differ: hardly ever wrong where it is sure, and the rest is shown to a person."""

import pytest

from tests.population.labelled import Labelled, labelled
from verify.population.linkage import CERTAIN, Linked, link, sorted_out
from workflows.population.matching import Pair, Person


@pytest.fixture(scope="module")
def known() -> Labelled:
    return labelled(7, pairs=900, residents=2_100, others=500)


@pytest.fixture(scope="module")
def linked(known: Labelled) -> Linked:
    return link(known.residents, known.others)


@pytest.mark.slow
def test_what_is_certain_is_right_and_nearly_complete(known: Labelled, linked: Linked) -> None:
    right = sum(known.truth.get(pair.other) == pair.resident for pair in linked.certain)
    precision, recall = right / len(linked.certain), right / len(known.truth)
    assert precision >= 0.99, f"precision {precision:.4f}"
    assert recall >= 0.95, f"recall {recall:.4f}"


@pytest.mark.slow
def test_the_rest_waits_for_a_person(known: Labelled, linked: Linked) -> None:
    found = {pair.other for pair in linked.certain}
    missed = [(other, resident) for other, resident in known.truth.items() if other not in found]
    shown = {(pair.other, pair.resident) for pair in linked.doubtful}
    assert len([pair for pair in missed if pair in shown]) >= 0.8 * len(missed)
    assert len(linked.doubtful) < len(known.truth) / 2, "a list nobody can work through is none"


@pytest.mark.slow
def test_nobody_stands_in_two_certain_pairs(linked: Linked) -> None:
    for side in (lambda pair: pair.resident, lambda pair: pair.other):
        assert len({side(pair) for pair in linked.certain}) == len(linked.certain)


def test_rivals_are_for_a_person() -> None:
    pairs = [Pair("a", "x", 0.999), Pair("b", "x", 0.995), Pair("c", "y", CERTAIN), Pair("c", "z", 0.5), Pair("d", "w", 0.98)]
    found = sorted_out(pairs)
    assert found.certain == (Pair("c", "y", CERTAIN),)
    assert found.doubtful == (Pair("a", "x", 0.999), Pair("b", "x", 0.995), Pair("d", "w", 0.98))


def test_nobody_on_one_side_is_nobody_matched() -> None:
    assert link([], [Person("9901014101900001", "SITI CONTOH")]) == Linked((), ())
