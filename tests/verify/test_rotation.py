"""Keys change while desks check: nobody is refused falsely, and after a compromise nobody is believed."""

import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from docs.verifier.rekom_verifier import Refused, check, open_bundle
from docs.verifier.vector_parts import BUNDLE, CURRENT
from schemas.trust_bundle import seal_bundle
from tests.many_letters import size
from tests.office import Api, FakePress, Office
from verify.keys import KeyStore, rotate, withdraw
from workflows import trust
from workflows.actor import SYSTEM

CHECKS, DESKS, ROTATIONS = size("REKOM_ROTATION", 2_000), 4, 12
"""The full figure is 10,000 checks."""
LETTERS = 40
PAIRS = 1_000


@dataclass
class Desks:
    """Hospital desks that check codes as fast as they can, by the API and without network, each in a thread."""

    office: Office
    codes: list[str]
    said: Counter[str] = field(default_factory=Counter)
    offline: Counter[str] = field(default_factory=Counter)
    by_address: int = 0
    late: list[float] = field(default_factory=list)
    withdrawn_at: float = float("inf")
    errors: list[Exception] = field(default_factory=list)

    def work(self, api: Api, checks: int, dice: random.Random) -> None:
        kept, now = None, self.office.clock().timestamp()
        try:
            for number in range(checks):
                code, began = dice.choice(self.codes), time.perf_counter()
                answer = api.post("/desk/check", {"code": code}).json["answer"]
                self.said[answer] += 1
                if answer == "VALID" and began > self.withdrawn_at:
                    self.late.append(began)
                if number % 10 == 0:
                    kept = self.refreshed(kept, now)
                    self.offline[check(code, kept, now)[0]] += 1
        except Exception as error:
            self.errors.append(error)

    def refreshed(self, kept: Any, now: float) -> Any:
        """What a verifier holds next: trusted by the bundle before, or, where that missed two rotations, by the address."""
        raw = self.office.app.test_client().get("/.well-known/rekom-bundle").data
        try:
            return open_bundle(raw, now, None, kept)
        except Refused as refused:
            assert refused.args[0] == "BUNDLE_UNTRUSTED"
            self.by_address += 1
            return open_bundle(raw, now, "https", kept)

    def start(self, checks: int) -> list[threading.Thread]:
        apis = [self.office.api("rs") for _ in range(DESKS)]
        threads = [
            threading.Thread(target=self.work, args=(api, checks // DESKS, random.Random(place)), daemon=True)
            for place, api in enumerate(apis)
        ]
        for thread in threads:
            thread.start()
        return threads


def other_process(office: Office) -> Any:
    """A worker with a key store of its own, as in a process of its own."""
    store = KeyStore(office.rekom.settings.folder / "keys")
    vars(office.rekom)["ports"] = replace(office.rekom.ports, press=FakePress(store.ring))
    return store


@pytest.mark.slow
def test_keys_rotate_while_desks_check(sqlite_office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office, folder = sqlite_office, sqlite_office.rekom.settings.folder / "keys"
    other_process(office)
    desks = Desks(office, [str(office.letter(office.to_letter(number)).token) for number in (1, 2, 3)])
    threads = desks.start(CHECKS)
    keys = {office.rekom.keys.current.key_id}
    for number in range(ROTATIONS):
        while desks.said.total() < number * CHECKS // (ROTATIONS + 1) and not desks.errors:
            time.sleep(0.01)
        keys.add(rotate(folder).current.key_id)
        desks.codes.append(str(office.letter(office.to_letter(10 + number)).token))
    for thread in threads:
        thread.join(180)
    with capsys.disabled():
        false = desks.said.total() - desks.said["VALID"]
        words = f"{desks.said.total()} checks online, {desks.offline.total()} offline, {len(keys)} keys, {len(desks.codes)} letters"
        sys.stdout.write(f"\nrotation: {words}: {false} + {desks.offline.total() - desks.offline['VALID']} false refusals\n")
    assert desks.by_address < desks.offline.total()
    assert desks.errors == []
    assert desks.said == {"VALID": CHECKS}
    assert set(desks.offline) == {"VALID"}
    assert len(keys) == ROTATIONS + 1


@pytest.mark.slow
def test_a_compromise_is_felt_at_once(sqlite_office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    office, folder = sqlite_office, sqlite_office.rekom.settings.folder / "keys"
    key_id = office.rekom.keys.current.key_id
    desks = Desks(office, [str(office.letter(office.to_letter(number)).token) for number in range(1, LETTERS + 1)])
    threads = desks.start(CHECKS // 4)
    time.sleep(0.5)
    began = time.perf_counter()
    with office.write() as session:
        trust.withdraw_key(session, key_id, SYSTEM, now=office.clock())
    desks.withdrawn_at = time.perf_counter()
    withdraw(folder, key_id)
    api = office.api("rs")
    answers = Counter(api.post("/desk/check", {"code": code}).json["answer"] for code in desks.codes)
    for thread in threads:
        thread.join(180)
    bundle = open_bundle(office.app.test_client().get("/.well-known/rekom-bundle").data, office.clock().timestamp(), "https")
    offline = Counter(check(code, bundle, office.clock().timestamp())[0] for code in desks.codes)
    with capsys.disabled():
        took = f"withdrawn in {1000 * (desks.withdrawn_at - began):.0f} ms under load, then {len(desks.late)} checks accepted"
        sys.stdout.write(f"\ncompromise: {took}, {answers['REVOKED']} of {LETTERS} letters refused, offline {dict(offline)}\n")
    assert answers == {"REVOKED": LETTERS}
    assert desks.late == []
    assert offline == {"KEY_WITHDRAWN": LETTERS}
    assert desks.said["REVOKED"] > 0


def test_an_older_bundle_is_refused_always(capsys: pytest.CaptureFixture[str]) -> None:
    dice, said = random.Random(7), Counter[str]()
    now = BUNDLE.issued_at + 100_000
    for _ in range(PAIRS):
        newer = replace(BUNDLE, counter=dice.randint(1, 2**31), issued_at=BUNDLE.issued_at + dice.randint(1, 90_000))
        lower = dice.randint(0, newer.counter - 1)
        older = dice.choice(
            (replace(newer, counter=lower, issued_at=now), replace(newer, issued_at=newer.issued_at - dice.randint(1, 9_999)))
        )
        kept = open_bundle(seal_bundle(newer, CURRENT), now, "https")
        try:
            open_bundle(seal_bundle(older, CURRENT), now, dice.choice(("https", None)), kept)
            said["TAKEN"] += 1
        except Refused as refused:
            said[refused.args[0]] += 1
    with capsys.disabled():
        sys.stdout.write(f"\nolder bundles: {dict(said)}\n")
    assert said == {"BUNDLE_OLDER": PAIRS}
