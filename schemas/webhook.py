"""Webhook endpoints and the log of deliveries, as an admin and a hospital's system see them."""

import ipaddress
import re
from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields

from schemas.fields import REQUIRED, Count, Flag, Shape, Text
from workflows.records.webhook import News, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from workflows.saying import say

LONGEST = 500
NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*\.[a-z]{2,63}")
"""A host by name: its last part is letters, so that no number in another base passes for one."""


class NewEndpointSchema(Shape):
    """Which hospital's system, and where it listens."""

    hospital = Text(32, required=True, error_messages=REQUIRED, metadata={"description": "kode rumah sakit"})
    url = Text(LONGEST, required=True, error_messages=REQUIRED, metadata={"description": "https://, nama host publik"})


class EndpointSchema(Schema):
    """An endpoint without its secret."""

    id = fields.String()
    hospital = fields.String()
    url = fields.String()
    created_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)


class MadeEndpointSchema(EndpointSchema):
    """The same, with the secret, which is told this once."""

    secret = fields.String(metadata={"description": "whsec_...; dipakai memeriksa webhook-signature"})


class EndpointListSchema(Schema):
    """All endpoints, the closed ones too."""

    endpoints = fields.List(fields.Nested(EndpointSchema))


class AttemptSchema(Schema):
    """One try."""

    number = fields.Integer()
    at = fields.DateTime()
    status = fields.Integer(allow_none=True)
    error = fields.String(allow_none=True)
    milliseconds = fields.Integer()


class DeliverySchema(Schema):
    """One piece of news for one endpoint."""

    message_id = fields.String()
    endpoint = fields.String()
    type = fields.String(metadata={"enum": [news.value for news in News]})
    created_at = fields.DateTime()
    attempts = fields.Integer()
    delivered_at = fields.DateTime(allow_none=True)
    failed_at = fields.DateTime(allow_none=True)
    log = fields.List(fields.Nested(AttemptSchema))


class DeliveryListSchema(Schema):
    """Newest first."""

    deliveries = fields.List(fields.Nested(DeliverySchema))
    before = fields.Integer(allow_none=True, metadata={"description": "untuk halaman berikut"})


class DeliveryQuery(Shape):
    """Which deliveries."""

    undelivered = Flag(load_default=False)
    before = Count(strict=False)


def checked_url(url: str, private_hosts: Collection[str] = ()) -> str:
    """An address news may go to; ``ValidationError`` says what is wrong. Where its name leads is looked at with each try."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValidationError("Alamat ini tidak dapat dibaca. Tulis seperti https://simrs.contoh.id/webhook.", "url") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in private_hosts):
        raise ValidationError("Alamat webhook harus diawali https://.", "url")
    if "@" in parts.netloc or parts.fragment or port == 0 or not url.isascii() or "\\" in url:
        raise ValidationError(say("Alamat webhook tidak boleh memuat pengguna, tanda #, atau huruf khusus."), "url")
    if host not in private_hosts and not (NAME.fullmatch(host) and not host.endswith((".local", ".internal", ".localhost"))):
        raise ValidationError(_not_a_name(host), "url")
    return url


def _not_a_name(host: str) -> str:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return say("Nama host ini tidak dapat dipakai. Tulis nama lengkap yang dikenal internet, misalnya simrs.contoh.id.")
    return say("Pakai nama host, bukan nomor IP: sertifikat TLS berlaku untuk nama.")


def endpoint_facts(endpoint: WebhookEndpoint) -> dict[str, Any]:
    """Ready for ``EndpointSchema``."""
    known = {"id": endpoint.id, "hospital": endpoint.hospital_code, "url": endpoint.url}
    return {**known, "created_at": endpoint.created_at, "closed_at": endpoint.closed_at}


def delivery_facts(delivery: WebhookDelivery, log: Sequence[WebhookAttempt] = ()) -> dict[str, Any]:
    """Ready for ``DeliverySchema``."""
    return {
        "message_id": delivery.message_id,
        "endpoint": delivery.endpoint_id,
        "type": delivery.news.value,
        "created_at": delivery.created_at,
        "attempts": delivery.attempts,
        "delivered_at": delivery.delivered_at,
        "failed_at": delivery.failed_at,
        "log": log,
    }
