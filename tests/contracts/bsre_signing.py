"""What the signer tests share: a paper, signers, the adapter in both versions, and the rule that a passphrase is never seen."""

import base64
import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from verify.config import Settings
from verify.registries.bsre import BsreSigner
from verify.simulator.pdf_signature import blank_paper
from verify.simulator.signers import Signer, load_signers
from workflows.errors import RegistryError
from workflows.passphrase import Passphrase
from workflows.ports import RemoteSigner, SignedPaper

PAPER = blank_paper().replace(b"595 842", b"612 936")
SIGNERS = load_signers()
VERSIONS = ("1", "2")
TESTS = str(Path(__file__).parents[1])


def signer(key: str = "kadis-contoh") -> Signer:
    found = SIGNERS.by_key(key)
    assert found
    return found


def signed(port: RemoteSigner, one: Signer | None = None, *, passphrase: str | None = None, pdf: bytes = PAPER) -> SignedPaper:
    one = one or signer()
    return port.sign(pdf, one.nik, Passphrase(passphrase or one.passphrase), "Surat rekomendasi", "Kota Serang")


@contextmanager
def adapter(settings: Settings, version: str, **changes: object) -> Iterator[BsreSigner]:
    """The real adapter; patient, unless told otherwise."""
    patient = {"bsre_total_seconds": 10.0, "registry_total_seconds": 10.0, "registry_connect_seconds": 5.0}
    port = BsreSigner(replace(settings, bsre_version=version, **{**patient, **changes}))
    yield port
    port.close()


def failure(port: RemoteSigner, one: Signer | None = None, **given: object) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        signed(port, one, **given)
    assert_untold(everything_of(caught.value))
    return caught.value


def everything_of(error: BaseException) -> str:
    """An error as the most talkative reporter would write it: its chain, its attributes, and the locals of every frame but the tests'."""
    chain, told = [error], ""
    for one in chain:
        chain += [linked for linked in (one.__cause__, one.__context__) if linked is not None and linked not in chain]
        reported = traceback.TracebackException.from_exception(one, capture_locals=True)
        told += f"{one} {one!r} {vars(one)!r}"
        told += "".join(f"{frame.name} {frame.locals}" for frame in reported.stack if not frame.filename.startswith(TESTS))
    return told


def assert_untold(text: str) -> None:
    """No passphrase of any signer in ``text``, in any of the spellings it has on its way."""
    for one in SIGNERS.everybody:
        raw = one.passphrase
        spellings = {
            raw,
            json.dumps(raw),
            json.dumps(raw)[1:-1],
            quote(raw),
            repr(raw.encode())[2:-1],
            base64.b64encode(raw.encode()).decode(),
        }
        assert not [spelling for spelling in spellings if spelling in text], "a passphrase was told"
