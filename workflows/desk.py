"""The hospital's admission desk: is this letter good, for us, now? And accepting it, once."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import or_
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from workflows import advance, audit, extensions, standing, trust, webhooks
from workflows.actor import Actor
from workflows.collective_states import CollectiveStatus
from workflows.extensions import Prolonged
from workflows.letter_states import LetterState
from workflows.lost_letters import Lost
from workflows.permissions import Permission, check
from workflows.records.acceptance import Acceptance
from workflows.records.bedside import Provisional
from workflows.records.case import Case
from workflows.records.collective import CollectiveLetter
from workflows.records.hospital import Hospital
from workflows.records.letter import Letter
from workflows.records.transfer import Transfer
from workflows.records.webhook import News
from workflows.sealed import left_sealed
from workflows.standing import Standing
from workflows.states import Action
from workflows.vocabulary import AT_HOSPITAL

Found = Letter | CollectiveLetter | Case | Lost


class DeskAnswer(StrEnum):
    """What a desk is told about a letter."""

    VALID = "VALID"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    ALREADY_USED = "ALREADY_USED"
    OTHER_HOSPITAL = "OTHER_HOSPITAL"
    NOT_FOR_HOSPITAL = "NOT_FOR_HOSPITAL"
    IN_PROGRESS = "IN_PROGRESS"
    AFTER_BACKUP = "AFTER_BACKUP"
    UNKNOWN = "UNKNOWN"
    FORGED = "FORGED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with what it rests on; ``hospital`` is the one named on the letter or the one that has it.

    ``reason`` stands where the letter itself cannot say why; ``transfer`` where the letter was moved; ``cap_rupiah`` is the
    most that letter C lets be billed; ``replaced_by`` the number of the letter in its place; ``prolonged`` what became of a wish
    for a new one after this one expired. A case without a letter is one
    that was asked for by NIK and is still on its way; letter E is about no single case and stands in ``collective``;
    a letter that a restore lost is in ``lost``.
    """

    answer: DeskAnswer
    letter: Letter | None = None
    case: Case | None = None
    hospital: Hospital | None = None
    acceptance: Acceptance | None = None
    reason: str | None = None
    transfer: Transfer | None = None
    cap_rupiah: int | None = None
    replaced_by: str | None = None
    prolonged: Prolonged | None = None
    collective: CollectiveLetter | None = None
    lost: Lost | None = None


KEY_WITHDRAWN = "kunci surat ini ditarik"
"""Why every letter under a compromised key is refused until it is sealed anew."""
Known = Found | Standing | Verdict
"""What can be asked about: also a letter that was read with its standing, and what needed none to be answered."""


class Question(NamedTuple):
    """What was found of a code, and who asks about it."""

    known: Known | None
    actor: Actor


FORGED = Verdict(DeskAnswer.FORGED)
OLD_SEAL = Verdict(DeskAnswer.REVOKED, reason=KEY_WITHDRAWN)
"""A true seal of ours under a withdrawn key; the letter may have a new one."""
UNKNOWN = Verdict(DeskAnswer.UNKNOWN)


PAPERS = left_sealed(Letter)
"""A desk asks what a letter says, never for its paper: that stays in the database."""


def find_by_token_id(session: Session, token_id: str) -> Letter | None:
    """The letter whose seal was genuine."""
    return session.exec(select(Letter).options(*PAPERS).where(Letter.token_id == token_id)).first()


def find_by_token_ids(session: Session, token_ids: Iterable[str]) -> dict[str, Standing | CollectiveLetter]:
    """Both kinds of letters for many seals that were genuine, by the id in them."""
    wanted = set(token_ids)
    found: dict[str, Standing | CollectiveLetter] = {**standing.by_token_id(session, wanted)}
    if missing := wanted - found.keys():
        lists = select(CollectiveLetter).where(col(CollectiveLetter.token_id).in_(missing))
        found |= {letter.token_id: letter for letter in session.exec(lists) if letter.token_id}
    return found


def find_collective(session: Session, token_id: str) -> CollectiveLetter | None:
    """The letter E whose seal was genuine."""
    return session.exec(select(CollectiveLetter).where(CollectiveLetter.token_id == token_id)).first()


