"""Programs from Debian's packages that tests need: installed where that may be done, so that no test is left out without need."""

import fcntl
import os
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

APT_SECONDS = 600


def install(*packages: str) -> bool:
    """Whether these packages could be installed: on Debian and Ubuntu, by root. Processes of one run install after each other."""
    if os.geteuid() != 0 or platform.system() != "Linux" or not shutil.which("apt-get"):
        return False
    with (Path(tempfile.gettempdir()) / "rekom-tests-apt.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _apt("update")
        return _apt("-o", f"DPkg::Lock::Timeout={APT_SECONDS}", "install", "-y", *packages)


def _apt(*words: str) -> bool:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    call = ["apt-get", "-qq", *words]
    try:
        done = subprocess.run(call, timeout=APT_SECONDS, check=False, stdin=subprocess.DEVNULL, capture_output=True, env=environ)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
