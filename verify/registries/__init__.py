"""Real registries behind the ports of ``workflows.ports``. ``connect`` is all that the service needs from here."""

from dataclasses import dataclass

from redis import Redis

from schemas import bpjs, dtsen, dukcapil
from verify.config import Settings
from verify.registries.bpjs import BpjsRegistry
from verify.registries.breaker import Breaker
from verify.registries.dtsen import DtsenRegistry
from verify.registries.dukcapil import DukcapilRegistry
from verify.registries.http import Clock, utc_now
from verify.registries.kept import FrugalCivilRegistry, KeepFor, RedisStore, kept_secret
from verify.registries.standing import Standing, standing_of
from workflows.ports import CivilRegistry

__all__ = ["BpjsRegistry", "DtsenRegistry", "DukcapilRegistry", "Registries", "Shared", "Standing", "connect", "standings"]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all processes of an installation share: Redis, and the office's key."""

    redis: Redis
    digest_key: bytes


@dataclass(frozen=True, slots=True)
class Registries:
    """The registries of one installation; ``asked`` holds the adapters that have connections."""

    civil: CivilRegistry
    membership: BpjsRegistry
    poverty: DtsenRegistry
    asked: tuple[DukcapilRegistry | BpjsRegistry | DtsenRegistry, ...]

    def close(self) -> None:
        """Close this process's connections."""
        for adapter in self.asked:
            adapter.close()


def connect(settings: Settings, clock: Clock = utc_now, shared: Shared | None = None) -> Registries:
    """The registries for these settings. No connection is opened before the first question, so this may run before a fork.

    Only with ``shared`` are answers kept and failures counted.
    """
    breakers = _breakers(settings, clock, shared.redis if shared else None)
    civil = DukcapilRegistry(settings, breakers[dukcapil.REGISTRY], clock)
    membership = BpjsRegistry(settings, breakers[bpjs.REGISTRY], clock)
    poverty = DtsenRegistry(settings, breakers[dtsen.REGISTRY], clock)
    return Registries(_frugal(civil, settings, shared) if shared else civil, membership, poverty, (civil, membership, poverty))


def standings(settings: Settings, redis: Redis, clock: Clock = utc_now) -> tuple[Standing, ...]:
    """How each registry stands: its host, its breaker, its last answer, the quota left. Asks no registry."""
    breakers = _breakers(settings, clock, redis)
    urls = {dukcapil.REGISTRY: settings.dukcapil_url, bpjs.REGISTRY: settings.bpjs_url, dtsen.REGISTRY: settings.dtsen_url}
    return tuple(standing_of(breakers[name], url) for name, url in urls.items())


def _frugal(civil: CivilRegistry, settings: Settings, shared: Shared) -> CivilRegistry:
    keep = KeepFor(settings.dukcapil_keep_seconds, settings.dukcapil_keep_doubt_seconds)
    return FrugalCivilRegistry(civil, RedisStore(shared.redis), secret=kept_secret(shared.digest_key), keep=keep)


def _breakers(settings: Settings, clock: Clock, redis: Redis | None) -> dict[str, Breaker]:
    limits = (settings.registry_breaker_failures, settings.registry_breaker_seconds, 2 * settings.registry_total_seconds)
    return {name: Breaker(name, redis, *limits, clock) for name in (dukcapil.REGISTRY, bpjs.REGISTRY, dtsen.REGISTRY)}
