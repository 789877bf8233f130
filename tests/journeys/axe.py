"""axe-core in the page: what WCAG 2.2 AA says of it by machine; about half of all faults show themselves so."""

from importlib.resources import files
from typing import Any

from tests.journeys.looks import looks_well
from tests.journeys.site import DESKTOP, PHONE, Person

SOURCE = (files("axe_playwright_python") / "axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("light", {"color_scheme": "light"}),
    ("dark", {"color_scheme": "dark"}),
    ("print", {"color_scheme": "light", "media": "print"}),
)
RUN = """async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 5).join(" | ")}`);
}"""


def faults(someone: Person) -> list[str]:
    """By every rule, light, dark and on paper, at the size the window has; the theme and the cursor are as they were afterwards."""
    cursor = someone.page.evaluate_handle("() => document.activeElement")
    was = "dark" if someone.page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    someone.page.emulate_media(reduced_motion="reduce")  # or colours are measured half-way from light to dark
    if not someone.page.evaluate("() => 'axe' in window"):  # half a second of reading, once a page
        someone.page.evaluate(SOURCE)
    found = []
    for named, look in LOOKS:
        someone.page.emulate_media(**look)
        found += [f"{named} {fault}" for fault in _run(someone)]
    someone.page.emulate_media(color_scheme=was, media="screen")  # type: ignore[arg-type]
    cursor.evaluate("one => one.focus({ preventScroll: true })")  # paper has no forms: the cursor was lost there
    return found


def well(someone: Person) -> None:
    """A state of a page at the size the window has: by measure, and by axe-core."""
    looks_well(someone)
    found = faults(someone)
    assert found == [], f"{someone.page.url}: {found}"


def well_wide_and_small(someone: Person) -> None:
    """The same on a desk's screen and on a telephone's; the window is as it was afterwards."""
    size = someone.page.viewport_size
    for other in (DESKTOP, PHONE):
        someone.page.set_viewport_size(other)  # type: ignore[arg-type]
        well(someone)
    someone.page.set_viewport_size(size)  # type: ignore[arg-type]


def _run(someone: Person) -> list[str]:
    found: list[str] = someone.page.evaluate(RUN, {"type": "tag", "values": STANDARD})
    return found
