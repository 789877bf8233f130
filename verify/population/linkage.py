"""People who are the same although their NIK is not: Splink on DuckDB, whose weights are learnt from the files themselves.

Only people whom no NIK has matched come here. Names are compared as ``schemas.names`` folds them: without titles and
degrees, in one spelling, in whatever order. Needs the extra ``link``.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow
import splink.comparison_library as comparing
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.internals.exceptions import EMTrainingException

from schemas.names import name_words
from workflows.population.matching import Pair, Person

CERTAIN = 0.99
"""From this probability a pair is taken as one person, if neither side has another such pair."""
WORTH_A_LOOK = 0.05
"""Below this nobody need look."""
SAMPLE_PAIRS = 2e6
SEED = 20261122
"""The same files give the same weights."""
BLOCKS = (
    ("born",),
    ("name",),
    ("substr(nik,1,11)",),
    ("substr(nik,9,8)",),
    ("substr(nik,1,6)", "substr(nik,13,4)"),
    ("substr(name,1,6)", "substr(born,1,4)"),
)
"""Pairs that agree on none of these are never compared; a NIK with one wrong digit, or two that changed places, agrees on one."""
TRAINED_ON = ("born", "name")
"""Weights are learnt from pairs that agree on one of these; a block teaches nothing about what it agrees on, so it takes both."""
FEWEST_PAIRS = 100
"""Weights from fewer pairs than this are chance."""

SETTINGS: Mapping[str, Any] = {
    "link_type": "link_only",
    "comparisons": [
        comparing.DamerauLevenshteinAtThresholds("nik", [1, 2, 4]),
        comparing.JaroWinklerAtThresholds("name", [0.96, 0.92, 0.85]),
        comparing.DamerauLevenshteinAtThresholds("born", [1, 2]),
    ],
    "blocking_rules_to_generate_predictions": [block_on(*block) for block in BLOCKS],
    "retain_matching_columns": False,
}


@dataclass(frozen=True, slots=True)
class Linked:
    """Pairs that are certain, and pairs for a person to look at; each side's best come first."""

    certain: tuple[Pair, ...]
    doubtful: tuple[Pair, ...]


def link(residents: Sequence[Person], others: Sequence[Person], apart: frozenset[tuple[str, str]] = frozenset()) -> Linked:
    """Who of the others is which resident; a person stands in at most one certain pair, and no pair is of two told ``apart``.

    Where the files hold too little to learn from, as those without birth dates do, nothing is certain: by NIK and name alone one pair in
    eleven was wrong on the labelled set.
    """
    if not residents or not others:
        return Linked((), ())
    ours, theirs = _table(residents), _table(others)
    pairs = [pair for pair in _compared(ours, theirs) if (pair.resident, pair.other) not in apart]
    if _learnable(ours, theirs):
        return sorted_out(pairs, frozenset(person.nik for person in (*residents, *others) if person.birth_date is None))
    return Linked((), tuple(sorted(pairs, key=_likeliest)))


def sorted_out(pairs: Iterable[Pair], undated: frozenset[str] = frozenset()) -> Linked:
    """Certain are those pairs that are sure, have no rival on either side, and both have a birth date."""
    shown = sorted(pairs, key=_likeliest)
    sure = [pair for pair in shown if pair.probability >= CERTAIN]
    residents, others = _counted(pair.resident for pair in sure), _counted(pair.other for pair in sure)
    alone = [pair for pair in sure if residents[pair.resident] == 1 and others[pair.other] == 1]
    certain = [pair for pair in alone if undated.isdisjoint((pair.resident, pair.other))]
    settled = {pair.resident for pair in certain} | {pair.other for pair in certain}
    rest = [pair for pair in shown if pair.resident not in settled and pair.other not in settled]
    return Linked(tuple(certain), tuple(rest))


def _compared(ours: pyarrow.Table, theirs: pyarrow.Table) -> list[Pair]:
    with duckdb.connect() as database:
        api = DuckDBAPI(database)
        tables = [api.register(table, dataset_display_name=name) for name, table in (("a", ours), ("b", theirs))]
        settings = SettingsCreator(**SETTINGS, probability_two_random_records_match=1 / max(len(ours), len(theirs)))
        linker = Linker(tables, settings, log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLE_PAIRS, seed=SEED)
        for block in TRAINED_ON:
            with suppress(EMTrainingException):  # nobody agrees on it: a file without birth dates
                linker.training.estimate_parameters_using_expectation_maximisation(block_on(block))
        found = linker.inference.predict(threshold_match_probability=WORTH_A_LOOK).as_dict()
    return [Pair(left, right, probability) for left, right, probability in zip(*(found[name] for name in COLUMNS), strict=True)]


def _learnable(ours: pyarrow.Table, theirs: pyarrow.Table) -> bool:
    """Whether enough pairs agree on each of ``TRAINED_ON``."""
    return all(_agreeing(ours[name].to_pylist(), theirs[name].to_pylist()) >= FEWEST_PAIRS for name in TRAINED_ON)


def _agreeing(ours: Sequence[str | None], theirs: Sequence[str | None]) -> int:
    left, right = (_counted(value for value in values if value) for values in (ours, theirs))
    return sum(number * right.get(value, 0) for value, number in left.items())


def _likeliest(pair: Pair) -> tuple[float, str, str]:
    return -pair.probability, pair.resident, pair.other


COLUMNS = ("unique_id_l", "unique_id_r", "match_probability")
"""The first table's people are on the left, because its name sorts first."""


def _table(people: Sequence[Person]) -> pyarrow.Table:
    return pyarrow.table(
        {
            "unique_id": [person.nik for person in people],
            "nik": [person.nik for person in people],
            "name": [" ".join(sorted(name_words(person.name))) for person in people],
            "born": [person.birth_date.isoformat() if person.birth_date else None for person in people],
        }
    )


def _counted(keys: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for key in keys:
        counted[key] = counted.get(key, 0) + 1
    return counted
