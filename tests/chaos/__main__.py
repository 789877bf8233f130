"""``python -m tests.chaos``: try to break it and print what was tried; ``--keep`` writes each goal down for the README as it ends.

Without a goal all of them run. A size that is not given is the one of the suite.
"""

import argparse
import sys
from collections.abc import Callable

from tests.chaos import cells, crash_points, doubles, edits, hostile, hunting, loads, random_kills, simulation, worker_deaths
from tests.chaos.crash_points import Choice
from tests.chaos.results import Result, commit, keep, told

GOALS: dict[str, Callable[[argparse.Namespace], Result]] = {
    "R1": lambda given: random_kills.run(given.cases or 200, given.kills or 40, given.seed),
    "R2": lambda given: crash_points.run(Choice(given.share), given.seed),
    "R3": lambda given: simulation.run(given.size or 10_000, given.seed),
    "R4": lambda given: loads.seats(given.size or 10_000, given.seed),
    "R5": lambda given: doubles.run(given.size or 1_000, given.seed),
    "R9": lambda given: edits.run(given.size or 1_000, given.seed),
    "R11": lambda given: loads.guesses(given.size or 10_000, given.seed),
    "R12": lambda given: cells.run(given.seed),
    "R13": lambda given: loads.requests(given.size or 10_000, given.seed),
    "R14": lambda given: hostile.run(given.size or 200, given.seed),
    "R16": lambda given: loads.restores(given.size or 1_000, given.seed),
    "R17": lambda given: worker_deaths.run(given.size or 200, given.seed),
    "R18": lambda given: hunting.run(hunting.choose(given.bugs, given.seed), given.seed),
}


def main(words: list[str]) -> int:
    """Run the goals asked for; 1 where anything was broken or a bar was missed."""
    parser = argparse.ArgumentParser(prog="make chaos", description="Try to break Rekom, and print what came of it.")
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"{', '.join(GOALS)}; all of them where none is named")
    for name, about in (("cases", "cases of R1"), ("kills", "blows of R1")):
        parser.add_argument(f"--{name}", type=int, default=None, help=about)
    parser.add_argument("--size", type=int, default=None, help="trials of R3 to R17; each has its full size where none is given")
    parser.add_argument("--share", type=float, default=1.0, help="share of the crash points of R2, 1 is all of them")
    parser.add_argument("--bugs", type=int, default=99, help="planted bugs of R18; all of them where there are no more")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same choices")
    parser.add_argument("--keep", action="store_true", help="write chaos/results.json and the README's table")
    given = parser.parse_args(words)
    if given.keep and commit().endswith("-dirty"):
        parser.error("--keep names the commit that was tried: commit what is changed first")
    results = []
    for name in given.goals or GOALS:
        results.append(GOALS[name](given))
        sys.stdout.write(told(results[-1:]) + "\n")
        sys.stdout.flush()
        if given.keep:
            keep(results[-1:])
    return 1 if any(one.failures or one.missed for one in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
