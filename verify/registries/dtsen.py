"""The poverty register behind the port ``PovertyRegistry``."""

from datetime import timedelta

from schemas.dtsen import KEY_HEADER, REGISTRY, Limits, read_answer, request_body
from verify.config import Settings
from verify.registries.breaker import Breaker
from verify.registries.http import Clock, RegistryHttp, utc_now
from workflows.ports import PovertyEvidence, PovertyQuestion


class DtsenRegistry:
    """The look-up of a regional data hub (``POST /v1/keluarga``)."""

    def __init__(self, settings: Settings, breaker: Breaker, clock: Clock = utc_now) -> None:
        self._url = f"{settings.dtsen_url.rstrip('/')}/v1/keluarga"
        self._headers = {KEY_HEADER: settings.dtsen_key}
        self._limits = Limits(settings.registry_name_score, timedelta(days=settings.dtsen_oldest_days))
        self._http = RegistryHttp(REGISTRY, settings, clock)
        self._breaker = breaker
        self._clock = clock

    def family(self, question: PovertyQuestion) -> PovertyEvidence:
        """What DTSEN says of the person's family."""
        with self._breaker.guarding():
            payload = self._http.post(self._url, request_body(question.nik), self._headers)
            return read_answer(payload, question, self._limits, now=self._clock())

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()
