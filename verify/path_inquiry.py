"""One person's way, whichever door the question came in by: first from what is known here, then from the registries.

No transaction is open while a registry is waited for. Nothing about the person is kept.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from schemas.population.region_file import shipped_regions
from verify.composition import Rekom
from workflows import paths
from workflows.actor import Actor
from workflows.paths import Asked, Direction, Found, PathQuestion
from workflows.rules.path import find_route
from workflows.rules.path_facts import PathFacts
from workflows.rules.policy import RegionPolicy
from workflows.rules.residence import region_of
from workflows.rules.route import Route

SIDE_BY_SIDE = 3


def local_today(rekom: Rekom, region_code: str) -> date:
    """Today, by the region's own calendar."""
    return rekom.clock().astimezone(ZoneInfo(rekom.zone(region_code))).date()


def direct(rekom: Rekom, question: PathQuestion, actor: Actor, on: date) -> Direction:
    """The way in the actor's region on a day; registries are asked only where the given facts leave it open, the office's own
    letters B where an earlier one is a warning.

    Raises ``PolicyRefused`` where the region has no rules for that day.
    """
    policy, question = rekom.policies.at(actor.region_code, on), paths.dated(question, on)
    given = local(rekom, question, policy, on)
    if question.nik is None or (paths.is_certain(given.route) and not paths.lacks_history(question, given.route)):
        return given
    direction = _with_more(rekom, _remembered(rekom, question, actor), policy, on)
    with rekom.database.write() as session:
        paths.record(session, direction, actor, now=rekom.clock())
    return direction


def local(rekom: Rekom, question: PathQuestion, policy: RegionPolicy, on: date) -> Direction:
    """The way by the given facts alone: nobody is asked."""
    return Direction(_route(rekom, question.facts, policy, on), policy, on, ())


def _route(rekom: Rekom, facts: PathFacts, policy: RegionPolicy, on: date) -> Route:
    """The way; who lives where Rekom has no rules is told the place by the table of all codes, which takes a moment to read."""
    code = region_of(facts.domicile_code)
    known = shipped_regions().last(code) if code and code not in rekom.policies.regions else None
    return find_route(replace(facts, domicile_name=known.name) if known else facts, policy, rekom.policies, on)


def _remembered(rekom: Rekom, question: PathQuestion, actor: Actor) -> PathQuestion:
    assert question.nik
    with rekom.database.read() as session:
        case = paths.newest_case(session, question.nik, actor.region_code)
        times = paths.reactivated(session, question.nik, actor.region_code)
    if question.facts.reactivations is None:
        question = replace(question, facts=replace(question.facts, reactivations=times))
    return paths.completed(question, case) if case else question


def _with_more(rekom: Rekom, question: PathQuestion, policy: RegionPolicy, on: date) -> Direction:
    known = local(rekom, question, policy, on)
    found = _asked(rekom, question, paths.to_ask(question, known.route, policy), policy, on)
    route = _route(rekom, paths.with_found(question.facts, found), policy, on)
    return Direction(route, policy, on, found, nameless=paths.is_nameless(question) and paths.lacks_registers(route))


def _asked(rekom: Rekom, question: PathQuestion, wanted: tuple[Asked, ...], policy: RegionPolicy, on: date) -> tuple[Found, ...]:
    ports = rekom.ports  # made once, before the threads share them
    day = min(on, local_today(rekom, policy.region_code))  # nobody can say whether a member will be covered
    with ThreadPoolExecutor(max_workers=SIDE_BY_SIDE) as pool:
        return tuple(pool.map(lambda about: paths.ask(ports, question, about, day, policy.timezone), wanted))
