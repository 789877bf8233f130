"""A region's account service as OpenID Connect describes it, on this machine: says who somebody is, or lies as a test asks."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from authlib.common.encoding import to_unicode, urlsafe_b64encode
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT, SECRET = "rekom", "rahasia-latihan"


@dataclass
class AccountService:
    """``username`` is signed in there. ``lie`` changes the claims of each ID token, ``key`` signs it, ``down`` breaks every answer."""

    issuer: str = ""
    username: str = "loket"
    lie: dict[str, Any] = field(default_factory=dict)
    down: bool = False
    asked: dict[str, str] = field(default_factory=dict)
    published: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "satu"}))
    key: RSAKey | None = None

    def app(self) -> Flask:
        app = Flask("account service")
        app.before_request(self._break)
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.configuration)
        app.add_url_rule("/jwks", view_func=lambda: jsonify(keys=[self.published.as_dict(private=False)]), endpoint="jwks")
        app.add_url_rule("/authorize", view_func=self.authorize)
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        return app

    def _break(self) -> Response | None:
        return Response("rusak", 503) if self.down else None

    def configuration(self) -> Response:
        ends = {f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in (("authorization", "authorize"), ("token", "token"))}
        return jsonify(issuer=self.issuer, jwks_uri=f"{self.issuer}/jwks", id_token_signing_alg_values_supported=["RS256"], **ends)

    def authorize(self) -> Any:
        self.asked = dict(request.args)
        return redirect(f"{self.asked['redirect_uri']}?{urlencode({'code': 'kode', 'state': self.asked['state']})}")

    def token(self) -> Response:
        given, expected = request.form["code_verifier"], self.asked["code_challenge"]
        challenge = to_unicode(urlsafe_b64encode(sha256(given.encode()).digest()))
        if challenge != expected or request.authorization is None or request.authorization.password != SECRET:
            return Response('{"error": "invalid_grant"}', 400, content_type="application/json")
        return jsonify(access_token="a", token_type="Bearer", id_token=self.id_token())

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "17", "iat": now, "exp": now + 300, "nonce": self.asked["nonce"]}
        claims |= {"preferred_username": self.username, **self.lie}
        return jwt.encode(
            {"alg": "RS256", "kid": "satu"},
            {name: value for name, value in claims.items() if value is not None},
            self.key or self.published,
        )


@contextmanager
def running_account_service() -> Iterator[AccountService]:
    """One service on a port of its own."""
    service = AccountService()
    server = make_server("127.0.0.1", 0, service.app())
    service.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
