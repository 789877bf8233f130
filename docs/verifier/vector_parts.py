"""What the vectors are made of: keys derived from a number, one made-up letter, one bundle, and ways to spoil them."""

import base64
import hashlib
from dataclasses import replace

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from schemas import letter_token, trust_bundle
from schemas.es256 import ORDER, sign
from schemas.letter_token import LetterClaims, SealingKey, seal
from schemas.trust_bundle import TrustBundle, Witness, seal_bundle
from verify.keyring import key_id_of

NOW = 1_795_400_000
HOUR = 3_600
HERE = "RS-CONTOH-1"
URL = "HTTPS://REKOM.EXAMPLE.GO.ID/S/"


def office_key(number: int) -> SealingKey:
    """The key made from a number."""
    private = ec.derive_private_key(number, ec.SECP256R1())
    return SealingKey(key_id_of(private.public_key()), private)


CURRENT, SPARE, RETIRED, WITHDRAWN, FOREIGN = map(office_key, (1001, 1002, 1003, 1004, 2001))


def token_id(name: str) -> str:
    """An id that looks random."""
    return hashlib.sha256(f"token {name}".encode()).hexdigest()[:32]


LETTER = LetterClaims(
    issuer="dinsos-contoh",
    key_id=CURRENT.key_id,
    token_id=token_id("good"),
    number="400.9/007/Dinsos/XI/2026",
    letter_type="REKOM_PBPU_PEMDA",
    name="SITI CONTOH",
    birth_year=1990,
    nik_digest=hashlib.sha256(b"nobody").digest()[:16],
    segment="PEMDA",
    care_class="3",
    hospital_code=HERE,
    valid_from=NOW - 10 * HOUR,
    valid_until=NOW + 62 * HOUR,
    single_use=True,
)
BUNDLE = TrustBundle(
    issuer="dinsos-contoh",
    counter=7,
    issued_at=NOW - HOUR,
    expires_at=NOW + 71 * HOUR,
    keys={key.key_id: key.private.public_key() for key in (CURRENT, SPARE, RETIRED)},
    withdrawn=frozenset({WITHDRAWN.key_id}),
    gone=frozenset(token_id(f"gone {number}") for number in range(5)),
    used=frozenset(token_id(f"used {number}") for number in range(20)),
    witness=Witness(1_234, 56, hashlib.sha256(b"witness").digest(), NOW - HOUR),
)


def letter(key: SealingKey = CURRENT, **changes: object) -> str:
    """A letter's token."""
    return seal(replace(LETTER, key_id=key.key_id, **changes), key)  # type: ignore[arg-type]


def raw_of(text: str) -> bytes:
    """The bytes of a token."""
    return base64.b32decode(text + "=" * (-len(text) % 8))


def text_of(raw: bytes) -> str:
    """And back."""
    return base64.b32encode(raw).decode().rstrip("=")


def flipped(raw: bytes, place: int) -> bytes:
    """With one bit changed; ``place`` counts bytes, from the end where negative."""
    place %= len(raw)
    return raw[:place] + bytes([raw[place] ^ 4]) + raw[place + 1 :]


def mirrored(raw: bytes) -> bytes:
    """With the other signature that mathematics allows: s becomes n - s."""
    return raw[:-32] + (ORDER - int.from_bytes(raw[-32:], "big")).to_bytes(32, "big")


def crafted(payload: bytes, key: SealingKey = CURRENT) -> str:
    """A true signature over any payload."""
    key_id = bytes.fromhex(key.key_id)
    return text_of(letter_token._envelope(key_id, payload, sign(letter_token._to_be_signed(key_id, payload), key.private)))


def with_header(algorithm: bytes, rest: bytes = b"\xa0") -> str:
    """A token whose protected header names another algorithm, truly signed over it; ``rest`` is the unprotected header."""
    protected = b"\xa2\x01" + algorithm + b"\x04\x48" + bytes.fromhex(CURRENT.key_id)
    payload = letter_token._payload(LETTER)
    signature = sign(cbor2.dumps(["Signature1", protected, b"", payload]), CURRENT.private)
    return text_of(b"\xd2\x84" + cbor2.dumps(protected) + rest + cbor2.dumps(payload) + b"\x58\x40" + signature)


def foreign_under_our_name() -> bytes:
    """A bundle signed by a stranger who writes our key id on it."""
    return seal_bundle(BUNDLE, replace(FOREIGN, key_id=CURRENT.key_id))


def payload_of(claims: dict[int, object], **how: bool) -> str:
    """A token over claims that this office never writes."""
    return crafted(cbor2.dumps(claims, canonical=how.get("canonical", True)))


def bundles() -> dict[str, bytes]:
    """All bundles by name."""
    good = seal_bundle(BUNDLE, CURRENT)
    alone = {SPARE.key_id: SPARE.private.public_key()}
    after = replace(
        BUNDLE,
        counter=9,
        issued_at=NOW - 600,
        withdrawn=BUNDLE.withdrawn | {CURRENT.key_id},
        keys=alone,
    )
    empty = replace(BUNDLE, gone=frozenset(), used=frozenset(), withdrawn=frozenset(), witness=None, counter=0)
    strange = replace(BUNDLE, keys={FOREIGN.key_id: FOREIGN.private.public_key()}, counter=99)
    return {
        "good": good,
        "empty": seal_bundle(empty, CURRENT),
        "older": seal_bundle(replace(BUNDLE, counter=6), CURRENT),
        "same counter, earlier": seal_bundle(replace(BUNDLE, issued_at=NOW - 2 * HOUR), CURRENT),
        "same counter, later": seal_bundle(replace(BUNDLE, issued_at=NOW - 600), CURRENT),
        "by the spare key": seal_bundle(replace(BUNDLE, counter=8), SPARE),
        "after a compromise": seal_bundle(after, SPARE),
        "by the withdrawn key": seal_bundle(replace(BUNDLE, counter=10), CURRENT),
        "by a stranger": seal_bundle(strange, FOREIGN),
        "by a stranger under our key id": foreign_under_our_name(),
        "one bit of the list": flipped(good, 300),
        "one bit of the signature": flipped(good, -1),
        "counter raised by hand": good.replace(b"\x01\x07\x83", b"\x01\x08\x83"),
        "truncated": good[:-10],
        "extra byte": good + b"\x00",
        "mirrored signature": mirrored(good),
        "a letter's token": raw_of(letter()),
        "a list that is a letter": crafted_bundle(letter_token._payload(LETTER)),
        "version 2": crafted_bundle(cbor2.dumps(trust_bundle._claims(BUNDLE) | {-65537: [2, 7, [], b"", b"", b"", None]}, canonical=True)),
        "no bytes": b"",
    }


def crafted_bundle(payload: bytes) -> bytes:
    """A true signature, of the bundle's type, over any payload."""
    key_id = bytes.fromhex(CURRENT.key_id)
    return trust_bundle._envelope(key_id, payload, sign(trust_bundle._to_be_signed(key_id, payload), CURRENT.private))
