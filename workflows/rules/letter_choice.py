"""Which letter a case is for, by the way its person would be sent; a caseworker may choose another with a reason."""

from collections.abc import Mapping

from workflows.rules.facts import EligibilityFacts
from workflows.rules.path import find_route
from workflows.rules.path_facts import Cause, Lane, PathFacts
from workflows.rules.policy import PolicyBook, RegionPolicy
from workflows.rules.route import RouteCode
from workflows.vocabulary import LetterType

ENDS_IN: Mapping[RouteCode, LetterType] = {
    RouteCode.REACTIVATE_PBI_JK: LetterType.KET_REAKTIVASI_PBI_JK,
    RouteCode.REACTIVATE_REGION: LetterType.REKOM_PBPU_PEMDA,
    RouteCode.ARREARS: LetterType.REKOM_PBPU_PEMDA,
    RouteCode.JOIN_REGION: LetterType.REKOM_PBPU_PEMDA,
}
"""The letter of each way that ends in one; whether a stranger's bill is guaranteed a caseworker chooses."""


def settled_letter(facts: EligibilityFacts, policy: RegionPolicy, book: PolicyBook) -> LetterType | None:
    """The letter all ways that are still open end in; None where they end in several, in none, or in one not yet known that day."""
    route = find_route(_as_path(facts), policy, book, facts.on)
    codes = {route.code, *(one.code for one in route.possible)}
    letters = {ENDS_IN[code] for code in codes if code in ENDS_IN}
    found = letters.pop() if len(letters) == 1 else None
    return found if found and _exists(found, facts, policy) else None


def _exists(kind: LetterType, facts: EligibilityFacts, policy: RegionPolicy) -> bool:
    return any(since <= facts.on for since, _ in policy.letters[kind])


def _as_path(facts: EligibilityFacts) -> PathFacts:
    return PathFacts(
        lane=Lane(facts.no_nik or Lane.NIK),
        identity=facts.identity,
        membership=facts.membership,
        poverty=facts.poverty,
        cause=Cause.ILLNESS,
        domicile_code=facts.domicile_code,
        resident_since=facts.resident_since,
        birth_date=facts.birth_date,
        able_to_pay=False,
        urgency=facts.urgency,
        documents=facts.documents,
    )
