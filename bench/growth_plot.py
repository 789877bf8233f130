"""The plot of growth: a small SVG with one line for each curve, readable in light and dark."""

from collections.abc import Sequence
from typing import Protocol
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, TOP, PANEL = 720, 260, 44, 30, 210
ROOM = 150
HIGHEST = 2.0
"""At least so much is shown, so that noise does not look like growth."""
COLOURS = ("#0b6e99", "#b35900")


class Grown(Protocol):
    """A curve."""

    of: str
    what: str
    sizes: Sequence[int]
    costs: Sequence[float]


def drawn(curves: Sequence[Grown]) -> str:
    """One panel for each thing that grows."""
    subjects = list(dict.fromkeys(one.of for one in curves))
    highest = max(HIGHEST, *(cost for one in curves for cost in one.costs))
    panels = [_panel(place, subject, [one for one in curves if one.of == subject], highest) for place, subject in enumerate(subjects)]
    style = "text{font:12px sans-serif;fill:#444}path{fill:none;stroke-width:2}.rule{stroke:#999;stroke-width:1}"
    dark = "@media(prefers-color-scheme:dark){text{fill:#ccc}}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Cost of a unit as sizes grow">'
    return "\n".join([head, f"<style>{style}{dark}</style>", *panels, "</svg>", ""])


def _panel(place: int, subject: str, curves: Sequence[Grown], highest: float) -> str:
    left, bottom = LEFT + place * (PANEL + 24), TOP + ROOM
    lines = [f'<text x="{left}" y="{TOP - 12}">{escape(subject)}</text>']
    for rule in range(int(highest) + 1):
        y = _y(rule, highest)
        lines.append(f'<path class="rule" d="M{left} {y:.1f}H{left + PANEL - 30}"/><text x="{left - 16}" y="{y + 4:.1f}">{rule}</text>')
    for number, curve in enumerate(curves):
        step = (PANEL - 50) / (len(curve.sizes) - 1)
        points = [(left + 10 + step * at, _y(cost, highest)) for at, cost in enumerate(curve.costs)]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        lines.append(f'<path stroke="{COLOURS[number]}" d="M{path}"/>')
        lines.append(f'<text x="{left}" y="{bottom + 38 + 16 * number}" style="fill:{COLOURS[number]}">{escape(curve.what)}</text>')
        if number == 0:
            lines += [f'<text x="{x - 12:.1f}" y="{bottom + 16}">{size:,}</text>' for (x, _), size in zip(points, curve.sizes, strict=True)]
    return "\n".join(lines)


def _y(cost: float, highest: float) -> float:
    return TOP + ROOM * (1 - cost / highest)
