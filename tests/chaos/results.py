"""What a run of the harness found, as a table: goal, trials, failures, how far zero failures reach, seed, and how to repeat it."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FILE = ROOT / "chaos" / "results.json"
README = ROOT / "README.md"
BUT_OURS = (":!README.md", ":!chaos/results.json")
"""What ``keep`` writes itself is no change of what is tried, as git says it."""
BEGIN, END = "<!-- chaos: begin -->", "<!-- chaos: end -->"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One goal as it was tried. ``figures`` is what else was measured; ``failures`` and ``missed`` are sentences.

    A failure is of one of the trials; a bar that was missed, of seconds or memory, is of the whole run and no failed trial.
    """

    goal: str
    about: str
    trials: int
    failures: tuple[str, ...]
    seed: int
    replay: str
    seconds: float
    figures: dict[str, Any] = field(default_factory=dict)
    missed: tuple[str, ...] = ()

    @property
    def bound(self) -> float | None:
        """No failure in n trials bounds the rate at 3/n with 95 % confidence; with a failure there is no such bound."""
        return 3 / self.trials if self.trials and not self.failures else None


def table(results: Iterable[Result]) -> str:
    """All of them in Markdown, one line each."""
    lines = ["| goal | what was tried | trials | failures | bound (95 %) | seed | again |", "|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *map(_line, results)])


def _line(one: Result) -> str:
    bound = "" if one.bound is None else f"{100 * one.bound:.2g} %"
    about = "; missed: ".join((one.about, *one.missed))
    return f"| {one.goal} | {about} | {one.trials:,} | {len(one.failures)} | {bound} | {one.seed} | `{one.replay}` |"


def told(results: Sequence[Result]) -> str:
    """The table with the figures and the first failures of each goal below it."""
    figures = [f"{one.goal}: {name} {value}" for one in results for name, value in one.figures.items()]
    failures = [f"{one.goal}: {failure}" for one in results for failure in one.failures[:SHOWN]]
    return "\n".join([table(results), *figures, *failures])


def keep(results: Sequence[Result]) -> None:
    """Write what was run into ``chaos/results.json``, each goal in the place of its last run, and the table into the README."""
    known = {one["goal"]: one for one in kept()["goals"]} | {one.goal: {**asdict(one), "commit": commit()} for one in results}
    FILE.parent.mkdir(exist_ok=True)
    goals = [known[name] for name in sorted(known, key=lambda name: int(name[1:]))]
    FILE.write_text(json.dumps({"goals": goals}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")


def kept() -> dict[str, Any]:
    """The latest run of each goal."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else {"goals": []}


def with_table(readme: str) -> str:
    """The README with the table of what is kept between its two marks."""
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table(map(_result, kept()['goals']))}\n{END}{after}"


def _result(line: dict[str, Any]) -> Result:
    known = {name: value for name, value in line.items() if name != "commit"}
    return Result(**{**known, "failures": tuple(line["failures"]), "missed": tuple(line.get("missed", ()))})


def commit() -> str:
    """What was tried, as git names it; what ``keep`` itself writes is no change of it."""
    named = subprocess.run(["git", "describe", "--always"], cwd=ROOT, capture_output=True, text=True, check=False)
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ".", *BUT_OURS], cwd=ROOT, check=False).returncode
    return named.stdout.strip() + ("-dirty" if changed else "")
