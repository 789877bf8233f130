"""The verifiers in ``docs/verifier``: all vectors, in Python and in Node; what they say of our own letters; and what each rule is for."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from docs.verifier import make_vectors, rekom_verifier
from docs.verifier.rekom_verifier import Refused, check, open_bundle
from tests.office import Office
from verify.keyring import thumbprint
from verify.keys import rotate, withdraw
from workflows import desk, trust
from workflows.actor import SYSTEM
from workflows.records import Letter

FOLDER = Path(__file__).parents[2] / "docs" / "verifier"
SOURCE = (FOLDER / "rekom_verifier.py").read_text(encoding="utf-8")
BUNDLE = "/.well-known/rekom-bundle"


def run(*words: object, cwd: Path = FOLDER) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, words)), cwd=cwd, capture_output=True, text=True, check=False, timeout=120)


def test_the_vectors_are_what_the_script_makes() -> None:
    assert (FOLDER / "vectors.json").read_text(encoding="utf-8") == make_vectors.content()


def test_there_are_fifty_to_accept_and_fifty_to_refuse() -> None:
    good = [*make_vectors.good_letters(), *make_vectors.good_places(), *make_vectors.good_times()]
    assert (len(good), {one["answer"] for one in good}) == (50, {"VALID"})
    assert make_vectors.content().count('"id": "bad-') == 50


def test_python_agrees_with_all_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    done = run(sys.executable, "run_vectors.py")
    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}")
    assert (done.returncode, done.stdout) == (0, "python: 100 vectors, 0 wrong []\n"), done.stderr


def test_javascript_agrees_with_all_vectors(capsys: pytest.CaptureFixture[str]) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no Node here: install Node 20 or newer to run docs/verifier/run_vectors.mjs")
    done = run(node, "run_vectors.mjs")
    with capsys.disabled():
        sys.stdout.write(f"\n{done.stdout}")
    assert (done.returncode, done.stdout) == (0, "javascript: 100 vectors, 0 wrong []\n"), done.stderr


RULES = {
    "high s": ("need(s <= HALF_ORDER)", "need(True)"),
    "the signature": ('        raise Refused("FORGED") from None\n\n\ndef thumb', "        pass\n\n\ndef thumb"),
    "base32 bits": ('need(base64.b32encode(raw).decode().rstrip("=") == text)', "need(True)"),
    "extra bytes": ("and len(raw) == end + 66)", ")"),
    "sorted keys": ("need(names == sorted(set(names)))", "need(True)"),
    "known claims only": ("set(content) == {1, 4, 5, 7, OWN}", "True"),
    "version": ('letter["version"] == 1', "True"),
    "look-alike letters": ("need(code.isascii())", "need(True)"),
    "withdrawn keys": ('need(kid not in bundle.withdrawn, "KEY_WITHDRAWN")', "need(True)"),
    "revoked": ('need(claims["token_id"] not in bundle.gone, "REVOKED")', "need(True)"),
    "used": ('need(claims["token_id"] not in bundle.used, "ALREADY_USED")', "need(True)"),
    "expiry": ('need(now < claims["valid_until"], "EXPIRED")', "need(True)"),
    "the very second": ('need(now < claims["valid_until"], "EXPIRED")', 'need(now <= claims["valid_until"], "EXPIRED")'),
    "not before": ('need(now >= claims["valid_from"] - TOLERANCE, "NOT_YET_VALID")', "need(True)"),
    "letters for a hospital": ('need(claims["letter_type"] in AT_HOSPITAL, "NOT_FOR_HOSPITAL")', "need(True)"),
    "hospital": ('in ("ANY", hospital), "OTHER_HOSPITAL")', 'in ("ANY", hospital) or True, "OTHER_HOSPITAL")'),
    "older bundle": ('>= (kept.counter, kept.issued_at), "BUNDLE_OLDER")', '>= (0, 0), "BUNDLE_OLDER")'),
    "earlier bundle": ("(counter, bundle.issued_at) >= (kept.counter, kept.issued_at)", "counter >= kept.counter"),
    "expired bundle": ('need(now < bundle.expires_at, "BUNDLE_EXPIRED")', "need(True)"),
    "the clock": ('need(now >= bundle.issued_at - TOLERANCE, "CLOCK_WRONG")', "need(True)"),
    "who signs bundles": ('need(now is None or held or trust in ("https", prints[kid]), "BUNDLE_UNTRUSTED")', "need(True)"),
}


def broken_verifier(old: str, new: str) -> ModuleType:
    """The verifier with one rule left out."""
    assert SOURCE.count(old) == 1
    made = ModuleType("broken_verifier")
    exec(compile(SOURCE.replace(old, new), "broken_verifier", "exec"), made.__dict__)
    return made


def answers(verifier: Any) -> list[str]:
    raws, said = make_vectors.bundles(), []
    for one in VECTORS:
        try:
            kept = verifier.open_bundle(raws[one["kept"]]) if one["kept"] else None
            bundle = verifier.open_bundle(raws[one["bundle"]], one["now"], one["trust"], kept)
            said.append(verifier.check(one["code"], bundle, one["now"], one["hospital"])[0])
        except verifier.Refused as refused:
            said.append(refused.args[0])
    return said


VECTORS: list[dict[str, Any]] = [
    *make_vectors.good_letters(),
    *make_vectors.good_places(),
    *make_vectors.good_times(),
    *make_vectors.forged_bits(),
    *make_vectors.forged_signatures(),
    *make_vectors.forged_spellings(),
    *make_vectors.not_now(),
    *make_vectors.bad_bundles(),
]


def test_the_whole_verifier_is_right_where_the_broken_ones_are_not() -> None:
    assert answers(rekom_verifier) == [one["answer"] for one in VECTORS]


@pytest.mark.parametrize("rule", RULES)
def test_a_verifier_that_forgets_a_rule_fails_a_vector(rule: str) -> None:
    assert answers(broken_verifier(*RULES[rule])) != [one["answer"] for one in VECTORS]


# --- with the office itself


def fetch(office: Office) -> bytes:
    return bytes(office.app.test_client().get(BUNDLE).data)


def now_of(office: Office) -> float:
    return office.clock().timestamp()


def said(office: Office, ticket: str, bundle: Any, hospital: str | None = "RS-CONTOH-1") -> str:
    return str(check(office.letter(ticket).token, bundle, now_of(office), hospital)[0])


def test_the_offices_own_letters_and_bundles(office: Office) -> None:
    tickets = [office.to_letter(number, hospital_code="RS-CONTOH-1") for number in (1, 2, 3)]
    trusted = thumbprint(office.rekom.keys.verifying[office.rekom.keys.current.key_id])
    first = open_bundle(fetch(office), now_of(office), trusted)
    assert [said(office, ticket, first) for ticket in tickets] == ["VALID"] * 3
    assert said(office, tickets[0], first, "RS-CONTOH-2") == "OTHER_HOSPITAL"
    claims = check(office.letter(tickets[0]).token, first, now_of(office))[1]
    assert (claims["number"], claims["token_id"]) == (office.letter(tickets[0]).number, office.letter(tickets[0]).token_id)
    office.revoke(tickets[0])
    rs, letter = office.actor("rs"), office.letter(tickets[1])
    with office.write() as session:
        desk.accept(session, session.get(Letter, letter.id), None, rs, now=office.clock())
    second = open_bundle(fetch(office), now_of(office), None, first)
    assert [said(office, ticket, second) for ticket in tickets] == ["REVOKED", "ALREADY_USED", "VALID"]
    office.clock.pass_by(hours=71)
    assert said(office, tickets[2], second) == "VALID"
    office.clock.pass_by(hours=1)
    assert said(office, tickets[2], second) == "BUNDLE_EXPIRED"


def test_a_verifier_without_network_survives_rotation_and_hears_of_a_compromise(office: Office) -> None:
    folder, key_id = office.rekom.settings.folder / "keys", office.rekom.keys.current.key_id
    before = open_bundle(fetch(office), now_of(office), "https")
    old_letter = office.to_letter(1)
    rotate(folder)
    new_letter = office.to_letter(2)
    assert [said(office, ticket, before, None) for ticket in (old_letter, new_letter)] == ["VALID", "VALID"]
    raw = fetch(office)
    rotated = open_bundle(raw, now_of(office), None, before)
    with office.write() as session:
        trust.withdraw_key(session, key_id, SYSTEM, now=office.clock())
    withdraw(folder, key_id)
    after = open_bundle(fetch(office), now_of(office), None, rotated)
    assert [said(office, ticket, after, None) for ticket in (old_letter, new_letter)] == ["KEY_WITHDRAWN", "VALID"]
    with pytest.raises(Refused, match="BUNDLE_OLDER"):
        open_bundle(raw, now_of(office), "https", after)


AT = """
import runpy, sys, time
time.time = lambda: {now}
sys.argv = sys.argv[1:]
sys.path.insert(0, {folder!r})
runpy.run_path({program!r}, run_name="__main__")
"""


def test_the_command_keeps_a_bundle_and_checks_with_it(sqlite_office: Office, tmp_path: Path) -> None:
    office = sqlite_office
    token, store, new = office.letter(office.to_letter()).token, tmp_path / "kept.cose", tmp_path / "new.cose"
    office.clock.pass_by(hours=2)
    new.write_bytes(fetch(office))
    trusted = thumbprint(office.rekom.keys.verifying[office.rekom.keys.current.key_id])
    program = AT.format(now=now_of(office) + 1800, folder=str(FOLDER), program=str(FOLDER / "rekom_check.py"))
    asked: list[tuple[list[object], int, str]] = [
        ([token], 1, "NO_BUNDLE"),
        (["--bundle", new], 1, "BUNDLE_UNTRUSTED"),
        (["--bundle", new, "--trust", trusted], 0, "bundle 0 of dinsos-3673, 0.5 hours old\nKEPT"),
        (["--hospital", "RS-CONTOH-1", token], 0, "VALID"),
        ([str(token)[:-1]], 1, "FORGED"),
    ]
    for words, code, end in asked:
        done = run(sys.executable, "-c", program, "rekom_check.py", "--store", store, *words)
        assert (done.returncode, done.stdout.endswith(f"{end}\n")) == (code, True), done
    assert "nik_digest" not in done.stdout
