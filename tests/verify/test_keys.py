"""The office's keys: made once, kept private, rotated without a false refusal."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from schemas.letter_token import SealingKey
from verify.keys import FILE, KeyFileError, KeyRing, key_id_of, load_keys, make_keys, rotate

MAKE = "import sys, pathlib; from verify.keys import make_keys; print(make_keys(pathlib.Path(sys.argv[1])).current.key_id)"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(folder: Path) -> KeyRing:
    return make_keys(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_keys_are_for_their_owner_only(folder: Path, ring: KeyRing) -> None:
    assert mode(folder) == 0o700
    assert mode(folder / FILE) == 0o600


def test_keys_are_made_once(folder: Path, ring: KeyRing) -> None:
    again = make_keys(folder)
    assert (again.current.key_id, again.digest_key) == (ring.current.key_id, ring.digest_key)


def test_an_umask_cannot_open_the_file(folder: Path) -> None:
    before = os.umask(0)
    try:
        make_keys(folder)
    finally:
        os.umask(before)
    assert (mode(folder), mode(folder / FILE)) == (0o700, 0o600)


def test_processes_that_start_together_end_with_one_key(folder: Path) -> None:
    runs = [subprocess.Popen([sys.executable, "-c", MAKE, str(folder)], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    ids = {run.communicate(timeout=60)[0].strip() for run in runs}
    assert all(run.returncode == 0 for run in runs)
    assert ids == {load_keys(folder).current.key_id}


def test_a_left_over_of_a_killed_writer_does_no_harm(folder: Path) -> None:
    folder.mkdir(mode=0o700)
    (folder / f"{FILE}.baru").write_text("{half")
    assert make_keys(folder).current.key_id == load_keys(folder).current.key_id


def test_missing_keys_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="rekom keys init"):
        load_keys(tmp_path)


@pytest.mark.parametrize(("part", "rights"), [(FILE, 0o640), (FILE, 0o604), ("", 0o750), ("", 0o701)])
def test_keys_others_may_read_are_refused(folder: Path, ring: KeyRing, part: str, rights: int) -> None:
    (folder / part).chmod(rights)
    with pytest.raises(KeyFileError, match="terbuka bagi pengguna lain. Jalankan: chmod [67]00 "):
        load_keys(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"current": {"d": "AA"}, "retired": [], "digest_key": ""}'])
def test_a_damaged_file_is_named(folder: Path, ring: KeyRing, content: str) -> None:
    (folder / FILE).write_text(content)
    with pytest.raises(KeyFileError, match="rusak"):
        load_keys(folder)


def test_a_private_key_under_a_foreign_id_is_refused(folder: Path, ring: KeyRing) -> None:
    other = make_keys(folder.with_name("other"))
    text = (folder / FILE).read_text().replace(ring.current.key_id, other.current.key_id)
    (folder / FILE).write_text(text)
    with pytest.raises(KeyFileError, match="rusak"):
        load_keys(folder)


def test_rotation_keeps_old_keys_verifying_only(folder: Path, ring: KeyRing) -> None:
    rotate(folder)
    now = rotate(folder)
    assert next(iter(now.verifying)) == now.current.key_id
    assert ring.current.key_id in now.verifying
    assert len(now.verifying) == 4  # and the spare
    assert now.digest_key == ring.digest_key
    assert (folder / FILE).read_text().count('"d"') == 1


def test_the_digest_tells_niks_apart_and_offices_too(ring: KeyRing, tmp_path: Path) -> None:
    nik = "9901014101900001"
    digests = {ring.nik_digest(nik), ring.nik_digest("9901014101900002"), make_keys(tmp_path / "other").nik_digest(nik)}
    assert len(digests) == 3
    assert {len(digest) for digest in digests} == {16}
    assert ring.nik_digest(nik) == ring.nik_digest(nik)


def test_the_jwk_set_is_public_and_complete(folder: Path, ring: KeyRing) -> None:
    keys = rotate(folder).jwks()["keys"]
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "alg", "use"}] * 3
    assert {(key["kty"], key["crv"], key["alg"], key["use"]) for key in keys} == {("EC", "P-256", "ES256", "sig")}
    json.dumps(keys)


def test_key_ids_are_thumbprints() -> None:
    """RFC 7638 over the generator of P-256, whose coordinates FIPS 186-5 prints."""
    x, y = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
    thumbprint = hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).hexdigest()
    assert key_id_of(ec.derive_private_key(1, ec.SECP256R1()).public_key()) == thumbprint[:16]


def test_a_printed_key_ring_holds_no_secret(ring: KeyRing) -> None:
    assert isinstance(ring.current, SealingKey)
    assert ring.digest_key.hex() not in repr(ring)
    assert repr(ring.digest_key) not in repr(ring)
