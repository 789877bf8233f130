"""The membership register of BPJS Kesehatan behind the port ``MembershipRegistry``."""

from urllib.parse import quote

from schemas.bpjs import REGISTRY, Access, Asked, read_answer, request_headers
from verify.config import Settings
from verify.registries.breaker import Breaker
from verify.registries.http import Clock, RegistryHttp, utc_now
from workflows.ports import MembershipEvidence, MembershipQuestion


class BpjsRegistry:
    """VClaim ``Peserta`` (domain 5.2). Its protocol puts the NIK in the address, which is therefore never logged."""

    def __init__(self, settings: Settings, breaker: Breaker, clock: Clock = utc_now) -> None:
        self._access = Access(settings.bpjs_cons_id, settings.bpjs_secret, settings.bpjs_user_key)
        self._base = settings.bpjs_url.rstrip("/")
        self._name_score = settings.registry_name_score
        self._http = RegistryHttp(REGISTRY, settings, clock)
        self._breaker = breaker
        self._clock = clock

    def membership(self, question: MembershipQuestion) -> MembershipEvidence:
        """Membership of the person with this NIK and name as at the day asked about."""
        return self._ask("nik", question.nik, question, None)

    def membership_by_card(self, card: str, question: MembershipQuestion) -> MembershipEvidence:
        """The same, looked up by a 13-digit card number."""
        padded = card.zfill(13)
        return self._ask("nokartu", padded, question, padded)

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _ask(self, kind: str, number: str, question: MembershipQuestion, card: str | None) -> MembershipEvidence:
        url = f"{self._base}/Peserta/{kind}/{quote(number, safe='')}/tglSEP/{question.on.isoformat()}"
        with self._breaker.guarding():
            timestamp = str(int(self._clock().timestamp()))
            payload = self._http.get(url, request_headers(self._access, timestamp))
            return read_answer(payload, Asked(question, timestamp, self._name_score, card), self._access, now=self._clock())
