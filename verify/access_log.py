"""Every answer that shows a case is written down with who saw it, in one place for pages and API alike."""

from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from verify import errors
from verify.auth import parts
from workflows import looked
from workflows.records.case_reading import Seen

LETTERS = ("surat.pdf", "draf.pdf", "letter.pdf")
REVEALED = ("privacy.reveal", "revealing.show_numbers")
"""The routes that show what masks hide."""
PICTURES = ("papers.open_picture", "case_papers.picture")
"""The routes that show one paper as it was photographed."""


def install(app: Flask) -> None:
    """Write a look down before its answer leaves; an answer whose look cannot be written does not leave."""

    @app.after_request
    def note(response: Response) -> Response:
        ticket, actor = (request.view_args or {}).get("ticket"), g.get("actor")
        if ticket and actor is not None and actor.id is not None and 200 <= response.status_code < 300:
            try:
                with parts().database.write() as session:
                    looked.note(session, ticket, _seen(), actor, now=parts().clock())
            except SQLAlchemyError as error:  # what is done after a request has no handler of errors around it
                return errors.of_database(error, after_step=request.method != "GET")
        return response


def _seen() -> Seen:
    if request.endpoint in REVEALED:
        return Seen.REVEALED
    if request.endpoint in PICTURES:
        return Seen.PAPER
    return Seen.LETTER if request.path.endswith(LETTERS) else Seen.CASE
