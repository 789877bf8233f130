"""Our real web server, gunicorn with its processes, under a policy folder of the caller's."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from schemas.policy_file import load_policies, policies_folder
from verify import server
from verify.composition import Rekom
from verify.config import Settings, load_settings, variable
from workflows.rules.policy import PolicyBook

POLICIES, BEGAN = "LOAD_POLICIES", "LOAD_BEGAN"
STOP_SECONDS = 40


class Limited(Rekom):
    """Rekom under the policies of a folder, at the time of the office that made its cases; from there on time goes by."""

    def __init__(self, settings: Settings) -> None:
        began, behind = datetime.fromisoformat(os.environ[BEGAN]), time.monotonic()
        super().__init__(settings, lambda: began + timedelta(seconds=time.monotonic() - behind))

    @cached_property
    def policies(self) -> PolicyBook:
        return load_policies(Path(os.environ[POLICIES]))


def policies_with(folder: Path, seats: int) -> Path:
    """A copy of the policy files in which Kota Serang has so many seats a year and nobody goes above them."""
    copied = Path(shutil.copytree(policies_folder(), folder / "policies"))
    (file,) = (copied / "regions").glob("3673-*.toml")
    text = re.sub(r"(quota_seats = \{ value = )\d+", rf"\g<1>{seats}", file.read_text(encoding="utf-8"))
    file.write_text(re.sub(r"(emergency_over_quota = \{ value = )true", r"\g<1>false", text), encoding="utf-8")
    return copied


@contextmanager
def serving(settings: Settings, policies: Path, workers: int, threads: int, began: datetime) -> Iterator[int]:
    """The port of a server that is ready; it is told to stop at the end."""
    given = {variable(name): str(getattr(settings, name)) for name in settings.__dataclass_fields__}
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = [sys.executable, "-m", "tests.load.serving", str(listening.fileno()), str(workers), str(threads)]
        environ = {**os.environ, **given, POLICIES: str(policies), BEGAN: began.isoformat()}
        child = subprocess.Popen(command, env=environ, pass_fds=(listening.fileno(),), stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        try:
            if not child.stdout.readline():
                raise RuntimeError("the server did not start")
            yield listening.getsockname()[1]
        finally:
            child.terminate()
            child.wait(STOP_SECONDS)
            child.stdout.close()


def main() -> None:
    """The server process."""
    descriptor, workers, threads = map(int, sys.argv[1:])
    vars(server)["Rekom"] = Limited
    server.serve(
        load_settings(), server.Address(f"fd://{descriptor}", workers, threads), lambda: sys.stdout.write("ready\n") and sys.stdout.flush()
    )


if __name__ == "__main__":
    main()
