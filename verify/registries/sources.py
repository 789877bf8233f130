"""Which sources an installation has, in the order they are asked; none of them is ever required.

Identity: Dukcapil. Membership: VClaim, a hospital's report, the member file. Poverty: the regional look-up, the
DTSEN extract. An office without a connection leaves the address empty; what no source knows is a person's task.
"""

from schemas import bpjs, dtsen, dukcapil
from verify.config import Settings
from verify.registries import Registries
from verify.registries.extract import ExtractMembershipRegistry, ExtractPovertyRegistry, FirstAnswer, Reads
from verify.registries.http import Clock, utc_now
from verify.registries.reports import ReportedMembership
from workflows.errors import NotConnected
from workflows.ports import (
    CivilRegistry,
    IdentityEvidence,
    IdentityQuestion,
    MembershipEvidence,
    MembershipQuestion,
    MembershipRegistry,
    PovertyEvidence,
    PovertyQuestion,
    PovertyRegistry,
)


class Absent:
    """A registry this office has no connection to: it never answers, and says so at once."""

    def __init__(self, name: str) -> None:
        self._name = name

    def verify(self, _: IdentityQuestion) -> IdentityEvidence:
        """See ``CivilRegistry``."""
        raise NotConnected(registry=self._name)

    def membership(self, _: MembershipQuestion) -> MembershipEvidence:
        """See ``MembershipRegistry``."""
        raise NotConnected(registry=self._name)

    def family(self, _: PovertyQuestion) -> PovertyEvidence:
        """See ``PovertyRegistry``."""
        raise NotConnected(registry=self._name)


def civil(registries: Registries, settings: Settings) -> CivilRegistry:
    """Who says whether a person is whom the KTP names."""
    return registries.civil if settings.dukcapil_url else Absent(dukcapil.REGISTRY)


def membership(registries: Registries, settings: Settings, database: Reads, clock: Clock = utc_now) -> MembershipRegistry:
    """Who says whether a person is covered."""
    online: MembershipRegistry = registries.membership if settings.bpjs_url else Absent(bpjs.REGISTRY)
    file = ExtractMembershipRegistry(database, settings, complete=settings.members_file_complete)
    behind: FirstAnswer[MembershipRegistry] = FirstAnswer(ReportedMembership(database, clock), file)
    first: FirstAnswer[MembershipRegistry] = FirstAnswer(online, behind)
    return first


def poverty(registries: Registries, settings: Settings, database: Reads, clock: Clock = utc_now) -> PovertyRegistry:
    """Who says where a family stands."""
    online: PovertyRegistry = registries.poverty if settings.dtsen_url else Absent(dtsen.REGISTRY)
    first: FirstAnswer[PovertyRegistry] = FirstAnswer(online, ExtractPovertyRegistry(database, settings, clock))
    return first
