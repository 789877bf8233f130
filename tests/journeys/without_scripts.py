"""Pages as a person sees them whose browser runs no scripts."""

from tests.journeys.site import Person

DEAD = "main button[type=button]:visible"
"""Only a script would hear it."""


def dumb(someone: Person) -> list[str]:
    """What a person could press in vain: buttons for scripts, and forms that nothing sends."""
    found = someone.page.locator(DEAD).all_inner_texts()
    for form in someone.page.locator("main form:visible").all():
        if form.locator("button:not([type=button]):visible").count() == 0 and form.locator("details:not([open]) button").count() == 0:
            found.append(form.get_attribute("action") or "a form")
    return found


def opens(someone: Person, path: str) -> None:
    """A page that is there, says what it is, and has no button that does nothing."""
    someone.page.goto(someone.address + path)
    assert someone.page.url == someone.address + path
    assert someone.page.locator("h1").first.inner_text().strip(), path
    assert "Kode untuk bantuan" not in someone.page.inner_text("main"), path
    assert dumb(someone) == [], path
