"""A process of its own that reads the lines in one picture: within limits, without network, and with nothing written anywhere.

Started as a script, isolated from our packages. Reads the picture, a JPEG that ``scan_child`` wrote, from standard input; writes the
lines of two readings, one of the picture and one of it larger and with more contrast, to standard output as JSON: text, score and corners.
"""

import ctypes
import json
import os
import resource
import sys
from contextlib import suppress
from typing import Any

NO_USERS, NO_NETWORK = 0x10000000, 0x40000000
"""``CLONE_NEWUSER`` and ``CLONE_NEWNET`` of Linux: a network of its own, which has nothing in it."""


def stay_within(memory: int, seconds: int) -> None:
    """Limit this process before anything is imported: importing runs code too."""
    limits = ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0))
    for limit, value in limits:  # no core: a picture must not outlive the process that read it
        with suppress(ValueError, OSError):  # macOS knows no limit of the address space
            resource.setrlimit(limit, (value, value))
    with suppress(AttributeError, OSError):  # another system, or one that allows it to nobody: then the hook below stands alone
        ctypes.CDLL(None, use_errno=True).unshare(NO_USERS | NO_NETWORK)
    sys.addaudithook(refuse_network)
    os.nice(5)  # reading a card waits for the pages of others, not they for it


def refuse_network(event: str, _: tuple[Any, ...]) -> None:
    """What Python opens towards a network is refused, also where the system gave no network of its own."""
    if event in ("socket.connect", "socket.getaddrinfo", "socket.bind", "socket.sendto"):
        raise OSError("no network here")


if __name__ == "__main__":
    stay_within(*map(int, sys.argv[1:3]))

MISSING = ""
"""Why the reader does not load: a part of the extra, or a library of the system that it needs."""
try:
    import cv2
    import numpy as np
    from rapidocr import RapidOCR
except ImportError as error:
    MISSING = str(error)

FIRST_EDGE, SECOND_EDGE = 1600, 1200
"""Pixels of the longer side of the two readings: the first at most, the second always."""


def main(threads: int) -> int:
    """Read what comes in, or with no threads only load; a few words to standard error where that cannot be done."""
    if MISSING or not threads:
        sys.stderr.write(MISSING)
        return 4 if MISSING else 0
    picture = cv2.imdecode(np.frombuffer(sys.stdin.buffer.read(), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        sys.stderr.write("broken")
        return 3
    reader = RapidOCR(params={**OPTIONS, "EngineConfig.onnxruntime.intra_op_num_threads": threads})
    readings = [
        lines(reader, scaled(picture, min(FIRST_EDGE, max(picture.shape)))),
        lines(reader, contrasted(scaled(picture, SECOND_EDGE))),
    ]
    sys.stdout.write(json.dumps(readings))
    return 0


OPTIONS = {
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Global.log_level": "critical",
}
"""Models are those in the package's own folder: nothing is fetched."""


def scaled(picture: Any, edge: int) -> Any:
    """The picture with so many pixels on its longer side."""
    times = edge / max(picture.shape)
    return cv2.resize(picture, None, fx=times, fy=times, interpolation=cv2.INTER_AREA if times < 1 else cv2.INTER_CUBIC)


def contrasted(picture: Any) -> Any:
    """In grey, shadows and light made even."""
    grey = cv2.createCLAHE(2.0, (8, 8)).apply(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def lines(reader: Any, picture: Any) -> list[list[Any]]:
    """Text, score and corners of each line; none where there is no text."""
    found = reader(picture)
    if found.boxes is None or found.txts is None:
        return []
    rows = zip(found.txts, found.scores, found.boxes, strict=True)
    return [[text, float(score), [[float(x), float(y)] for x, y in box]] for text, score, box in rows]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[3])))
