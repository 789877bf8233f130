"""Letter E as pages and API show it; reads only, NIKs masked by whoever shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import collective, collective_copies, collective_list
from workflows.actor import Actor
from workflows.collective_states import CollectiveStatus
from workflows.permissions import Permission, can, check
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter, CollectiveRow
from workflows.records.registration import RegistrationBatch
from workflows.records.staff import Staff
from workflows.states import Role


@dataclass(frozen=True, slots=True)
class StepView:
    """One post asked; who gave its paraf, and when."""

    role: Role
    name: str | None
    given_at: datetime | None


@dataclass(frozen=True, slots=True)
class CollectiveView:
    """A letter with its file, its chain and its list. ``turn`` is the post asked next; ``mine`` says whose word is asked now is
    the looker's own; ``prints`` is how often it was handed out."""

    letter: CollectiveLetter
    batch: RegistrationBatch
    proposer: str
    decider: str | None
    steps: tuple[StepView, ...]
    turn: Role | None
    mine: bool
    rows: tuple[tuple[CollectiveRow, str], ...]
    replaces: str | None
    replaced_by: str | None
    newer_id: int | None
    prints: int


def view(session: Session, letter_id: int, actor: Actor) -> CollectiveView:
    """One letter of the actor's office with the ticket of each person's case."""
    check(actor, Permission.READ_LETTER)
    letter = collective.find(session, letter_id, actor)
    turn = _turn(session, letter)
    steps = tuple(StepView(one.role, _name(session, one.given_by), one.given_at) for one in collective.steps_of(session, letter))
    old = session.get(CollectiveLetter, letter.replaces_id) if letter.replaces_id else None
    new = session.exec(select(CollectiveLetter).where(CollectiveLetter.replaces_id == letter.id)).first()
    return CollectiveView(
        letter=letter,
        batch=collective_list.batch_of(session, letter),
        proposer=_name(session, letter.proposed_by) or "",
        decider=_name(session, letter.decided_by),
        steps=steps,
        turn=turn,
        mine=letter.status == CollectiveStatus.PROPOSED and _asked(session, letter, turn, actor),
        rows=tuple(_rows(session, letter)),
        replaces=old.number if old else None,
        replaced_by=new.number if new else None,
        newer_id=new.id if new else None,
        prints=collective_copies.next_ordinal(session, letter),
    )


def newest(session: Session, region_code: str) -> Sequence[tuple[CollectiveLetter, int]]:
    """An office's last cover letters, each with the number of its file."""
    found = collective.newest(session, region_code)
    numbers = session.exec(
        select(RegistrationBatch.id, RegistrationBatch.number).where(col(RegistrationBatch.id).in_(one.batch_id for one in found))
    )
    known = dict(numbers.all())
    return [(letter, known[letter.batch_id]) for letter in found]


def waiting_for(session: Session, actor: Actor) -> list[CollectiveLetter]:
    """Proposals of the actor's office whose next word is the actor's own, the longest waiting first."""
    query = select(CollectiveLetter).where(CollectiveLetter.status == CollectiveStatus.PROPOSED)
    found = session.exec(query.where(CollectiveLetter.region_code == actor.region_code).order_by(col(CollectiveLetter.id)))
    return [letter for letter in found if _asked(session, letter, _turn(session, letter), actor)]


def of_batches(session: Session, region_code: str) -> dict[int, CollectiveLetter]:
    """The newest cover letter of each file, by the file's own number."""
    query = select(RegistrationBatch.number, CollectiveLetter).join(
        RegistrationBatch, col(RegistrationBatch.id) == CollectiveLetter.batch_id
    )
    wanted = query.where(CollectiveLetter.region_code == region_code)
    return dict(session.exec(wanted.order_by(col(CollectiveLetter.id))).all())


def _rows(session: Session, letter: CollectiveLetter) -> Sequence[tuple[CollectiveRow, str]]:
    query = select(CollectiveRow, Case.ticket).join(Case, col(Case.id) == CollectiveRow.case_id)
    wanted = query.where(CollectiveRow.collective_id == letter.id)
    return session.exec(wanted.order_by(col(CollectiveRow.position))).all()


def _turn(session: Session, letter: CollectiveLetter) -> Role | None:
    """The post whose paraf is asked; None where it is the head's word, or nobody's."""
    step = collective.next_step(session, letter) if letter.status == CollectiveStatus.PROPOSED else None
    return step.role if step else None


def _asked(session: Session, letter: CollectiveLetter, post: Role | None, actor: Actor) -> bool:
    if actor.id == letter.proposed_by or actor.id in collective.givers(session, letter):
        return False
    return post in actor.roles if post else can(actor, Permission.DECIDE)


def _name(session: Session, staff_id: int | None) -> str | None:
    return session.get_one(Staff, staff_id).name if staff_id else None
