"""The pages."""

from flask import Flask


def register(app: Flask) -> None:
    """Put the pages in place."""
