"""12,000 forgeries of 12 kinds: none is accepted, neither at the desk nor by a verifier without network."""

import base64
import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from docs.verifier.rekom_verifier import check, open_bundle
from docs.verifier.vector_parts import FOREIGN, mirrored, raw_of, text_of, with_header
from schemas.es256 import sign
from schemas.letter_token import ForgedToken, LetterClaims, SealingKey, _envelope, _payload, _split, _to_be_signed, open_token, seal
from tests.office import Office
from verify.keys import rotate, withdraw
from verify.seals import letter_with, refusal
from workflows import desk, trust
from workflows.actor import SYSTEM
from workflows.desk import DeskAnswer

FLIPS, OTHERS = 10_000, 2_000
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
HOSPITAL, ROOT = "RS-CONTOH-1", Path(__file__).parents[2]
BY_HTTP = 5
"""Of each kind, so many go the whole way through the API."""


@dataclass(frozen=True)
class Loot:
    """What a forger has: real codes, a stolen key that was withdrawn, keys of his own."""

    codes: tuple[str, ...]
    claims: tuple[LetterClaims, ...]
    stolen: SealingKey
    dice: random.Random


def flips(loot: Loot) -> Iterator[str]:
    """Each bit of each real code, once."""
    places = [(code, place) for code in loot.codes for place in range(8 * len(raw_of(code)))]
    for code, place in loot.dice.sample(places, FLIPS):
        touched = bytearray(raw_of(code))
        touched[place // 8] ^= 1 << place % 8
        yield text_of(bytes(touched))


def foreign_key(loot: Loot) -> str:
    return seal(replace(changed(loot), key_id=FOREIGN.key_id), FOREIGN)


def foreign_key_under_our_name(loot: Loot) -> str:
    claims = changed(loot)
    return seal(claims, replace(FOREIGN, key_id=claims.key_id))


def stolen_key(loot: Loot) -> str:
    return seal(replace(changed(loot), key_id=loot.stolen.key_id, token_id=loot.dice.randbytes(16).hex()), loot.stolen)


def stolen_key_and_a_real_letter(loot: Loot) -> str:
    return seal(replace(changed(loot), key_id=loot.stolen.key_id), loot.stolen)


def edited(loot: Loot) -> str:
    """Other content under the true signature."""
    code = loot.dice.choice(loot.codes)
    key_id, _, signature = _split(raw_of(code))
    return text_of(_envelope(key_id, _payload(changed(loot)), signature))


def signature_of_another(loot: Loot) -> str:
    one, other = loot.dice.sample(loot.codes, 2)
    return text_of(raw_of(one)[:-64] + raw_of(other)[-64:])


def mirror(loot: Loot) -> str:
    return text_of(mirrored(raw_of(loot.dice.choice(loot.codes))))


def cut(loot: Loot) -> str:
    code = loot.dice.choice(loot.codes)
    return code[: loot.dice.randrange(len(code))]


def lengthened(loot: Loot) -> str:
    raw = raw_of(loot.dice.choice(loot.codes))
    place = loot.dice.randrange(len(raw) + 1)
    return text_of(raw[:place] + loot.dice.randbytes(loot.dice.randint(1, 8)) + raw[place:])


def other_algorithm(loot: Loot) -> str:
    algorithm = loot.dice.choice((b"\x38\x22", b"\x27", b"\x05", b"\x00", b"\x38\x24", b"\x39\x01\x00"))
    return with_header(algorithm, loot.dice.choice((b"\xa0", b"\xa1\x01\x26", b"\xa1\x04\x41\x00")))


def other_spelling(loot: Loot) -> str:
    """The same bytes, written as this office never writes them."""
    code = loot.dice.choice(loot.codes)
    last = code[:-1] + ALPHABET[ALPHABET.index(code[-1]) ^ 1]
    place = loot.dice.randrange(len(code))
    alike = {"S": "\u017f", "I": "\u0131", "O": "0", "B": "8", "L": "1", "E": "\u0415", "A": "\uff21"}
    spoiled = code[:place] + alike.get(code[place], loot.dice.choice("01889-_=%+\u00a0")) + code[place + 1 :]
    return loot.dice.choice((last, code + "=", spoiled, code[:place] + " " + code[place:]))


def changed(loot: Loot) -> LetterClaims:
    """A real letter with something a forger would like."""
    claims = loot.dice.choice(loot.claims)
    wishes = (
        {"name": "ORANG LAIN"},
        {"valid_until": claims.valid_until + loot.dice.randint(1, 10**7)},
        {"hospital_code": "ANY" if claims.hospital_code != "ANY" else HOSPITAL},
        {"care_class": "1"},
        {"number": f"400.9/{loot.dice.randint(100, 999)}/Dinsos/XI/2026"},
    )
    return replace(claims, **loot.dice.choice(wishes))


KINDS: tuple[Callable[[Loot], str], ...] = (
    foreign_key,
    foreign_key_under_our_name,
    stolen_key,
    stolen_key_and_a_real_letter,
    edited,
    signature_of_another,
    mirror,
    cut,
    lengthened,
    other_algorithm,
    other_spelling,
)


def forgeries(loot: Loot) -> Iterator[tuple[str, str]]:
    yield from (("flip", code) for code in flips(loot))
    for number in range(OTHERS):
        kind = KINDS[number % len(KINDS)]
        yield kind.__name__, kind(loot)


@pytest.fixture
def loot(sqlite_office: Office) -> Loot:
    office, folder = sqlite_office, sqlite_office.rekom.settings.folder / "keys"
    stolen = office.rekom.keys.current
    rotate(folder)
    letters = [office.letter(office.to_letter(number, hospital_code=HOSPITAL if number % 2 else None)) for number in range(1, 7)]
    with office.write() as session:
        trust.withdraw_key(session, stolen.key_id, SYSTEM, now=office.clock())
    withdraw(folder, stolen.key_id)
    codes = tuple(str(letter.token) for letter in letters)
    claims = tuple(open_token(code, office.rekom.keys.verifying) for code in codes)
    return Loot(codes, claims, stolen, random.Random(20261123))


def online(office: Office, code: str) -> DeskAnswer:
    with office.read() as session:
        try:
            letter = letter_with(session, code, office.rekom.keys)
        except ForgedToken as error:
            return refusal(error).answer
        return desk.judge(session, letter, HOSPITAL, now=office.clock()).answer


@pytest.mark.slow
def test_none_of_twelve_thousand_forgeries_is_accepted(sqlite_office: Office, loot: Loot, capsys: pytest.CaptureFixture[str]) -> None:
    office, now = sqlite_office, sqlite_office.clock().timestamp()
    bundle = open_bundle(office.app.test_client().get("/.well-known/rekom-bundle").data, now, "https")
    for code in loot.codes:  # the real ones are good, or refusing all would be easy
        assert (online(office, code), check(code, bundle, now, HOSPITAL)[0]) == (DeskAnswer.VALID, "VALID")
    tried, desk_said, offline_said = Counter[str](), Counter[str](), Counter[str]()
    for kind, code in forgeries(loot):
        tried[kind] += 1
        desk_said[online(office, code).value] += 1
        offline_said[check(code, bundle, now, HOSPITAL)[0]] += 1
    with capsys.disabled():
        accepted = f"{desk_said['VALID']} accepted online {dict(desk_said)}, {offline_said['VALID']} offline {dict(offline_said)}"
        sys.stdout.write(f"\nforgeries: {tried.total()} of {len(tried)} kinds ({tried['flip']} bit flips): {accepted}\n")
    assert (tried.total(), len(tried)) == (12_000, 12)
    assert (desk_said["VALID"], offline_said["VALID"]) == (0, 0)
    assert set(desk_said) <= {"FORGED", "UNKNOWN"}  # a few letters are no seal at all


@pytest.mark.slow
def test_the_desks_own_verifier_accepts_none_of_them(sqlite_office: Office, loot: Loot, tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here: install Node 20 or newer to try the desk's verifier on forgeries")
    verifier = tmp_path / "verifier.mjs"  # Node takes a module by its name
    verifier.write_bytes((ROOT / "verify" / "static" / "desk" / "verifier.js").read_bytes())
    bundle = base64.b64encode(sqlite_office.app.test_client().get("/.well-known/rekom-bundle").data).decode()

    def said(codes: list[str]) -> dict[str, int]:
        question = {"bundle": bundle, "codes": codes, "now": sqlite_office.clock().timestamp(), "hospital": HOSPITAL}
        (tmp_path / "question.json").write_text(json.dumps(question), encoding="utf-8")
        script = Path(__file__).with_name("desk_flips.mjs")
        done = subprocess.run(
            [node, str(script), str(verifier), str(tmp_path / "question.json")], capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        counts: dict[str, int] = json.loads(done.stdout)
        return counts

    assert said(list(loot.codes)) == {"VALID": len(loot.codes)}
    answers = said([code for _, code in forgeries(loot)])
    assert sum(answers.values()) == FLIPS + OTHERS
    assert "VALID" not in answers and set(answers) <= {"FORGED", "UNKNOWN", "UNKNOWN_KEY", "KEY_WITHDRAWN"}, answers


def test_each_kind_is_refused_by_the_api_and_accepts_nobody(sqlite_office: Office, loot: Loot) -> None:
    api = sqlite_office.api("rs")
    for code in [kind(loot) for kind in KINDS for _ in range(BY_HTTP)] + list(flips(loot))[:BY_HTTP]:
        checked, accepted = (api.post(f"/desk/{verb}", {"code": code}) for verb in ("check", "accept"))
        assert checked.status_code == 422 or checked.json["answer"] in ("FORGED", "UNKNOWN"), (code, checked.json)
        assert accepted.status_code in (409, 422)


def test_whoever_has_the_good_key_but_not_the_database_is_unknown_online(sqlite_office: Office, loot: Loot) -> None:
    """What a verifier without network cannot see; a true letter's id with other content is a forgery all the same."""
    key = sqlite_office.rekom.keys.current
    fresh = seal(replace(changed(loot), token_id=loot.dice.randbytes(16).hex()), key)
    assert online(sqlite_office, fresh) == DeskAnswer.UNKNOWN
    assert {online(sqlite_office, seal(changed(loot), key)) for _ in range(20)} == {DeskAnswer.FORGED}


def test_the_thiefs_seal_on_a_true_letters_very_claims_is_a_forgery(sqlite_office: Office, loot: Loot) -> None:
    claims = replace(loot.claims[0], key_id=loot.stolen.key_id)
    key_id, payload = bytes.fromhex(loot.stolen.key_id), _payload(claims)
    code = text_of(_envelope(key_id, payload, sign(_to_be_signed(key_id, payload), loot.stolen.private)))
    assert online(sqlite_office, code) == DeskAnswer.FORGED
