"""Pressing again what a withdrawn key sealed, letter by letter, with no transaction open while a page is set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlmodel import Session

from verify.composition import Rekom
from workflows import collective_paper, collective_resealing, resealing
from workflows.actor import Actor
from workflows.collective_resealing import CollectiveDue
from workflows.resealing import Hindrance
from workflows.steps import letter as press_step

WHY: Mapping[Hindrance, str] = {
    Hindrance.NOT_IN_TRAIL: "tidak ada persetujuan yang utuh di jejak audit sebelum kunci ditarik; jangan dipakai, periksa berkasnya",
    Hindrance.SIGNED_BY_HAND: "sudah ditandatangani di atas kertas lama; cabut surat ini dan terbitkan surat baru",
}


Asked = tuple[Callable[[Session, int], resealing.Due | CollectiveDue], int]
"""How one letter is looked up, and its id: a case's own, or a cover letter."""


@dataclass(frozen=True, slots=True)
class Done:
    """How many letters got a new seal, and the numbers of those that need a person."""

    sealed: int
    left: tuple[tuple[str, Hindrance], ...]


def reseal_all(rekom: Rekom, key_id: str, actor: Actor, told: Callable[[int, int], None]) -> Done:
    """Seal all live letters of a withdrawn key anew. Killed half-way, it goes on where it was when run again."""
    with rekom.database.read() as session:
        waiting: list[Asked] = [(resealing.due, one) for one in resealing.waiting(session, key_id, now=rekom.clock())]
        waiting += [(collective_resealing.due, one) for one in collective_resealing.waiting(session, key_id, now=rekom.clock())]
    sealed, left = 0, []
    for done, (due, letter_id) in enumerate(waiting, 1):
        with rekom.database.read() as session:
            one = due(session, letter_id)
        if one.hindrance:
            left.append((one.number, one.hindrance))
        else:
            sealed += _reseal(rekom, one, actor) if isinstance(one, resealing.Due) else _reseal_cover(rekom, one, actor)
        told(done, len(waiting))
    return Done(sealed, tuple(left))


def _reseal_cover(rekom: Rekom, one: CollectiveDue, actor: Actor) -> bool:
    letter = one.question.letter
    policy = rekom.policies.pinned(letter.region_code, letter.policy_valid_from)
    facts = replace(collective_paper.facts_of(one.question, policy), token_id=one.token_id)
    pressed = rekom.ports.press.press(facts)
    with rekom.database.write() as session:
        return collective_resealing.reseal(session, one, pressed, actor, now=rekom.clock())


def _reseal(rekom: Rekom, one: resealing.Due, actor: Actor) -> bool:
    finished = press_step.gather(rekom.ports, one.question)
    with rekom.database.write() as session:
        return resealing.reseal(session, one, finished.pressed, actor, now=rekom.clock())
