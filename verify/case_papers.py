"""What pages and API do alike with the pictures of a case's papers."""

from typing import Any

from flask import Response
from sqlmodel import Session

from verify.auth import me, parts
from verify.paper_files import picture_in
from workflows import advance, papers, queries
from workflows.actor import Actor
from workflows.papers import KeptPaper
from workflows.records.case import Case
from workflows.records.case_paper import PaperKind, PaperWay
from workflows.vocabulary import DocumentType

MIMETYPE = {PaperKind.JPEG: "image/jpeg", PaperKind.PDF: "application/pdf"}
ALONE = "default-src 'none'; sandbox"
"""A picture that somebody sent is a picture and nothing else, whatever a browser takes it for."""


def keep_paper(ticket: str, paper: DocumentType, sent: bytes, actor: Actor, way: PaperWay = PaperWay.OFFICE) -> None:
    """Decode what was sent, with no transaction open meanwhile, and keep it; ``NotFound`` before that for a case one may not see."""
    with parts().database.read() as session:
        queries.events_so_far(session, ticket, actor)
    picture = picture_in(sent)
    with parts().database.write() as session:
        papers.keep(session, advance.lock(session, ticket, actor), paper, picture, way, actor, now=parts().clock())


def remove_paper(session: Session, case: Case, handle: str, given: dict[str, Any]) -> None:
    """Apply a loaded ``ReasonSchema``."""
    papers.remove(session, case, handle, given["reason"], me(), now=parts().clock())


def kept_papers(case: Case) -> tuple[KeptPaper, ...]:
    """The pictures of a case somebody may see."""
    with parts().database.read() as session:
        return papers.of_case(session, case)


def picture_response(ticket: str, handle: str) -> Response:
    """One picture as it is kept; a PDF is handed over as a file, never opened beside our pages."""
    with parts().database.read() as session:
        found = papers.look_at(session, ticket, handle, me())
    name = f"{found.type.value.lower()}-{ticket}.{found.kind.value.lower()}"
    place = "inline" if found.kind is PaperKind.JPEG else "attachment"
    headers = {"Content-Disposition": f'{place}; filename="{name}"', "Cache-Control": "no-store", "Content-Security-Policy": ALONE}
    return Response(found.content, mimetype=MIMETYPE[found.kind], headers=headers)
