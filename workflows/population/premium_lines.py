"""A checked bill after its check: what was said of each disputed line, what that sums up to, and who took the lines out.

The newest word about a line holds. Words only append: what was wrong is said anew, with its reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from workflows import audit
from workflows.actor import Actor
from workflows.errors import ChangedMeanwhile, InvalidInput, NotFound, TransitionRefused
from workflows.permissions import Permission, check
from workflows.population.premium import subject
from workflows.records.premium import DisputeReason, LineWord, PremiumBill, PremiumDispute, PremiumLineWord
from workflows.saying import say

W = LineWord
NO_BILL = say("Tagihan ini tidak ada di daerah Anda. Pilih dari daftar.")
MAY_FOLLOW: Mapping[LineWord, frozenset[LineWord]] = {
    W.DISPUTED: frozenset({W.WITHDRAWN, W.ACCEPTED, W.REFUSED}),
    W.WITHDRAWN: frozenset({W.DISPUTED}),
    W.ACCEPTED: frozenset({W.DISPUTED}),
    W.REFUSED: frozenset({W.DISPUTED}),
}
"""What may be said after what. A line begins as disputed; BPJS answers only what stands."""

assert set(MAY_FOLLOW) == set(LineWord)


@dataclass(frozen=True, slots=True)
class LineView:
    """A disputed line with its newest word; ``said`` is None where nobody said anything since the check."""

    dispute: PremiumDispute
    said: PremiumLineWord | None

    @property
    def word(self) -> LineWord:
        """How the line stands."""
        return self.said.word if self.said else W.DISPUTED


@dataclass(frozen=True, slots=True)
class Sum:
    """So many lines, so many rupiah."""

    lines: int = 0
    rupiah: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """What a bill's disputed lines come to, by reason and by how they stand."""

    by_reason: Mapping[DisputeReason, Sum]
    by_word: Mapping[LineWord, Sum]

    @property
    def claimed(self) -> Sum:
        """All that was not left out: what BPJS is asked about, its answers included."""
        kept = [found for word, found in self.by_word.items() if word is not W.WITHDRAWN]
        return Sum(sum(one.lines for one in kept), sum(one.rupiah for one in kept))

    @property
    def contested(self) -> Sum:
        """What is not settled against us: without what BPJS refused, which is owed."""
        kept = (self.by_word[W.DISPUTED], self.by_word[W.ACCEPTED])
        return Sum(sum(one.lines for one in kept), sum(one.rupiah for one in kept))

    @property
    def accepted(self) -> Sum:
        """What BPJS takes back."""
        return self.by_word[W.ACCEPTED]


def bills(session: Session, region_code: str) -> Sequence[PremiumBill]:
    """A region's bills, the newest month first; of one month the newest check first."""
    query = select(PremiumBill).where(PremiumBill.region_code == region_code)
    return session.exec(query.order_by(col(PremiumBill.month).desc(), col(PremiumBill.id).desc())).all()


def find(session: Session, bill_id: int, actor: Actor, *, lock: bool = False) -> PremiumBill:
    """A bill of the actor's region, locked for whoever writes about it; ``NotFound`` also for another region's."""
    query = select(PremiumBill).where(PremiumBill.id == bill_id, PremiumBill.region_code == actor.region_code)
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound(NO_BILL)
    return found


def views(session: Session, bill: PremiumBill) -> list[LineView]:
    """Every disputed line as it stands, in the bill's order."""
    said = select(PremiumLineWord).where(PremiumLineWord.bill_id == bill.id).order_by(col(PremiumLineWord.position))
    newest = {one.line: one for one in session.exec(said)}
    lines = select(PremiumDispute).where(PremiumDispute.bill_id == bill.id).order_by(col(PremiumDispute.line))
    return [LineView(one, newest.get(one.line)) for one in session.exec(lines)]


def summed(lines: Iterable[LineView]) -> Summary:
    """Lines and rupiah by reason and by word."""
    reasons, words = dict.fromkeys(DisputeReason, Sum()), dict.fromkeys(LineWord, Sum())
    for one in lines:
        amount, reason = one.dispute.amount, one.dispute.reason
        reasons[reason] = Sum(reasons[reason].lines + 1, reasons[reason].rupiah + amount)
        words[one.word] = Sum(words[one.word].lines + 1, words[one.word].rupiah + amount)
    return Summary(reasons, words)


def say_of(session: Session, bill: PremiumBill, lines: frozenset[int], word: LineWord, reason: str, actor: Actor, *, now: datetime) -> int:
    """Say one word of some lines, whole or not at all; the caller holds the bill's lock. Returns how many lines it was.

    Raises ``TransitionRefused`` where a line stands so that the word cannot follow, ``ChangedMeanwhile`` for a line that is none.
    """
    check(actor, Permission.CHECK_PREMIUM)
    if not lines:
        raise InvalidInput(say("Pilih paling sedikit satu baris."), field="lines")
    chosen = [one for one in views(session, bill) if one.dispute.line in lines]
    if len(chosen) != len(lines):
        raise ChangedMeanwhile()
    for one in chosen:
        if word not in MAY_FOLLOW[one.word]:
            raise TransitionRefused(say("Baris {line} tidak dapat diubah begitu. Muat ulang, lalu pilih lagi.", line=one.dispute.line))
        session.add(_word(bill, one, word, reason, actor, now))
    session.flush()
    rupiah = sum(one.dispute.amount for one in chosen)
    told = {"lines": sorted(lines)[:100], "count": len(lines), "rupiah": rupiah, "word": word.value, "reason": reason}
    audit.record(session, subject(bill), "SAY_OF_LINES", actor=actor, now=now, **told)
    return len(chosen)


def take_out(session: Session, bill: PremiumBill, purpose: str, actor: Actor, *, now: datetime) -> list[LineView]:
    """Every disputed line with its NIK, for a file; what for stands in the trail. The caller holds the bill's lock."""
    check(actor, Permission.CHECK_PREMIUM)
    found = views(session, bill)
    audit.record(session, subject(bill), "EXPORT_DISPUTES", actor=actor, now=now, purpose=purpose, lines=len(found))
    return found


def _word(bill: PremiumBill, one: LineView, word: LineWord, reason: str, actor: Actor, now: datetime) -> PremiumLineWord:
    assert bill.id is not None
    return PremiumLineWord(
        bill_id=bill.id,
        line=one.dispute.line,
        position=one.said.position + 1 if one.said else 1,
        word=word,
        reason=reason,
        said_at=now,
        said_by=actor.person_id,
    )
