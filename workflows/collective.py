"""Letter E: the cover letter of one export file with the list of its people, approved by the same chain as every letter.

The list is taken when the letter is proposed and named by its SHA-256: a paraf or a decision is given to that list, and the
paper prints it. See ``docs/adr/0009-collective-letter.md``.
"""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import Session, col, select

from workflows import audit, batches, collective_list, letter_counter, trust
from workflows.actor import SYSTEM, Actor
from workflows.authority import Signed, check_covers, check_limits
from workflows.collective_states import LIVE, CollectiveStatus, check_collective_move
from workflows.errors import ChangedMeanwhile, Conflict, FourEyes, InvalidInput, NotAllowed, NotFound, PolicyEdited, TransitionRefused
from workflows.permissions import OFFICE, Permission, check
from workflows.records.collective import CollectiveLetter, CollectiveRow, CollectiveStep
from workflows.records.signing_authority import SigningAuthority
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.vocabulary import LetterType

S = CollectiveStatus
KIND = LetterType.PENGANTAR_KOLEKTIF
PAGE = 50

NO_LETTER = say("Surat pengantar tidak ditemukan. Periksa alamatnya, lalu cari lagi dari daftar.")
OWN_HAND = say("Anda sudah menangani surat pengantar ini di langkah sebelumnya. Pejabat lain harus melanjutkan.")
NO_WORD = say("Tulis alasan mengapa surat pengantar ini dikembalikan.")


class AlreadyCovered(Conflict):
    """The file has a cover letter that is not at its end, or a person on it stands on another list."""

    slug = "surat-pengantar-sudah-ada"
    sentence = "Kiriman ini sudah punya surat pengantar yang masih hidup. Buka surat itu."


def propose(session: Session, number: int, policy: RegionPolicy, actor: Actor, *, now: datetime) -> CollectiveLetter:
    """Ask for the cover letter of an export file; the list is taken now, of everybody in it whom BPJS has not answered."""
    check(actor, Permission.REGISTER)
    batch = batches.lock(session, policy.region_code, number)
    if batch.void_at is not None:
        raise TransitionRefused(say("Berkas kiriman ini sudah dibatalkan. Buat berkas kiriman baru."))
    policy.letter(KIND, _local(now, policy.timezone))
    if _live_of(session, batch.id) is not None:
        raise AlreadyCovered
    people = collective_list.people_in(session, batch)
    assert batch.id is not None
    letter = CollectiveLetter(
        region_code=policy.region_code,
        timezone=policy.timezone,
        policy_valid_from=policy.valid_from,
        policy_sha256=policy.sha256,
        batch_id=batch.id,
        file_sha256=batch.sha256,
        list_sha256=collective_list.digest_of(batch.sha256, people),
        people=len(people),
        status=S.PROPOSED,
        since=now,
        proposed_by=actor.person_id,
        proposed_at=now,
    )
    _add(session, letter, people)
    _ask(session, letter, policy)
    audit.record(session, subject(letter), "PROPOSE", actor=actor, now=now, batch=number, people=letter.people, list=letter.list_sha256)
    return letter


def drop(session: Session, letter: CollectiveLetter, reason: str | None, actor: Actor, *, now: datetime) -> None:
    """Send a proposal back: by whoever proposed it, by the post whose turn it is, or by the head. Its people are free at once."""
    turn = next_step(session, letter)
    may = actor.id == letter.proposed_by or (turn.role in actor.roles if turn else _may_decide(actor))
    if not may:
        raise NotAllowed(say("Surat pengantar ini menunggu pejabat lain. Tunggu giliran Anda."))
    if not reason:
        raise InvalidInput(NO_WORD, field="reason")
    _end(session, letter, S.DROPPED, reason, actor, now=now)
    audit.record(session, subject(letter), "SEND_BACK", actor=actor, now=now, reason=reason)


def give_paraf(session: Session, letter: CollectiveLetter, seen: str, actor: Actor, *, now: datetime) -> None:
    """Put one's paraf to the list named by ``seen``; ``ChangedMeanwhile`` where the letter's list is another."""
    check(actor, Permission.PARAF)
    step = next_step(session, letter)
    if letter.status != S.PROPOSED or step is None:
        raise TransitionRefused(say("Surat pengantar ini tidak menunggu paraf. Muat ulang halaman."))
    if step.role not in actor.roles:
        raise NotAllowed(say("Surat pengantar ini menunggu paraf pejabat lain. Tunggu giliran Anda."))
    _check_seen(session, letter, seen)
    if actor.id == letter.proposed_by or actor.id in givers(session, letter):
        raise FourEyes(OWN_HAND)
    step.given_by, step.given_at = actor.person_id, now
    session.add(step)
    session.flush()
    audit.record(session, subject(letter), "PARAF", actor=actor, now=now, post=step.role.value, list=letter.list_sha256)


