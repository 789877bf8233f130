"""Passkeys (WebAuthn): a question kept with the session, one answer checked by the library, the person's finger or PIN required."""

import ipaddress
import json
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from verify.composition import Rekom
from verify.config import Settings
from verify.factors import Holder, WrongFactor, count, proved, recovery_codes
from workflows import second_factor
from workflows.records.second_factor import Passkey
from workflows.second_factor import has_one, passkeys_of

LONGEST_ANSWER = 20_000
"""Characters; a passkey's answer has about a thousand."""


def usable(settings: Settings) -> bool:
    """Whether browsers make passkeys for this address: they need a name, and TLS everywhere but on localhost."""
    address = urlsplit(settings.public_url)
    try:
        ipaddress.ip_address(address.hostname or "")
    except ValueError:
        return address.scheme == "https" or address.hostname == "localhost"
    return False


def ask_for_new(rekom: Rekom, holder: Holder, username: str) -> str:
    """What a browser needs to make a passkey, as JSON."""
    with rekom.database.write() as session:
        known = passkeys_of(session, holder.actor.person_id)
        options = generate_registration_options(
            rp_id=_site(rekom),
            rp_name="Rekom",
            user_name=username,
            user_display_name=holder.actor.name,
            user_id=f"staff:{holder.actor.person_id}".encode(),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[_descriptor(key) for key in known],
        )
        second_factor.ask(session, holder.session_digest, bytes_to_base64url(options.challenge))
    return options_to_json(options)


def keep_new(rekom: Rekom, holder: Holder, answer: str, name: str) -> tuple[str, ...]:
    """Keep a new passkey; returns recovery codes where the person had no factor before. ``WrongFactor`` where it proves nothing."""
    now = rekom.clock()
    challenge = _challenge(rekom, holder)
    try:
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=challenge,
            expected_rp_id=_site(rekom),
            expected_origin=_origin(rekom),
            require_user_verification=True,
        )
    except WebAuthnException:
        raise WrongFactor() from None
    key = Passkey(
        staff_id=holder.actor.person_id,
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        name=" ".join(name.split())[:60] or "Kunci sandi",
        created_at=now,
    )
    with rekom.database.write() as session:
        first = not has_one(session, holder.actor.person_id)
        second_factor.add_passkey(session, holder.actor, key, now=now)
        proved(session, holder, "PASSKEY", now=now)
        return recovery_codes(rekom, session, holder.actor, now=now) if first else ()


def ask(rekom: Rekom, holder: Holder) -> str | None:
    """What a browser needs to show one of the person's passkeys; None where there is none."""
    with rekom.database.write() as session:
        known = passkeys_of(session, holder.actor.person_id)
        if not known:
            return None
        options = generate_authentication_options(
            rp_id=_site(rekom),
            allow_credentials=[_descriptor(key) for key in known],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        second_factor.ask(session, holder.session_digest, bytes_to_base64url(options.challenge))
    return options_to_json(options)


def show(rekom: Rekom, holder: Holder, answer: str) -> None:
    """Check what a passkey signed; ``WrongFactor`` where it proves nothing, ``TooMany`` after too many."""
    count(rekom, holder.actor)
    now, challenge, given = rekom.clock(), _challenge(rekom, holder), _read(answer)
    with rekom.database.write() as session:
        key = next((one for one in passkeys_of(session, holder.actor.person_id) if one.credential_id == given.get("id")), None)
        if key is None:
            raise WrongFactor()
        try:
            seen = verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=_site(rekom),
                expected_origin=_origin(rekom),
                credential_public_key=base64url_to_bytes(key.public_key),
                credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )
        except WebAuthnException:
            raise WrongFactor() from None
        if not second_factor.use_passkey(session, key, seen.new_sign_count, now=now):
            raise WrongFactor()
        proved(session, holder, "PASSKEY", now=now)


def _challenge(rekom: Rekom, holder: Holder) -> bytes:
    """The session's question, taken away before the answer is looked at."""
    with rekom.database.write() as session:
        asked = second_factor.take_challenge(session, holder.session_digest)
    if asked is None:
        raise WrongFactor()
    return base64url_to_bytes(asked)


def _read(answer: str) -> dict[str, object]:
    try:
        read = json.loads(answer) if len(answer) <= LONGEST_ANSWER else None
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise WrongFactor()
    return read


def _descriptor(key: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.credential_id))


def _site(rekom: Rekom) -> str:
    return urlsplit(rekom.settings.public_url).hostname or ""


def _origin(rekom: Rekom) -> str:
    address = urlsplit(rekom.settings.public_url)
    return f"{address.scheme}://{address.netloc}"
