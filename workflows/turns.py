"""Turns of writers who change what has no row of its own to lock: they go by a name, one after the other."""

from sqlalchemy import func
from sqlmodel import Session, select

COVERAGE = "coverage:{}"
"""Counting a region."""
JAMKESDA = "jamkesda:{}"
"""A region's Jamkesda: its lists, batches, sorting and retention."""


def take_turn(session: Session, name: str) -> None:
    """Wait until nobody else holds ``name``, and hold it to the end of this transaction; a second time costs nothing.

    Taken before the first look at what is changed. On SQLite there is one writer at a time anyway.
    """
    if session.connection().dialect.name == "postgresql":
        session.exec(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0)))).one()