def approve(session: Session, letter: CollectiveLetter, seen: str, policy: RegionPolicy, actor: Actor, *, now: datetime) -> None:
    """Sign: the number is given here, and the paper is made right after."""
    authority = check_covers(session, Signed(letter.region_code, letter.timezone, KIND), actor, now=now)
    check_limits(policy, authority, KIND, now=now)
    if letter.status != S.PROPOSED:
        raise TransitionRefused(say("Surat pengantar ini tidak menunggu persetujuan. Muat ulang halaman."))
    if not policy.reads_as(letter.policy_sha256):
        raise PolicyEdited()
    _check_seen(session, letter, seen)
    if next_step(session, letter) is not None:
        raise TransitionRefused(say("Paraf surat pengantar ini belum lengkap. Tunggu paraf berikutnya."))
    if actor.id == letter.proposed_by or actor.id in givers(session, letter):
        raise FourEyes(OWN_HAND)
    _number(session, letter, policy, authority, actor, now=now)
    move(session, letter, S.SIGNED, now=now)
    audit.record(session, subject(letter), "APPROVE", actor=actor, now=now, letter=letter.number, list=letter.list_sha256)


def revoke(session: Session, letter: CollectiveLetter, reason: str, actor: Actor, *, now: datetime) -> None:
    """Withdraw a numbered letter with a reason; the number stays used, and its people may be listed anew."""
    check(actor, Permission.REVOKE_LETTER)
    _end(session, letter, S.REVOKED, reason, actor, now=now)
    _tell(session, letter, now=now)
    audit.record(session, subject(letter), "REVOKE", actor=actor, now=now, letter=letter.number, reason=reason)


def replace(session: Session, old: CollectiveLetter, policy: RegionPolicy, reason: str, actor: Actor, *, now: datetime) -> CollectiveLetter:
    """A letter with its own number and a list taken anew in the place of one whose paper is wrong; the same file, the same decider."""
    check(actor, Permission.REVOKE_LETTER)
    if old.decided_by != actor.id:
        raise NotAllowed(say("Surat pengantar ini diputuskan penanda tangan lain. Hanya ia yang menggantinya."))
    authority = check_covers(session, Signed(old.region_code, old.timezone, KIND), actor, now=now)
    check_limits(policy, authority, KIND, now=now)
    if old.valid_until is None or old.valid_until <= now:
        raise TransitionRefused(say("Masa berlaku surat pengantar ini sudah habis. Ajukan surat pengantar baru."))
    _end(session, old, S.REPLACED, reason, actor, now=now)
    people = collective_list.people_in(session, collective_list.batch_of(session, old))
    kept = ("region_code", "timezone", "policy_valid_from", "policy_sha256", "batch_id", "file_sha256", "proposed_by", "proposed_at")
    new = CollectiveLetter(
        **{name: getattr(old, name) for name in kept},
        list_sha256=collective_list.digest_of(old.file_sha256, people),
        people=len(people),
        status=S.SIGNED,
        since=now,
        replaces_id=old.id,
    )
    _number(session, new, policy, authority, actor, now=now)
    new.valid_until = old.valid_until
    _add(session, new, people)
    _tell(session, old, now=now)
    audit.record(session, subject(old), "REPLACE", actor=actor, now=now, letter=old.number, by=new.number, reason=reason)
    audit.record(session, subject(new), "APPROVE", actor=actor, now=now, letter=new.number, replaces=old.number, list=new.list_sha256)
    return new


def expire(session: Session, letter: CollectiveLetter, *, now: datetime) -> None:
    """Close a letter whose time is over."""
    if letter.status == S.ISSUED and letter.valid_until is not None and letter.valid_until <= now:
        move(session, letter, S.EXPIRED, now=now)
        _free(session, letter, now=now)
        audit.record(session, subject(letter), "EXPIRE", actor=SYSTEM, now=now, letter=letter.number)


def overdue(session: Session, *, now: datetime, limit: int = 100) -> list[int]:
    """Ids of letters that ran out."""
    query = select(CollectiveLetter.id).where(CollectiveLetter.status == S.ISSUED, col(CollectiveLetter.valid_until) <= now)
    return [one for one in session.exec(query.limit(limit)) if one is not None]


def lock(session: Session, letter_id: int, actor: Actor) -> CollectiveLetter:
    """A letter of the actor's office under its row lock; ``NotFound`` also for one of another office."""
    query = select(CollectiveLetter).where(CollectiveLetter.id == letter_id).with_for_update()
    return _seen_by(session.exec(query.execution_options(populate_existing=True)).first(), actor)


