"""Make vectors.json anew, always the same: ``python -m docs.verifier.make_vectors`` from the repository's root.

Every key is derived from a number that stands here and every person is made up: nothing of this is worth anything.
"""

import base64
import json
from dataclasses import replace
from pathlib import Path

import cbor2

from docs.verifier.vector_parts import (
    BUNDLE,
    CURRENT,
    FOREIGN,
    HERE,
    HOUR,
    LETTER,
    NOW,
    RETIRED,
    SPARE,
    URL,
    WITHDRAWN,
    bundles,
    crafted_bundle,
    flipped,
    letter,
    mirrored,
    payload_of,
    raw_of,
    text_of,
    token_id,
    with_header,
)
from schemas import letter_token
from verify.keyring import thumbprint

FILE = Path(__file__).with_name("vectors.json")
NAMES = (
    "SITI CONTOH|BUDI CONTOH|NI MADE CONTOH|I GUSTI AYU CONTOH|TEUKU CONTOH|MARIA CONTOH|UJANG CONTOH|O CONTOH|D'CONTOH RATU|ANDRÉ CONTOH|"
    "RADEN RORO SITI NURHALIZA PUTRI KUSUMAWARDHANI CONTOH WIDYANINGRUM BINTI UJI|BAYI NY. CONTOH|ABD. CONTOH, S.PD.|YOHANES CONTOH"
).split("|")


Case = dict[str, object]


def case(why: str, answer: str, code: str | None = None, **more: object) -> Case:
    """One vector; what is not said is as on an ordinary day."""
    usual = {"bundle": "good", "kept": None, "trust": thumbprint(CURRENT.private.public_key()), "now": NOW, "hospital": HERE}
    return {"why": why, "answer": answer, "code": letter() if code is None else code} | usual | more


