"""What a file field offers to choose: the kinds that the server takes there, which judges each file by its content once it is here."""

from collections.abc import Mapping

from flask import current_app
from werkzeug.exceptions import HTTPException

PHOTO = "image/jpeg,image/png"
"""A telephone that keeps its photographs otherwise makes a JPEG of the one that is chosen."""
SCAN = f"application/pdf,{PHOTO}"
TABLE = ".csv,.txt,.xlsx"

ACCEPTED: Mapping[str, str] = {
    "card_lists.take_answers": TABLE,
    "collective_pages.upload": SCAN,
    "door_lists.take_answers": TABLE,
    "imports.upload": TABLE,
    "ktp.read": PHOTO,
    "papers.keep": SCAN,
    "phone.take": PHOTO,
    "premium.take": TABLE,
    "registration.take_answers": TABLE,
    "signatures.upload": SCAN,
}
"""By the route that a form goes to."""


def accepts(route: str) -> str:
    """The attribute ``accept`` of the file field whose form goes to this route."""
    return ACCEPTED[route]


def accepts_at(path: str) -> str:
    """The same by the address of the form; everything where no route takes files there."""
    try:
        route, _ = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return ""
    return ACCEPTED.get(route, "")
