"""The examples for hospital programmers run as they stand, against a live server: curl, Python, PHP, JavaScript."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import debian
from tests.journeys.site import serving
from tests.office import Office
from tests.simrs import Simrs, simrs
from verify.registries.courier import signature
from verify.sealed_secret import new_secret

FOLDER = Path(__file__).parents[2] / "docs" / "integrasi"
PROGRAMS = {"sh": "rekom.sh", "python3": "rekom.py", "node": "rekom.mjs", "php": "rekom.php"}
PACKAGES = {"sh": ("curl", "openssl"), "node": ("nodejs",), "php": ("php-cli", "php-curl")}
"""What Debian calls what an example needs."""


@pytest.fixture(scope="module", params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> list[str]:
    """How an example is started; one whose language is not on this machine, nor may be put there, is named as not run."""
    name = request.param
    if not _runs(name) and not (debian.install(*PACKAGES.get(name, ())) and _runs(name)):
        pytest.skip(f"no {name} with what it needs on this machine: docs/integrasi/{PROGRAMS[name]} was not run")
    return [str(shutil.which(name)), str(FOLDER / PROGRAMS[name])]


def _runs(name: str) -> bool:
    if name == "sh":
        return bool(shutil.which("curl") and shutil.which("openssl"))
    if name == "php" and (php := shutil.which("php")):
        return b"curl" in subprocess.run([php, "-m"], capture_output=True, check=True).stdout.split()
    return shutil.which(name) is not None


@pytest.fixture
def address(sqlite_office: Office) -> Iterator[str]:
    sqlite_office.clock.now = datetime.now(UTC)  # the examples sign with the real time
    with serving(sqlite_office.app) as made:
        yield made


def says(program: list[str], *words: str, given: bytes = b"", **environ: str) -> list[str]:
    known = {"PATH": os.environ["PATH"], **environ}
    done = subprocess.run([*program, *words], input=given, env=known, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def door(system: Simrs, address: str, base: str) -> dict[str, str]:
    return {"REKOM_URL": address, "REKOM_BASE": base, "REKOM_CLIENT_ID": system.client_id, "REKOM_CLIENT_SECRET": system.secret}


def test_an_example_checks_with_a_token_and_accepts_with_a_signature(program: list[str], sqlite_office: Office, address: str) -> None:
    ticket = sqlite_office.to_letter()
    code = sqlite_office.letter(ticket).token or ""
    ours, other = simrs(sqlite_office), simrs(sqlite_office, hospital="RS-CONTOH-2")
    assert says(program, code, **door(ours, address, "/api/v1/hospital")) == ["periksa: surat-berlaku", "terima: diterima"]
    assert says(program, code, **door(other, address, "/api/v1/hospital")) == [
        "periksa: surat-sudah-dipakai",
        "terima: surat-sudah-dipakai",
    ]
    sandbox = door(ours, address, "/api/v1/sandbox")
    assert says(program, "CONTOH-DICABUT", **sandbox) == ["periksa: surat-dicabut", "terima: surat-dicabut"]


def test_an_example_tells_genuine_news_from_forged(program: list[str]) -> None:
    secret, body, now = new_secret(), b'{"type":"letter.issued"}', str(int(datetime.now(UTC).timestamp()))
    headers = {"WEBHOOK_ID": "msg_1", "WEBHOOK_TIMESTAMP": now, "WEBHOOK_SECRET": secret, "REKOM_CLIENT_ID": "", "REKOM_CLIENT_SECRET": ""}
    good = {**headers, "WEBHOOK_SIGNATURE": f"v1,AAAA {signature(secret, 'msg_1', now, body)}"}
    assert says(program, "webhook", given=body, **good) == ["webhook: asli"]
    old = str(int(now) - 400)
    stale = {**good, "WEBHOOK_TIMESTAMP": old, "WEBHOOK_SIGNATURE": signature(secret, "msg_1", old, body)}
    for wrong in ({**good, "WEBHOOK_ID": "msg_2"}, {**good, "WEBHOOK_SECRET": new_secret()}, stale):
        assert says(program, "webhook", given=body, **wrong) == ["webhook: palsu"]
    assert says(program, "webhook", given=body + b" ", **good) == ["webhook: palsu"]
