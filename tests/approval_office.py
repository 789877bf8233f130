"""A test office whose policy asks for parafs before the head decides, with the people who give them."""

from dataclasses import replace
from datetime import date
from typing import Any

from tests.office import Office
from workflows import advance, parafs
from workflows.actor import Actor
from workflows.records import Paraf
from workflows.rules.policy import ApprovalChain, Ruled
from workflows.states import POSTS, Role


def ruled(value: Any) -> Any:
    return Ruled(value, "uji", "uji", date(2026, 1, 1))


def with_policy(office: Office, **values: Any) -> Office:
    """The same office, these values in every block of its region's policy."""
    book = office.rekom.policies
    blocks = tuple(replace(block, **{name: ruled(value) for name, value in values.items()}) for block in book.regions["3673"])
    vars(office.rekom)["policies"] = replace(book, regions={**book.regions, "3673": blocks})
    return office


def with_chain(office: Office, *posts: Role) -> Office:
    """Parafs of these posts for every letter, and one person for each post, named after it."""
    with_policy(office, approval_chain=(ApprovalChain(None, posts),))
    for post in POSTS:
        office.hire(post.lower(), post)
    return office


def give(office: Office, ticket: str, by: str | Actor) -> Paraf:
    """One person's paraf."""
    actor = office.actor(by)
    with office.write() as session:
        return parafs.give(session, advance.lock(session, ticket, actor), actor, now=office.clock())


def to_paraf(office: Office, number: int = 1, **facts: Any) -> str:
    """A case that is validated: it waits for the first paraf."""
    return office.to_decision(number, **facts)
