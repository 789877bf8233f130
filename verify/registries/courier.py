"""Carries news to hospital systems by the Standard Webhooks: signed, bounded in time, to public addresses only.

No redirect is followed, no proxy of the environment used, and the connection goes to the address that was checked.
"""

import base64
import hmac
import time
from collections.abc import Callable
from datetime import datetime

import httpcore2
import httpx2

from verify.config import Settings
from verify.keyring import KeyRing
from verify.public_address import is_public, listed
from verify.registries.deadline import AddressRefused, DeadlineBackend, deadline
from verify.registries.http import retry_after_seconds, trusting
from verify.sealed_secret import bytes_of, unseal
from workflows.ports import Sent, WebhookQuestion

REFUSED, TIMEOUT, CONNECTION, CONFIGURATION = "alamat tidak boleh dituju", "waktu habis", "tidak tersambung", "alamat atau TLS salah"


class WebhookCourier:
    """Delivers one message at a time; made once a process, each call has a connection of its own."""

    def __init__(self, settings: Settings, keys: Callable[[], KeyRing], clock: Callable[[], datetime]) -> None:
        self._settings, self._keys, self._clock = settings, keys, clock
        self._private = listed(settings.webhook_private_hosts)

    def send(self, question: WebhookQuestion) -> Sent:
        """Deliver once; whatever the receiver does becomes a status or a word."""
        began = time.monotonic()
        status, error, told = self._try(question)
        return Sent(status, error, int((time.monotonic() - began) * 1000), told)

    def _try(self, question: WebhookQuestion) -> tuple[int | None, str | None, float]:
        body = question.body.encode()
        try:
            with deadline(self._settings.webhook_seconds), self._client() as client:
                request = client.stream("POST", question.url, content=body, headers=self._headers(question, body))
                with request as response:
                    told = retry_after_seconds(response.headers.get("Retry-After", ""), self._clock()) or 0
                    return response.status_code, None, told
        except httpx2.TimeoutException:
            return None, TIMEOUT, 0
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, UnicodeError, OSError):
            return None, CONFIGURATION, 0
        except httpx2.HTTPError as problem:
            return None, REFUSED if isinstance(problem.__cause__, AddressRefused) else CONNECTION, 0

    def _headers(self, question: WebhookQuestion, body: bytes) -> dict[str, str]:
        stamp = str(int(self._clock().timestamp()))
        secret = unseal(self._keys().digest_key, question.endpoint_id, question.sealed_secret)
        return {
            "Content-Type": "application/json",
            "User-Agent": "Rekom-Webhook",
            "webhook-id": question.message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(secret, question.message_id, stamp, body),
        }

    def _admits(self, host: str, address: str) -> bool:
        return is_public(address) or host.lower() in self._private

    def _client(self) -> httpx2.Client:
        timeout = httpx2.Timeout(self._settings.webhook_seconds)
        transport = _Transport(self._settings, DeadlineBackend(self._admits))
        return httpx2.Client(transport=transport, timeout=timeout, trust_env=False, follow_redirects=False)


class _Transport(httpx2.HTTPTransport):
    """The stock transport over a network that looks at each address; the library offers no argument for it."""

    def __init__(self, settings: Settings, network: DeadlineBackend) -> None:
        context = trusting(settings.registry_ca)
        super().__init__(verify=context)
        self._pool = httpcore2.ConnectionPool(ssl_context=context, max_connections=1, network_backend=network)


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """``webhook-signature`` of the Standard Webhooks, version 1."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(bytes_of(secret), signed, "sha256")).decode()
