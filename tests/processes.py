"""Our own programs as real child processes of a test; they end with it however it ends."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path

from verify.config import Settings, variable
from verify.lifeline import VARIABLE

ROOT = Path(__file__).parents[1]
ASKED_OF_LINUX = Path("/proc/self/task") / str(os.getpid()) / "children"
"""Where Linux tells of children; asking ``ps`` a hundred times a second keeps the machine from what is tried on it."""


@dataclass
class Processes:
    """The relay, the workers and whatever else was started, real ones; the words of each are in ``folder``."""

    settings: Settings
    folder: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        """Run ``rekom`` with these words."""
        given = {variable(one.name): str(getattr(self.settings, one.name)) for one in fields(Settings)}
        environ = {**os.environ, **given, VARIABLE: "stdin", "PYTHONPATH": str(ROOT)}
        with (self.folder / f"{words[0]}-{len(self.started)}.log").open("wb") as log:
            call = [sys.executable, "-m", "verify.cli", *words]
            pipes = {"stdin": subprocess.PIPE, "stdout": log, "stderr": log, "pass_fds": pass_fds}
            process: subprocess.Popen[bytes] = subprocess.Popen(call, cwd=ROOT, env=environ, **pipes)
        self.started.append(process)
        return process

    def stop(self) -> None:
        """Ask all of them to leave, and make those that do not."""
        for process in self.started:
            process.terminate()
        for process in self.started:
            try:
                process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()

    def last_words(self) -> str:
        """What every process said last."""
        return " | ".join(path.read_text(errors="replace")[-300:] for path in sorted(self.folder.glob("*.log")))


def children_of(pid: int) -> list[int]:
    """A process's children: a worker's are what runs a job right now."""
    if ASKED_OF_LINUX.exists():
        with suppress(OSError):
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in listed.splitlines())
    return [int(child) for child, parent in pairs if int(parent) == pid]


def send(pids: list[int], sent: signal.Signals) -> None:
    """Signal processes by their numbers; one that is gone is gone."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, sent)
