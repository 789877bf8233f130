"""How cost grows: three sizes each of cases, of rows and of workers, what a unit costs against the smallest size, and a plot of it.

``python -m bench.growth [--full]`` writes ``bench/growth.json``, ``docs/growth.svg`` and the table of ``docs/performance.md``.
Each time is divided by that of a yardstick run just before and after it, so that a machine that grows busier does not look like growth.
"""

import argparse
import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench.asking import request
from bench.checks import CHECK, Door, key_of
from bench.city import Town, counted, imported
from bench.goal import Size, demand
from bench.growth_plot import drawn
from bench.machine import machine
from bench.people import make_city
from bench.place import office
from bench.serving import web
from tests.many_letters import make_letters
from tests.office import Office

RESULTS = Path(__file__).with_name("growth.json")
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
PLOT = PAGE.with_name("growth.svg")
BEGIN, END = "<!-- growth: begin -->", "<!-- growth: end -->"
LETTERS, ROWS, WORKERS, REQUESTS = 500, 250_000, (1, 2, 4), 2_000
DOUBLED = (1, 2, 4)
SOME = 20
"""Letters that are asked about, the newest ones."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What one unit of work costs at three sizes, against the smallest: 1 where cost only follows the size."""

    of: str
    what: str
    sizes: tuple[int, ...]
    costs: tuple[float, ...]


def main(words: Sequence[str]) -> int:
    """Measure, draw, tell."""
    parser = argparse.ArgumentParser(prog="bench.growth", description=__doc__)
    parser.add_argument("--full", action="store_true", help="whole figures instead of a tenth")
    curves = list(grown(Size(full=parser.parse_args(words).full, rounds=3)))
    RESULTS.write_text(json.dumps({"machine": machine(), "curves": [asdict(one) for one in curves]}, indent=1) + "\n", encoding="utf-8")
    PLOT.write_text(drawn(curves), encoding="utf-8")
    PAGE.write_text(page_with(RESULTS, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


def grown(size: Size) -> Iterator[Curve]:
    """All curves."""
    yield from by_cases(size)
    yield from by_rows(size)
    yield by_workers(size)


def by_cases(size: Size) -> Iterator[Curve]:
    """A check and the first page of the list, with more and more cases in one office."""
    sizes = tuple(size.of(LETTERS, 2) * times for times in DOUBLED)
    checks, lists = [], []
    with office("postgresql") as made:
        known: list[str] = []
        for wanted in sizes:
            known += [str(letter.token) for letter in make_letters(made, wanted - len(known), first=len(known) + 1)]
            token, client = key_of(made), made.app.test_client()
            asking = partial(asked, client, token, known[-SOME:])
            asking()  # statements are put together and connections opened when first used
            checks.append(measured(asking, size))
            listed(made)
            lists.append(measured(partial(listed, made), size))
    yield Curve("cases", "a hospital's check", sizes, against_first(checks))
    yield Curve("cases", "first page of the list", sizes, against_first(lists))


def by_rows(size: Size) -> Iterator[Curve]:
    """An import and a count, a row, with more and more rows."""
    sizes = tuple(size.of(ROWS, 200) * times for times in DOUBLED)
    imports, counts = [], []
    with tempfile.TemporaryDirectory(prefix="rekom-bench-") as folder, office("postgresql", practice=True) as made:
        for rows in sizes:
            within = Path(folder) / str(rows)
            within.mkdir()
            town = Town(made, make_city(within, rows))
            imports.append(measured(partial(imported, town), size) / rows)
            numbers = [load(town, kind, file) for kind, file in (("residents", town.city.residents), ("members", town.city.members))]
            counts.append(measured(partial(counted, town), size) / rows)
            for number in reversed(numbers):
                town.rekom("import", "undo", number, "--by", "Bench Contoh")
    yield Curve("rows", "import, a row", sizes, against_first(imports))
    yield Curve("rows", "count of coverage, a row", sizes, against_first(counts))


def by_workers(size: Size) -> Curve:
    """Seconds a check with more and more web workers, sixteen connections."""
    count, costs = size.of(REQUESTS, 20), []
    with office("postgresql") as made:
        token = key_of(made)
        letters = make_letters(made, size.of(LETTERS, 10))
        questions = [request("POST", CHECK, json.dumps({"code": str(letter.token)}).encode(), token) for letter in letters]
        for workers in WORKERS:
            with web(made.rekom.settings, workers=workers) as (port, pid):
                door = Door(port, pid, questions)
                door.ask(len(questions), 16)
                costs.append(measured(partial(door.seconds, count, 16), size))
    return Curve("workers", "a hospital's check, 16 connections", WORKERS, against_first(costs))


def asked(client: Any, token: str, codes: Sequence[str]) -> float:
    """Seconds a check, one after another."""
    began = time.perf_counter()
    for code in codes:
        answer = client.post(CHECK, json={"code": code}, headers={"Authorization": f"Bearer {token}"})
        demand(answer.get_json()["answer"] == "VALID", "a letter that is good was not called so")
    return (time.perf_counter() - began) / len(codes)


def listed(made: Office) -> float:
    """Seconds of the first page of the list."""
    reader, began = made.api("loket"), time.perf_counter()
    answer = reader.get("/applications")
    demand(answer.status_code == 200 and answer.get_json()["applications"], "the list is empty")
    return time.perf_counter() - began


def load(town: Town, kind: str, file: Path) -> int:
    """Import a file to stay; its number."""
    said = {"residents": ("--as-of", "2026-06-30"), "members": ("--complete",)}
    town.rekom("import", kind, file, *said[kind], "--by", "Bench Contoh")
    return town.newest()


def measured(work: Callable[[], float], size: Size) -> float:
    """The median of some rounds, each against the yardstick around it."""
    rounds = []
    for _ in range(size.rounds):
        before, took, after = yardstick(), work(), yardstick()
        rounds.append(2 * took / (before + after))
    return statistics.median(rounds)


def yardstick() -> float:
    """Seconds of a work that is always the same."""
    began = time.perf_counter()
    digest = b""
    for _ in range(50_000):
        digest = hashlib.sha256(digest).digest()
    return time.perf_counter() - began


def against_first(costs: Sequence[float]) -> tuple[float, ...]:
    """Each against the first."""
    return tuple(round(cost / costs[0], 3) for cost in costs)


def page_with(results: Path, page: str) -> str:
    """The page with the newest growth between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    curves = [Curve(**one) for one in json.loads(results.read_text(encoding="utf-8"))["curves"]]
    rows = [f"| {one.what} | {' / '.join(f'{size:,}' for size in one.sizes)} {one.of} | {told(one)} |" for one in curves]
    return "\n".join([f"{before}{BEGIN}", "| a unit of | at | costs |", "|---|---|---|", *rows, f"{END}{after}"])


def told(curve: Curve) -> str:
    """``1 / 1.02 / 0.98``."""
    return " / ".join(f"{cost:.2f}" for cost in curve.costs)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
