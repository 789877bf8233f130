"""Rows beside cases whose time is over: they go, or what names a person in them does, a few thousand in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, and_, case, cast, delete, exists, func, literal_column, or_, type_coerce, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col, select, tuple_

from workflows import audit, records
from workflows.actor import SYSTEM
from workflows.collective_states import CollectiveStatus
from workflows.erasing import GONE
from workflows.records.jamkesda import JamkesdaOutcome
from workflows.rules.retention import Kept
from workflows.sealed import DIGEST_LENGTH, EMPTY
from workflows.turns import JAMKESDA, take_turn

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table that are over at a moment; ``values`` is what is left of each, None where nothing is."""

    kind: type[SQLModel]
    over: Callable[[datetime], ColumnElement[bool]]
    values: Mapping[str, Any] | None = None

    @property
    def table(self) -> Table:
        """As the database knows it."""
        return SQLModel.metadata.tables[str(self.kind.__tablename__)]

    def count(self, session: Session, before: datetime) -> int:
        """How many there are."""
        return int(session.exec(select(func.count()).select_from(self.kind).where(self.over(before))).one())

    def clear(self, session: Session, before: datetime, most: int = AT_ONCE) -> int:
        """Let at most so many go; returns how many went."""
        key = [*self.table.primary_key.columns]
        found = tuple_(*key).in_(select(*key).where(self.over(before)).limit(most))
        change = delete(self.table).where(found) if self.values is None else update(self.table).where(found).values(self.values)
        return int(session.connection().execute(change).rowcount)


def clear(session: Session, kind: Kept, before: datetime, *, now: datetime, most: int = AT_ONCE) -> int:
    """One transaction's part of a kind; the trail says how many rows went and up to which moment."""
    gone: dict[str, int] = {}
    if kind is Kept.JAMKESDA:
        _take_turns(session)
    for rows in OUTDATED[kind]:
        gone[rows.table.name] = rows.clear(session, before, most)
        if gone[rows.table.name] >= most:
            break  # what is left of them may still refer to rows of the next table
    if total := sum(gone.values()):
        told = {name: number for name, number in gone.items() if number}
        audit.record(session, "retention", "CLEARED", actor=SYSTEM, now=now, kind=kind.value, before=before.isoformat(), rows=told)
    return total


def _take_turns(session: Session) -> None:
    """Whoever takes a batch back looks first whether its people are still there: they do not go in between."""
    listed = col(records.JamkesdaList.region_code)
    for region_code in session.exec(select(listed).distinct().order_by(listed)):
        take_turn(session, JAMKESDA.format(region_code))


def count(session: Session, kind: Kept, before: datetime) -> int:
    """How many rows of a kind are over."""
    return sum(rows.count(session, before) for rows in OUTDATED[kind])


def _replaced(before: datetime, extract_id: Any) -> ColumnElement[bool]:
    """Extracts that were undone, or that a newer one of their kind has displaced, since before a moment.

    A member file of everybody is displaced by no file of some: who is uncovered is still told by it.
    """
    old, newer = records.Extract, aliased(records.Extract)
    as_much = or_(~col(old.complete), col(newer.complete))
    same = and_(col(newer.kind) == col(old.kind), as_much, col(newer.undone_at).is_(None), ~col(newer.storing))
    displaced = exists().where(same, col(newer.as_of) > col(old.as_of), col(newer.imported_at) <= before)
    return col(extract_id).in_(select(old.id).where(or_(col(old.undone_at) <= before, displaced)))


def _members(before: datetime) -> ColumnElement[bool]:
    """Whoever is in the file of everybody a card list began from is no new member: its rows stay as long as the lists.

    A file of some members is no beginning any more, so that nobody reads the one an old list began from.
    """
    row, listed, extract = records.MemberRow, records.CardList, records.Extract
    begun = select(listed.before_id).join(extract, col(extract.id) == listed.before_id).where(col(extract.complete))
    return and_(_replaced(before, row.extract_id), col(row.extract_id).not_in(begun))


def _uploaded(before: datetime) -> ColumnElement[bool]:
    part, file = records.ImportPart, records.ImportFile
    return col(part.file_id).in_(select(file.id).where(col(file.received_at) <= before))


def _draft(before: datetime) -> ColumnElement[bool]:
    return and_(
        col(records.Letter.pdf).is_not(None), col(records.Letter.issued_at) <= before, type_coerce(records.Letter.draft, Text) != EMPTY
    )


def _ended_list(before: datetime) -> ColumnElement[bool]:
    letter = records.CollectiveLetter
    over = or_(col(letter.status).in_(ENDED), and_(col(letter.status) == CollectiveStatus.ISSUED, col(letter.valid_until) <= before))
    paper = or_(*(type_coerce(column, Text) != EMPTY for column in (letter.pdf, letter.draft, letter.scan)))
    return and_(over, col(letter.since) <= before, paper, _unlisted(letter.id))


def _unlisted(collective_id: Any) -> ColumnElement[bool]:
    row = records.CollectiveRow
    return ~exists().where(col(row.collective_id) == collective_id, col(row.ended_at).is_(None))


def _sent_file(before: datetime) -> ColumnElement[bool]:
    batch, row = records.RegistrationBatch, records.BatchRow
    waiting = exists().where(col(row.batch_id) == batch.id, col(row.answered_at).is_(None))
    moved = or_(col(batch.sent_at) <= before, col(batch.void_at) <= before)
    return and_(moved, type_coerce(batch.file, Text) != EMPTY, ~waiting)


def _strange(before: datetime) -> ColumnElement[bool]:
    answer = records.RegistrationAnswer
    return and_(col(answer.received_at) <= before, type_coerce(answer.strange, Text) != EMPTY)


