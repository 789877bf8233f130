"""The embedded Valkey: private, durable, and never left behind or started twice."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.services import guarded
from verify import embedded
from verify.embedded import EmbeddedRedisError, embedded_redis

PARENT = """
import sys, time
from pathlib import Path
from verify.embedded import embedded_redis
with embedded_redis(Path(sys.argv[1])) as url:
    print(url, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def orphan(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The URL and process id of a server whose parent was killed."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    url = parent.stdout.readline().strip()
    parent.kill()
    parent.communicate()
    pid = process_of(url)
    with guarded(pid, signal.SIGTERM):
        yield url, pid
    if alive(pid):
        os.kill(pid, signal.SIGKILL)


def process_of(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def socket_of(url: str) -> Path:
    return Path(url.removeprefix("unix://"))


def alive(pid: int) -> bool:
    try:
        return "valkey" in Path(f"/proc/{pid}/cmdline").read_text() if Path("/proc/self").exists() else not os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return False


def put(url: str, key: str, value: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.set(key, value)


def get(url: str, key: str) -> bytes | None:
    with redis.Redis.from_url(url) as client:
        return client.get(key)


def test_it_listens_on_a_private_socket_only(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url, redis.Redis.from_url(url) as client:
        socket = socket_of(url)
        assert client.config_get("port") == {"port": "0"}
        assert socket.stat().st_mode & 0o777 == 0o700
        assert socket.parent.stat().st_mode & 0o777 == 0o700


def test_every_write_outlives_a_stop(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url:
        put(url, "case", "1")
        assert not list(tmp_path.glob("*.rdb"))
    with embedded_redis(tmp_path) as url:
        assert get(url, "case") == b"1"


def test_nothing_is_left_after_a_stop(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url:
        pid = process_of(url)
    assert not alive(pid)
    assert not socket_of(url).parent.exists()
    assert not (tmp_path / "redis.json").exists()


def test_it_ends_when_the_work_inside_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), embedded_redis(tmp_path) as url:
        pid = process_of(url)
        raise ZeroDivisionError
    assert not alive(pid)


def test_two_folders_do_not_meet(tmp_path: Path) -> None:
    with embedded_redis(tmp_path / "one") as one, embedded_redis(tmp_path / "two") as two:
        put(one, "case", "1")
        assert get(two, "case") is None


def test_a_second_user_shares_the_server_and_leaves_it_running(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as first:
        with embedded_redis(tmp_path) as second:
            assert second == first
        put(first, "case", "1")


def test_the_server_of_a_killed_parent_is_taken_over_and_ended(tmp_path: Path, orphan: tuple[str, int]) -> None:
    left_url, left_pid = orphan
    put(left_url, "case", "1")
    with embedded_redis(tmp_path) as url:
        assert (url, process_of(url)) == (left_url, left_pid)
        assert get(url, "case") == b"1"
    assert not alive(left_pid)


def test_a_parent_killed_before_it_could_write_the_process_id_is_no_riddle(tmp_path: Path, orphan: tuple[str, int]) -> None:
    url, pid = orphan
    embedded._record(tmp_path, socket_of(url), None)
    with embedded_redis(tmp_path) as again:
        assert process_of(again) == pid


def test_a_left_server_nobody_can_reach_any_more_is_ended_before_a_new_one_starts(tmp_path: Path, orphan: tuple[str, int]) -> None:
    left_url, left_pid = orphan
    put(left_url, "case", "1")
    shutil.rmtree(socket_of(left_url).parent)  # as a cleaner of temporary folders does
    with embedded_redis(tmp_path) as url:
        assert not alive(left_pid)
        assert get(url, "case") == b"1"


def test_a_recorded_process_that_is_somebody_else_by_now_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    embedded._record(tmp_path, Path("/nowhere/rekom-gone/valkey.sock"), stranger.pid)
    with embedded_redis(tmp_path) as url:
        assert process_of(url) != stranger.pid
        assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize("left", ["", "{", "[]", '{"socket": 1}', '{"pid": 1}', "null"])
def test_a_torn_record_does_not_stop_a_start(tmp_path: Path, left: str) -> None:
    (tmp_path / "redis.json").write_text(left)
    with embedded_redis(tmp_path) as url:
        assert process_of(url)


def test_an_interrupt_in_the_terminal_does_not_reach_the_server(tmp_path: Path) -> None:
    with embedded_redis(tmp_path) as url:
        assert os.getsid(process_of(url)) != os.getsid(0)


def test_without_the_wheel_an_installed_server_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed = tmp_path / "redis-server"
    installed.symlink_to(embedded.server_program())
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert embedded.server_program() == installed
    with embedded_redis(tmp_path / "data") as url:
        assert process_of(url)


def test_without_any_server_the_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedRedisError, match="Pasang valkey-server atau redis-server .* atau isi REDIS_URL"):
        embedded_redis(tmp_path / "data").__enter__()


def test_a_server_that_will_not_start_is_told_with_its_log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded, "server_program", lambda: Path(shutil.which("false") or ""))
    started = time.monotonic()
    with pytest.raises(EmbeddedRedisError, match="valkey.log"):
        embedded_redis(tmp_path).__enter__()
    assert time.monotonic() - started < 5
    assert not (tmp_path / "redis.json").exists()


def test_a_folder_held_by_a_silent_process_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded, "START_SECONDS", 0.2)
    with embedded._hold(tmp_path / "redis.lock"), pytest.raises(EmbeddedRedisError, match=str(tmp_path)):
        embedded_redis(tmp_path).__enter__()


def test_a_long_temporary_folder_does_not_break_the_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(embedded.tempfile, "tempdir", str(long))
    with embedded_redis(tmp_path) as url:
        assert len(str(socket_of(url))) < 104
        assert process_of(url)
