"""That somebody had a card read from its photograph, and how well each field came out: never what it says."""

from dataclasses import fields
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from workflows import audit
from workflows.actor import Actor
from workflows.ktp import ReadCard

ACTION = "READ_CARD"


class Refused(StrEnum):
    """Why nothing was read. Where the reader was BUSY nobody looked at the photograph."""

    BUSY = "BUSY"
    NO_PICTURE = "NO_PICTURE"
    NO_CARD = "NO_CARD"
    UNREADABLE = "UNREADABLE"


def note(session: Session, card: ReadCard | None, actor: Actor, *, now: datetime, refused: Refused | None = None) -> None:
    """Write it into the officer's own trail; a photograph without a card says why it was ``refused``."""
    outcome = {one.name: getattr(card, one.name).sureness.value for one in fields(ReadCard)} if card else {}
    why = {"refused": refused.value} if refused else {}
    audit.record_on_person(session, ACTION, actor=actor, now=now, read=outcome, **why)
