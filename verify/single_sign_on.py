"""Signing in through the region's own account service (OpenID Connect Core 1.0, code flow with PKCE), where the office has one.

It only says who somebody is: the account, its roles and its second factor stay Rekom's.
"""

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app
from joserfc.errors import JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from verify.config import Settings
from workflows.errors import NotAllowed, NotFound, Unavailable

NAME = "sso"
SECONDS = 10
"""To wait for the account service; no transaction is open meanwhile."""
BROKEN = (AuthlibBaseError, JoseError, ValueError, LookupError, TypeError, RuntimeError)
"""What an answer that is not right raises in the library."""


class NoSingleSignOn(NotFound):
    """This office has no account service."""

    slug = "sso-tidak-ada"
    sentence = "Kantor ini tidak memakai akun bersama. Masuk dengan nama pengguna dan kata sandi."


class AccountServiceSilent(Unavailable):
    """The account service does not answer."""

    slug = "sso-tidak-menjawab"
    sentence = "Layanan akun bersama tidak menjawab. Masuk dengan nama pengguna dan kata sandi, atau coba lagi nanti."


class NotConfirmed(NotAllowed):
    """The account service refused, or its answer does not fit what was asked."""

    slug = "sso-tidak-cocok"
    sentence = "Layanan akun bersama tidak membenarkan Anda, atau halaman ini terlalu lama terbuka. Mulai lagi dari halaman masuk."


def install(app: Flask, settings: Settings) -> None:
    """Make the client. It asks the service nothing before somebody wants to sign in."""
    oauth = OAuth(app)
    if settings.oidc_issuer:
        oauth.register(
            NAME,
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "default_timeout": SECONDS},
        )
    app.extensions["rekom-sso"] = oauth


def send_away(back_to: str) -> Response:
    """To the account service, with state, nonce and challenge of this browser alone."""
    client = _client()
    try:
        answer: Response = client.authorize_redirect(back_to)
    except RequestException:
        raise AccountServiceSilent from None
    except BROKEN:
        raise NotConfirmed from None
    return answer


def who_came_back(settings: Settings) -> str:
    """The name under which the service knows whoever comes back; the ID token is checked as OpenID Connect Core 3.1.3.7 asks."""
    client = _client()
    claims = {"iss": {"values": [settings.oidc_issuer]}, "aud": {"values": [settings.oidc_client_id]}}
    try:
        token = client.authorize_access_token(claims_options=claims)
        name = token["userinfo"][settings.oidc_claim]
    except RequestException:
        raise AccountServiceSilent from None
    except BROKEN:
        raise NotConfirmed from None
    if not isinstance(name, str) or not name:
        raise NotConfirmed
    return name


def _client() -> FlaskOAuth2App:
    client = current_app.extensions["rekom-sso"].create_client(NAME)
    if client is None:
        raise NoSingleSignOn
    return client
