"""One office behind a real server, and a person at a browser who clicks and types."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.office import Office
from verify.seeds import DEMO_PASSWORD

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
"""Where pictures go when REKOM_SCREENS=1."""

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 700}
COLOURS = 96
"""Enough for flat pages; a third of the size."""

FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""A camera that shows a made-up picture, and nobody is asked whether it may."""

THREE_G = {"offline": False, "latency": 2000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
"""Milliseconds and bytes a second."""

PATIENCE = 10_000
"""Milliseconds: this machine may be busy."""


SETTLED = """() => {
  const wanted = [...document.querySelectorAll("[autofocus]")].some((one) => one.checkVisibility());
  return !wanted || document.activeElement !== document.body || location.hash !== "";
}"""
"""The browser puts the cursor where the page wants it some time after the page is there; a key before that goes elsewhere."""


class Silent(WSGIRequestHandler):
    """Says nothing: an address that somebody typed must not reach a log."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Person:
    """Somebody at a browser of her own; notes every address asked for and every fault of a page."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    keys: int = 0
    """Pressed since signing in."""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._listen)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)

    def _listen(self, said: ConsoleMessage) -> None:
        # The browser itself reports an answer of 4xx; the pages are meant to give those.
        if said.type in ("error", "warning") and "status of 4" not in said.text:
            self.faults.append(said.text)

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_function(SETTLED)

    def press(self, *keys: str) -> None:
        """Press keys; two held together count as two."""
        for key in keys:
            self.keys += len(key.split("+"))
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def enter(self, key: str = "Enter") -> None:
        """Press a key that leads to another page, and wait for it and its cursor: a person sees it before she types."""
        with self.page.expect_navigation():
            self.press(key)
        self.page.wait_for_function(SETTLED)

    def confirm(self) -> None:
        """Enter on a form leads to its answers, and Enter there sends them."""
        self.enter()
        assert self.heading() == "Periksa jawaban"
        self.enter()

    def wait_for_cursor(self, field_id: str) -> None:
        """A person sees the cursor before she types; a program would be too fast."""
        self.page.wait_for_function("id => document.activeElement && document.activeElement.id === id", arg=field_id)

    def focused(self) -> str:
        """What has the focus: its id, or its words."""
        found: str = self.page.evaluate("() => { const e = document.activeElement; return e.id || e.innerText || e.tagName }")
        return found

    def tab_to(self, wanted: str, limit: int = 60) -> None:
        """Go by Tab to the thing of that id or with those words."""
        for _ in range(limit):
            if self.focused().strip().startswith(wanted):
                return
            self.press("Tab")
        raise AssertionError(f"no {wanted!r} within {limit} tabs; the focus is on {self.focused()!r}")

    def slow_down(self) -> None:
        """A poor 3G from now on, as the browser's own tools have it: two seconds there and back, 400 kbit/s either way."""
        line = self.page.context.new_cdp_session(self.page)
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", THREE_G)

    def sign_in(self, username: str) -> None:
        """By keyboard; the cursor is in the first field already."""
        self.go("/masuk")
        self.wait_for_cursor("username")
        self.type(username)
        self.press("Tab")
        self.type(DEMO_PASSWORD)
        self.enter()
        self.keys = 0

    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    def too_wide(self) -> int:
        """How many pixels the page is wider than the screen."""
        found: int = self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def picture(self, name: str, *, whole: bool = True) -> None:
        """A picture for docs/screens, when pictures are asked for."""
        if os.environ.get("REKOM_SCREENS") == "1":
            SCREENS.mkdir(parents=True, exist_ok=True)
            taken = Image.open(BytesIO(self.page.screenshot(full_page=whole))).convert("RGB")
            taken.quantize(COLOURS, dither=Image.Dither.NONE).save(SCREENS / f"{name}.png", optimize=True)


@dataclass
class Site:
    """The office behind an address, and a way to seat people in front of it."""

    office: Office
    address: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def person(
        self, username: str | None = None, size: dict[str, int] = DESKTOP, *, begins: str | None = "/masuk", **options: Any
    ) -> Person:
        """Somebody with a fresh browser; where a name is given she has signed in and sees the page that follows, or hers to begin with."""
        context = self.browser.new_context(viewport=size, locale="id-ID", **options)
        self.contexts.append(context)
        if username:
            context.add_cookies([{"name": "rekom", "value": self._signed_in(username), "url": self.address}])
        person = Person(context.new_page(), self.address)
        if username and begins:
            person.go(begins)
        return person

    def _signed_in(self, username: str) -> str:
        """The cookie of a session of her own. The door itself is gone through by those whose subject it is: it costs two pages."""
        client = self.office.app.test_client()
        with client.session_transaction() as cookie:
            cookie["token"] = self.office.token(username)
        kept = client.get_cookie("rekom")
        assert kept is not None
        return str(kept.value)


@contextmanager
def launched(chromium: Path, *flags: str) -> Iterator[Browser]:
    """A browser. Its event loop ends with it: while one runs in this thread, nothing else can start its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=[*FLAGS, *flags])
        yield browser
        browser.close()


@contextmanager
def site_of(office: Office, browser: Browser) -> Iterator[Site]:
    """An office at an address of its own; whoever sat in front of it is gone afterwards."""
    with serving(office.app) as address:
        made = Site(office, address, browser)
        yield made
        for context in made.contexts:
            context.close()


def _whole(app: Callable[..., Any]) -> Callable[..., Any]:
    """Answers in one piece: a browser that goes away in the middle of a file would leave the file open."""

    def answer(environ: Any, start: Any) -> list[bytes]:
        body = app(environ, start)
        try:
            return [b"".join(body)]
        finally:
            if hasattr(body, "close"):
                body.close()

    return answer


@contextmanager
def serving(app: Callable[..., Any]) -> Iterator[str]:
    """The address of an application on a port of its own."""
    server = make_server("127.0.0.1", 0, _whole(app), threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, name="site")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
