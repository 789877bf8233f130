"""Count what a database holds, so that a copy can be held against it."""

from sqlalchemy import Connection, func, inspect, select, table, text
from sqlmodel import Session

from verify.backup.receipt import Contents
from workflows import checkpoints, trust

OWN = "alembic_version"


def count(connection: Connection) -> Contents:
    """Everything within the connection's transaction; the audit trail is walked link by link."""
    names = sorted(set(inspect(connection).get_table_names()) - {OWN})
    rows = {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names}
    revision = str(connection.execute(text(f"SELECT version_num FROM {OWN}")).scalar_one())  # noqa: S608 -- a constant
    with Session(connection) as session:
        walked = checkpoints.walk(session, checkpoints.newest_event(session))
        return Contents(
            revision, rows, walked.chains, walked.root if walked.broken is None else f"broken: {walked.broken}", trust.counter(session)
        )


def differences(expected: Contents, found: Contents) -> list[str]:
    """What does not agree, a sentence each."""
    said = [
        f"Tabel {name}: {found.rows.get(name, 0)} baris, seharusnya {expected.rows.get(name, 0)}."
        for name in sorted({*expected.rows, *found.rows})
        if found.rows.get(name) != expected.rows.get(name)
    ]
    if (found.chains, found.root) != (expected.chains, expected.root):
        said.append("Jejak audit berbeda dari saat cadangan dibuat.")
    if found.revision != expected.revision:
        said.append(f"Versi skema {found.revision}, seharusnya {expected.revision}.")
    return said
