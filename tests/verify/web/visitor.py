"""A visitor without scripts: reads each page strictly, fills in forms by their names, sends them as a browser would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SVG = "{http://www.w3.org/2000/svg}svg"
NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")
TYPED_HERE = ("nik", "q", "kk", "mother_nik")
"""Fields in which a page may show sixteen digits: those that were just typed into them."""

Fields = dict[str, str | list[str]]


@dataclass
class Page:
    """One answer, read."""

    path: str
    status: int
    location: str | None
    text: str
    tree: Element = field(repr=False)
    headers: Any = field(repr=False)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a kind with these attributes."""
        return [found for found in self.tree.iter(tag) if all(found.get(_name(name)) == value for name, value in attributes.items())]

    def one(self, tag: str, **attributes: str) -> Element:
        (found,) = self.all(tag, **attributes)
        return found

    def words(self, element: Element | None = None) -> str:
        """The words a person reads, without those for machines."""
        start = self.one("body") if element is None else element
        return " ".join(" ".join(_texts(start)).split())

    @property
    def heading(self) -> str:
        return self.words(self.all("h1")[0])

    @property
    def title(self) -> str:
        return self.words(self.one("title"))

    def main(self) -> str:
        return self.words(self.one("main"))

    def problems(self) -> list[str]:
        """The links of the error summary."""
        summary = [found for found in self.all("div") if found.get("class") == "summary"]
        return [self.words(link) for found in summary for link in found.iter("a")]

    def value(self, name: str) -> str:
        """What stands in a field: text, the chosen option, or the chosen button."""
        return str(next((value for known, value in self.fields_of(self.tree) if known == name), ""))

    def forms(self, action: str | None = None) -> list[Element]:
        """Those that go to an address, or all but signing out and the language."""
        forms = [(form, form.get("action") or self.path) for form in self.all("form")]
        return [form for form, goes_to in forms if goes_to == action or (action is None and goes_to not in ("/keluar", "/bahasa"))]

    def fields_of(self, form: Element) -> list[tuple[str, str]]:
        """What a browser would send of a form, without a button."""
        return [pair for control in form.iter() for pair in _sent(control)]

    def links(self) -> list[str]:
        return [link.get("href", "") for link in self.all("a")]


@dataclass
class Visitor:
    """Somebody at the pages, signed in or not."""

    client: FlaskClient

    def get(self, path: str, **options: Any) -> Page:
        return read(self.client.get(path, **options))

    def send(self, page: Page, action: str | None = None, button: tuple[str, str] | None = None, *, nth: int = 0, **typed: Any) -> Page:
        """Fill in a form of a page and send it; a name with a dot comes as ``answers__pangan``."""
        form = page.forms(action)[nth]
        data: Fields = {}
        for name, value in page.fields_of(form):
            data.setdefault(name, []).append(value)  # type: ignore[union-attr]
        data |= {name.replace("__", "."): value for name, value in typed.items()}
        if button:
            data[button[0]] = button[1]
        return self.post(form.get("action") or page.path, data)

    def confirm(self, page: Page) -> Page:
        """Send the answers that a page shows before anything is done with them."""
        assert page.status == 200 and page.heading == "Periksa jawaban", (page.status, page.main())
        return self.send(page, page.path)

    def post(self, path: str, data: Fields) -> Page:
        return read(self.client.post(path, data=data))

    def follow(self, page: Page) -> Page:
        """Go where the answer leads."""
        assert page.status == 303, (page.status, page.main())
        assert page.location
        return self.get(page.location)

    def fill(self, path: str, action: str | None = None, button: tuple[str, str] | None = None, **typed: Any) -> Page:
        """Open a page and send its form."""
        return self.send(self.get(path), action or path, button, **typed)


def read(response: TestResponse) -> Page:
    """Read an answer strictly and look for what no page may have."""
    assert not NIK.search(response.request.url), "a NIK in an address"
    location = response.headers.get("Location")
    assert not NIK.search(location or ""), "a NIK in an address"
    text = response.get_data(as_text=True)
    if location:  # werkzeug's own few words
        return Page(response.request.path, response.status_code, location, "", Element("html"), response.headers)
    assert response.mimetype == "text/html", response.mimetype
    tree = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False).parse(text)
    page = Page(response.request.path, response.status_code, None, text, tree, response.headers)
    check(page)
    return page


def check(page: Page) -> None:
    """What holds for every page."""
    assert page.tree.get("lang") in ("id", "en")
    assert page.title and page.heading
    assert len(page.all("h1")) == 1
    ids = [found.get("id") for found in page.tree.iter() if found.get("id")]
    assert len(ids) == len(set(ids)), ids
    for found in page.tree.iter():
        assert not any(name.startswith("on") or name == "style" for name in found.keys()), (found.tag, found.keys())  # noqa: SIM118
        assert found.tag != "style" and (found.tag != "script" or found.get("src", "").startswith("/static/"))
    _check_labels(page, ids)
    _check_niks(page)
    assert page.headers.get("Cache-Control") == "no-store" or page.status >= 400, page.headers


def _check_labels(page: Page, ids: list[str | None]) -> None:
    named = {label.get("for") for label in page.all("label")}
    inside = {id(control) for label in page.all("label") for control in label.iter()}
    for control in page.tree.iter():
        if control.tag in ("input", "select", "textarea") and control.get("type") != "hidden":
            assert control.get("id") in named or id(control) in inside, f"no label: {control.attrib}"
        for reference in (control.get("aria-describedby") or "").split():
            assert reference in ids, f"nothing called {reference}"
    for link in page.links():
        assert link.startswith(("/", "#", "tel:")), link
        assert not link.startswith("#") or link[1:] in ids, f"nothing called {link}"


def _check_niks(page: Page) -> None:
    typed = [control for control in page.all("input") if str(control.get("name")).split(".")[0] in TYPED_HERE]
    text = page.text
    for control in typed:
        text = text.replace(f'value="{control.get("value")}"', "")
    assert not NIK.search(text), NIK.search(text)


def _sent(control: Element) -> Iterator[tuple[str, str]]:
    name = control.get("name")
    if not name:
        return
    if control.tag == "textarea":
        yield name, control.text or ""
    elif control.tag == "select":
        chosen = [option for option in control.iter("option") if "selected" in option.attrib] or list(control.iter("option"))[:1]
        yield name, chosen[0].get("value", "")
    elif control.tag == "input" and (control.get("type") not in ("radio", "checkbox") or "checked" in control.attrib):
        yield name, control.get("value", "")


def _texts(element: Element) -> Iterator[str]:
    if element.tag in ("script", SVG, "noscript", "datalist"):
        return
    yield element.text or ""
    for inner in element:
        yield from _texts(inner)
        yield inner.tail or ""


def _name(python: str) -> str:
    return python.rstrip("_").replace("_", "-")
