"""A hospital's information system at the test office's API: a key, and each way to sign in with it."""

import json
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.office import Office
from verify.key_making import make_key
from verify.signed_request import CONS_ID, NONCE, SIGNATURE, TIMESTAMP, message_of, sign
from workflows.vocabulary import Scope

ALL = (Scope.CHECK, Scope.ACCEPT, Scope.OPEN)


@dataclass
class Simrs:
    """A program with a key."""

    office: Office
    client_id: str
    secret: str
    token: str | None = None

    def sign_in(self, **more: str) -> TestResponse:
        """Ask for a token by client credentials and keep it."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret, **more}
        answer: TestResponse = self.office.app.test_client().post("/oauth/token", data=form)
        if answer.status_code == 200:
            self.token = answer.get_json()["access_token"]
        return answer

    def call(self, method: str, path: str, json: Any = None, headers: dict[str, str] | None = None) -> TestResponse:
        """One request with the token."""
        if self.token is None:
            assert self.sign_in().status_code == 200
        known = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        answer: TestResponse = self.office.app.test_client().open(path, method=method, json=json, headers=known)
        return answer

    def signed(self, method: str, path: str, content: Any = None, /, *, nonce: str = "", **tampered: Any) -> TestResponse:
        """One signed request; ``tampered`` replaces what is sent after it was signed."""
        body = b"" if content is None else json.dumps(content).encode()
        sent = {"method": method, "path": path, "body": body, **tampered}
        sent["headers"] = self.headers(method, path, body, nonce=nonce) | tampered.get("headers", {})
        return self.send(**sent)

    def headers(self, method: str, path: str, body: bytes, *, nonce: str = "", secret: str | None = None) -> dict[str, str]:
        """The headers of a signed request at the office's time."""
        timestamp = str(int(self.office.clock().timestamp()))
        message = message_of(self.client_id, timestamp, method, path, body, nonce)
        made = {CONS_ID: self.client_id, TIMESTAMP: timestamp, SIGNATURE: sign(secret or self.secret, message)}
        return made | ({NONCE: nonce} if nonce else {})

    def send(self, headers: dict[str, str], method: str, path: str, body: bytes) -> TestResponse:
        client = self.office.app.test_client()
        answer: TestResponse = client.open(path, method=method, data=body, content_type="application/json", headers=headers)
        return answer


def simrs(office: Office, *scopes: Scope, hospital: str = "RS-CONTOH-1") -> Simrs:
    """A key of a hospital, made by the admin."""
    with office.write() as session:
        actor = office.actor("admin")
        view, secret = make_key(office.rekom, session, hospital, "SIMRS", frozenset(scopes or ALL), actor)
    return Simrs(office, view.key.client_id, secret)
