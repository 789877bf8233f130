"""The life of a key: published as a spare, signing, retired, or withdrawn; in the file or in the environment."""

import json
import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from schemas.letter_token import WrongSignature, open_token, seal
from tests.verify.letter_facts import NORMAL
from verify.config import Settings, load_settings
from verify.documents.letter import letter_claims
from verify.keyring import thumbprint
from verify.keys import FILE, KeyFileError, KeyRing, KeyStore, key_id_of, load_keys, make_keys, rotate, withdraw


def pem(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


ONE, TWO = (ec.derive_private_key(number, ec.SECP256R1()) for number in (31, 32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(folder: Path) -> KeyRing:
    return make_keys(folder)


def spares(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("cadangan-*"))


def sealed(ring: KeyRing) -> str:
    return seal(letter_claims(NORMAL, ring), ring.sealing)


def test_the_spare_is_published_first_and_then_signs(folder: Path, ring: KeyRing) -> None:
    assert list(ring.verifying) == [ring.current.key_id, ring.spare]
    assert spares(folder) == [f"cadangan-{ring.spare}.json"]
    now = rotate(folder)
    assert (now.current.key_id, list(now.verifying)) == (ring.spare, [ring.spare, now.spare, ring.current.key_id])
    assert spares(folder) == [f"cadangan-{now.spare}.json"]
    assert open_token(sealed(now), ring.verifying).number == NORMAL.number  # a verifier from before the rotation
    assert open_token(sealed(ring), now.verifying).number == NORMAL.number  # a letter from before it


def test_the_spares_private_half_is_for_its_owner_only(folder: Path, ring: KeyRing) -> None:
    spare = folder / spares(folder)[0]
    assert spare.stat().st_mode & 0o777 == 0o600
    spare.chmod(0o644)
    with pytest.raises(KeyFileError, match="chmod 600"):
        rotate(folder)


def test_a_spare_in_a_safe_is_asked_for_by_name(folder: Path, ring: KeyRing) -> None:
    spare = folder / spares(folder)[0]
    safe = spare.rename(folder.parent / spare.name)
    with pytest.raises(KeyFileError, match=rf"Kunci cadangan {ring.spare} tidak ada .* --fresh"):
        rotate(folder)
    assert load_keys(folder).current.key_id == ring.current.key_id
    safe.rename(spare)
    assert rotate(folder).current.key_id == ring.spare


def test_without_the_spare_a_fresh_key_signs(folder: Path, ring: KeyRing) -> None:
    (folder / spares(folder)[0]).unlink()
    now = rotate(folder, fresh=True)
    assert now.current.key_id not in ring.verifying
    assert ring.spare not in now.known


def test_a_damaged_spare_is_named(folder: Path, ring: KeyRing) -> None:
    (folder / spares(folder)[0]).write_text("{}")
    with pytest.raises(KeyFileError, match="rusak"):
        rotate(folder)


def test_a_rotation_killed_half_way_changed_nothing(folder: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("verify.keys.store", killed)
    with pytest.raises(KeyboardInterrupt):
        rotate(folder)
    monkeypatch.undo()
    assert load_keys(folder).current.key_id == ring.current.key_id
    assert len(spares(folder)) == 2
    assert rotate(folder).current.key_id == ring.spare
    assert len(spares(folder)) == 1


def test_a_file_from_before_there_were_spares_is_read_and_gets_one(folder: Path, ring: KeyRing) -> None:
    content = json.loads((folder / FILE).read_text())
    del content["next"], content["withdrawn"]
    (folder / FILE).write_text(json.dumps(content))
    assert load_keys(folder).spare is None
    assert rotate(folder).spare is not None


# --- withdrawing


def test_withdrawing_the_signing_key_puts_the_spare_in_its_place(folder: Path, ring: KeyRing) -> None:
    now = withdraw(folder, ring.current.key_id)
    assert (now.current.key_id, set(now.withdrawn)) == (ring.spare, {ring.current.key_id})
    assert ring.current.key_id not in now.verifying
    assert ring.current.key_id not in {key["kid"] for key in now.jwks()["keys"]}
    assert open_token(sealed(ring), now.known).number == NORMAL.number


def test_withdrawing_a_retired_key_or_the_spare_leaves_the_signing_key(folder: Path, ring: KeyRing) -> None:
    rotated = rotate(folder)
    assert rotated.spare
    for key_id in (ring.current.key_id, rotated.spare):
        now = withdraw(folder, key_id)
        assert (now.current.key_id, key_id in now.verifying, key_id in now.withdrawn) == (rotated.current.key_id, False, True)
    assert now.spare not in (None, rotated.spare)
    assert spares(folder) == [f"cadangan-{now.spare}.json"]


def test_withdrawing_twice_changes_nothing_more_and_a_stranger_is_refused(folder: Path, ring: KeyRing) -> None:
    first = withdraw(folder, ring.current.key_id)
    again = withdraw(folder, ring.current.key_id)
    assert (again.current.key_id, set(again.withdrawn), again.spare) == (first.current.key_id, set(first.withdrawn), first.spare)
    with pytest.raises(KeyFileError, match="tidak dikenal"):
        withdraw(folder, "0" * 16)


def test_a_withdrawn_key_stays_withdrawn_through_rotations(folder: Path, ring: KeyRing) -> None:
    withdraw(folder, ring.current.key_id)
    assert ring.current.key_id in rotate(folder).withdrawn


# --- the key in the environment


def test_a_key_from_the_environment_is_never_written(folder: Path) -> None:
    ring = make_keys(folder, pem(ONE))
    assert ring.current.key_id == key_id_of(ONE.public_key())
    assert '"d"' not in (folder / FILE).read_text()
    assert (spares(folder), ring.spare) == ([], None)
    with pytest.raises(KeyFileError, match="Isi REKOM_SIGNING_KEY_PEM"):
        load_keys(folder)
    one_line = pem(ONE).replace("\n", "\\n")
    assert load_keys(folder, one_line).current.key_id == ring.current.key_id


def test_rotating_it_means_giving_a_new_one(folder: Path) -> None:
    make_keys(folder, pem(ONE))
    with pytest.raises(KeyFileError, match="masih berisi kunci lama"):
        rotate(folder, pem(ONE))
    with pytest.raises(KeyFileError, match="belum terdaftar. Jalankan: rekom keys rotate"):
        load_keys(folder, pem(TWO))
    now = rotate(folder, pem(TWO))
    assert list(now.verifying) == [key_id_of(TWO.public_key()), key_id_of(ONE.public_key())]
    assert load_keys(folder, pem(ONE)).current.key_id == key_id_of(ONE.public_key())  # a process that was not started anew yet


def test_one_withdrawn_seals_nothing_until_a_new_one_is_given(folder: Path) -> None:
    make_keys(folder, pem(ONE))
    ring = withdraw(folder, key_id_of(ONE.public_key()), pem(ONE))
    assert dict(ring.verifying) == {}
    with pytest.raises(KeyFileError, match="sudah ditarik"):
        sealed(ring)
    now = rotate(folder, pem(TWO))
    assert (list(now.verifying), list(now.withdrawn)) == ([key_id_of(TWO.public_key())], [key_id_of(ONE.public_key())])
    with pytest.raises(KeyFileError, match="masih berisi kunci lama"):
        rotate(folder, pem(ONE))


def test_an_office_can_move_its_key_out_of_the_file(folder: Path, ring: KeyRing) -> None:
    now = rotate(folder, pem(ONE))
    assert (now.current.key_id, ring.current.key_id in now.verifying, spares(folder)) == (key_id_of(ONE.public_key()), True, [])
    assert '"d"' not in (folder / FILE).read_text()


OTHER_KEYS = {
    "rubbish": "-----BEGIN PRIVATE KEY-----\nrahasia\n-----END PRIVATE KEY-----",
    "another curve": pem(ec.generate_private_key(ec.SECP384R1())),
    "no curve at all": pem(rsa.generate_private_key(65537, 2048)),
}


@pytest.mark.parametrize("name", OTHER_KEYS)
def test_another_kind_of_key_is_refused_without_a_word_of_it(folder: Path, name: str) -> None:
    with pytest.raises(KeyFileError) as refused:
        make_keys(folder, OTHER_KEYS[name])
    assert "EC P-256" in str(refused.value)
    assert "rahasia" not in str(refused.value)


def test_no_secret_setting_is_in_a_printed_settings_object() -> None:
    settings = load_settings({"REKOM_SIGNING_KEY_PEM": pem(ONE), "REKOM_SECRET_KEY": "geheim", "REKOM_ENVIRONMENT": "test"})
    assert settings.signing_key_pem == pem(ONE)
    for secret in ("PRIVATE KEY", "geheim", Settings().bpjs_secret):
        assert secret not in repr(settings)


# --- processes


def test_a_file_damaged_later_leaves_a_running_process_its_keys(folder: Path, ring: KeyRing, caplog: pytest.LogCaptureFixture) -> None:
    store = KeyStore(folder)
    known = store.ring()
    content = (folder / FILE).read_text()
    for spoiled in ("{", None):
        caplog.clear()
        (folder / FILE).write_text(spoiled) if spoiled else (folder / FILE).unlink()
        with caplog.at_level(logging.ERROR):
            assert [store.ring() for _ in range(3)] == [known] * 3
        assert len(caplog.records) == 1
    with pytest.raises(KeyFileError):
        KeyStore(folder).ring()
    (folder / FILE).write_text(content)
    (folder / FILE).chmod(0o600)
    assert store.ring().current.key_id == ring.current.key_id


def test_a_thief_of_the_retired_key_file_cannot_sign(folder: Path, ring: KeyRing) -> None:
    rotate(folder)
    kept = (folder / FILE).read_text()
    secret = json.dumps(ring.current.private.private_numbers().private_value)
    assert secret not in kept
    assert kept.count('"d"') == 1


def test_thumbprints_begin_with_the_id(ring: KeyRing) -> None:
    assert all(thumbprint(key).startswith(key_id) for key_id, key in ring.known.items())
    with pytest.raises(WrongSignature):
        open_token(sealed(ring), {ring.current.key_id: ONE.public_key()})
