"""What a figure was measured on."""

import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

TOLD = (
    "flask",
    "gunicorn",
    "sqlmodel",
    "sqlalchemy",
    "psycopg",
    "redis",
    "rq",
    "marshmallow",
    "cryptography",
    "typst",
    "pyhanko",
    "duckdb",
)


def versions() -> dict[str, str]:
    """Of Python and of the packages that matter to speed."""
    found = {"python": platform.python_version()}
    for name in TOLD:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """Cores, processor, system and how busy it was."""
    return {"cores": os.cpu_count(), "processor": _processor(), "system": platform.platform(terse=True), "load": os.getloadavg()[0]}


def cpu_seconds(*pids: int) -> float:
    """What the living threads of processes have used of the processors, to the nanosecond (Linux; 0 elsewhere)."""
    total = 0
    for pid in pids:
        for thread in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            with suppress(OSError):  # it ended meanwhile
                total += int(thread.read_text().split()[0])
    return total / 1e9


def children(pid: int) -> list[int]:
    """The processes a process has started, theirs too."""
    try:
        started = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return started + [grandchild for child in started for grandchild in children(child)]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
