"""Engine, transactions and migrations: the only place that commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from verify.vault import Vault
from workflows.sealed import use

MIGRATIONS = Path(__file__).parent / "migrations"
SQLITE_BUSY_SECONDS = 30
"""How long a writer waits for another one on SQLite before it gives up: SQLite keeps no queue, and of sixteen at once on a busy
machine an unlucky one waited longer than ten."""

IDLE_SECONDS = 60
"""How long a transaction on PostgreSQL may stand still before the server ends it: a process that was frozen, or whose host was
cut off, must not keep a case or a quota from everybody else. Ours wait for nothing outside while they are open."""


IMPATIENT_MILLISECONDS = 200
"""How long a transaction that others wait for may stand in front of a row that somebody holds."""


class Database:
    """One engine; ``read()`` for looking, ``write()`` for one transaction that commits at its end or leaves nothing.

    Make it after a fork: connections cannot be inherited.
    """

    def __init__(self, url: str, *, vault: Vault | None = None, on_commit: Callable[[], None] | None = None) -> None:
        self.engine = connect(url)
        self._writing = self.engine.execution_options(rekom_writing=True)
        self._on_commit = on_commit
        self._vault = vault
        if vault:
            use(self.engine.dialect, vault)
            own = connect(url, poolclass=NullPool)  # so that no look at keys waits for a connection somebody holds
            vault.connect(own.connect, own.execution_options(rekom_writing=True).begin)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session whose changes are thrown away."""
        self._unlock()
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, rings: bool = True) -> Iterator[Session]:
        """One transaction; after its commit the relay is woken, but not where it promises no task (``rings``)."""
        self._unlock()
        with Session(self._writing, expire_on_commit=False) as session, session.begin():
            yield session
        if self._on_commit and rings:
            self._on_commit()

    def ready(self) -> bool:
        """Whether the database answers and is migrated to this version's head."""
        with self.engine.connect() as connection:
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() == head_revision()

    def _unlock(self) -> None:
        if self._vault:
            self._vault.be_ready()

    def close(self) -> None:
        """Give the connections back, and forget the keys."""
        self.engine.dispose()
        if self._vault:
            self._vault.forget()


def be_impatient(session: Session) -> None:
    """Let this transaction give up a lock on PostgreSQL that it does not get soon."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().exec_driver_sql(f"SET LOCAL lock_timeout = '{IMPATIENT_MILLISECONDS}ms'")


def connect(url: str, **options: Any) -> Engine:
    """An engine with the settings both databases need to be equally safe; ``options`` choose another pool."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, **options)
    pool = options or {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True, "pool_timeout": 10}
    engine = create_engine(url, connect_args={"connect_timeout": 5}, **pool)
    event.listen(engine, "connect", _prepare_postgres)
    return engine


def migrate(url: str, vault: Vault | None = None) -> None:
    """Bring a database to this version's schema; personal data that still lies plain is sealed by a new ``vault``."""
    command.upgrade(_alembic(url, vault), "head")


@dataclass(frozen=True, slots=True)
class Step:
    """One migration: its name and what it brings."""

    revision: str
    about: str


def pending(url: str) -> tuple[Step, ...]:
    """The migrations a database still lacks, in their order."""
    engine = connect(url)
    try:
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    scripts = ScriptDirectory(str(MIGRATIONS))
    lacking = scripts.iterate_revisions("head", current or "base")
    return tuple(Step(one.revision, one.doc) for one in reversed(list(lacking)))


def head_revision() -> str | None:
    """The newest migration's name."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _alembic(url: str, vault: Vault | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    config.attributes["vault"] = vault
    return config


def _sqlite(url: str, **options: Any) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_postgres(connection: Any, _: Any) -> None:
    # Said on the connection and not in its options, which a pooler in between may refuse.
    connection.execute(f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The driver must not begin transactions by itself: a writer begins IMMEDIATE, so that two of them queue
    # up instead of failing half-way with SQLITE_BUSY.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writing = connection.get_execution_options().get("rekom_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
