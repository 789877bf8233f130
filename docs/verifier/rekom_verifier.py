"""Check letters of a social-affairs office without network. Python 3.10+ and `cryptography`; README.md has the format."""

import base64
import hashlib
import json
import re
from collections import namedtuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

TOKEN_HEAD, BUNDLE_HEAD, BUNDLE_TYPE = bytes.fromhex("d2844da201260448"), bytes.fromhex("d284581ba301260448"), b"\x10\x6crekom-bundle"
OWN, LONGEST, TOLERANCE = -65537, 1_000, 300  # our own claim; characters of a code; seconds by which a clock may be slow
HALF_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2
LETTER = "version number letter_type name birth_year nik_digest segment care_class hospital_code single_use".split()
AT_HOSPITAL = ("REKOM_PBPU_PEMDA", "JAMINAN_PELAYANAN")  # all other letters ask something of the insurer and pay nothing
BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
Bundle = namedtuple("Bundle", "issuer counter issued_at expires_at keys withdrawn gone used witness")


class Refused(Exception):
    """Not believed; args[0] is the answer."""


def need(truth, answer="FORGED"):
    if not truth:
        raise Refused(answer)


def cbor(data, at=0):
    """One CBOR item in its only spelling (shortest heads, sorted keys, nothing indefinite), and where it ends."""
    kind, size = data[at] >> 5, data[at] & 31
    width = 0 if size < 24 else 1 << size - 24
    need(size < 28 and at + 1 + width <= len(data))
    number = int.from_bytes(data[at + 1 : at + 1 + width], "big") if width else size
    need(not width or number >= (24, 2**8, 2**16, 2**32)[size - 24])
    at += 1 + width
    if kind < 2:
        return (-1 - number if kind else number), at
    if kind < 4:
        need(at + number <= len(data))
        return (data[at : at + number].decode() if kind == 3 else data[at : at + number]), at + number
    if kind > 5:
        need(kind == 7 and not width)
        return {20: False, 21: True, 22: None}[number], at
    items, names = [], []
    for _ in range(number):
        start = at
        item, at = cbor(data, at)
        if kind == 5:
            names.append((at - start, data[start:at]))
            value, at = cbor(data, at)
            item = (item, value)
        items.append(item)
    need(names == sorted(set(names)))
    return (dict(items) if kind == 5 else items), at


def envelope(raw, head, kind):
    """Key id, payload, what was signed, and the signature of a COSE_Sign1 in its only spelling."""
    start = len(head) + 8 + len(kind)
    need(raw.startswith(head) and raw[len(head) + 8 : start + 1] == kind + b"\xa0" and 0x58 <= raw[start + 1] <= 0x5A)
    payload, end = cbor(raw, start + 1)
    need(raw[end : end + 2] == b"\x58\x40" and len(raw) == end + 66)
    return raw[len(head) : len(head) + 8].hex(), payload, b"\x84\x6aSignature1" + raw[2:start] + b"\x40" + raw[start + 1 : end], raw[-64:]


def check_signature(signature, content, key):
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    need(s <= HALF_ORDER)  # the mirrored signature is a forgery: there is one spelling
    try:
        key.verify(utils.encode_dss_signature(r, s), content, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("FORGED") from None


def thumbprint(x, y):
    """RFC 7638, in hexadecimal digits; a key's id is its first 16."""
    x, y = (base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (x, y))
    return hashlib.sha256(json.dumps({"crv": "P-256", "kty": "EC", "x": x, "y": y}, separators=(",", ":")).encode()).hexdigest()


def open_bundle(raw, now=None, trust=None, kept=None):
    """A bundle to believe from now on, or ``Refused``. ``now`` is None only for the file one kept oneself.

    It must be signed by a key of the bundle ``kept`` so far, or by the one with the thumbprint ``trust``; ``"https"``
    instead of a thumbprint says that it just came from the office's own address.
    """
    try:
        kid, payload, content, signature = envelope(raw, BUNDLE_HEAD, BUNDLE_TYPE)
        claims, end = cbor(payload)
        version, counter, listed, withdrawn, gone, used, witness = claims[OWN]
        prints = {key[2].hex(): thumbprint(key[-2], key[-3]) for key in listed}
        keys = {key[2].hex(): ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\4" + key[-2] + key[-3]) for key in listed}
        ids = [{part[i : i + n].hex() for i in range(0, len(part), n)} for part, n in ((withdrawn, 8), (gone, 16), (used, 16))]
        bundle = Bundle(claims[1], counter, claims[6], claims[4], keys, *ids, witness)
        need(end == len(payload) and version == 1 and set(claims) == {1, 4, 6, OWN})
        need(kid in keys and not ids[0] & set(keys) and all(full.startswith(name) for name, full in prints.items()))
        check_signature(signature, content, keys[kid])
    except (Refused, *BROKEN):
        raise Refused("BUNDLE_FORGED") from None
    held = kept and kept.keys.get(kid) == keys[kid] and now is not None and now < kept.expires_at
    need(now is None or held or trust in ("https", prints[kid]), "BUNDLE_UNTRUSTED")
    need(not kept or (counter, bundle.issued_at) >= (kept.counter, kept.issued_at), "BUNDLE_OLDER")
    if now is not None:
        check_age(bundle, now)
    return bundle


def check_age(bundle, now):
    need(now >= bundle.issued_at - TOLERANCE, "CLOCK_WRONG")
    need(now < bundle.expires_at, "BUNDLE_EXPIRED")


def check(code, bundle, now, hospital=None):
    """The answer for one letter, ``"VALID"`` or why not, and its claims where its seal holds."""
    claims = None
    try:
        check_age(bundle, now)
        need(code.isascii())
        text = re.split("/s/", code.strip(), maxsplit=1, flags=re.IGNORECASE)[-1].upper()
        need(0 < len(text) <= LONGEST)
        raw = base64.b32decode(text + "=" * (-len(text) % 8))
        need(base64.b32encode(raw).decode().rstrip("=") == text)
        kid, payload, content, signature = envelope(raw, TOKEN_HEAD, b"")
        need(kid not in bundle.withdrawn, "KEY_WITHDRAWN")
        need(kid in bundle.keys, "UNKNOWN_KEY")
        check_signature(signature, content, bundle.keys[kid])
        content, end = cbor(payload)
        letter = dict(zip(LETTER, content[OWN], strict=True))
        need(end == len(payload) and letter["version"] == 1 and set(content) == {1, 4, 5, 7, OWN} and content[4] > content[5])
        claims = {**letter, "issuer": content[1], "valid_until": content[4], "valid_from": content[5], "token_id": content[7].hex()}
        need(claims["token_id"] not in bundle.gone, "REVOKED")
        need(claims["token_id"] not in bundle.used, "ALREADY_USED")
        need(now < claims["valid_until"], "EXPIRED")
        need(now >= claims["valid_from"] - TOLERANCE, "NOT_YET_VALID")
        need(claims["letter_type"] in AT_HOSPITAL, "NOT_FOR_HOSPITAL")
        need(hospital is None or claims["hospital_code"] in ("ANY", hospital), "OTHER_HOSPITAL")
    except Refused as refused:
        return refused.args[0], claims
    except BROKEN:
        return "FORGED", None
    return "VALID", claims
