"""axe-core in the page: what WCAG 2.2 AA says of it by machine; about half of all faults show themselves so."""

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

from tests.journeys.looks import looks_well
from tests.journeys.site import DESKTOP, PHONE, Person

SOURCE = (files("axe_playwright_python") / "axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERY_RULE = {"type": "tag", "values": STANDARD}
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that read colours: all that a theme changes."""
SCREEN: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
    ("light", {"color_scheme": "light"}, EVERY_RULE),
    ("dark", {"color_scheme": "dark"}, COLOURS),
)
PAPER = (("print", {"color_scheme": "light", "media": "print"}, EVERY_RULE),)
RUN = """async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 5).join(" | ")}`);
}"""


def faults(someone: Person, looks: Iterable[tuple[str, dict[str, Any], dict[str, Any]]] = (*SCREEN, *PAPER)) -> list[str]:
    """Light, dark and on paper, at the size the window has; the theme and the cursor are as they were afterwards."""
    cursor = someone.page.evaluate_handle("() => document.activeElement")
    was = "dark" if someone.page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    someone.page.emulate_media(reduced_motion="reduce")  # or colours are measured half-way from light to dark
    if not someone.page.evaluate("() => 'axe' in window"):  # half a second of reading, once a page
        someone.page.evaluate(SOURCE)
    found = []
    for named, look, rules in looks:
        someone.page.emulate_media(**look)
        found += [f"{named} {fault}" for fault in someone.page.evaluate(RUN, rules)]
    someone.page.emulate_media(color_scheme=was, media="screen")  # type: ignore[arg-type]
    cursor.evaluate("one => one.focus({ preventScroll: true })")  # paper has no forms: the cursor was lost there
    return found


def well(someone: Person, looks: Iterable[tuple[str, dict[str, Any], dict[str, Any]]] = (*SCREEN, *PAPER)) -> None:
    """A state of a page at the size the window has: by measure, and by axe-core."""
    looks_well(someone)
    found = faults(someone, looks)
    assert found == [], f"{someone.page.url}: {found}"


def well_wide_and_small(someone: Person) -> None:
    """The same on a desk's screen and on a telephone's, from which nobody prints; the window is as it was afterwards."""
    size = someone.page.viewport_size
    for other, looks in ((DESKTOP, (*SCREEN, *PAPER)), (PHONE, SCREEN)):
        someone.page.set_viewport_size(other)  # type: ignore[arg-type]
        well(someone, looks)
    someone.page.set_viewport_size(size)  # type: ignore[arg-type]
