"""How long a thing may wait for somebody, and who hears of it when it waits longer: dated policy, weighed by ``workflows.stuck``."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workflows.rules.calendar import Counting
from workflows.states import Role


class Waiting(StrEnum):
    """What waits beside a case in its state: papers that are late, a hospital's clock or a promise that ran out, a registration in
    its status, a check or late answer with a person's name, a duty, what hospitals leave to the office (a move, an acceptance without
    network that a person settles), and a cover letter that waits for a word, for its paper, or for a signature on it."""

    PAPERS = "PAPERS"
    HOSPITAL_CLOCK = "HOSPITAL_CLOCK"
    PROMISE_CLOCK = "PROMISE_CLOCK"
    REGISTRATION_WAITING = "REGISTRATION_WAITING"
    REGISTRATION_BATCHED = "REGISTRATION_BATCHED"
    REGISTRATION_SENT = "REGISTRATION_SENT"
    REGISTRATION_GRANTED = "REGISTRATION_GRANTED"
    REGISTRATION_REFUSED = "REGISTRATION_REFUSED"
    MANUAL_CHECK = "MANUAL_CHECK"
    CORRECTION = "CORRECTION"
    DTSEN_DUTY = "DTSEN_DUTY"
    TRANSFER = "TRANSFER"
    LATE_ACCEPTANCE = "LATE_ACCEPTANCE"
    COLLECTIVE_PROPOSED = "COLLECTIVE_PROPOSED"
    COLLECTIVE_SIGNED = "COLLECTIVE_SIGNED"
    COLLECTIVE_PREPARED = "COLLECTIVE_PREPARED"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many counted hours for each step of the ladder: after the first the first role hears of it, after twice as many the second."""

    hours: int
    counting: Counting
    ladder: tuple[Role, ...]


Limits = Mapping[str, Limit]
"""By a case's open state or by ``Waiting``."""
