"""The path finder: facts and dated policy in, exactly one way out.

The ways are tried in one order. A way whose condition is unknown stays open, and while an earlier one is open no later
one is certain: then the answer is UNDETERMINED, with what is missing and every way that is still possible. So learning
more never turns one certain way into another, with one exception: what the family says of its own means counts for more
than what a register let us assume.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from workflows.rules.path_facts import (
    Cause,
    Lane,
    PathFacts,
    can_pay,
    has_identity_trouble,
    has_left_work,
    is_caused_by,
    is_covered,
    is_identified,
    is_lane,
    is_without_payer,
    lives_elsewhere,
    was_in,
)
from workflows.rules.path_routes import describe, undetermined
from workflows.rules.path_told import Inquiry
from workflows.rules.policy import PolicyBook, RegionPolicy
from workflows.rules.route import Route, RouteCode, Unknown

Condition = Callable[[PathFacts, RegionPolicy], bool | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One way: when it is the one, and which facts may leave that open."""

    code: RouteCode
    holds: Condition
    asks: tuple[Unknown, ...]


def find_route(facts: PathFacts, policy: RegionPolicy, book: PolicyBook, on: date) -> Route:
    """The way for this person in this region on this day. ``book`` holds national values and the names of other offices."""
    inquiry = Inquiry(facts, policy, book, on)
    still_open: list[Step] = []
    for step in STEPS:
        held = step.holds(facts, policy)
        if held is not False:
            still_open.append(step)
        if held:
            break
    if held and len(still_open) == 1:
        return describe(inquiry, step.code)
    asked = (fact for one in still_open for fact in one.asks if IS_UNKNOWN[fact](facts, policy))
    return undetermined(inquiry, tuple(dict.fromkeys(asked)), tuple(one.code for one in still_open))


def _lane(lane: Lane) -> Condition:
    return lambda facts, _: is_lane(facts, lane)


def _cause(cause: Cause) -> Condition:
    return lambda facts, _: is_caused_by(facts, cause)


def _was_in(segment: str) -> Condition:
    return lambda facts, _: was_in(facts, segment)


def _employed(facts: PathFacts, _: RegionPolicy) -> bool | None:
    return False if has_left_work(facts) else was_in(facts, "PPU")


def _pays(facts: PathFacts, policy: RegionPolicy) -> bool | None:
    return _both(is_without_payer(facts), can_pay(facts, policy))


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _segment_open(facts: PathFacts, _: RegionPolicy) -> bool:
    return is_covered(facts) is False and was_in(facts, "PBI_JK") is None


U = Unknown
STEPS = (
    Step(RouteCode.NEWBORN, _lane(Lane.NEWBORN), (U.LANE,)),
    Step(RouteCode.UNIDENTIFIED, _lane(Lane.UNIDENTIFIED), (U.LANE,)),
    Step(RouteCode.HOMELESS, _lane(Lane.HOMELESS), (U.LANE,)),
    Step(RouteCode.FOREIGNER, _lane(Lane.FOREIGNER), (U.LANE,)),
    Step(RouteCode.ALREADY_ACTIVE, lambda facts, _: is_covered(facts), (U.MEMBERSHIP,)),
    Step(RouteCode.FIX_IDENTITY, lambda facts, _: has_identity_trouble(facts), (U.IDENTITY, U.MEMBERSHIP)),
    Step(RouteCode.TRAFFIC_ACCIDENT, _cause(Cause.TRAFFIC_ACCIDENT), (U.CAUSE,)),
    Step(RouteCode.WORK_ACCIDENT, _cause(Cause.WORK_ACCIDENT), (U.CAUSE,)),
    Step(RouteCode.OTHER_OFFICE, lives_elsewhere, (U.DOMICILE,)),
    Step(RouteCode.REACTIVATE_PBI_JK, _was_in("PBI_JK"), (U.MEMBERSHIP, U.SEGMENT)),
    Step(RouteCode.REACTIVATE_REGION, _was_in("PEMDA"), (U.MEMBERSHIP, U.SEGMENT)),
    Step(RouteCode.EMPLOYER, _employed, (U.MEMBERSHIP, U.SEGMENT)),
    Step(RouteCode.ARREARS, _was_in("PBPU_MANDIRI"), (U.MEMBERSHIP, U.SEGMENT)),
    Step(RouteCode.SELF_PAID, _pays, (U.MEMBERSHIP, U.SEGMENT, U.ABLE_TO_PAY)),
    Step(RouteCode.JOIN_REGION, lambda facts, _: is_without_payer(facts), (U.MEMBERSHIP, U.SEGMENT)),
)
"""In this order: who has no NIK, who needs no letter, who must go elsewhere first, who has another payer, whom the region takes."""

IS_UNKNOWN: Mapping[Unknown, Condition] = {
    U.LANE: lambda facts, _: facts.lane is None,
    U.MEMBERSHIP: lambda facts, _: is_covered(facts) is None,
    U.SEGMENT: _segment_open,
    U.IDENTITY: lambda facts, _: is_identified(facts) is None,
    U.CAUSE: lambda facts, _: facts.cause is None,
    U.DOMICILE: lambda facts, policy: lives_elsewhere(facts, policy) is None,
    U.ABLE_TO_PAY: lambda facts, policy: can_pay(facts, policy) is None,
}

assert [step.code for step in STEPS] == [code for code in RouteCode if code is not RouteCode.UNDETERMINED]
