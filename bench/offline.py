"""Goal 5: a code verified without network, against the bare signature check of the same library."""

import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bench.contest import Bar, contest
from bench.goal import Outcome, Size, demand
from bench.letters_made import claims
from schemas.letter_token import ForgedToken, open_token, seal
from verify.keys import make_keys

TOKENS = 10_000
FORGED_EACH = 10
"""Every tenth code is forged: one bit of it is another."""


def run(size: Size) -> Outcome:
    """Seconds a code: read, key, one spelling, signature, claims, dates, revocation."""
    with tempfile.TemporaryDirectory(prefix="rekom-bench-") as folder:
        keys = make_keys(Path(folder) / "keys")
    count = size.of(TOKENS, 50)
    codes = [seal(claims(number, keys.current.key_id), keys.sealing) for number in range(count)]
    gone = frozenset(claims(number, keys.current.key_id).token_id for number in range(0, count, 7))
    now = claims(0, keys.current.key_id).valid_from + 60
    public = keys.known[keys.current.key_id]
    check(codes, gone, now, keys.known)

    def ours() -> float:
        began = time.perf_counter()
        for code in codes:
            verified(code, gone, now, keys.known)
        return (time.perf_counter() - began) / count

    bare = [signed(number, keys.sealing.private) for number in range(count)]

    def limit() -> float:
        began = time.perf_counter()
        for signature, content in bare:
            public.verify(signature, content, ec.ECDSA(hashes.SHA256()))
        return (time.perf_counter() - began) / count

    return Outcome([contest("", ours, limit, Bar(1.5, 1.15, higher=False), rounds=size.rounds)], checked=count)


def verified(code: str, gone: frozenset[str], now: int, keys: dict[str, ec.EllipticCurvePublicKey]) -> str:
    """The answer for one code, as an offline desk gives it."""
    try:
        found = open_token(code, keys)
    except ForgedToken:
        return "FORGED"
    if found.token_id in gone:
        return "REVOKED"
    return "VALID" if found.valid_from <= now < found.valid_until else "EXPIRED"


def check(codes: list[str], gone: frozenset[str], now: int, keys: dict[str, ec.EllipticCurvePublicKey]) -> None:
    """Every answer is the right one, also for codes of which one letter is another."""
    for number, code in enumerate(codes):
        wanted = "REVOKED" if number % 7 == 0 else "VALID"
        demand(verified(code, gone, now, keys) == wanted, f"code {number} is {wanted} and was answered otherwise")
        if number % FORGED_EACH == 0:
            place = len(code) // 2
            other = code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :]
            demand(verified(other, gone, now, keys) == "FORGED", f"forged code {number} was believed")
    demand(verified(codes[1], gone, now + 10**7, keys) == "EXPIRED", "a code of last month was believed")


def signed(number: int, private: object) -> tuple[bytes, bytes]:
    """Something of a letter's length with its signature, as the library writes it."""
    content = number.to_bytes(4, "big") * 50
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    signature = private.sign(content, ec.ECDSA(hashes.SHA256()))
    return signature, content
