"""The office's trust bundle of this moment, sealed once and kept until something it tells changes."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from schemas.trust_bundle import TrustBundle, Witness, seal_bundle
from verify.db import Database
from verify.keyring import KeyRing
from workflows import checkpoints, trust
from workflows.errors import Unavailable

SLOT_SECONDS = 600
"""Bundles say they are of a whole ten minutes: processes then make the same bytes, and a verifier asks again for nothing."""


class NoBundle(Unavailable):
    """The signing key was withdrawn and this host has no other yet."""

    slug = "daftar-kepercayaan-belum-ada"
    sentence = "Daftar kunci belum dapat ditandatangani: kunci ditarik dan kunci baru belum dipasang di server ini."


@dataclass(frozen=True, slots=True)
class Sealed:
    """A finished bundle and its entity tag."""

    raw: bytes
    etag: str


Made = tuple[datetime, int, int, tuple[str, ...], frozenset[str]]
"""What decides a bundle's bytes: its time, the counter, the witness, and the keys with those withdrawn."""


class Bundles:
    """Seals bundles for one office; one serves a process and its threads."""

    def __init__(self, database: Database, keys: Callable[[], KeyRing], clock: Callable[[], datetime], *, hours: float) -> None:
        self._database, self._keys, self._clock, self._life = database, keys, clock, timedelta(hours=hours)
        self._lock = threading.Lock()
        self._kept: tuple[Made, Sealed] | None = None

    def newest(self, issuer: str) -> Sealed:
        """The bundle to hand out now; ``NoBundle`` where no key may sign it."""
        with self._database.read() as session, self._lock:
            made = self._made(session)
            if self._kept is None or self._kept[0] != made:
                self._kept = made, self._seal(session, made[0], issuer)
            return self._kept[1]

    def good_keys(self) -> dict[str, list[dict[str, str]]]:
        """The JWK set without keys that were withdrawn, here or on another host."""
        with self._database.read() as session:
            withdrawn = trust.withdrawn_keys(session)
        return {"keys": [jwk for jwk in self._keys().jwks()["keys"] if jwk["kid"] not in withdrawn]}

    def _made(self, session: Session) -> Made:
        ring, seconds = self._keys(), int(self._clock().timestamp())
        seen = checkpoints.newest(session)
        of = datetime.fromtimestamp(seconds - seconds % SLOT_SECONDS, UTC)
        last_event = seen.last_event if seen else 0
        return of, trust.counter(session), last_event, tuple(ring.verifying), trust.withdrawn_keys(session) | set(ring.withdrawn)

    def _seal(self, session: Session, of: datetime, issuer: str) -> Sealed:
        ring, told, seen = self._keys(), trust.told(session, now=of), checkpoints.newest(session)
        withdrawn = told.withdrawn | set(ring.withdrawn)
        if ring.current.key_id in withdrawn:
            raise NoBundle
        bundle = TrustBundle(
            issuer=issuer,
            counter=told.counter,
            issued_at=int(of.timestamp()),
            expires_at=int((of + self._life).timestamp()),
            keys={key_id: key for key_id, key in ring.verifying.items() if key_id not in withdrawn},
            withdrawn=withdrawn,
            gone=told.gone,
            used=told.used,
            witness=Witness(seen.last_event, seen.chains, bytes.fromhex(seen.root), int(seen.at.timestamp())) if seen else None,
        )
        raw = seal_bundle(bundle, ring.sealing)
        return Sealed(raw, hashlib.sha256(raw).hexdigest()[:32])
