"""A checked bill after its check: what was said of each disputed line, what that sums up to, and who took the lines out.

The newest word about a line holds. Words only append: what was wrong is said anew, with its reason.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select as sql_select
from sqlalchemy.orm import aliased
from sqlmodel import Session, and_, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from workflows import audit
from workflows.actor import Actor
from workflows.errors import ChangedMeanwhile, Conflict, InvalidInput, NotFound, TransitionRefused
from workflows.permissions import Permission, check
from workflows.population.premium import subject
from workflows.records.premium import DisputeReason, LineWord, PremiumBill, PremiumDispute, PremiumLineWord
from workflows.saying import say

W = LineWord
READ_LINES = "READ_LINES"
NO_BILL = say("Tagihan ini tidak ada di daerah Anda. Pilih dari daftar.")
IS_WITHDRAWN = say("Tagihan ini sudah ditarik. Periksa berkasnya sekali lagi, lalu kerjakan tagihan yang baru.")
MAY_FOLLOW: Mapping[LineWord, frozenset[LineWord]] = {
    W.DISPUTED: frozenset({W.WITHDRAWN, W.ACCEPTED, W.REFUSED}),
    W.WITHDRAWN: frozenset({W.DISPUTED}),
    W.ACCEPTED: frozenset({W.DISPUTED}),
    W.REFUSED: frozenset({W.DISPUTED}),
}
"""What may be said after what. A line begins as disputed; BPJS answers only what stands."""

assert set(MAY_FOLLOW) == set(LineWord)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Some lines of many: so many after so many. ``most`` is None for all that follow."""

    after: int = 0
    most: int | None = None


WHOLE = Sheet()


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

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.lines + other.lines, self.rupiah + other.rupiah)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a bill's disputed lines come to, by reason and by how they stand."""

    by_reason: Mapping[DisputeReason, Sum]
    by_word: Mapping[LineWord, Sum]

    @property
    def claimed(self) -> Sum:
        """All that was not left out: what BPJS is asked about, its answers included."""
        return sum((found for word, found in self.by_word.items() if word is not W.WITHDRAWN), Sum())

    @property
    def contested(self) -> Sum:
        """What is not settled against us: without what BPJS refused, which is owed."""
        return self.by_word[W.DISPUTED] + self.by_word[W.ACCEPTED]

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


def find_standing(session: Session, bill_id: int, actor: Actor) -> PremiumBill:
    """The same, locked, where it was not withdrawn; ``Conflict`` where it was."""
    bill = find(session, bill_id, actor, lock=True)
    if bill.withdrawn_at is not None:
        raise Conflict(IS_WITHDRAWN)
    return bill


def views(
    session: Session,
    bill: PremiumBill,
    *,
    lines: Collection[int] | SelectOfScalar[int] | None = None,
    reason: DisputeReason | None = None,
    sheet: Sheet = WHOLE,
) -> list[LineView]:
    """Disputed lines as they stand, in the bill's order: all of them, these lines, those of a reason, or one sheet of them."""
    query = _as_they_stand(PremiumDispute, PremiumLineWord).where(PremiumDispute.bill_id == bill.id)
    if lines is not None:
        query = query.where(col(PremiumDispute.line).in_(lines))
    if reason is not None:
        query = query.where(PremiumDispute.reason == reason)
    ordered = query.order_by(col(PremiumDispute.line)).offset(sheet.after).limit(sheet.most)
    return [LineView(dispute, said) for dispute, said in session.execute(ordered)]


def summaries(session: Session, bills: Iterable[PremiumBill]) -> dict[int, Summary]:
    """What the disputed lines of some bills come to, by the bill's number; counted in the database."""
    word = func.coalesce(col(PremiumLineWord.word), W.DISPUTED.value)
    counted = _as_they_stand(PremiumDispute.bill_id, PremiumDispute.reason, word, func.count(), func.sum(PremiumDispute.amount))
    numbers = [bill.id for bill in bills if bill.id is not None]
    groups = defaultdict[int, list[tuple[DisputeReason, LineWord, Sum]]](list)
    grouped = counted.where(col(PremiumDispute.bill_id).in_(numbers)).group_by(PremiumDispute.bill_id, PremiumDispute.reason, word)
    for number, reason, said, lines, rupiah in session.execute(grouped):
        groups[number].append((reason, LineWord(said), Sum(lines, int(rupiah))))
    return {number: _summary(groups[number]) for number in numbers}


def summary(session: Session, bill: PremiumBill) -> Summary:
    """The same of one bill."""
    assert bill.id is not None
    return summaries(session, [bill])[bill.id]


def withdraw(session: Session, bill: PremiumBill, reason: str, actor: Actor, *, now: datetime) -> None:
    """Take a bill back that was filed wrongly; the caller holds its lock, and has seen that no money stands on it."""
    bill.withdrawn_at, bill.withdrawn_by, bill.withdrawn_reason = now, actor.name, reason
    session.add(bill)
    session.flush()
    told = {"month": bill.month.isoformat(), "lines": bill.lines, "rupiah": bill.billed, "reason": reason}
    audit.record(session, subject(bill), "WITHDRAW_BILL", actor=actor, now=now, **told)


def say_of(session: Session, bill: PremiumBill, lines: frozenset[int], word: LineWord, reason: str, actor: Actor, *, now: datetime) -> int:
    """Say one word of some lines, whole or not at all; the caller holds the bill's lock. Returns how many lines it was.

    Raises ``TransitionRefused`` where a line stands so that the word cannot follow, ``ChangedMeanwhile`` for a line that is none.
    """
    check(actor, Permission.CHECK_PREMIUM)
    if not lines:
        raise InvalidInput(say("Pilih paling sedikit satu baris."), field="lines")
    chosen = views(session, bill, lines=lines)
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


def note_look(session: Session, bill: PremiumBill, lines: Iterable[LineView], actor: Actor, *, now: datetime) -> None:
    """Write into the actor's own chain which lines they looked at; what those lines say of a person stands in no case."""
    if numbers := [one.dispute.line for one in lines]:
        audit.record_on_person(session, READ_LINES, actor=actor, now=now, bill=bill.id, lines=numbers)


def take_out(session: Session, bill: PremiumBill, purpose: str, actor: Actor, *, now: datetime) -> list[LineView]:
    """Every disputed line with its NIK, for a file; what for stands in the trail. The caller holds the bill's lock."""
    check(actor, Permission.CHECK_PREMIUM)
    found = views(session, bill)
    audit.record(session, subject(bill), "EXPORT_DISPUTES", actor=actor, now=now, purpose=purpose, lines=len(found))
    return found


def _as_they_stand(*what: Any) -> Any:
    """A query of disputed lines, each beside its newest word, or beside none."""
    later = aliased(PremiumLineWord)
    same = and_(later.bill_id == PremiumLineWord.bill_id, later.line == PremiumLineWord.line)
    newest = ~select(later.position).where(same, col(later.position) > col(PremiumLineWord.position)).exists()
    of_it = and_(PremiumLineWord.bill_id == PremiumDispute.bill_id, PremiumLineWord.line == PremiumDispute.line, newest)
    return sql_select(*what).select_from(PremiumDispute).outerjoin(PremiumLineWord, of_it)


def _summary(groups: Iterable[tuple[DisputeReason, LineWord, Sum]]) -> Summary:
    reasons, words = dict.fromkeys(DisputeReason, Sum()), dict.fromkeys(LineWord, Sum())
    for reason, word, found in groups:
        reasons[reason] += found
        words[word] += found
    return Summary(reasons, words)


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
