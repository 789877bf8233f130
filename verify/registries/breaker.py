"""A circuit breaker per registry: after some failures in a row it is left alone for a while, and nobody waits for it.

All processes share one standing in Redis, because RQ forks a process for every job. Redis' own clock ends the pause, and
one question at a time tries whether the registry is back. Where Redis is away the breaker behaves as closed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis, RedisError

from schemas.foreign import Reason, unavailable
from workflows.errors import Refused, Unavailable

ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Breaker:
    """Opens after ``failures`` questions in a row that were ``Unavailable``; ``Refused`` and a used-up quota are answers.

    Open it stays for ``seconds``; then one trial, which may take ``trial_seconds``, closes or opens it again.
    """

    registry: str
    redis: Redis | None
    failures: int
    seconds: float
    trial_seconds: float
    clock: Callable[[], datetime]

    @contextmanager
    def guarding(self) -> Iterator[dict[str, str]]:
        """Let one question through or raise ``Unavailable`` at once; count what comes of it, with the notes put into the dict."""
        self._check()
        notes: dict[str, str] = {}
        try:
            yield notes
        except Refused as error:
            self._mend({"last": error.context.get("reason", "")})
            raise
        except Unavailable as error:
            reason = error.context.get("reason", "")
            if reason == Reason.QUOTA:
                self._mend({"last": reason, "quota_left": "0"})
            else:
                self._fail(reason)
            raise
        self._mend({"last": ANSWERED, **notes})

    def _check(self) -> None:
        state, rest = self.state()
        if state == "open" or (state == "half-open" and not self._may_try()):
            raise unavailable(self.registry, Reason.RESTING, retry_after=str(rest // 1000 + 1))

    def state(self) -> tuple[str, int]:
        """``closed``, ``open`` or ``half-open``, and for how many milliseconds it stays open."""
        if self.redis is not None:
            with suppress(RedisError, ValueError, TypeError):
                pipe = self.redis.pipeline(transaction=False)
                pipe.hget(self.key(), "failures")
                pipe.pttl(self.key("open"))
                failed, rest = pipe.execute()
                if int(failed or 0) >= self.failures:
                    return ("open", rest) if rest > 0 else ("half-open", 0)
        return "closed", 0

    def key(self, part: str = "") -> str:
        """Where Redis keeps the registry's standing, or a ``part`` that forgets itself."""
        return f"rekom:registry:{self.registry}{part and ':'}{part}"

    def _may_try(self) -> bool:
        assert self.redis is not None
        with suppress(RedisError):
            return bool(self.redis.set(self.key("trial"), "1", nx=True, px=int(self.trial_seconds * 1000)))
        return True

    def _mend(self, notes: dict[str, str]) -> None:
        if self.redis is not None:
            with suppress(RedisError):
                pipe = self.redis.pipeline()
                pipe.hset(self.key(), mapping=self._noted(notes | {"failures": "0"}))
                pipe.delete(self.key("open"), self.key("trial"))
                pipe.execute()

    def _fail(self, reason: str) -> None:
        if self.redis is not None:
            with suppress(RedisError):
                self.redis.hset(self.key(), mapping=self._noted({"last": reason}))
                if self.redis.hincrby(self.key(), "failures", 1) >= self.failures:
                    self.redis.set(self.key("open"), "1", px=int(self.seconds * 1000))
                    self.redis.delete(self.key("trial"))

    def _noted(self, notes: dict[str, str]) -> dict[Any, Any]:
        return {"at": self.clock().isoformat(), **notes}
