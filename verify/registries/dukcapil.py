"""The civil registry behind the port ``CivilRegistry``."""

from urllib.parse import quote

from schemas.dukcapil import REGISTRY, Access, read_answer, request_body
from verify.config import Settings
from verify.registries.breaker import Breaker
from verify.registries.http import Clock, RegistryHttp, utc_now
from workflows.ports import IdentityEvidence, IdentityQuestion


class DukcapilRegistry:
    """Dukcapil's ``CALL_VERIFY_BY_ELEMEN`` (domain 2.2)."""

    def __init__(self, settings: Settings, breaker: Breaker, clock: Clock = utc_now) -> None:
        self._access = Access(settings.dukcapil_user, settings.dukcapil_password, settings.dukcapil_client_ip, settings.dukcapil_threshold)
        office = quote(settings.dukcapil_office, safe="")
        self._url = f"{settings.dukcapil_url.rstrip('/')}/dukcapil/get_json/{office}/CALL_VERIFY_BY_ELEMEN"
        self._http = RegistryHttp(REGISTRY, settings, clock)
        self._breaker = breaker
        self._clock = clock

    def verify(self, question: IdentityQuestion) -> IdentityEvidence:
        """Compare the question with the population register; costs one of the day's quota."""
        with self._breaker.guarding() as notes:
            payload = self._http.post(self._url, request_body(question, self._access))
            evidence = read_answer(payload, question, threshold=self._access.threshold, now=self._clock())
            if evidence.quota_left is not None:
                notes["quota_left"] = str(evidence.quota_left)
            return evidence

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()
