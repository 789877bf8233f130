"""The poverty register behind the port ``PovertyRegistry``."""

from schemas.dtsen import KEY_HEADER, REGISTRY, read_answer, request_body
from verify.config import Settings
from verify.registries.http import Clock, RegistryHttp, utc_now
from workflows.ports import PovertyEvidence


class DtsenRegistry:
    """The look-up of a regional data hub (``POST /v1/keluarga``)."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self._url = f"{settings.dtsen_url.rstrip('/')}/v1/keluarga"
        self._headers = {KEY_HEADER: settings.dtsen_key}
        self._http = RegistryHttp(REGISTRY, settings, clock)
        self._clock = clock

    def family(self, nik: str) -> PovertyEvidence:
        """What DTSEN says of the person's family."""
        payload = self._http.post(self._url, request_body(nik), self._headers)
        return read_answer(payload, nik, now=self._clock())

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()
