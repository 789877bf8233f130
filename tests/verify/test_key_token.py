"""The signing key on a PKCS#11 token: sealed there, verified anywhere; SoftHSM stands for the HSM."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from docs.verifier.vector_parts import letter
from schemas import es256
from schemas.letter_token import open_token
from tests import debian
from tests.verify.test_key_life import sealed
from verify import key_token
from verify.config import SettingsError, load_settings
from verify.keyring import KeyFileError, key_id_of
from verify.keys import KeyStore, load_keys, make_keys, rotate, withdraw

PIN = "98765"
PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
)


@pytest.fixture(scope="module")
def module() -> str:
    """The token's driver; named as not tried where it is not installed, nor may be."""
    found = driver() or (driver() if debian.install("softhsm2") else None)
    if found is None:
        pytest.skip("no SoftHSM on this machine: verify/key_token.py was not tried")
    return found


def driver() -> str | None:
    return next((place for place in PLACES if Path(place).exists() and shutil.which("softhsm2-util")), None)


@pytest.fixture(scope="module")
def token(module: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A token with the pairs ``satu`` and ``dua``, and one of another curve; the address without its label."""
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "pin").write_text(PIN + "\n")
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(conf))
        run("--init-token", "--free", "--label", "rekom", "--so-pin", PIN, "--pin", PIN)
        for number, (label, curve) in enumerate({"satu": ec.SECP256R1(), "dua": ec.SECP256R1(), "lain": ec.SECP384R1()}.items()):
            private = ec.generate_private_key(curve)
            pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            (folder / "key.pem").write_bytes(private.private_bytes(*pem))
            run("--import", str(folder / "key.pem"), "--token", "rekom", "--label", label, "--id", f"A{number}", "--pin", PIN)
        yield f"pkcs11:token=rekom;object={{}}?module-path={module}&pin-source={folder / 'pin'}"


def run(*words: str) -> None:
    subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


def test_a_letter_sealed_on_the_token_is_verified_without_it(token: str, folder: Path) -> None:
    ring = make_keys(folder, token.format("satu"))
    assert ring.current.key_id == key_id_of(ring.current.private.public_key())
    assert '"d"' not in (folder / "kunci.json").read_text()
    codes = {letter(ring.current) for _ in range(3)}
    assert [open_token(code, ring.verifying).key_id for code in codes] == [ring.current.key_id] * len(codes)
    assert PIN not in repr(ring)


def test_threads_share_the_session(token: str, folder: Path) -> None:
    store = KeyStore(folder, token.format("satu"))
    make_keys(folder, token.format("satu"))
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda number: (number, es256.sign(b"%d" % number, store.ring().sealing.private)), range(40)))
    public = store.ring().current.private.public_key()
    assert all(es256.holds(signature, b"%d" % number, public) for number, signature in said)


FORKED = """
import os, sys
from schemas import es256
from verify.key_token import on_token
key = on_token(sys.argv[1])
es256.sign(b"parent", key)
child = os.fork()
if child == 0:
    key = on_token(sys.argv[1])
    os._exit(0 if es256.holds(es256.sign(b"child", key), b"child", key.public_key()) else 1)
assert os.waitpid(child, 0)[1] == 0
assert es256.holds(es256.sign(b"parent", key), b"parent", key.public_key())
"""


def elsewhere(program: str, address: str) -> str:
    """What a process of its own says; a process signs in to a token once."""
    command = [sys.executable, "-c", program, address]
    done = subprocess.run(command, timeout=60, cwd=Path(__file__).parents[2], env=dict(os.environ), capture_output=True, check=False)
    return done.stderr.decode()


def test_a_worker_forked_after_the_first_seal_seals_too(token: str) -> None:
    assert elsewhere(FORKED, token.format("satu")) == ""


def test_a_wrong_pin_is_told_without_it(token: str) -> None:
    said = elsewhere("import sys; from verify.key_token import on_token; on_token(sys.argv[1])", token.format("satu") + "&pin-value=11111")
    assert "PinIncorrect dari token rekom" in said and "11111" not in said


def test_rotation_and_withdrawal_go_by_another_label(token: str, folder: Path) -> None:
    old = make_keys(folder, token.format("satu")).current.key_id
    with pytest.raises(KeyFileError, match="REKOM_SIGNING_KEY_TOKEN masih berisi kunci lama"):
        rotate(folder, token.format("satu"))
    with pytest.raises(KeyFileError, match="Kunci di REKOM_SIGNING_KEY_TOKEN belum terdaftar"):
        load_keys(folder, token.format("dua"))
    now = rotate(folder, token.format("dua"))
    assert list(now.verifying) == [now.current.key_id, old]
    gone = withdraw(folder, now.current.key_id, token.format("dua"))
    with pytest.raises(KeyFileError, match="sudah ditarik"):
        sealed(gone)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("object=satu", "object=tiada"), "tidak dapat dipakai: NoSuchKey dari token rekom"),
        (("token=rekom", "token=tiada"), "tidak dapat dipakai: NoSuchToken dari token tiada"),
        (("object=satu", "object=lain"), "bukan EC P-256"),
        (("pin-source=", "pin-source=/tiada"), "Berkas PIN token tidak dapat dibaca"),
        (("module-path=", "module-path=/tiada"), "tidak ada. Pasang perangkat lunaknya"),
        (("object=satu", "x=y"), "REKOM_SIGNING_KEY_TOKEN belum lengkap: object"),
        (("pin-source=", "x="), "REKOM_SIGNING_KEY_TOKEN belum lengkap: pin-source"),
    ],
)
def test_what_is_wrong_is_named_without_the_pin(token: str, folder: Path, change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(KeyFileError, match=sentence) as said:
        make_keys(folder, token.format("satu").replace(*change))
    assert PIN not in str(said.value)
    assert make_keys(folder, token.format("satu")).current.key_id, "and the next try with the right one works"


def test_without_the_extra_it_says_what_to_install(token: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_token, "SPEAKS_TO_TOKENS", False)
    with pytest.raises(KeyFileError, match="tambahan hsm"):
        make_keys(folder, token.format("satu"))


def test_a_key_comes_from_one_place() -> None:
    with pytest.raises(SettingsError, match="Isi salah satu saja"):
        load_settings({"REKOM_SIGNING_KEY_PEM": "x", "REKOM_SIGNING_KEY_TOKEN": "pkcs11:y"})


@pytest.mark.parametrize(
    "address", ["pkcs11:token=a;object=b?module-path=/x&pin-value=", "pkcs11:token=a;object=b?module-path=/x&pin-source="]
)
def test_an_empty_pin_is_no_pin(address: str) -> None:
    with pytest.raises(KeyFileError, match="belum lengkap: pin-source"):
        key_token.address_in(address)


def test_a_file_that_is_no_driver_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.so").write_text("no library")
    with pytest.raises(KeyFileError, match="bukan penggerak token"):
        key_token.on_token(f"pkcs11:token=a;object=b?module-path={tmp_path / 'x.so'}&pin-value=1")
