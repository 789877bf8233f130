"""``python -m bench [--full] [--only check,offline] [--smoke]``: run the goals, print the table, keep one JSON line for each."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.goal import Goal, Missing, Size, WrongAnswer
from bench.goals import GOALS
from bench.machine import machine, versions
from bench.report import table, tell

RESULTS = Path(__file__).with_name("results.jsonl")
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
SMOKE_ROUNDS = 1


def main(words: Sequence[str]) -> int:
    """0 where every bar was reached or its goal skipped for a told reason; 1 where one was missed, void or answered wrongly."""
    asked = _asked(words)
    size = Size(full=asked.full, smoke=asked.smoke, rounds=SMOKE_ROUNDS if asked.smoke else asked.rounds)
    chosen = [goal for goal in GOALS if not asked.only or goal.name in asked.only.split(",")]
    if not chosen:
        sys.exit(f"No such goal. There are: {', '.join(goal.name for goal in GOALS)}.")
    screen = Console(stderr=True)
    lines = []
    for place, goal in enumerate(chosen, 1):
        with screen.status(f"{place}/{len(chosen)} {goal.name}: {goal.what}"):
            lines.append(run(goal, size))
        screen.print(f"{place}/{len(chosen)} {goal.name}: {summary(lines[-1])}", highlight=False)
    Console(width=150).print(table(lines))
    if not size.smoke:
        keep(lines, RESULTS)
        tell(RESULTS, PAGE)
    return 0 if all(fine(line, size) for line in lines) else 1


def run(goal: Goal, size: Size) -> dict[str, Any]:
    """One goal's line."""
    line: dict[str, Any] = {"goal": goal.number, "name": goal.name, "what": goal.what, "against": goal.against}
    line |= {"at": datetime.now(UTC).isoformat(timespec="seconds"), "size": "full" if size.full else "smoke" if size.smoke else "tenth"}
    try:
        outcome = goal.run(size)
    except Missing as error:
        return line | {"skipped": str(error)}
    except WrongAnswer as error:
        return line | {"wrong": str(error), "measures": []}
    measures = [measure.plain() for measure in outcome.measures]
    return line | {"measures": measures, "checked": outcome.checked, **outcome.facts, "versions": versions(), "machine": machine()}


def summary(line: dict[str, Any]) -> str:
    """A line in a few words, as soon as it is known."""
    if "skipped" in line:
        return f"skipped. {line['skipped']}"
    if "wrong" in line:
        return f"WRONG. {line['wrong']}"
    return "; ".join(f"{one['label']} {one['ratio']:.2f}x{' (void)' if one['void'] else ''}" for one in line["measures"])


def fine(line: dict[str, Any], size: Size) -> bool:
    """Whether a goal holds; a smoke run asks for right answers only."""
    if "skipped" in line:
        return True
    return "wrong" not in line and (size.smoke or all(measure["reached"] for measure in line["measures"]))


def keep(lines: Sequence[dict[str, Any]], file: Path) -> None:
    """Write each goal's newest line, in the order of the table; the others stay as they were.

    What was too noisy to say anything, or could not be tried here, never takes the place of what was measured before.
    """
    known = {line["name"]: line for line in map(json.loads, file.read_text(encoding="utf-8").splitlines())} if file.exists() else {}
    for line in lines:
        known[line["name"]] = kept(line, known[line["name"]]) if line["name"] in known else line
    ordered = sorted(known.values(), key=lambda line: line["goal"])
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in ordered), encoding="utf-8")


def kept(line: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """A goal's line after another run. Each measure counts by itself: where it is void the good one from before stays, with its hour."""
    if "skipped" in line:
        return before
    good = {one["label"]: {"at": before["at"], **one} for one in before.get("measures", ()) if not one["void"]}
    lost = [one["void"] and one["label"] in good for one in line.get("measures", ())]
    if lost and all(lost):
        return before
    if not any(lost):
        return line
    return line | {"measures": [good[one["label"]] if gone else one for one, gone in zip(line["measures"], lost, strict=True)]}


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="whole figures instead of a tenth")
    parser.add_argument("--smoke", action="store_true", help="hardly any work: only whether the answers are right")
    parser.add_argument("--only", default="", help="names of goals, with commas between them")
    parser.add_argument("--rounds", type=int, default=5, help="interleaved rounds of each contest")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
