"""The letter to BPJS about a month's bill: proposed with its lines, signed by other eyes under the office's running number.

The number, the lines and the entry in the ledger come in one transaction; the paper is set from them whenever it is asked for.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import Session, col, select, update

from workflows import audit, letter_counter
from workflows.actor import Actor
from workflows.authority import NO_AUTHORITY, authorities_of, check_limits
from workflows.errors import ChangedMeanwhile, Conflict, FourEyes, NotAllowed, NotFound, TransitionRefused
from workflows.permissions import Permission, check
from workflows.population import premium_ledger, premium_lines
from workflows.population.premium import Files, files_of, subject
from workflows.population.premium_ledger import Move
from workflows.population.premium_lines import LineView
from workflows.records.premium import DisputeReason, LineWord, PremiumBill, PremiumDispute
from workflows.records.premium_ledger import PremiumEntryKind
from workflows.records.premium_letter import PremiumLetter, PremiumLetterLine
from workflows.records.signing_authority import SigningAuthority
from workflows.records.staff import Staff
from workflows.rules.letter_terms import LetterRule
from workflows.rules.policy import RegionPolicy
from workflows.saying import say
from workflows.vocabulary import LetterType

CHUNK = 1_000
CODE = "SI"
"""What ``{jenis}`` becomes in a number: sanggahan iuran."""
NO_LETTER = say("Surat sanggahan ini tidak ada di daerah Anda. Pilih dari halaman tagihannya.")
NOT_IN_LEDGER = say("Catat tagihan ini di buku iuran dulu, lalu susun suratnya.")
NOTHING_LEFT = say("Tidak ada baris yang perlu disurati. Semua sudah ada di surat lain, dijawab BPJS, atau tidak jadi disanggah.")
OWN_HAND = say("Anda sendiri yang menyusun surat ini. Pejabat lain harus menandatanganinya.")


class PaperLine(NamedTuple):
    """One line on paper: reason and rupiah as they were proposed, name, card and evidence until their term takes them."""

    line: int
    name: str | None
    card: str | None
    reason: DisputeReason
    evidence: str
    amount: int


@dataclass(frozen=True, slots=True)
class Paper:
    """All that a numbered letter says, as it was frozen."""

    letter: PremiumLetter
    bill: PremiumBill
    lines: Sequence[PaperLine]
    files: Files
    signer: Staff
    authority: SigningAuthority


def propose(session: Session, bill: PremiumBill, actor: Actor, *, now: datetime) -> PremiumLetter:
    """Ask for a letter with every line that is disputed and on no other letter; the caller holds the bill's lock."""
    check(actor, Permission.CHECK_PREMIUM)
    account = premium_ledger.of_month(session, actor.region_code, bill.month)
    if account is None or account.account.bill_id != bill.id:
        raise Conflict(NOT_IN_LEDGER)
    lines = _waiting(session, bill)
    rupiah = sum(one.dispute.amount for one in lines)
    if not rupiah:
        raise Conflict(NOTHING_LEFT)
    assert bill.id is not None
    letter = PremiumLetter(bill_id=bill.id, lines=len(lines), rupiah=rupiah, proposed_by=actor.person_id, proposed_at=now)
    session.add(letter)
    session.flush()
    for start in range(0, len(lines), CHUNK):
        session.execute(insert(PremiumLetterLine), [_kept(letter, one) for one in lines[start : start + CHUNK]])
    told = {"month": bill.month.isoformat(), "letter": letter.id, "lines": letter.lines, "rupiah": rupiah}
    audit.record(session, subject(bill), "PROPOSE_DISPUTE", actor=actor, now=now, **told)
    return letter


