"""Pressing again what a withdrawn key sealed, letter by letter, with no transaction open while a page is set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from verify.composition import Rekom
from workflows import resealing
from workflows.actor import Actor
from workflows.resealing import Hindrance
from workflows.steps import letter as press_step

WHY: Mapping[Hindrance, str] = {
    Hindrance.NOT_IN_TRAIL: "tidak ada persetujuan yang utuh di jejak audit sebelum kunci ditarik; jangan dipakai, periksa berkasnya",
    Hindrance.SIGNED_BY_HAND: "sudah ditandatangani di atas kertas lama; cabut surat ini dan terbitkan surat baru",
}


@dataclass(frozen=True, slots=True)
class Done:
    """How many letters got a new seal, and the numbers of those that need a person."""

    sealed: int
    left: tuple[tuple[str, Hindrance], ...]


def reseal_all(rekom: Rekom, key_id: str, actor: Actor, told: Callable[[int, int], None]) -> Done:
    """Seal all live letters of a withdrawn key anew. Killed half-way, it goes on where it was when run again."""
    with rekom.database.read() as session:
        waiting = resealing.waiting(session, key_id, now=rekom.clock())
    sealed, left = 0, []
    for done, letter_id in enumerate(waiting, 1):
        with rekom.database.read() as session:
            one = resealing.due(session, letter_id)
        if one.hindrance:
            left.append((one.number, one.hindrance))
        else:
            sealed += _reseal(rekom, one, actor)
        told(done, len(waiting))
    return Done(sealed, tuple(left))


def _reseal(rekom: Rekom, one: resealing.Due, actor: Actor) -> bool:
    finished = press_step.gather(rekom.ports, one.question)
    with rekom.database.write() as session:
        return resealing.reseal(session, one, finished.pressed, actor, now=rekom.clock())
