"""A child process that lives no longer than its parent, however the parent ends."""

import os
import signal
import sys
import threading

VARIABLE = "REKOM_LIFELINE"
"""Set for children whose standard input is a pipe that only the parent holds open."""


def hold_on() -> None:
    """Where the parent asked for it, end this process as soon as the parent is gone: even SIGKILL closes its pipe."""
    if os.environ.get(VARIABLE) == "stdin":
        threading.Thread(target=_wait, args=(os.getpid(),), daemon=True, name="lifeline").start()


def _wait(pid: int) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(pid, signal.SIGTERM)
