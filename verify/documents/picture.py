"""A drawing as a picture for whatever shows no SVG: slides, chats, old word processors."""

from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("picture.typ")
PIXELS_AN_INCH = 192.0
"""Twice what a screen shows, so that print stays sharp."""


def as_png(svg: str) -> bytes:
    """The same drawing as PNG; the same drawing gives the same bytes. Like the press, not before a fork."""
    png = typst.compile(TEMPLATE, format="png", sys_inputs={"svg": svg}, ignore_system_fonts=True, ppi=PIXELS_AN_INCH)
    assert isinstance(png, bytes)
    return png
