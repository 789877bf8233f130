"""With what somebody is signed in, in words a person knows again."""

from dataclasses import dataclass
from datetime import datetime

from verify.auth import bearer, digest, me, parts
from workflows import sign_ins
from workflows.saying import say

PROGRAMS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
"""In this order: Edge calls itself Chrome too, and Chrome Safari."""
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session as its owner sees it."""

    handle: str
    device: str | None
    created_at: datetime
    expires_at: datetime
    current: bool


def device_of(user_agent: str) -> str:
    """``Firefox di Android``; only known words are kept, the rest of the header may say anything."""
    program = next((word for sign, word in PROGRAMS if sign in user_agent), "Program")
    system = next((word for sign, word in SYSTEMS if sign in user_agent), None)
    return f"{program} di {system}" if system else program


def in_words(device: str | None) -> str | None:
    """A session's device for a page, which may be in another language."""
    program, between, system = (device or "").partition(" di ")
    return say("{program} di {system}", program=program, system=system) if between else device


def own_sessions() -> list[OwnSession]:
    """Where the person behind this request is signed in, this session among them."""
    current = digest(bearer() or "")
    with parts().database.read() as session:
        found = sign_ins.open_ones(session, me().person_id, now=parts().clock())
    return [OwnSession(one.handle, in_words(one.device), one.created_at, one.expires_at, one.digest == current) for one in found]
