"""What anybody may fetch: public keys, and the trust bundle that says the same bytes from every process."""

from dataclasses import replace
from typing import Any

import pytest

from schemas.trust_bundle import TrustBundle, open_bundle
from tests.office import Office
from verify.app import create_app
from verify.bundles import SLOT_SECONDS
from verify.keys import KeyStore, rotate, withdraw
from verify.witness import take
from workflows import desk, trust
from workflows.actor import SYSTEM
from workflows.records import Letter

BUNDLE = "/.well-known/rekom-bundle"


def fetch(office: Office, etag: str | None = None) -> Any:
    return office.app.test_client().get(BUNDLE, headers={"If-None-Match": etag} if etag else {})


def opened(office: Office) -> TrustBundle:
    return open_bundle(fetch(office).data, office.rekom.keys.known)


def keys_folder(office: Office) -> Any:
    return office.rekom.settings.folder / "keys"


def compromise(office: Office, key_id: str, *, file_too: bool = True) -> None:
    with office.write() as session:
        trust.withdraw_key(session, key_id, SYSTEM, now=office.clock())
    if file_too:
        withdraw(keys_folder(office), key_id)


def test_it_tells_keys_letters_and_a_witness(office: Office) -> None:
    revoked, used, _ = (office.to_letter(number) for number in (1, 2, 3))
    office.revoke(revoked)
    rs, letter = office.actor("rs"), office.letter(used)
    with office.write() as session:
        desk.accept(session, session.get(Letter, letter.id), None, rs, now=office.clock())
    seen = take(office.rekom)
    bundle, now = opened(office), int(office.clock().timestamp())
    assert (bundle.issuer, bundle.counter) == ("dinsos-3673", 2)
    assert (bundle.issued_at, bundle.expires_at) == (now - now % SLOT_SECONDS, now - now % SLOT_SECONDS + 72 * 3600)
    assert (bundle.gone, bundle.used) == ({office.letter(revoked).token_id}, {letter.token_id})
    assert set(bundle.keys) == set(office.rekom.keys.verifying)
    assert bundle.witness and seen
    assert (bundle.witness.root.hex(), bundle.witness.last_event, bundle.witness.chains) == (seen.root, seen.last_event, seen.chains)


def test_it_holds_nothing_of_a_person(office: Office) -> None:
    ticket = office.to_letter()
    office.revoke(ticket)
    raw, case, letter = fetch(office).data, office.case(ticket), office.letter(ticket)
    for secret in (case.nik, case.name, case.phone, letter.number, ticket, office.rekom.keys.nik_digest(case.nik)):
        assert (secret if isinstance(secret, bytes) else secret.encode()) not in raw


def test_whoever_has_it_hears_304_until_something_is_told(office: Office) -> None:
    ticket = office.to_letter()
    first = fetch(office)
    assert (first.status_code, first.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert first.content_type == 'application/cose; cose-type="cose-sign1"'
    again = fetch(office, first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    office.revoke(ticket)
    after = fetch(office, first.headers["ETag"])
    assert (after.status_code, open_bundle(after.data, office.rekom.keys.known).counter) == (200, 1)
    office.clock.pass_by(seconds=SLOT_SECONDS)
    assert fetch(office, after.headers["ETag"]).status_code == 200


def test_another_process_makes_the_same_bytes(office: Office) -> None:
    office.revoke(office.to_letter())
    first = fetch(office).data
    office.clock.pass_by(seconds=SLOT_SECONDS / 2)
    other = replace(office.rekom)  # its parts are made anew
    assert create_app(other).test_client().get(BUNDLE).data == first
    other.database.close()


def test_a_rotation_is_told_beforehand(office: Office) -> None:
    before = opened(office)
    assert office.rekom.keys.spare in before.keys
    ring = rotate(keys_folder(office))
    raw = fetch(office).data
    assert ring.current.key_id in before.keys  # so the old bundle's holder believes the new one
    assert open_bundle(raw, {ring.current.key_id: before.keys[ring.current.key_id]}).counter == before.counter
    assert set(before.keys) < set(opened(office).keys)


@pytest.mark.parametrize("file_too", [True, False])
def test_a_withdrawn_key_leaves_bundle_and_jwks_at_once(office: Office, file_too: bool) -> None:
    rotate(keys_folder(office))
    old = next(
        key_id for key_id in office.rekom.keys.verifying if key_id not in (office.rekom.keys.current.key_id, office.rekom.keys.spare)
    )
    compromise(office, old, file_too=file_too)
    bundle, jwks = opened(office), office.app.test_client().get("/.well-known/jwks.json").json
    assert (old in bundle.keys, bundle.withdrawn, bundle.counter) == (False, {old}, 1)
    assert old not in {key["kid"] for key in jwks["keys"]}
    assert len(jwks["keys"]) == 2


def test_a_host_that_holds_only_a_withdrawn_key_signs_no_bundle(office: Office) -> None:
    compromise(office, office.rekom.keys.current.key_id, file_too=False)
    answer = fetch(office)
    assert answer.status_code == 503
    assert "kunci baru belum dipasang di server ini" in answer.text


def test_after_a_restored_database_the_key_file_remembers(office: Office) -> None:
    old = office.rekom.keys.current.key_id
    withdraw(keys_folder(office), old)  # and the database knows of nothing
    assert opened(office).withdrawn == {old}
    assert old not in opened(office).keys


def test_a_process_sees_a_rotation_with_its_next_look_and_reads_the_file_once(office: Office) -> None:
    store = KeyStore(keys_folder(office))
    first = store.ring()
    assert store.ring() is first
    ring = rotate(keys_folder(office))
    assert store.ring().current.key_id == ring.current.key_id
    assert store.ring() is store.ring()