def sign(session: Session, letter: PremiumLetter, policy: RegionPolicy, actor: Actor, *, now: datetime) -> None:
    """Sign a proposal: the number is given here, and the ledger says under which number its rupiah are disputed.

    Raises ``ChangedMeanwhile`` where one of its lines is no longer disputed, ``NotAllowed`` for whoever could not sign letter E
    either, or signs some types of letters only.
    """
    check(actor, Permission.DECIDE)
    authority = _authority(session, policy, actor, now)
    if letter.ended_at is not None or letter.number is not None:
        raise TransitionRefused(say("Surat ini tidak menunggu tanda tangan. Muat ulang halaman."))
    if letter.proposed_by == actor.id:
        raise FourEyes(OWN_HAND)
    bill = session.get_one(PremiumBill, letter.bill_id)
    if any(one.word is not LineWord.DISPUTED for one in lines_of(session, letter, bill)):
        raise ChangedMeanwhile()
    today = _today(policy, now)
    taken = letter_counter.take(session, policy, _rule(policy, now), today)
    for name, value in asdict(taken).items():
        setattr(letter, name, value)
    letter.decided_by, letter.decided_at, letter.authority_id = actor.person_id, now, authority.id
    letter.policy_valid_from, letter.policy_sha256 = policy.valid_from, policy.sha256
    session.add(letter)
    session.flush()
    told = {"letter": taken.number, "lines": letter.lines, "rupiah": letter.rupiah}
    audit.record(session, subject(bill), "SIGN_DISPUTE", actor=actor, now=now, **told)
    _enter(session, bill, taken.number, actor, today, now)


def send_back(session: Session, letter: PremiumLetter, reason: str, actor: Actor, *, now: datetime) -> None:
    """End a proposal; its lines are free for another letter."""
    check(actor, Permission.CHECK_PREMIUM)
    if letter.number is not None:
        raise TransitionRefused(say("Surat ini sudah bernomor. Pejabat yang berwenang dapat menariknya. Muat ulang halaman."))
    _end(session, letter, reason, actor, now)


def withdraw(session: Session, letter: PremiumLetter, reason: str, policy: RegionPolicy, actor: Actor, *, now: datetime) -> None:
    """Take a numbered letter back, out of the ledger too; its lines are free for another one, its number stays used.

    Raises ``NotAllowed`` for whoever could not sign it.
    """
    check(actor, Permission.DECIDE)
    _authority(session, policy, actor, now)
    if letter.number is None:
        raise TransitionRefused(say("Usulan ini belum bernomor. Kembalikan usulannya saja."))
    bill = _end(session, letter, reason, actor, now)
    paper = f"Surat {letter.number} ditarik: {reason}"[: premium_ledger.LONGEST_REFERENCE]
    _enter(session, bill, paper, actor, _today(policy, now), now)


def _end(session: Session, letter: PremiumLetter, reason: str, actor: Actor, now: datetime) -> PremiumBill:
    if letter.ended_at is not None:
        raise TransitionRefused(say("Surat ini sudah berakhir. Muat ulang halaman."))
    letter.ended_at, letter.ended_by, letter.ended_reason = now, actor.person_id, reason
    session.add(letter)
    session.exec(update(PremiumLetterLine).where(col(PremiumLetterLine.letter_id) == letter.id).values(counts=False))
    session.flush()
    bill = session.get_one(PremiumBill, letter.bill_id)
    told = {"letter": letter.number or letter.id, "rupiah": letter.rupiah, "reason": reason}
    audit.record(session, subject(bill), "END_DISPUTE", actor=actor, now=now, **told)
    return bill


def _enter(session: Session, bill: PremiumBill, paper: str, actor: Actor, today: date, now: datetime) -> None:
    """What letters dispute by now: their lines, and what BPJS took back. A paper that was entered by hand is not in it any more."""
    of_letters = select(PremiumLetterLine.line).join(PremiumLetter).where(PremiumLetterLine.bill_id == bill.id)
    numbered = of_letters.where(col(PremiumLetterLine.counts), col(PremiumLetter.number).is_not(None))
    standing = premium_lines.views(session, bill, lines=numbered)
    rupiah = sum(one.dispute.amount for one in standing if one.word is LineWord.DISPUTED)
    rupiah += premium_lines.summary(session, bill).accepted.rupiah
    account = premium_ledger.lock(session, bill, actor)
    premium_ledger.dispute(session, account, Move(PremiumEntryKind.DISPUTED, rupiah, today, paper), actor, now=now)


