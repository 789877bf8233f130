"""What anybody may fetch to check our letters: the public keys, and the trust bundle for the time without network."""

from flask import Flask, Response, jsonify, request

from schemas.trust_bundle import MEDIA_TYPE
from verify import auth
from verify.composition import Rekom

OPEN_TO_ALL = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, no-cache"}
"""Pages of hospitals may read it; everybody asks again each time, and mostly hears 304."""


def install(app: Flask, rekom: Rekom) -> None:
    """Add the two routes."""

    @app.get("/.well-known/jwks.json")
    @auth.public
    def jwks() -> Response:
        """The public keys letters are checked with (RFC 7517)."""
        return jsonify(rekom.bundles.good_keys())

    @app.get("/.well-known/rekom-bundle")
    @auth.public
    def trust_bundle() -> Response:
        """Keys, withdrawn letters and keys, and a witness of the audit trail, signed: ``docs/verifier``."""
        sealed = rekom.bundles.newest(rekom.policy_today(rekom.settings.region).office.issuer)
        response = Response(sealed.raw, content_type=MEDIA_TYPE, headers=OPEN_TO_ALL)
        response.set_etag(sealed.etag)
        response.make_conditional(request)
        return response
