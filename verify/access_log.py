"""Every answer that shows a case, or lists cases, is written down with who saw it, in one place for pages and API alike.

A route with a ticket shows its case; a list without one says whom it shows by ``shows``. Left out are lists of what waits for the reader's
own hands (``/``, ``/tugas``, ``/tanda-tangan`` and the API's list of letters to sign): names and masks, at every step of the day. A case
that is opened from there is a look.
"""

from collections.abc import Iterable

from flask import Flask, Response, g, request
from sqlalchemy import or_
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from verify import errors
from verify.auth import parts
from workflows import looked
from workflows.records.case import Case
from workflows.records.case_reading import Seen

LETTERS = ("surat.pdf", "draf.pdf", "letter.pdf", "draft.pdf")
REVEALED = ("privacy.reveal", "revealing.show_numbers")
"""The routes that show what masks hide."""
PICTURES = ("papers.open_picture", "case_papers.picture")
"""The routes that show one paper as it was photographed."""


def install(app: Flask) -> None:
    """Write a look down before its answer leaves; an answer whose look cannot be written does not leave."""

    @app.after_request
    def note(response: Response) -> Response:
        actor, listed, tickets = g.get("actor"), g.pop("shown_cases", set()), g.pop("shown_tickets", set())
        if 200 <= response.status_code < 300:
            tickets |= {ticket} if (ticket := (request.view_args or {}).get("ticket")) else set()
        if (tickets or listed) and actor is not None and actor.id is not None:
            try:
                shown = [column.in_(these) for column, these in ((col(Case.ticket), tickets), (col(Case.id), listed)) if these]
                with parts().database.write() as session:
                    looked.note_all(session, select(Case.id).where(or_(*shown)), _seen(), actor, now=parts().clock())
            except SQLAlchemyError as error:  # what is done after a request has no handler of errors around it
                return errors.of_database(error, after_step=request.method != "GET")
        return response


def shows(cases: Iterable[Case | None]) -> None:
    """Say that the answer to this request shows these cases, whatever its status."""
    g.setdefault("shown_cases", set()).update(case.id for case in cases if case is not None)


def shows_numbered(case_ids: Iterable[int]) -> None:
    """The same by their numbers."""
    g.setdefault("shown_cases", set()).update(case_ids)


def shows_ticket(ticket: str) -> None:
    """The same of one case by its number, which the reader is told even where they may not open it."""
    g.setdefault("shown_tickets", set()).add(ticket)


def _seen() -> Seen:
    if request.endpoint in REVEALED:
        return Seen.REVEALED
    if request.endpoint in PICTURES:
        return Seen.PAPER
    return Seen.LETTER if request.path.endswith(LETTERS) else Seen.CASE