def lock_by_id(session: Session, letter_id: int) -> CollectiveLetter:
    """The same for the process itself."""
    query = select(CollectiveLetter).where(CollectiveLetter.id == letter_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def find(session: Session, letter_id: int, actor: Actor) -> CollectiveLetter:
    """The same to be looked at."""
    return _seen_by(session.get(CollectiveLetter, letter_id), actor)


def newest(session: Session, region_code: str) -> Sequence[CollectiveLetter]:
    """An office's last cover letters."""
    query = select(CollectiveLetter).where(CollectiveLetter.region_code == region_code)
    return session.exec(query.order_by(col(CollectiveLetter.id).desc()).limit(PAGE)).all()


def steps_of(session: Session, letter: CollectiveLetter) -> Sequence[CollectiveStep]:
    """The posts asked, from the lowest up."""
    query = select(CollectiveStep).where(CollectiveStep.collective_id == letter.id)
    return session.exec(query.order_by(col(CollectiveStep.position))).all()


def next_step(session: Session, letter: CollectiveLetter) -> CollectiveStep | None:
    """The first post whose paraf is missing; None where the head may decide."""
    return next((step for step in steps_of(session, letter) if step.given_by is None), None)


def givers(session: Session, letter: CollectiveLetter) -> frozenset[int]:
    """Everybody whose paraf stands on the letter."""
    return frozenset(step.given_by for step in steps_of(session, letter) if step.given_by is not None)


def move(session: Session, letter: CollectiveLetter, target: CollectiveStatus, *, now: datetime) -> None:
    """The only door to another status; the caller holds the letter's lock and records the event."""
    check_collective_move(letter.status, target)
    letter.status, letter.since = target, now
    session.add(letter)
    session.flush()


def subject(letter: CollectiveLetter) -> str:
    """The letter's name in the audit trail."""
    return f"collective:{letter.id}"


def _add(session: Session, letter: CollectiveLetter, people: Sequence[collective_list.Listed]) -> None:
    session.add(letter)
    session.flush()
    collective_list.write(session, letter, people)


def _ask(session: Session, letter: CollectiveLetter, policy: RegionPolicy) -> None:
    assert letter.id is not None
    for position, role in enumerate(policy.posts_before(KIND), 1):
        session.add(CollectiveStep(collective_id=letter.id, position=position, role=role, proposed_by=letter.proposed_by))
    session.flush()


def _number(
    session: Session, letter: CollectiveLetter, policy: RegionPolicy, authority: SigningAuthority, actor: Actor, *, now: datetime
) -> None:
    rule = policy.letter(KIND, _local(letter.proposed_at, letter.timezone))
    taken = letter_counter.take(session, policy, rule, _local(now, letter.timezone))
    for name, value in asdict(taken).items():
        setattr(letter, name, value)
    letter.token_id, letter.signing_mode = secrets.token_hex(16), policy.signing_mode.value
    letter.decided_by, letter.decided_at, letter.authority_id = actor.person_id, now, authority.id
    letter.valid_until = now + timedelta(hours=rule.hours(in_ward=True))


def _end(session: Session, letter: CollectiveLetter, target: CollectiveStatus, reason: str, actor: Actor, *, now: datetime) -> None:
    letter.ended_by, letter.ended_reason = actor.person_id, reason
    move(session, letter, target, now=now)
    _free(session, letter, now=now)


def _free(session: Session, letter: CollectiveLetter, *, now: datetime) -> None:
    listed = update(CollectiveRow).where(col(CollectiveRow.collective_id) == letter.id, col(CollectiveRow.ended_at).is_(None))
    session.exec(listed.values(ended_at=now))


def _tell(session: Session, letter: CollectiveLetter, *, now: datetime) -> None:
    assert letter.token_id is not None and letter.valid_until is not None
    trust.revoke(session, trust.Sealed(letter.token_id, letter.valid_until), now=now)


def _check_seen(session: Session, letter: CollectiveLetter, seen: str) -> None:
    if seen != letter.list_sha256 or collective_list.digest_now(session, letter) != letter.list_sha256:
        raise ChangedMeanwhile()
    collective_list.check_current(session, letter)


def _may_decide(actor: Actor) -> bool:
    check(actor, Permission.DECIDE)
    return True


def _live_of(session: Session, batch_id: int | None) -> CollectiveLetter | None:
    query = select(CollectiveLetter).where(CollectiveLetter.batch_id == batch_id, col(CollectiveLetter.status).in_(LIVE))
    return session.exec(query).first()


def _seen_by(letter: CollectiveLetter | None, actor: Actor) -> CollectiveLetter:
    if letter is None or not actor.roles & OFFICE or letter.region_code != actor.region_code:
        raise NotFound(NO_LETTER)
    return letter


def _local(moment: datetime, timezone: str) -> date:
    return moment.astimezone(ZoneInfo(timezone)).date()
