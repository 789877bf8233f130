"""What a page must look like to anybody: measured in the browser, not by eye."""

from collections.abc import Iterable
from pathlib import Path

from tests.journeys.site import Person

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
TARGETS = """() => [...document.querySelectorAll(
  'button, .button, select, textarea, summary, .choice, .tabs a, .bar nav a, input:not([type=hidden], [type=radio], [type=checkbox])'
)].filter(one => one.checkVisibility()).map(one => [one.innerText || one.id, Math.round(one.getBoundingClientRect().height)])
  .filter(([_, height]) => height < 44)"""
SPILLS = """() => [...document.querySelectorAll('.choice, .button, button, .tag, .group, .cases li > *')]
  .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .map(one => [one.innerText, one.scrollWidth, one.clientWidth])"""
"""Words that run out of their box into whatever stands beside it."""


OPEN_FOLDS = "() => document.querySelectorAll('main details').forEach(fold => { fold.open = true })"


def walk(someone: Person, paths: Iterable[str]) -> None:
    """Look at each page as it comes, and with everything unfolded."""
    for path in paths:
        someone.go(path)
        looks_well(someone)
        someone.page.evaluate(OPEN_FOLDS)
        looks_well(someone)
    assert someone.faults == []


def looks_well(someone: Person) -> None:
    """Nothing sideways, nothing out of its box, nothing too small to touch, nothing too pale to read."""
    someone.page.wait_for_load_state()  # a tap does not wait for the style sheet of the page it leads to
    assert someone.too_wide() == 0, someone.page.url
    assert someone.page.evaluate(SPILLS) == [], someone.page.url
    assert someone.page.evaluate(TARGETS) == [], someone.page.url
    assert someone.page.evaluate(CONTRAST) == [], someone.page.url
