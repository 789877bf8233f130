"""axe-core in the page: what WCAG 2.2 AA says of it by machine; about half of all faults show themselves so."""

from importlib.resources import files
from typing import Any

from tests.journeys.site import Person

SOURCE = (files("axe_playwright_python") / "axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (only) => {
  const found = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 5).join(" | ")}`);
}"""


def faults(someone: Person) -> list[str]:
    """By every rule as the page is now, then the colours again in the dark and on paper; the theme is light again afterwards."""
    someone.page.emulate_media(reduced_motion="reduce")  # or colours are measured half-way from light to dark
    someone.page.evaluate(SOURCE)
    found = _run(someone, {"type": "tag", "values": STANDARD})
    for named, look in (("dark", {"color_scheme": "dark"}), ("print", {"media": "print"})):
        someone.page.emulate_media(**look)
        found += [f"{named} {fault}" for fault in _run(someone, {"type": "rule", "values": ["color-contrast"]})]
        someone.page.emulate_media(color_scheme="light", media="screen")
    return found


def _run(someone: Person, only: dict[str, Any]) -> list[str]:
    found: list[str] = someone.page.evaluate(RUN, only)
    return found
