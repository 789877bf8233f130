"""Making a hospital system's key: the secret is made here and told once; what is kept of it goes to the database."""

from sqlmodel import Session

from verify import hospital_secrets
from verify.composition import Rekom
from workflows import hospital_keys
from workflows.actor import Actor
from workflows.hospital_keys import KeyView, NewKey
from workflows.vocabulary import Scope


def make_key(rekom: Rekom, session: Session, hospital_code: str, label: str, scopes: frozenset[Scope], actor: Actor) -> tuple[KeyView, str]:
    """Make a key; returns it with its secret."""
    client_id = hospital_secrets.new_client_id()
    secret = hospital_secrets.secret_of(rekom.keys.digest_key, client_id)
    new = NewKey(client_id, hospital_secrets.fingerprint(secret), hospital_code, label, scopes)
    return hospital_keys.issue(session, new, actor, now=rekom.clock()), secret
