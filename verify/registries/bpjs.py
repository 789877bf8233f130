"""The membership register of BPJS Kesehatan behind the port ``MembershipRegistry``."""

from datetime import date
from urllib.parse import quote

from schemas.bpjs import REGISTRY, Access, read_by_card, read_by_nik, request_headers
from verify.config import Settings
from verify.registries.http import Clock, RegistryHttp, utc_now
from workflows.ports import MembershipEvidence


class BpjsRegistry:
    """VClaim ``Peserta`` (domain 5.2). Its protocol puts the NIK in the address, which is therefore never logged."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self._access = Access(settings.bpjs_cons_id, settings.bpjs_secret, settings.bpjs_user_key)
        self._base = settings.bpjs_url.rstrip("/")
        self._http = RegistryHttp(REGISTRY, settings, clock)
        self._clock = clock

    def membership(self, nik: str, on: date) -> MembershipEvidence:
        """Membership of the person with this NIK as at the day ``on``."""
        payload, timestamp = self._ask("nik", nik, on)
        return read_by_nik(payload, nik, on, access=self._access, timestamp=timestamp, now=self._clock())

    def membership_by_card(self, card: str, on: date) -> MembershipEvidence:
        """Membership behind a 13-digit card number as at the day ``on``."""
        padded = card.zfill(13)
        payload, timestamp = self._ask("nokartu", padded, on)
        return read_by_card(payload, padded, on, access=self._access, timestamp=timestamp, now=self._clock())

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _ask(self, kind: str, number: str, on: date) -> tuple[object, str]:
        timestamp = str(int(self._clock().timestamp()))
        url = f"{self._base}/Peserta/{kind}/{quote(number, safe='')}/tglSEP/{on.isoformat()}"
        return self._http.get(url, request_headers(self._access, timestamp)), timestamp
