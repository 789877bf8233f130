"""People who are the same although their NIK is not: Splink on DuckDB, whose weights are learnt from the files themselves.

Only people whom no NIK has matched come here. Names are compared as ``schemas.names`` folds them: without titles and
degrees, in one spelling, in whatever order. Needs the extra ``link``.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow
import splink.comparison_library as comparing
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from schemas.names import name_words
from workflows.population.matching import Pair, Person

CERTAIN = 0.99
"""From this probability a pair is taken as one person, if neither side has another such pair."""
WORTH_A_LOOK = 0.05
"""Below this nobody need look."""
SAMPLE_PAIRS = 2e6
SEED = 20261122
"""The same files give the same weights."""
BLOCKS = (("born",), ("name",), ("substr(nik,1,12)",), ("substr(nik,7,10)",), ("substr(name,1,6)", "substr(born,1,4)"))
"""Pairs that agree on none of these are never compared."""

SETTINGS: Mapping[str, Any] = {
    "link_type": "link_only",
    "comparisons": [
        comparing.DamerauLevenshteinAtThresholds("nik", [1, 2, 4]),
        comparing.JaroWinklerAtThresholds("name", [0.96, 0.92, 0.85]),
        comparing.DamerauLevenshteinAtThresholds("born", [1, 2]),
        comparing.LevenshteinAtThresholds("address", [2, 5]),
    ],
    "blocking_rules_to_generate_predictions": [block_on(*block) for block in BLOCKS],
    "retain_matching_columns": False,
}


@dataclass(frozen=True, slots=True)
class Linked:
    """Pairs that are certain, and pairs for a person to look at; each side's best come first."""

    certain: tuple[Pair, ...]
    doubtful: tuple[Pair, ...]


def link(residents: Sequence[Person], others: Sequence[Person]) -> Linked:
    """Who of the others is which resident; a person stands in at most one certain pair."""
    if not residents or not others:
        return Linked((), ())
    return sorted_out(_compared(residents, others))


def sorted_out(pairs: Iterable[Pair]) -> Linked:
    """Certain are those pairs that are sure and have no rival on either side."""
    shown = sorted(pairs, key=lambda pair: (-pair.probability, pair.resident, pair.other))
    sure = [pair for pair in shown if pair.probability >= CERTAIN]
    residents, others = _counted(pair.resident for pair in sure), _counted(pair.other for pair in sure)
    certain = [pair for pair in sure if residents[pair.resident] == 1 and others[pair.other] == 1]
    settled = {pair.resident for pair in certain} | {pair.other for pair in certain}
    rest = [pair for pair in shown if pair.resident not in settled and pair.other not in settled]
    return Linked(tuple(certain), tuple(rest))


def _compared(residents: Sequence[Person], others: Sequence[Person]) -> list[Pair]:
    with duckdb.connect() as database:
        api = DuckDBAPI(database)
        tables = [api.register(_table(people), dataset_display_name=name) for name, people in (("a", residents), ("b", others))]
        settings = SettingsCreator(**SETTINGS, probability_two_random_records_match=1 / max(len(residents), len(others)))
        linker = Linker(tables, settings, log_level=logging.ERROR)
        linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLE_PAIRS, seed=SEED)
        for block in ("born", "name"):
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(block))
        found = linker.inference.predict(threshold_match_probability=WORTH_A_LOOK).as_dict()
    return [Pair(left, right, probability) for left, right, probability in zip(*(found[name] for name in COLUMNS), strict=True)]


COLUMNS = ("unique_id_l", "unique_id_r", "match_probability")
"""The first table's people are on the left, because its name sorts first."""


def _table(people: Sequence[Person]) -> pyarrow.Table:
    return pyarrow.table(
        {
            "unique_id": [person.nik for person in people],
            "nik": [person.nik for person in people],
            "name": [" ".join(sorted(name_words(person.name))) for person in people],
            "born": [person.birth_date.isoformat() if person.birth_date else None for person in people],
            "address": [person.address for person in people],
        }
    )


def _counted(keys: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for key in keys:
        counted[key] = counted.get(key, 0) + 1
    return counted
