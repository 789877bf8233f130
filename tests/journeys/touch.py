"""A thumb on a telephone 320 pixels wide: fingers on glass, not a mouse in a small window; every tap is counted, typing is none."""

from typing import Any

from playwright.sync_api import Locator

from tests.journeys.site import PHONE, Person, Site
from verify.seeds import DEMO_PASSWORD

GLASS = {"has_touch": True, "is_mobile": True}
"""What makes the browser one of a telephone: touches instead of a pointer, and the page's own word on how wide it is."""

FINGERS = """addEventListener("click", (event) => {
  sessionStorage.setItem("pressed", `${sessionStorage.getItem("pressed") ?? ""}${event.pointerType || "key"} `);
}, true)"""
"""The page that was pressed may be gone a moment later: each press is written down with what pressed it."""


PATIENT = 60_000
"""Milliseconds: 38 letters are signed before the page that tells of them comes, and the machine may have other work."""


class Thumb:
    """Counts every tap."""

    def __init__(self, person: Person) -> None:
        self.person, self.page, self.taps = person, person.page, 0

    def tap(self, target: Locator) -> None:
        """Touch something that stays on its page, or leads to one that is waited for by its words."""
        target.tap()
        self.taps += 1

    def follow(self, target: Locator) -> None:
        """Touch something that leads to another page, and wait for it."""
        with self.page.expect_navigation(timeout=PATIENT):
            self.tap(target)

    def sign_in(self, username: str) -> None:
        """The name and the password typed, one tap for the button."""
        self.person.go("/masuk")
        self.page.fill("#username", username)
        self.page.fill("#password", DEMO_PASSWORD)
        self.follow(self.page.get_by_role("button", name="Masuk", exact=True))

    def pressed_by(self) -> set[str]:
        """What pressed the pages of this browser until now: ``touch``, ``mouse``, or ``key`` for Enter in a field."""
        return set(str(self.page.evaluate("() => sessionStorage.getItem('pressed') ?? ''")).split())


def telephone(site: Site, username: str | None = None, **options: Any) -> Thumb:
    """Somebody with a telephone in her hand, signed in where a name is given; her taps are counted from then on."""
    person = site.person(size=PHONE, **GLASS, **options)
    person.page.add_init_script(FINGERS)
    thumb = Thumb(person)
    if username:
        thumb.sign_in(username)
        thumb.taps = 0
    return thumb
