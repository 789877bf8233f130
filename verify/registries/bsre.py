"""The electronic signature of BSrE behind the port ``RemoteSigner``."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

import httpx2

from schemas.bsre import (
    DOCUMENT_HEADER,
    REGISTRY,
    Body,
    Order,
    Reply,
    check_paper,
    read_fetched,
    read_form_answer,
    read_json_answer,
    read_status,
    said_of_signing,
    signed_paper,
    signing_form,
    signing_json,
    status_json,
)
from schemas.foreign import Reason, refused, unavailable
from verify.config import Settings
from verify.registries.deadline import deadline
from verify.registries.http import Clock, RegistryHttp, utc_now
from workflows.errors import RegistryError
from workflows.passphrase import Passphrase
from workflows.ports import SignedPaper, SignerStatus

EXPLAINED = frozenset({200, 400})
"""HTTP statuses whose body is read: BSrE says with 400 why it refuses."""
ROOM = 8_000_000
"""Bytes an answer may have besides the paper itself: a signature with its chain and revocation lists has far fewer."""


class BsreSigner:
    """BSrE's e-sign service, version 1 or 2 as ``bsre_version`` says.

    Signing has its own limit, ``bsre_total_seconds`` for all of it; the question about a signer has that of the registries.
    Nothing is repeated: a second wrong passphrase may lock the signer out.
    """

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self._base = settings.bsre_url.rstrip("/")
        self._first_version = settings.bsre_version == "1"
        self._signing_seconds = settings.bsre_total_seconds
        self._asking_seconds = settings.registry_total_seconds
        self._http = SignerHttp(settings, clock)
        self._clock = clock

    def status(self, nik: str) -> SignerStatus:
        """Whether this official's certificate can sign."""
        with deadline(self._asking_seconds):
            if self._first_version:
                reply = self._http.fetch("GET", f"{self._base}/api/user/status/{quote(nik, safe='')}")
            else:
                reply = self._http.fetch("POST", f"{self._base}/api/v2/user/check/status", status_json(nik))
        return read_status(reply, self._clock())

    def sign(self, pdf: bytes, nik: str, passphrase: Passphrase, reason: str, location: str) -> SignedPaper:
        """Have a paper signed. The paper that comes back is proven to begin with every byte of ours."""
        check_paper(pdf)
        order = Order(pdf, nik, passphrase, reason, location)
        with deadline(self._signing_seconds):
            returned, document_id = self._by_form(order) if self._first_version else self._by_json(order)
        return signed_paper(pdf, returned, document_id, self._clock())

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _by_form(self, order: Order) -> tuple[bytes, str | None]:
        room = _room(order.pdf)
        returned, document_id = read_form_answer(self._http.fetch("POST", f"{self._base}/api/sign/pdf", signing_form(order), room=room))
        if returned is None:
            url = f"{self._base}/api/sign/download/{quote(document_id or '', safe='')}"
            returned = read_fetched(self._http.fetch("GET", url, room=room))
        return returned, document_id

    def _by_json(self, order: Order) -> tuple[bytes, str | None]:
        return read_json_answer(self._http.fetch("POST", f"{self._base}/api/v2/sign/pdf", signing_json(order), room=_room(order.pdf)))


def _room(pdf: bytes) -> int:
    return 2 * len(pdf) + ROOM


class SignerHttp(RegistryHttp):
    """The registries' client for bytes that are no JSON, whose errors hold nothing of the request.

    A client library's error carries its request, and here that carries a passphrase; so no error of this class has a
    cause or a context, and the body is a ``Body`` wherever one of our frames holds it.
    """

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        super().__init__(REGISTRY, replace(settings, registry_total_seconds=settings.bsre_total_seconds), clock)
        account = f"{settings.bsre_user}:{settings.bsre_password}".encode()
        self._authorization = f"Basic {base64.b64encode(account).decode()}"

    def fetch(self, method: str, url: str, body: Body | None = None, *, room: int = ROOM) -> Reply:
        """One exchange, at most ``room`` bytes long; ``Unavailable`` or ``Refused`` unless BSrE answered or explained itself."""
        outcome = self._outcome(method, url, body, room)
        if isinstance(outcome, RegistryError):
            raise said_of_signing(outcome)  # outside every except block, or the library's error would be its context
        return outcome

    def _outcome(self, method: str, url: str, body: Body | None, room: int) -> Reply | RegistryError:
        try:
            return self._fetched(method, url, body, room)
        except RegistryError as error:
            return error
        except httpx2.TimeoutException:
            return unavailable(REGISTRY, Reason.TIMEOUT)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.LocalProtocolError):
            return refused(REGISTRY, Reason.CONFIGURATION)
        except httpx2.HTTPError:
            return unavailable(REGISTRY, Reason.CONNECTION)

    def _fetched(self, method: str, url: str, body: Body | None, room: int) -> Reply:
        with self._open_client().stream(method, url, content=body, headers=self._headers(body)) as response:
            if response.status_code not in EXPLAINED:
                self._check_status(response)
            self._check_fresh(response)
            return Reply(response.status_code, _whole(response, room), response.headers.get(DOCUMENT_HEADER))

    def _headers(self, body: Body | None) -> Mapping[str, str]:
        plain = {
            "Accept": "application/pdf, application/json",
            "Accept-Encoding": "identity",
            "Authorization": self._authorization,
            "Cache-Control": "no-cache",
        }
        return plain if body is None else {**plain, "Content-Type": body.content_type, "Content-Length": str(len(body))}


def _whole(response: httpx2.Response, room: int) -> bytes:
    body = bytearray()
    for part in response.iter_raw():
        body += part
        if len(body) > room:
            raise unavailable(REGISTRY, Reason.TOO_LARGE)
    return bytes(body)