def good_letters() -> list[Case]:
    """Letters that are good as they are."""
    people = [case(f"made-up person {name}", "VALID", letter(name=name, token_id=token_id(name))) for name in NAMES]
    years = [case(f"born in {year}", "VALID", letter(birth_year=year)) for year in (1850, 1926, 2000, 2026)]
    numbers = ("1/I/2026", "400.9.14.2/Rekom-PBPU.1234 - Dinsos.P3A/Linjamsos/XI/2026", "X" * 120)
    kinds = [case(f"number of {len(number)} letters", "VALID", letter(number=number)) for number in numbers]
    fields = [case(f"{name} {value}", "VALID", letter(**{name: value})) for name, value in (("care_class", "1"), ("segment", "PBI_JK"))]
    others = [
        case("not for one use only", "VALID", letter(single_use=False)),
        case("a guarantee of one bill", "VALID", letter(letter_type="JAMINAN_PELAYANAN")),
        case("a name in Javanese script", "VALID", letter(name="\ua9b1\ua9b6\ua9a0\ua9b6 CONTOH")),
        case("valid for a year", "VALID", letter(valid_until=NOW + 8_760 * HOUR)),
        case("valid for an hour", "VALID", letter(valid_from=NOW - HOUR // 2, valid_until=NOW + HOUR // 2)),
    ]
    return [*people, *years, *kinds, *fields, *others]


def good_places() -> list[Case]:
    """The same letter at different desks, typed in different ways."""
    anywhere = letter(hospital_code="ANY")
    typed = {
        "as an address": URL + letter(),
        "in lower case": letter().lower(),
        "as an address in lower case": (URL + letter()).lower(),
        "with blanks around it": f"  {letter()}\r\n",
        "as an address of another host": "http://localhost:8000/s/" + letter(),
    }
    return [
        case("for any hospital, at this one", "VALID", anywhere),
        case("for any hospital, at another", "VALID", anywhere, hospital="RS-CONTOH-3"),
        case("for one hospital, at an office", "VALID", hospital=None),
        *(case(why, "VALID", code) for why, code in typed.items()),
        case("under a retired key", "VALID", letter(RETIRED)),
        case("under the spare key, before this verifier heard of the rotation", "VALID", letter(SPARE)),
    ]


def good_times() -> list[Case]:
    """At the edges of validity, and bundles that may be taken."""
    return [
        case("in its first second", "VALID", letter(valid_from=NOW)),
        case("clock slow by five minutes", "VALID", letter(valid_from=NOW + 300)),
        case("in its last second", "VALID", letter(valid_until=NOW + 1)),
        case("bundle in its last second", "VALID", letter(valid_until=NOW + 900 * HOUR), now=BUNDLE.expires_at - 1),
        case("clock five minutes before the bundle", "VALID", now=BUNDLE.issued_at - 300),
        case("a bundle with empty lists", "VALID", bundle="empty"),
        case("a bundle just fetched from the office's address", "VALID", trust="https"),
        case("the same bundle again", "VALID", kept="good", trust=None),
        case("a newer bundle, by a key of the one before", "VALID", kept="older", trust=None),
        case("the same counter, made later", "VALID", bundle="same counter, later", kept="good", trust=None),
        case("the first bundle after a rotation, without network", "VALID", bundle="by the spare key", kept="good", trust=None),
        case("after a compromise, by the spare key", "VALID", letter(SPARE), bundle="after a compromise", kept="good", trust=None),
    ]


def forged_bits() -> list[Case]:
    """One bit of a good token changed, in each of its parts."""
    raw = raw_of(letter())
    places = {"tag": 0, "algorithm": 5, "payload's length": 18, "issuer": 24, "name": 150, "signature's length": -65, "r": -40, "s": -1}
    return [case(f"one bit of the {part}", "FORGED", text_of(flipped(raw, place))) for part, place in places.items()]


def forged_signatures() -> list[Case]:
    """Signatures that are not the office's over this very content."""
    other = raw_of(letter(name="BUDI CONTOH"))
    zeros = raw_of(letter())[:-64] + bytes(64)
    return [
        case("signed by a stranger under our key id", "FORGED", letter(replace(FOREIGN, key_id=CURRENT.key_id))),
        case("signature of another letter", "FORGED", text_of(raw_of(letter())[:-64] + other[-64:])),
        case("mirrored signature (high s)", "FORGED", text_of(mirrored(raw_of(letter())))),
        case("signature of zeros", "FORGED", text_of(zeros)),
        case("signed as a bundle", "FORGED", text_of(crafted_bundle(letter_token._payload(LETTER)))),
        case("one bit of the key id", "UNKNOWN_KEY", text_of(flipped(raw_of(letter()), 8))),
        case("unknown key", "UNKNOWN_KEY", letter(FOREIGN)),
        case("withdrawn key", "KEY_WITHDRAWN", letter(WITHDRAWN)),
        case("algorithm ES384", "FORGED", with_header(b"\x38\x22")),
        case("algorithm EdDSA", "FORGED", with_header(b"\x27")),
        case("algorithm HMAC", "FORGED", with_header(b"\x05")),
        case("no algorithm (0)", "FORGED", with_header(b"\x00")),
        case("a key id in the unprotected header", "FORGED", with_header(b"\x26", b"\xa1\x04\x41\x00")),
    ]


def forged_spellings() -> list[Case]:
    """The office's own content, spelled as it never spells."""
    token, claims = letter(), cbor2.loads(letter_token._payload(LETTER))
    bits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    last = token[:-1] + bits[bits.index(token[-1]) ^ 1]
    return [
        case("other unused bits in the last letter", "FORGED", last),
        case("padding", "FORGED", token + "="),
        case("an extra byte before the signature", "FORGED", text_of(raw_of(token)[:-64] + b"\x00" + raw_of(token)[-64:])),
        case("half of it", "FORGED", token[: len(token) // 2]),
        case("nothing", "FORGED", ""),
        case("too long", "FORGED", "A" * 1_001),
        case("a letter that only looks like S", "FORGED", token.replace("S", "\u017f", 1)),
        case("claims in another order", "FORGED", payload_of(dict(reversed(claims.items())), canonical=False)),
        case("one claim too many", "FORGED", payload_of(claims | {2: "x"})),
        case("a version this verifier does not know", "FORGED", payload_of(claims | {-65537: [2, *claims[-65537][1:]]})),
        case("a field missing", "FORGED", payload_of(claims | {-65537: claims[-65537][:-1]})),
    ]


def not_now() -> list[Case]:
    """Genuine letters that are good no more, not yet, or not here."""
    return [
        case("expired", "EXPIRED", letter(valid_until=NOW - HOUR)),
        case("expired this very second", "EXPIRED", letter(valid_until=NOW)),
        case("not yet valid", "NOT_YET_VALID", letter(valid_from=NOW + HOUR)),
        case("revoked, or its seal replaced", "REVOKED", letter(token_id=token_id("gone 3"))),
        case("used", "ALREADY_USED", letter(token_id=token_id("used 19"))),
        case("a letter that takes in no patient", "NOT_FOR_HOSPITAL", letter(letter_type="KET_REAKTIVASI_PBI_JK")),
        case("for another hospital", "OTHER_HOSPITAL", hospital="RS-CONTOH-2"),
    ]


def bad_bundles() -> list[Case]:
    """Bundles not to take; the letter itself is good."""
    forged = ("one bit of the list", "by a stranger under our key id", "counter raised by hand", "truncated", "mirrored signature")
    return [
        *(case(f"bundle: {name}", "BUNDLE_FORGED", bundle=name) for name in forged),
        case("an older bundle", "BUNDLE_OLDER", bundle="older", kept="good"),
        case("the same counter, made earlier", "BUNDLE_OLDER", bundle="same counter, earlier", kept="good"),
        case("an expired bundle", "BUNDLE_EXPIRED", now=BUNDLE.expires_at),
        case("a clock before the bundle's time", "CLOCK_WRONG", now=BUNDLE.issued_at - 301),
        case("a bundle by a stranger", "BUNDLE_UNTRUSTED", bundle="by a stranger"),
        case(
            "a bundle by a key withdrawn before", "BUNDLE_UNTRUSTED", bundle="by the withdrawn key", kept="after a compromise", trust=None
        ),
    ]


def content() -> str:
    """The text of vectors.json."""
    good = [*good_letters(), *good_places(), *good_times()]
    bad = [*forged_bits(), *forged_signatures(), *forged_spellings(), *not_now(), *bad_bundles()]
    named = [{"id": f"good-{place:02}"} | one for place, one in enumerate(good, 1)] + [
        {"id": f"bad-{place:02}"} | one for place, one in enumerate(bad, 1)
    ]
    used = {str(one[name]) for one in named for name in ("bundle", "kept")}
    made = {name: base64.b64encode(raw).decode() for name, raw in bundles().items() if name in used}
    about = "Made by make_vectors.py. All people, keys and letters are made up."
    return json.dumps({"about": about, "bundles": made, "vectors": named}, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(content(), encoding="utf-8")
