"""What a page weighs with all it loads, compressed as a proxy sends it, in an empty browser."""

import gzip
import re

from tests.journeys.site import Person

HEAVIEST = 150_000
"""Bytes of one page with all it loads, compressed, first visit."""

KEPT_FOR_LATER = re.compile(r"/static/desk/zxing")
"""The desk's reader of codes, 470 kB: its service worker fetches it behind the page, to be there without network."""


NAMED = "found => found.map((one) => one.src || one.href)"


def compressed(body: bytes) -> int:
    """Bytes as a compressing proxy sends them."""
    return len(gzip.compress(body))


def weight(someone: Person, path: str) -> int:
    """Bytes of a page and of every file it names, whether this browser keeps them already or not."""
    found = compressed(someone.page.request.get(someone.address + path).body())
    for address in set(someone.page.locator("script[src], link[rel=stylesheet], img[src]").evaluate_all(NAMED)):
        if not KEPT_FOR_LATER.search(address) and not address.startswith(("data:", "blob:")):
            found += compressed(someone.page.request.get(address).body())
    return found
