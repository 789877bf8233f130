"""Two people who reach for the same rows: one does its part, the other one comes to wait for it, on PostgreSQL."""

import threading
from collections.abc import Callable

from sqlalchemy import text
from sqlmodel import Session

from tests.office import Office


def waits_for_a_lock(office: Office) -> bool:
    with office.read() as session:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(session.connection().execute(text(waiting)).scalar_one())


def comes_to_wait(office: Office, other: threading.Thread) -> bool:
    """Whether another connection stands before somebody's lock, looked at again and again for some seconds."""
    for _ in range(400):
        if waits_for_a_lock(office):
            return True
        other.join(0.05)
    return False


def meanwhile(office: Office, first: Callable[[Session], object], other: Callable[[], object], rest: Callable[[Session], object]) -> None:
    """One transaction does ``first``; ``other`` begins in another connection and comes to wait for it; then ``rest``.

    PostgreSQL ends one of two that wait for each other, and what it says to the one comes out here.
    """
    broken: list[Exception] = []

    def work() -> None:
        try:
            other()
        except Exception as error:
            broken.append(error)

    thread = threading.Thread(target=work, daemon=True)
    with office.write() as session:
        first(session)
        session.flush()
        thread.start()
        assert comes_to_wait(office, thread), broken
        rest(session)
    thread.join(30)
    assert not thread.is_alive(), "the other one still waits"
    assert broken == []
