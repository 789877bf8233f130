"""The one place that reads the time; everything else is told."""

import ctypes
from datetime import UTC, datetime

TIMEX_BYTES = 256
"""More than ``struct timex`` takes on any Linux."""
TIME_ERROR = 5
"""What adjtimex(2) answers of a clock that nothing sets."""


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def kernel_synchronised() -> bool | None:
    """Whether the operating system says that something sets its clock (adjtimex(2)); None where it cannot be asked."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))  # modes 0: ask only
    except (OSError, AttributeError):
        return None
    return None if state < 0 else state != TIME_ERROR
