"""A new letter in the place of one whose paper is wrong: its own number, the same decision, good for no longer than the old one."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from workflows import advance, audit, facts, letters, trust, webhooks
from workflows.actor import Actor
from workflows.authority import authority_of
from workflows.errors import NotAllowed, TransitionRefused
from workflows.letter_states import LetterState
from workflows.permissions import Permission, check
from workflows.records.case import Case
from workflows.records.letter import Letter
from workflows.records.webhook import News
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.states import Action

CORRECTABLE = ("name", "birth_date", "kk", "address")
"""What is printed and may have been typed wrongly. Another NIK is another person, another hospital is a transfer."""


def replace(
    session: Session, case: Case, policy: RegionPolicy, mended: Mapping[str, object], reason: str, actor: Actor, *, now: datetime
) -> Letter:
    """The old letter is good no more from this transaction on, keeps its number and names the new one.

    ``NotAllowed`` for anybody but its decider, ``TransitionRefused`` where it ran out or nobody can use it any more.
    """
    check(actor, Permission.REVOKE_LETTER)
    advance.find(case.state, Action.REPLACE)
    old = letters.live_letter(session, case)
    _check_signer(session, case, old, actor, now=now)
    if old.valid_until <= now:
        raise TransitionRefused(say("Masa berlaku surat ini sudah habis. Buka berkas baru untuk surat yang baru."))
    _retire(session, old, reason, actor, now=now)
    _mend(session, case, mended, actor, now=now)
    letter = letters.renew(session, case, old, policy, now=now)
    advance.advance(session, case, Action.REPLACE, actor, now=now, letter=letter.number, replaces=old.number, reason=reason)
    trust.revoke(session, old, now=now)
    webhooks.tell(session, case, old, News.LETTER_REPLACED, now=now)
    return letter


def _check_signer(session: Session, case: Case, letter: Letter, actor: Actor, *, now: datetime) -> None:
    decided = facts.decision_of(session, letter)
    if decided.decided_by != actor.id:
        raise NotAllowed(say("Surat ini diputuskan penanda tangan lain. Hanya ia yang menggantinya."))
    if authority_of(session, actor.person_id, case.region_code, case.timezone, now=now) is None:
        raise NotAllowed(say("Hari ini Anda tidak memegang kewenangan tanda tangan. Hubungi admin kantor."))


def _retire(session: Session, old: Letter, reason: str, actor: Actor, *, now: datetime) -> None:
    advance.move_letter(old, LetterState.REPLACED)
    old.replaced_at, old.replaced_by, old.replaced_reason = now, actor.person_id, reason
    session.add(old)
    session.flush()


def _mend(session: Session, case: Case, mended: Mapping[str, object], actor: Actor, *, now: datetime) -> None:
    changed = {name: value for name, value in mended.items() if name in CORRECTABLE and getattr(case, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(case, name, value)
    session.add(case)
    session.flush()
    audit.record(session, advance.subject(case), "AMEND", actor=actor, now=now, fields=sorted(changed), documents=[])
    advance.check_again(session, case, now=now)
