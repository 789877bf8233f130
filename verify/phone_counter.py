"""The officer's telephone: its link, whose it is, and what it sends."""

import secrets
from dataclasses import dataclass

from flask import session as cookie
from sqlmodel import Session

from verify import auth, lookups
from verify.auth import me, my_session, parts
from verify.paper_files import picture_in
from workflows import advance, papers, phone_links
from workflows.actor import Actor
from workflows.errors import NotFound
from workflows.papers import KeptPaper
from workflows.phone_links import OVER
from workflows.records.case import Case
from workflows.records.case_paper import PaperWay
from workflows.records.phone_link import PhoneLink
from workflows.vocabulary import DocumentType

TOKEN, DEVICE = "phone_link", "phone"
BYTES = 24


@dataclass(frozen=True, slots=True)
class Handed:
    """What a telephone with a good link may do: photograph the papers of one case for one officer."""

    link: PhoneLink
    case: Case
    actor: Actor
    kept: tuple[KeptPaper, ...]


def open_link(session: Session, case: Case) -> None:
    """Make a link for the case; its token stays in the officer's own cookie, to be drawn as a QR."""
    token = secrets.token_urlsafe(BYTES)
    phone_links.make(session, case, token, my_session().digest, me(), now=parts().clock())
    cookie[TOKEN] = token


def end_link(session: Session, case: Case) -> None:
    """End the officer's link for the case."""
    phone_links.end(session, case, me(), now=parts().clock())
    cookie.pop(TOKEN, None)


def my_link(case: Case) -> tuple[str, PhoneLink] | None:
    """The officer's live link for a case, with its token."""
    token = cookie.get(TOKEN, "")
    with parts().database.read() as session:
        link = phone_links.live(session, token, now=parts().clock())
    return (token, link) if link and (link.case_id, link.staff_id) == (case.id, me().id) else None


def handed(token: str) -> Handed:
    """What is behind a token, for whoever holds it; ``NotFound`` once it is over. Guesses are counted by address."""
    lookups.admit_stranger()
    found = _handed(token)
    if found is None:
        lookups.missed_by_stranger()
        raise NotFound(OVER)
    phone_links.check_device(found.link, _device())
    return found


def send(token: str, paper: DocumentType, sent: bytes) -> None:
    """Keep one photograph in the officer's name."""
    found = handed(token)
    picture = picture_in(sent)
    now = parts().clock()
    with parts().database.write() as session:
        case = advance.lock(session, found.case.ticket, found.actor)
        phone_links.count(session, token, _device(), now=now)
        papers.keep(session, case, paper, picture, PaperWay.PHONE, found.actor, now=now)


def _handed(token: str) -> Handed | None:
    with parts().database.read() as session:
        link = phone_links.live(session, token, now=parts().clock())
        if link is None:
            return None
        case = session.get_one(Case, link.case_id)
        kept = papers.of_case(session, case)
    found = auth.session_of(parts(), link.sign_in)
    return Handed(link, case, found[1], kept) if found and case.closed_at is None else None


def _device() -> str:
    """What tells this telephone from another: random, in its own cookie."""
    return str(cookie.setdefault(DEVICE, secrets.token_urlsafe(BYTES)))
