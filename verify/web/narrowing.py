"""What a person narrows the list of cases to: in whose hand, and what is the matter; each is a chip that can be taken off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from sqlmodel import Session

from verify.auth import me, parts
from verify.office_time import office_of
from workflows import clocks
from workflows.case_lists import Hand
from workflows.permissions import Permission, can
from workflows.saying import say

OPENED = "dibuka"
HANDS: Mapping[str, tuple[Hand, str]] = {
    "saya": (Hand.MINE, say("Berkas saya")),
    OPENED: (Hand.OPENED, say("Saya yang membuka")),
    "bebas": (Hand.NOBODY, say("Belum diambil")),
}
MATTERS: Mapping[str, str] = {"berkas": say("Menunggu berkas"), "lewat": say("Lewat tenggat")}
"""By the word in the address."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter: on, and where to go to take it off; or off, and where to go to put it on."""

    word: str
    address: str
    on: bool


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The words asked for in the address, None where there is none or a strange one."""

    status: str | None
    hand: str | None
    matter: str | None

    @property
    def any(self) -> bool:
        """Whether one of the chips is on."""
        return bool(self.hand or self.matter)

    def chips(self) -> list[Chip]:
        """Those that are on first; who may open no case has opened none."""
        offered = {name: word for name, (_, word) in HANDS.items() if name != OPENED or can(me(), Permission.OPEN_CASE)}
        hands = [Chip(word, self.address(siapa=None if name == self.hand else name), name == self.hand) for name, word in offered.items()]
        matters = [
            Chip(word, self.address(hal=None if name == self.matter else name), name == self.matter) for name, word in MATTERS.items()
        ]
        return sorted([*hands, *matters], key=lambda chip: not chip.on)

    def address(self, **changes: str | int | None) -> str:
        """The list with some words changed; None takes one off."""
        words = {"status": self.status, "siapa": self.hand, "hal": self.matter, **changes}
        kept = {name: word for name, word in words.items() if word is not None}
        return f"/?{urlencode(kept)}" if kept else "/"

    def tickets(self, session: Session) -> frozenset[str] | None:
        """The cases that the matter concerns, None where all may be shown; counted by each case's own rules."""
        return FOUND[self.matter](session) if self.matter else None


def narrowed() -> Narrowed:
    """What the address asks for."""
    hand, matter = request.args.get("siapa"), request.args.get("hal")
    return Narrowed(request.args.get("status"), hand if hand in HANDS else None, matter if matter in MATTERS else None)


def _late(session: Session) -> frozenset[str]:
    found = clocks.late(session, office_of(parts().policies), now=parts().clock(), region_code=me().region_code)
    return frozenset(one.ticket for one in found)


def _awaiting_papers(session: Session) -> frozenset[str]:
    return clocks.awaiting_papers(session, office_of(parts().policies), now=parts().clock(), region_code=me().region_code)


FOUND: Mapping[str, Callable[[Session], frozenset[str]]] = {"berkas": _awaiting_papers, "lewat": _late}
