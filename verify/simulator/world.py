"""What all simulated registries share: people, faults, counters, the settings a caller must match."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from flask import Response, abort, current_app, json, request

from verify.config import Settings
from verify.simulator.faults import Fault, FaultBoard, Registry, Setting
from verify.simulator.personas import Population
from verify.simulator.signers import Signers, load_signers
from verify.simulator.wire import disturbed

DAILY_QUOTA = 56_616

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(slots=True)
class World:
    """The state of one simulator. ``calls`` counts questions per registry; ``stopping`` ends waits at shutdown."""

    settings: Settings
    population: Population
    clock: Clock = utc_now
    signers: Signers = field(default_factory=load_signers)
    faults: FaultBoard = field(default_factory=FaultBoard)
    calls: "Counter[Registry]" = field(default_factory=Counter)
    stopping: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, registry: Registry) -> int:
        """Note one more question and return how many there were."""
        with self._lock:
            self.calls[registry] += 1
            return self.calls[registry]

    def speak(self, setting: Setting, payload: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """``payload`` as JSON, in order of writing, on a wire disturbed as the setting says."""
        response = Response(json.dumps(payload, sort_keys=False), status=status, mimetype="application/json", headers=headers)
        return disturbed(response, setting, self.stopping)


def world() -> World:
    """The state of the simulator that answers this request."""
    return cast(World, current_app.extensions["simulator"])


def asked_object() -> dict[str, Any]:
    """The JSON object in the request's body; anything else is answered with 400."""
    body = request.get_json(force=True)
    if not isinstance(body, dict):
        abort(400)
    return body


def stale_headers(fault: Fault) -> dict[str, str]:
    """What an honest cache adds to an answer of yesterday."""
    return {"Age": "86400"} if fault is Fault.STALE else {}
