"""The composition root: settings become the parts that work together. Nothing else wires anything."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from schemas.policy_file import load_policies, policies_folder
from verify import traces
from verify.bundles import Bundles
from verify.clock import utc_now
from verify.config import Settings
from verify.db import Database
from verify.documents.letter import TypstPress
from verify.documents.pades import SignedPress, office_signer
from verify.doorbell import Doorbell
from verify.keys import KeyRing, KeyStore
from verify.ktp_photos import installed, read_photo
from verify.master_key import MasterKey
from verify.registries import Shared, Standing, connect, sources, standings
from verify.registries.bsre import BsreSigner
from verify.registries.courier import WebhookCourier
from verify.registries.http import trusting
from verify.vault import Vault
from workflows.ktp import ReadCard
from workflows.ports import LetterPress, Ports, RemoteSigner
from workflows.rules.policy import PolicyBook, RegionPolicy

CardReader = Callable[[bytes], ReadCard]
"""From a photograph of a KTP to what stands on it."""


@cache
def shipped_policies() -> PolicyBook:
    """All regions' policies, read once a process."""
    return load_policies(policies_folder())


def prepare(settings: Settings) -> None:
    """Make what jobs only read, before a worker forks: it was a third of a job's time."""
    shipped_policies()
    with suppress(OSError):  # a CA file that cannot be read is told where it is used
        trusting(settings.registry_ca)


@dataclass(frozen=True)
class Rekom:
    """One process's parts, each made when first used, so that a forked worker makes its own."""

    settings: Settings
    clock: Callable[[], datetime] = utc_now
    wakes: bool = True

    @cached_property
    def doorbell(self) -> Doorbell:
        """Redis, as far as this process talks to it."""
        return Doorbell(self.settings.redis_url)

    @cached_property
    def database(self) -> Database:
        """The truth."""
        on_commit = self.doorbell.wake_relay if self.wakes else None
        return traces.follow_database(Database(self.settings.database_url, vault=self.vault, on_commit=on_commit))

    @cached_property
    def master_key(self) -> MasterKey:
        """Where the key lies that wraps those of personal data."""
        return MasterKey(self.settings.folder / "keys", self.settings.master_key, self.settings.old_master_key)

    @cached_property
    def vault(self) -> Vault:
        """What seals and opens personal data."""
        return self.new_vault()

    def new_vault(self) -> Vault:
        """One for another database than the office's own: a copy, or one that is being migrated."""
        return Vault(self.master_key, self.clock)

    @cached_property
    def policies(self) -> PolicyBook:
        """All regions' policies, refused at start-up where a file is wrong."""
        return shipped_policies()

    def policy_today(self, region_code: str) -> RegionPolicy:
        """The block in force now, by the region's own calendar."""
        return self.policies.at(region_code, self.clock().astimezone(ZoneInfo(self.zone(region_code))).date())

    def zone(self, region_code: str) -> str:
        """A region's time zone; UTC for one without policy."""
        blocks = self.policies.regions.get(region_code, ())
        return blocks[-1].timezone if blocks else "UTC"

    @cached_property
    def key_store(self) -> KeyStore:
        """Where the office's keys lie."""
        return KeyStore(self.settings.folder / "keys", self.settings.signing_key)

    @property
    def keys(self) -> KeyRing:
        """The office's keys as they are now; a rotation reaches every process with its next look."""
        return self.key_store.ring()

    @cached_property
    def bundles(self) -> Bundles:
        """Trust bundles for verifiers without network."""
        return Bundles(self.database, self.key_store.ring, self.clock, hours=self.settings.bundle_hours)

    @cached_property
    def ports(self) -> Ports:
        """The world outside, for steps."""
        registries = connect(self.settings, self.clock, Shared(self.doorbell.impatient, self.keys.digest_key))
        press: LetterPress = TypstPress(self.key_store.ring, self.settings.public_url)
        if self.settings.office_certificate:
            file, password = Path(self.settings.office_certificate), self.settings.office_certificate_password
            press = SignedPress(press, lambda: office_signer(file, password))
        civil = sources.civil(registries, self.settings)
        membership = sources.membership(registries, self.settings, self.database, self.clock)
        poverty = sources.poverty(registries, self.settings, self.database, self.clock)
        courier = WebhookCourier(self.settings, self.key_store.ring, self.clock)
        return Ports(civil, membership, poverty, press, self.policies, courier)

    @cached_property
    def card_reader(self) -> CardReader | None:
        """What reads photographs of KTPs, where the extra ``ktp`` is installed."""
        return partial(read_photo, practice=self.settings.practice) if installed() else None

    def standings(self) -> tuple[Standing, ...]:
        """How each registry stands, for an operator."""
        return standings(self.settings, self.doorbell.impatient, self.clock)

    @cached_property
    def signer(self) -> RemoteSigner:
        """BSrE."""
        return BsreSigner(self.settings, self.clock)
