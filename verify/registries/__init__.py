"""Real registries behind the ports of ``workflows.ports``. ``connect`` is all that the service needs from here."""

from dataclasses import dataclass

from verify.config import Settings
from verify.registries.bpjs import BpjsRegistry
from verify.registries.dtsen import DtsenRegistry
from verify.registries.dukcapil import DukcapilRegistry
from verify.registries.http import Clock, utc_now

__all__ = ["BpjsRegistry", "DtsenRegistry", "DukcapilRegistry", "Registries", "connect"]


@dataclass(frozen=True, slots=True)
class Registries:
    """The three adapters of one installation."""

    civil: DukcapilRegistry
    membership: BpjsRegistry
    poverty: DtsenRegistry

    def close(self) -> None:
        """Close this process's connections."""
        for adapter in (self.civil, self.membership, self.poverty):
            adapter.close()


def connect(settings: Settings, clock: Clock = utc_now) -> Registries:
    """The adapters for these settings. No connection is opened before the first question, so this may run before a fork."""
    return Registries(DukcapilRegistry(settings, clock), BpjsRegistry(settings, clock), DtsenRegistry(settings, clock))
