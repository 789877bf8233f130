"""Rows of a workbook, read by a child process with limits of memory and time."""

import json
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from verify.imports.source import ImportRefused, Row, Source

CHILD = Path(__file__).with_name("xlsx_child.py")
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 120
WALL_SECONDS = 600

ALONE: Mapping[str, Any] = {
    "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "env": {}, "text": True, "encoding": "utf-8",
}  # fmt: skip

TOO_MUCH = "Berkas .xlsx ini terlalu besar atau rusak. Simpan sebagai CSV, lalu ulangi."
REFUSALS: Mapping[str, str] = {
    "password": "Berkas .xlsx ini dikunci kata sandi. Simpan tanpa kata sandi, lalu ulangi.",
    "broken": "Berkas .xlsx ini rusak. Minta berkas baru.",
    "memory": TOO_MUCH,
    "sheets": "Berkas .xlsx ini berisi lebih dari satu lembar. Sisakan satu lembar, lalu ulangi.",
    "wide": "Berkas .xlsx ini berisi lebih dari 200 kolom. Sisakan kolom yang diminta, lalu ulangi.",
    "empty": "Berkas .xlsx ini kosong. Minta berkas baru.",
}


class XlsxReader:
    """The rows of the only filled sheet; ``done`` of ``total`` rows."""

    def __init__(self, source: Source, memory: int = MEMORY_BYTES, seconds: int = CPU_SECONDS) -> None:
        self._path, self._limits = source.path, (str(memory), str(seconds))
        self.total = 0
        self.done = 0

    def rows(self) -> Generator[Row]:
        """Row numbers as Excel shows them, with cells."""
        ended = False
        with _child(self._path, self._limits) as output:
            for line in output:
                row = _loaded(line)
                if isinstance(row, list):
                    self.done += 1
                    yield self.done, row
                else:
                    ended = self._told(row)
        if not ended:
            raise ImportRefused(TOO_MUCH)

    def _told(self, message: Mapping[str, Any]) -> bool:
        """Take a message that is no row; whether it was the last."""
        if "refused" in message:
            raise ImportRefused(REFUSALS[message["refused"]])
        self.total = message.get("rows", self.total)
        return message.get("end") == self.done


@contextmanager
def _child(path: Path, limits: Sequence[str]) -> Iterator[IO[str]]:
    """The child's output; it gets the open file and nothing of our environment, and ends when we stop reading."""
    with path.open("rb") as file, subprocess.Popen(_command(file, limits), pass_fds=(file.fileno(),), **ALONE) as process:
        deadline = threading.Timer(WALL_SECONDS, process.kill)
        deadline.daemon = True
        deadline.start()
        try:
            assert process.stdout is not None
            yield process.stdout
        finally:
            deadline.cancel()
            process.kill()


def _command(file: IO[bytes], limits: Sequence[str]) -> list[str]:
    # By its number, because an uploaded file has no name.
    return [sys.executable, "-I", str(CHILD), f"/dev/fd/{file.fileno()}", *limits]


def _loaded(line: str) -> Any:
    try:
        return json.loads(line, object_hook=_unmarked)
    except ValueError:  # the child was ended by its limits in the middle of a line
        raise ImportRefused(TOO_MUCH) from None


def _unmarked(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value["day"]) if set(value) == {"day"} else value
