"""The table of a run, for a terminal and for ``docs/performance.md``."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

TITLES = ("#", "goal", "against", "ratio", "spread", "null", "bar", "")
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def table(lines: Iterable[dict[str, Any]]) -> Table:
    """For a terminal."""
    shown = Table(*TITLES)
    for row in rows(lines):
        shown.add_row(*row)
    return shown


def markdown(lines: Iterable[dict[str, Any]]) -> str:
    """The same for a page."""
    head = [f"| {' | '.join(TITLES)} |", f"|{'---|' * len(TITLES)}"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows(lines))])


def page_with(results: Path, page: str) -> str:
    """The page with the table of the newest results between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return f"{before}{BEGIN}\n{markdown(lines)}\n{END}{after}"


def tell(results: Path, page: Path) -> None:
    """Renew the page's table."""
    page.write_text(page_with(results, page.read_text(encoding="utf-8")), encoding="utf-8")


def rows(lines: Iterable[dict[str, Any]]) -> Iterable[Sequence[str]]:
    """One row for each measure; a goal without any says why."""
    for line in lines:
        head = (str(line["goal"]), line["what"], line["against"])
        if reason := line.get("skipped") or line.get("wrong"):
            yield (*head, "", "", "", "", reason)
        for measure in line.get("measures", ()):
            bar, (low, high) = measure["bar"], measure["spread"]
            told = f"{'>=' if bar['higher'] else '<='} {bar['must']:g}x"
            what = f"{head[1]}: {measure['label']}" if measure["label"] else head[1]
            yield (
                head[0],
                what,
                head[2],
                f"{measure['ratio']:.2f}x",
                f"{low:.2f}-{high:.2f}",
                f"{measure['null']:.2f}",
                told,
                verdict(measure),
            )


def verdict(measure: dict[str, Any]) -> str:
    """One word."""
    if measure["void"]:
        return "void: too noisy"
    return "reached" if measure["reached"] else "missed"
