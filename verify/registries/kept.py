"""Answers of the civil registry, kept for a while, so that no loop burns the day's quota (domain 2.1).

The same question (NIK and every element) is asked once per ``seconds``; a used-up quota is remembered as long.
Kept answers hold no personal data: words per element, codes, times. Their keys are HMACs, and each text carries one
of its own, because whoever can write into Redis must not be able to make a match.
"""

import hmac
import json
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from redis import Redis, RedisError

from schemas.dukcapil import REGISTRY
from schemas.foreign import Reason, unavailable
from workflows.errors import Unavailable
from workflows.ports import CivilRegistry, IdentityEvidence, IdentityOutcome, IdentityQuestion

QUOTA_KEY = "quota-used-up"
LABEL = b"rekom: answers of the civil registry, kept, version 1"


def kept_secret(digest_key: bytes) -> bytes:
    """A key of its own for kept answers, derived from the office's: what signs here can sign nothing else."""
    return hmac.digest(digest_key, LABEL, "sha256")


@dataclass(frozen=True, slots=True)
class KeepFor:
    """Seconds: a match is kept longer than a doubt, because people go to Disdukcapil and come back with it settled."""

    match: int
    doubt: int

    def seconds(self, outcome: IdentityOutcome) -> int:
        """For an answer."""
        return self.match if outcome is IdentityOutcome.MATCH else self.doubt


class Store(Protocol):
    """Texts that forget themselves. A store that fails behaves as if it were empty."""

    def get(self, key: str) -> str | None:
        """The text under ``key``, unless it was never put or its time is over."""

    def put(self, key: str, text: str, seconds: int) -> None:
        """Keep ``text`` for ``seconds``."""


class MemoryStore:
    """For one process: at most ``size`` texts, the oldest forgotten first. Safe for threads."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._texts: OrderedDict[str, tuple[float, str]] = OrderedDict()

    def get(self, key: str) -> str | None:
        """See ``Store``."""
        with self._lock:
            until, text = self._texts.get(key, (0.0, ""))
        return text if until > time.monotonic() else None

    def put(self, key: str, text: str, seconds: int) -> None:
        """See ``Store``."""
        with self._lock:
            self._texts.pop(key, None)
            self._texts[key] = (time.monotonic() + seconds, text)
            while len(self._texts) > self._size:
                self._texts.popitem(last=False)


class RedisStore:
    """For all processes of an installation: RQ forks one for every job, so memory alone would keep nothing."""

    def __init__(self, redis: "Redis", prefix: str = "rekom:civil:") -> None:
        self._redis = redis
        self._prefix = prefix

    def get(self, key: str) -> str | None:
        """See ``Store``."""
        with suppress(RedisError, UnicodeDecodeError):
            kept = self._redis.get(self._prefix + key)
            return kept.decode() if isinstance(kept, bytes) else kept if isinstance(kept, str) else None
        return None

    def put(self, key: str, text: str, seconds: int) -> None:
        """See ``Store``."""
        with suppress(RedisError):
            self._redis.set(self._prefix + key, text, ex=seconds)


class FrugalCivilRegistry:
    """A ``CivilRegistry`` that never asks the same thing twice within the time an answer is kept for.

    ``secret`` keys the HMACs. A kept answer keeps its own ``as_of``: it never looks newer than it is.
    """

    def __init__(self, registry: CivilRegistry, store: Store, *, secret: bytes, keep: KeepFor) -> None:
        self._registry = registry
        self._store = store
        self._secret = secret
        self._for = keep

    def verify(self, question: IdentityQuestion) -> IdentityEvidence:
        """The kept answer, or a new one; ``Unavailable`` without asking while the quota is known to be used up."""
        key = self._key(question)
        kept = loaded(self._recall(key))
        if kept is not None:
            return kept
        if (retry_after := self._recall(QUOTA_KEY)) is not None:
            raise unavailable(REGISTRY, Reason.QUOTA, retry_after=retry_after)
        evidence = self._asked(question)
        self._keep(key, dumped(evidence), self._for.seconds(evidence.outcome))
        return evidence

    def _asked(self, question: IdentityQuestion) -> IdentityEvidence:
        try:
            return self._registry.verify(question)
        except Unavailable as error:
            if error.context.get("reason") == Reason.QUOTA:
                wait = error.context.get("retry_after", "0")
                self._keep(QUOTA_KEY, wait, max(1, min(int(wait), self._for.match)))
            raise

    def _keep(self, key: str, text: str, seconds: int) -> None:
        if seconds > 0:
            self._store.put(key, f"{self._mac(key, text)} {text}", seconds)

    def _recall(self, key: str) -> str | None:
        mac, _, text = (self._store.get(key) or "").partition(" ")
        return text if hmac.compare_digest(mac.encode(), self._mac(key, text).encode()) else None

    def _mac(self, *texts: str) -> str:
        return hmac.new(self._secret, json.dumps(texts).encode(), "sha256").hexdigest()

    def _key(self, question: IdentityQuestion) -> str:
        return self._mac("question", question.nik, question.name, question.birth_date.isoformat(), question.kk or "")


def dumped(evidence: IdentityEvidence) -> str:
    """Evidence as JSON text."""
    return json.dumps({**asdict(evidence), "as_of": evidence.as_of.isoformat()})


def loaded(text: str | None) -> IdentityEvidence | None:
    """The evidence that ``dumped`` wrote; None for nothing, and for what another version of Rekom wrote."""
    try:
        held = json.loads(text or "")
        changes = {"outcome": IdentityOutcome(held["outcome"]), "as_of": datetime.fromisoformat(held["as_of"])}
        return IdentityEvidence(**{**held, **changes})
    except (ValueError, LookupError, TypeError):
        return None
