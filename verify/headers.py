"""What every answer says about itself to a browser, and what keeps it out of stores on its way."""

from collections.abc import Mapping

from verify.config import Settings

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), publickey-credentials-get=(self), geolocation=(), microphone=(), payment=(), usb=()",
}

OVER_TLS = {"Strict-Transport-Security": "max-age=63072000"}
"""Two years; said only where the office's address is https."""

NOT_KEPT = ("Cache-Control", "no-store")
"""For whatever is told to a program or to somebody signed in."""


def of_every_answer(settings: Settings) -> Mapping[str, str]:
    """The headers of pages, answers and refusals alike."""
    return HEADERS | OVER_TLS if settings.public_url.startswith("https://") else HEADERS
