"""Opening a webhook endpoint: its address is looked at, its secret made, told once and kept sealed."""

import secrets

from sqlmodel import Session

from schemas.webhook import checked_url
from verify import sealed_secret
from verify.composition import Rekom
from verify.public_address import listed
from workflows import webhooks
from workflows.actor import Actor
from workflows.records.webhook import WebhookEndpoint
from workflows.webhooks import NewEndpoint


def make_endpoint(rekom: Rekom, session: Session, hospital_code: str, url: str, actor: Actor) -> tuple[WebhookEndpoint, str]:
    """Open an endpoint; returns it with its secret. ``ValidationError`` where news must not go there."""
    checked_url(url, listed(rekom.settings.webhook_private_hosts))
    endpoint_id, secret = f"ep_{secrets.token_hex(7)}", sealed_secret.new_secret()
    sealed = sealed_secret.seal(rekom.keys.digest_key, endpoint_id, secret)
    new = NewEndpoint(endpoint_id, hospital_code, url, sealed)
    return webhooks.open_endpoint(session, new, actor, now=rekom.clock()), secret