def _disputed(before: datetime) -> ColumnElement[bool]:
    dispute, bill = records.PremiumDispute, records.PremiumBill
    named = or_(*(col(column).is_not(None) for column in (dispute.nik, dispute.card, dispute.name)))
    return and_(col(dispute.bill_id).in_(select(bill.id).where(col(bill.checked_at) <= before)), named)


def _billed(before: datetime) -> ColumnElement[bool]:
    bill = records.PremiumBill
    return col(records.PremiumLine.bill_id).in_(select(bill.id).where(col(bill.checked_at) <= before))


def _moved_over(before: datetime) -> ColumnElement[bool]:
    """People of old lists who wait for no batch: what became of each stays to be counted, who it was goes."""
    person, listed, batch = records.JamkesdaPerson, records.JamkesdaList, records.JamkesdaBatch
    old = col(person.list_id).in_(select(listed.id).where(col(listed.imported_at) <= before))
    sent = col(person.batch_id).in_(select(batch.id).where(col(batch.made_at) <= before))
    done = or_(col(person.outcome).not_in((JamkesdaOutcome.REMAINING, JamkesdaOutcome.BATCHED)), sent)
    return and_(old, done, type_coerce(person.nik, Text) != EMPTY)


def _jamkesda_file(before: datetime) -> ColumnElement[bool]:
    batch = records.JamkesdaBatch
    return and_(col(batch.made_at) <= before, type_coerce(batch.file, Text) != EMPTY)


def _old_meter(before: datetime) -> ColumnElement[bool]:
    meter = records.Meter
    return and_(
        col(meter.since) <= before,
        col(meter.locked_at).is_(None),
        or_(col(meter.closed_until).is_(None), col(meter.closed_until) <= before),
    )


def _told(before: datetime) -> ColumnElement[bool]:
    delivery = records.WebhookDelivery
    return or_(col(delivery.delivered_at) <= before, col(delivery.failed_at) <= before)


def _attempts(before: datetime) -> ColumnElement[bool]:
    return col(records.WebhookAttempt.delivery_id).in_(select(records.WebhookDelivery.id).where(_told(before)))


def _pair(before: datetime) -> ColumnElement[bool]:
    pair = records.MatchPair
    return or_(_replaced(before, pair.residents_id), _replaced(before, pair.other_id))


ENDED = (CollectiveStatus.DROPPED, CollectiveStatus.EXPIRED, CollectiveStatus.REVOKED, CollectiveStatus.REPLACED)
PAPERS = {
    name: case((col(getattr(records.CollectiveLetter, name)).is_not(None), literal_column(f"'{EMPTY}'")))
    for name in ("pdf", "draft", "scan")
}
"""What is there is emptied; what never was stays absent."""
OF_LINE = cast(records.JamkesdaPerson.list_id, Text) + "-" + cast(records.JamkesdaPerson.line, Text)
NOBODY = {
    "nik": EMPTY,
    "details": EMPTY,
    "nik_digest": func.substr(literal_column(f"'{'0' * DIGEST_LENGTH}'") + OF_LINE, func.length(OF_LINE) + 1, DIGEST_LENGTH),
}
"""A line of a list without its person; its own number stands where the digest was, which no other line may have."""
OUTDATED: Mapping[Kept, tuple[Rows, ...]] = {
    Kept.DRAFTS: (Rows(records.Letter, _draft, {"draft": EMPTY}),),
    Kept.COVER_LETTERS: (Rows(records.CollectiveLetter, _ended_list, PAPERS),),
    Kept.EXPORT_FILES: (
        Rows(records.RegistrationBatch, _sent_file, {"file": EMPTY}),
        Rows(records.RegistrationAnswer, _strange, {"strange": EMPTY}),
    ),
    Kept.EXTRACTS: (
        Rows(records.ImportPart, _uploaded),
        Rows(records.MatchPair, _pair),
        Rows(records.DtsenRow, lambda before: _replaced(before, records.DtsenRow.extract_id)),
        Rows(records.MemberRow, _members),
        Rows(records.ResidentRow, lambda before: _replaced(before, records.ResidentRow.extract_id)),
    ),
    Kept.JAMKESDA: (Rows(records.JamkesdaPerson, _moved_over, NOBODY), Rows(records.JamkesdaBatch, _jamkesda_file, {"file": EMPTY})),
    Kept.MATCHES: (Rows(records.MatchDecision, lambda before: col(records.MatchDecision.decided_at) <= before),),
    Kept.MEMBERSHIP_REPORTS: (Rows(records.MembershipReport, lambda before: col(records.MembershipReport.reported_at) <= before),),
    Kept.PREMIUM_DISPUTES: (
        Rows(records.PremiumLine, _billed),
        Rows(records.PremiumDispute, _disputed, {"nik": None, "card": None, "name": None, "evidence": GONE}),
    ),
    Kept.ACCESS_LOG: (Rows(records.CaseReading, lambda before: col(records.CaseReading.last_at) <= before),),
    Kept.COUNTERS: (Rows(records.LookupCount, lambda before: col(records.LookupCount.hour) <= before), Rows(records.Meter, _old_meter)),
    Kept.ANSWERS: (Rows(records.IdempotencyRecord, lambda before: col(records.IdempotencyRecord.created_at) <= before),),
    Kept.SESSIONS: (Rows(records.SignIn, lambda before: func.coalesce(records.SignIn.ended_at, records.SignIn.expires_at) <= before),),
    Kept.WEBHOOKS: (Rows(records.WebhookAttempt, _attempts), Rows(records.WebhookDelivery, _told)),
}
"""What goes of each kind, in the order in which keys let it go."""
