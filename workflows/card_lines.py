"""Lines of text that were found in a picture, put upright and in rows; how the picture was held does not matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin
from statistics import median

Point = tuple[float, float]
LONG = 3
"""A line that is so many times as long as it is high shows which way the picture was held."""
SAME_ROW = 0.6
"""Of a line's height: lines whose middles are nearer than this stand beside each other."""
ONE_TEXT = 1.5
"""Of a line's height: pieces with a smaller gap are one text."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One line as a reader found it: its corners in pixels, clockwise from the top left; ``score`` from 0 to 1."""

    text: str
    score: float
    corners: tuple[Point, Point, Point, Point]


@dataclass(frozen=True, slots=True)
class Line:
    """One line on an upright picture, in pixels; ``y`` is its middle and grows downwards."""

    text: str
    score: float
    left: float
    right: float
    y: float
    height: float


Row = tuple[Line, ...]


def upright(seen: Sequence[Seen]) -> tuple[Line, ...]:
    """The lines as if the card lay straight. A card upside down stays so: only its words tell, see ``turned``."""
    angles = [_along(one)[1] for one in seen if _along(one)[0] > LONG * _height(one)]
    angle = _middle_direction(angles)
    return tuple(_line(one, angle) for one in seen)


def turned(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The same upside down."""
    return tuple(Line(one.text, one.score, -one.right, -one.left, -one.y, one.height) for one in lines)


def rows(lines: Sequence[Line]) -> tuple[Row, ...]:
    """From above, each from the left."""
    found: list[list[Line]] = []
    near = SAME_ROW * median([one.height for one in lines] or [0])
    for one in sorted(lines, key=lambda line: line.y):
        if found and one.y - sum(other.y for other in found[-1]) / len(found[-1]) <= near:
            found[-1].append(one)
        else:
            found.append([one])
    return tuple(tuple(sorted(row, key=lambda line: line.left)) for row in found)


def first_text(row: Sequence[Line]) -> tuple[str, float]:
    """The first text of a row, which a reader may have cut in pieces, and the lowest score in it."""
    text, score, end = "", 1.0, 0.0
    for one in row:
        if text and one.left - end > ONE_TEXT * one.height:
            break
        text, score, end = f"{text} {one.text}".strip(), min(score, one.score), one.right
    return text, score if text else 0.0


def _middle_direction(angles: Sequence[float]) -> float:
    """The usual direction; one that a quarter turn makes ambiguous is counted the one way."""
    steep = [angle % pi for angle in angles]
    if sum(pi / 4 < angle < 3 * pi / 4 for angle in steep) * 2 > len(steep):
        return median(steep)
    return median([(angle + pi / 2) % pi - pi / 2 for angle in angles] or [0.0])


def _along(one: Seen) -> tuple[float, float]:
    """Length and direction of a line's longer side."""
    (ax, ay), (bx, by), (cx, cy), _ = one.corners
    across, down = hypot(bx - ax, by - ay), hypot(cx - bx, cy - by)
    return (across, atan2(by - ay, bx - ax)) if across >= down else (down, atan2(cy - by, cx - bx))


def _height(one: Seen) -> float:
    (ax, ay), (bx, by), (cx, cy), _ = one.corners
    return min(hypot(bx - ax, by - ay), hypot(cx - bx, cy - by))


def _line(one: Seen, angle: float) -> Line:
    around = [(x * cos(angle) + y * sin(angle), y * cos(angle) - x * sin(angle)) for x, y in one.corners]
    xs, ys = [x for x, _ in around], [y for _, y in around]
    return Line(one.text, one.score, min(xs), max(xs), (min(ys) + max(ys)) / 2, max(ys) - min(ys))
