"""Cases that ended, and what is left of them after their time."""

from sqlmodel import SQLModel, col, select

from tests.office import Office, person
from verify.commands.operator import operator
from workflows import checkpoints
from workflows import retention as policy
from workflows.records import Case

TEN_YEARS = 3_651


def revoked(office: Office, number: int = 1) -> str:
    """A case that ended with its letter taken back and its seat free."""
    ticket = office.to_letter(number)
    office.revoke(ticket)
    office.drain()
    return ticket


def trail_holds(office: Office) -> bool:
    """Whether the audit trail is whole."""
    with office.read() as session:
        return checkpoints.walk(session, checkpoints.newest_event(session)).broken is None


def everything(office: Office) -> str:
    """All that stands in the database, as one text."""
    with office.read() as session:
        tables = [session.connection().execute(table.select()).all() for table in SQLModel.metadata.sorted_tables]
    return "\n".join(str(row) for rows in tables for row in rows)


def rejected(office: Office) -> str:
    """A case that was refused."""
    ticket = office.to_decision()
    office.reject(ticket)
    return ticket


def withdrawn(office: Office) -> str:
    """A case whose applicant took it back."""
    ticket = office.open()
    office.drain()
    office.withdraw(ticket)
    return ticket


def ticket_of(office: Office, number: int) -> str:
    """The case of a made-up person."""
    with office.read() as session:
        return str(session.exec(select(Case.ticket).where(col(Case.name) == person(number)["name"])).one())


def hold(office: Office, ticket: str, reason: str = "Diperiksa inspektorat.") -> None:
    """Keep a case from the sweep."""
    with office.write() as session:
        case = session.exec(select(Case).where(Case.ticket == ticket)).one()
        policy.hold(session, case, reason, operator(office.rekom), now=office.clock())


def lift(office: Office, ticket: str) -> None:
    """Let it go again."""
    with office.write() as session:
        case = session.exec(select(Case).where(Case.ticket == ticket)).one()
        policy.lift(session, case, "Pemeriksaan selesai.", operator(office.rekom), now=office.clock())
