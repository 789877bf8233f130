"""Alembic's entry: the same migrations run on SQLite and PostgreSQL."""

from alembic import context
from sqlmodel import SQLModel

from verify.db import connect
from workflows import records

assert records.__all__, "importing the records fills the metadata"


def run() -> None:
    """Run the wanted migrations in one transaction."""
    engine = connect(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            batch = connection.dialect.name == "sqlite"
            context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=batch, transactional_ddl=True)
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        engine.dispose()


run()