def find_by_number(session: Session, number: str, nik: str) -> Letter | None:
    """A letter by its printed number, only together with the NIK on the KTP: numbers can be guessed."""
    found = session.exec(select(Letter, Case).options(*PAPERS).join(Case).where(Letter.number == number)).first()
    # Compare even where nothing was found, so that "unknown" and "other person" take the same time.
    known_nik = (found[1].known_by if found else None) or "0" * 16
    # A letter for whoever has no number is found by its seal alone: no NIK is all zeros.
    matches = hmac.compare_digest(known_nik.encode(), nik.encode())
    return found[0] if found and matches else None


def find_by_nik(session: Session, nik: str) -> Letter | Case | None:
    """A person's newest letter, by a newborn's mother's NIK too, or else the case that may still bring one.

    Whoever was refused is as unknown as anybody.
    """
    person = or_(col(Case.nik) == nik, col(Case.nik).is_(None) & (col(Case.mother_nik) == nik))
    newest = select(Letter).options(*PAPERS).join(Case).where(person).order_by(col(Letter.id).desc()).limit(1)
    on_its_way = select(Case).where(person, col(Case.closed_at).is_(None)).order_by(col(Case.id).desc()).limit(1)
    # Both are always asked, so that every answer takes the same time.
    letter, case = session.exec(newest).first(), session.exec(on_its_way).first()
    return case if case is not None and (letter is None or letter.case_id != case.id) else letter


def find_by_provisional(session: Session, token_id: str) -> Letter | Case | None:
    """The letter that came of a case a hospital opened at the bedside, or else the case while it is open."""
    opened = select(Case).join(Provisional, col(Provisional.case_id) == Case.id).where(Provisional.token_id == token_id.lower())
    case = session.exec(opened).first()
    if case is None:
        return None
    newest = select(Letter).options(*PAPERS).where(Letter.case_id == case.id).order_by(col(Letter.id).desc()).limit(1)
    return session.exec(newest).first() or (case if case.closed_at is None else None)


def judge(session: Session, letter: Letter | None, hospital_code: str | None, *, now: datetime) -> Verdict:
    """The answer for one desk at one moment; an office (``hospital_code`` None) sees no "other hospital"."""
    return judge_found(session, letter, hospital_code, now=now)


def judge_found(session: Session, found: Known | None, hospital_code: str | None, *, now: datetime) -> Verdict:
    """The same for whatever was found: a case that has no letter yet is in progress, and letter E is for no desk."""
    return _judge_known(session, found, hospital_code, now=now)


def _judge_known(session: Session, known: Known | None, hospital_code: str | None, *, now: datetime) -> Verdict:
    """The same for what was read with its standing; what is a verdict already stays."""
    if isinstance(known, Letter):
        known = standing.by_id(session, (known.id or 0,))[known.id or 0]._replace(letter=known)
    if isinstance(known, Standing):
        return _judge(session, known, hospital_code, now=now)
    if isinstance(known, CollectiveLetter):
        return _judge_collective(session, known, now=now)
    if isinstance(known, Lost):
        return Verdict(DeskAnswer.EXPIRED if known.valid_until <= now else DeskAnswer.AFTER_BACKUP, lost=known)
    if isinstance(known, Case):
        return Verdict(DeskAnswer.IN_PROGRESS, case=known)
    return known or UNKNOWN


def check_letter(session: Session, letter: Found | None, actor: Actor, *, now: datetime) -> Verdict:
    """``judge`` for a signed-in desk; the look is recorded on the case, a miss on the person who looked."""
    return check_letters(session, (letter,), actor, now=now)[0]


def check_letters(session: Session, found: Iterable[Known | None], actor: Actor, *, now: datetime) -> list[Verdict]:
    """The same for many at once; a verdict that needed no letter is recorded as a miss."""
    check(actor, Permission.CHECK_LETTER)
    return check_held(session, [Question(one, actor) for one in _held(session, found)], now=now)