def find(session: Session, bill: PremiumBill, letter_id: int) -> PremiumLetter:
    """One letter of a bill; who changes it holds the bill's lock."""
    query = select(PremiumLetter).where(PremiumLetter.id == letter_id, PremiumLetter.bill_id == bill.id)
    found = session.exec(query.execution_options(populate_existing=True)).first()
    if found is None:
        raise NotFound(NO_LETTER)
    return found


def of_bill(session: Session, bill: PremiumBill) -> Sequence[PremiumLetter]:
    """A bill's letters and proposals, the newest first."""
    query = select(PremiumLetter).where(PremiumLetter.bill_id == bill.id)
    return session.exec(query.order_by(col(PremiumLetter.id).desc())).all()


def lines_of(session: Session, letter: PremiumLetter, bill: PremiumBill) -> list[LineView]:
    """A letter's lines, as they stand today."""
    chosen = select(PremiumLetterLine.line).where(PremiumLetterLine.letter_id == letter.id)
    return premium_lines.views(session, bill, lines=chosen)


def paper(session: Session, letter: PremiumLetter, bill: PremiumBill) -> Paper:
    """What a numbered letter says; ``NotFound`` for a proposal, which says nothing yet."""
    if letter.number is None:
        raise NotFound(say("Surat ini belum bernomor. Tunggu tanda tangannya."))
    return Paper(
        letter,
        bill,
        _printed(session, letter),
        files_of(session, bill),
        session.get_one(Staff, letter.decided_by),
        session.get_one(SigningAuthority, letter.authority_id),
    )


def _printed(session: Session, letter: PremiumLetter) -> list[PaperLine]:
    query = select(PremiumLetterLine, PremiumDispute).join(PremiumDispute).where(PremiumLetterLine.letter_id == letter.id)
    found = session.exec(query.order_by(col(PremiumLetterLine.line)))
    return [PaperLine(kept.line, who.name, who.card, kept.reason, who.evidence, kept.amount) for kept, who in found]


def rule_of(policy: RegionPolicy, now: datetime) -> LetterRule:
    """To whom the office writes about a whole list: the terms of letter E."""
    return policy.letter(LetterType.PENGANTAR_KOLEKTIF, _today(policy, now))


def _today(policy: RegionPolicy, now: datetime) -> date:
    return now.astimezone(ZoneInfo(policy.timezone)).date()


def _rule(policy: RegionPolicy, now: datetime) -> LetterRule:
    """The office's own number, not one of letter E's."""
    rule = rule_of(policy, now)
    return replace(rule, form=replace(rule.form, code=CODE), terms=replace(rule.terms, number_template=None, own_counter=False))


def _authority(session: Session, policy: RegionPolicy, actor: Actor, now: datetime) -> SigningAuthority:
    held = authorities_of(session, actor.person_id, actor.region_code, policy.timezone, now=now)
    whole = next((one for one in held if one.letter_types is None), None)
    if whole is None:
        raise NotAllowed(NO_AUTHORITY)
    check_limits(policy, whole, LetterType.PENGANTAR_KOLEKTIF, now=now)
    return whole


def _waiting(session: Session, bill: PremiumBill) -> list[LineView]:
    taken = select(PremiumLetterLine.line).where(PremiumLetterLine.bill_id == bill.id, col(PremiumLetterLine.counts))
    on_letters = set(session.exec(taken))
    return [one for one in premium_lines.views(session, bill) if one.word is LineWord.DISPUTED and one.dispute.line not in on_letters]


def _kept(letter: PremiumLetter, one: LineView) -> dict[str, object]:
    row = one.dispute
    of_line = {"line": row.line, "bill_id": row.bill_id, "reason": row.reason, "amount": row.amount}
    return {"letter_id": letter.id, "counts": True, **of_line}
