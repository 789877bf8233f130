"""Matching people whose NIKs differ: hardly ever wrong where it is sure, and the rest is shown to a person."""

from dataclasses import replace
from datetime import date

import pytest

from tests.population.labelled import Labelled, labelled
from verify.population.linkage import CERTAIN, Linked, link, sorted_out
from workflows.population.matching import Pair, Person


@pytest.fixture(scope="module")
def known() -> Labelled:
    return labelled(7, pairs=450, residents=900, others=250)


@pytest.fixture(scope="module")
def few() -> Labelled:
    return labelled(8, pairs=150, residents=300, others=60)


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
    assert [pair for pair in missed if pair not in shown] == []
    assert len(linked.doubtful) < len(known.truth) / 2, "a list nobody can work through is none"


@pytest.mark.slow
def test_nobody_stands_in_two_certain_pairs(linked: Linked) -> None:
    for side in (lambda pair: pair.resident, lambda pair: pair.other):
        assert len({side(pair) for pair in linked.certain}) == len(linked.certain)


@pytest.mark.slow
def test_a_file_without_birth_dates_leaves_everybody_to_a_person(few: Labelled) -> None:
    found = link(few.residents, [replace(person, birth_date=None) for person in few.others])
    shown = {(pair.other, pair.resident) for pair in found.doubtful}
    assert found.certain == ()
    assert len([pair for pair in few.truth.items() if pair in shown]) >= 0.95 * len(few.truth)


@pytest.mark.slow
def test_where_nobody_shares_a_birthday_nothing_is_certain() -> None:
    residents = [Person("9901011203800001", "SITI CONTOH", date(1980, 3, 12)), Person("9901011204810001", "BUDI UJI", date(1981, 4, 12))]
    others = [Person("9901011203800011", "SITTI CONTOH", date(1980, 3, 21)), Person("9902021204910001", "BUDI UJI", date(1991, 4, 12))]
    found = link(residents, others)
    assert found.certain == () and (residents[0].nik, others[0].nik) in {(pair.resident, pair.other) for pair in found.doubtful}


@pytest.mark.slow
def test_two_who_were_told_apart_are_no_pair_again(few: Labelled) -> None:
    other, resident = next(iter(few.truth.items()))
    found = link(few.residents, few.others, frozenset({(resident, other)}))
    assert (resident, other) not in {(pair.resident, pair.other) for pair in (*found.certain, *found.doubtful)}


def test_rivals_are_for_a_person() -> None:
    pairs = [Pair("a", "x", 0.999), Pair("b", "x", 0.995), Pair("c", "y", CERTAIN), Pair("c", "z", 0.5), Pair("d", "w", 0.98)]
    found = sorted_out(pairs)
    assert found.certain == (Pair("c", "y", CERTAIN),)
    assert found.doubtful == (Pair("a", "x", 0.999), Pair("b", "x", 0.995), Pair("d", "w", 0.98))


def test_without_a_birth_date_nobody_is_certain() -> None:
    pairs = [Pair("a", "x", 0.999), Pair("b", "y", 0.999)]
    assert sorted_out(pairs, frozenset({"x"})) == Linked((pairs[1],), (pairs[0],))


def test_nobody_on_one_side_is_nobody_matched() -> None:
    assert link([], [Person("9901014101900001", "SITI CONTOH")]) == Linked((), ())