def check_held(session: Session, questions: Sequence[Question], *, now: datetime) -> list[Verdict]:
    """The same for what several desks ask, read under the locks of its cases, which the caller holds; cover letters are held here."""
    for _, actor in questions:
        check(actor, Permission.CHECK_LETTER)
    _hold_lists(session, [known for known, _ in questions])
    verdicts = [_judge_known(session, known, actor.hospital_code, now=now) for known, actor in questions]
    _record_looks(session, [(verdict, actor) for verdict, (_, actor) in zip(verdicts, questions, strict=True)], now=now)
    return verdicts


def _held(session: Session, found: Iterable[Known | None]) -> list[Known | None]:
    """The same, read again under the locks of its cases: whoever held one until now may have revoked or accepted the letter."""
    found = list(found)
    letters = [one.letter if isinstance(one, Standing) else one if isinstance(one, Letter) else None for one in found]
    cases = {letter.case_id for letter in letters if letter} | {one.id or 0 for one in found if isinstance(one, Case)}
    if cases:
        advance.hold(session, cases)
    again = standing.by_id(session, (letter.id or 0 for letter in letters if letter), anew=True)
    return [again[letter.id or 0] if letter else _case_again(session, one) for letter, one in zip(letters, found, strict=True)]


def _case_again(session: Session, one: Known | None) -> Known | None:
    """A case that had no letter may have one by now, or be closed without one; whatever else was found stays."""
    if not isinstance(one, Case):
        return one
    session.refresh(one)
    newest = select(Letter).options(*PAPERS).where(Letter.case_id == one.id).order_by(col(Letter.id).desc()).limit(1)
    return session.exec(newest).first() or (one if one.closed_at is None else None)


def _hold_lists(session: Session, found: Iterable[Known | None]) -> None:
    """Take the locks that the chains of cover letters hang on, in one order, and read them again under these."""
    if lists := {one.id for one in found if isinstance(one, CollectiveLetter)}:
        number = col(CollectiveLetter.id)
        held = select(CollectiveLetter).where(number.in_(lists)).order_by(number).with_for_update(key_share=True)
        session.exec(held.execution_options(populate_existing=True)).all()


def _record_looks(session: Session, looks: Sequence[tuple[Verdict, Actor]], *, now: datetime) -> None:
    """One link for each look: on the case or the cover letter, which the caller holds, or on whoever asked for what is not there or
    was not ours.
    """
    if people := {actor.person_id for one, actor in looks if one.case is None and one.collective is None}:
        audit.lock_people(session, people)
    audit.record_all(session, [_look(verdict, actor) for verdict, actor in looks], now=now)


def _look(verdict: Verdict, actor: Actor) -> audit.Entry:
    detail = {"answer": verdict.answer.value, "hospital": actor.hospital_code}
    if verdict.collective is not None:
        return audit.Entry(actor, f"collective:{verdict.collective.id}", "DESK_CHECK", detail)
    return audit.Entry(actor, advance.subject(verdict.case) if verdict.case else f"staff:{actor.person_id}", "DESK_CHECK", detail)


def accept(
    session: Session,
    letter: Letter | CollectiveLetter | Lost | Verdict | None,
    registration_number: str | None,
    actor: Actor,
    *,
    now: datetime,
) -> tuple[Verdict, bool]:
    """Mark a valid letter used by the actor's hospital; a verdict needed no letter, as that on a forged code.

    Returns the verdict and whether the letter is now this hospital's: true for the first acceptance and for a
    repeat by the same hospital (a double click), false with the reason in the verdict otherwise. What was not accepted was
    still looked at, and is written down as a look.
    """
    check(actor, Permission.ACCEPT_LETTER)
    if not isinstance(letter, Letter):
        _hold_lists(session, [letter])
        return _looked(session, judge_found(session, letter, actor.hospital_code, now=now), actor, now=now), False
    case = advance.lock_by_id(session, letter.case_id)
    session.refresh(letter)
    verdict = judge(session, letter, actor.hospital_code, now=now)
    if _is_ours(verdict, actor):
        return verdict, True  # sent twice: the acceptance itself is written down
    if verdict.answer != DeskAnswer.VALID:
        return _looked(session, verdict, actor, now=now), False
    try:
        with session.begin_nested():
            _use(session, case, letter, registration_number, actor, now=now)
    except IntegrityError:
        return _looked(session, judge(session, letter, actor.hospital_code, now=now), actor, now=now), False
    return judge(session, letter, actor.hospital_code, now=now), True


