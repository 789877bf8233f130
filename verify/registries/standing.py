"""How a registry stands, for an operator: from what its breaker noted in Redis, without asking the registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from redis import RedisError

from verify.registries.breaker import Breaker

UNKNOWN, ABSENT = "unknown", "absent"


@dataclass(frozen=True, slots=True)
class Standing:
    """``breaker`` is closed, open, half-open, unknown (Redis away) or absent (no address); ``last`` is ``answered`` or why not."""

    registry: str
    host: str
    breaker: str
    rests_seconds: int
    failures: int
    last: str | None
    last_at: str | None
    quota_left: int | None


def standing_of(breaker: Breaker, url: str) -> Standing:
    """What is known now; nothing where Redis does not answer."""
    noted = _noted(breaker)
    state, rest = breaker.state() if noted is not None else (UNKNOWN, 0)
    known = noted or {}
    state = state if url else ABSENT
    return Standing(
        breaker.registry,
        host_of(url),
        state,
        -(-rest // 1000),
        _number(known.get("failures")) or 0,
        known.get("last"),
        known.get("at"),
        _number(known.get("quota_left")),
    )


def host_of(url: str) -> str:
    """Host and port of an address; never the name and password that may stand before them."""
    parts = urlsplit(url)
    return f"{parts.hostname or '?'}{f':{parts.port}' if parts.port else ''}"


def _noted(breaker: Breaker) -> Mapping[str, str] | None:
    assert breaker.redis is not None
    try:
        held = breaker.redis.hgetall(breaker.key())
    except RedisError:
        return None
    return {_text(name): _text(value) for name, value in held.items()}


def _text(held: bytes | str) -> str:
    return held.decode(errors="replace") if isinstance(held, bytes) else held


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
