"""That somebody had a card read from its photograph, and how well each field came out: never what it says."""

from dataclasses import fields
from datetime import datetime

from sqlmodel import Session

from workflows import audit
from workflows.actor import Actor
from workflows.ktp import ReadCard

ACTION = "READ_CARD"


def note(session: Session, card: ReadCard | None, actor: Actor, *, now: datetime) -> None:
    """Write it into the officer's own trail; None for a photograph in which no card was found."""
    outcome = {one.name: getattr(card, one.name).sureness.value for one in fields(ReadCard)} if card else {}
    audit.record_on_person(session, ACTION, actor=actor, now=now, read=outcome)