def _looked(session: Session, verdict: Verdict, actor: Actor, *, now: datetime) -> Verdict:
    if verdict.case:
        advance.hold(session, {verdict.case.id or 0})
    _record_looks(session, [(verdict, actor)], now=now)
    return verdict


def _use(session: Session, case: Case, letter: Letter, registration_number: str | None, actor: Actor, *, now: datetime) -> None:
    assert letter.id is not None and actor.hospital_code is not None
    acceptance = Acceptance(
        letter_id=letter.id,
        hospital_code=actor.hospital_code,
        accepted_by=actor.person_id,
        accepted_at=now,
        registration_number=registration_number,
    )
    session.add(acceptance)
    advance.move_letter(letter, LetterState.ACCEPTED)
    session.add(letter)
    session.flush()
    advance.advance(session, case, Action.ACCEPT, actor, now=now, letter=letter.number, hospital=actor.hospital_code)
    trust.use(session, letter, now=now)
    webhooks.tell(session, case, letter, News.LETTER_ACCEPTED, now=now)


def _answer(letter: Letter, acceptance: Acceptance | None, now: datetime, *, sealed: bool) -> DeskAnswer | None:
    """Why a letter is not good now, whoever asks; None where it is."""
    if letter.state in (LetterState.SIGNED, LetterState.PREPARED):
        return DeskAnswer.IN_PROGRESS
    if letter.state in (LetterState.REVOKED, LetterState.REPLACED):
        return DeskAnswer.REVOKED
    if acceptance is not None:
        return DeskAnswer.ALREADY_USED
    if letter.state == LetterState.EXPIRED or letter.valid_until <= now:
        return DeskAnswer.EXPIRED
    return None if sealed else DeskAnswer.REVOKED


def _judge(session: Session, at: Standing, hospital_code: str | None, *, now: datetime) -> Verdict:
    letter, sealed = at.letter, not at.key_withdrawn
    named = at.moved.to_hospital if at.moved else at.acceptance.hospital_code if at.acceptance else letter.hospital_code
    answer = _answer(letter, at.acceptance, now, sealed=sealed) or _fits(letter, named, hospital_code)
    reason = letter.revoked_reason if sealed else letter.revoked_reason or KEY_WITHDRAWN
    prolonged = extensions.newest(session, letter) if answer == DeskAnswer.EXPIRED else None
    return Verdict(answer, letter, at.case, at.hospital, at.acceptance, reason, at.moved, at.cap_rupiah, at.replaced_by, prolonged)


def _judge_collective(session: Session, letter: CollectiveLetter, *, now: datetime) -> Verdict:
    replaced = select(CollectiveLetter.number).where(CollectiveLetter.replaces_id == letter.id)
    sealed = not trust.is_withdrawn(session, letter.key_id)
    reason = letter.ended_reason if sealed else letter.ended_reason or KEY_WITHDRAWN
    answer = _collective_answer(letter, now, sealed=sealed)
    return Verdict(answer, reason=reason, replaced_by=session.exec(replaced).first(), collective=letter)


def _collective_answer(letter: CollectiveLetter, now: datetime, *, sealed: bool) -> DeskAnswer:
    if letter.status in (CollectiveStatus.SIGNED, CollectiveStatus.PREPARED):
        return DeskAnswer.IN_PROGRESS
    if letter.status in (CollectiveStatus.REVOKED, CollectiveStatus.REPLACED) or not sealed:
        return DeskAnswer.REVOKED
    over = letter.valid_until is not None and letter.valid_until <= now
    return DeskAnswer.EXPIRED if over else DeskAnswer.NOT_FOR_HOSPITAL


def _fits(letter: Letter, named: str | None, hospital_code: str | None) -> DeskAnswer:
    if letter.type not in AT_HOSPITAL:
        return DeskAnswer.NOT_FOR_HOSPITAL
    other = named and hospital_code and named != hospital_code
    return DeskAnswer.OTHER_HOSPITAL if other else DeskAnswer.VALID


def _is_ours(verdict: Verdict, actor: Actor) -> bool:
    return verdict.acceptance is not None and verdict.hospital is not None and verdict.hospital.code == actor.hospital_code
