"""The ledger of premiums: what was billed for a month, disputed, taken back by BPJS and paid, what is due and what is in arrears."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from workflows import audit
from workflows.actor import Actor
from workflows.errors import Conflict, InvalidInput, NotFound
from workflows.permissions import Permission, check
from workflows.population import premium_lines
from workflows.population.targets import Finding, Verdict
from workflows.ports import Segment
from workflows.records.premium import PremiumBill
from workflows.records.premium_ledger import PremiumAccount, PremiumEntry, PremiumEntryKind
from workflows.records.premium_letter import PremiumLetter
from workflows.saying import say
from workflows.thousands import grouped

K = PremiumEntryKind
LONGEST_REFERENCE = 200
MOST_MONTHS_BACK = 1
"""A ledger whose newest month is older says nothing about arrears today."""


class MoneyStands(Conflict):
    """A bill that was paid, or for which BPJS gave a credit note, is not withdrawn."""

    slug = "tagihan-sudah-dibayar"
    sentence = "Di buku iuran sudah ada pembayaran atau nota kredit. Catat koreksi menjadi nol beserta alasannya, lalu tarik tagihannya."


class LetterStands(Conflict):
    """A bill that a letter to BPJS is about is not withdrawn."""

    slug = "tagihan-sudah-disurati"
    sentence = "Masih ada surat sanggahan untuk tagihan ini. Tarik suratnya dulu, lalu tarik tagihannya."


class MonthTaken(Conflict):
    """A month and segment have one bill."""

    slug = "iuran-bulan-sudah-dicatat"
    sentence = "Bulan ini sudah punya tagihan di buku iuran. Bila jumlahnya berubah, catat koreksi."


@dataclass(frozen=True, slots=True)
class Move:
    """What is entered: rupiah, the day it happened, and the paper it rests on."""

    kind: PremiumEntryKind
    amount: int
    on: date
    reference: str


@dataclass(frozen=True, slots=True)
class Correction:
    """All figures of an account as they should stand, and why."""

    billed: int
    disputed: int
    accepted: int
    paid: int
    due_on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """An account and its newest entry."""

    account: PremiumAccount
    entry: PremiumEntry

    def overdue(self, today: date) -> bool:
        """Whether something is owed after its day."""
        return self.entry.owed > 0 and self.entry.due_on < today

    def due_within(self, today: date, days: int) -> bool:
        """Whether something is owed and its day is near."""
        return self.entry.owed > 0 and today <= self.entry.due_on <= today + timedelta(days=days)


def due_on(month: date, day: int) -> date:
    """The day of the month billed on which its premium is due."""
    return month.replace(day=day)


def open_account(session: Session, bill: PremiumBill, due: date, actor: Actor, *, now: datetime) -> PremiumAccount:
    """Enter a bill as what is owed for its month; ``MonthTaken`` where the month has one.

    Where the month's bill was withdrawn, its account goes on with this one: one more entry, which says what it replaces.
    """
    check(actor, Permission.CHECK_PREMIUM)
    assert bill.id is not None
    if due < bill.month:
        raise InvalidInput(say("Jatuh tempo tidak boleh sebelum bulan yang ditagih."), field="due_on")
    if (left := _left_by_withdrawn(session, bill, actor)) is not None:
        return _go_on(session, left, bill, due, actor, now=now)
    account = PremiumAccount(region_code=actor.region_code, month=bill.month, segment=Segment.PEMDA, bill_id=bill.id)
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:
        raise MonthTaken() from None
    assert account.id is not None
    session.add(
        PremiumEntry(
            account_id=account.id,
            position=1,
            kind=K.BILLED,
            billed=bill.billed,
            disputed=0,
            accepted=0,
            paid=0,
            due_on=due,
            happened_on=bill.month,
            entered_at=now,
            entered_by=actor.person_id,
        )
    )
    session.flush()
    told = {"month": bill.month.isoformat(), "bill": bill.id, "rupiah": bill.billed, "due": due.isoformat()}
    audit.record(session, subject(account), "ENTER_BILLED", actor=actor, now=now, **told)
    return account


def withdraw(session: Session, bill: PremiumBill, reason: str, actor: Actor, *, now: datetime) -> None:
    """Take a bill back that was filed wrongly, out of the ledger too; the caller holds the bill's lock.

    Raises ``MoneyStands`` where its account has a payment or a credit note, ``LetterStands`` while a letter is about it.
    """
    letters = select(PremiumLetter.id).where(PremiumLetter.bill_id == bill.id, col(PremiumLetter.ended_at).is_(None))
    if session.exec(letters.limit(1)).first() is not None:
        raise LetterStands()
    query = select(PremiumAccount).where(PremiumAccount.bill_id == bill.id).with_for_update()
    account = session.exec(query).first()
    if account is not None:
        last = newest(session, account)
        if last.paid or last.accepted:
            raise MoneyStands()
    premium_lines.withdraw(session, bill, reason, actor, now=now)


def enter(session: Session, account: PremiumAccount, move: Move, actor: Actor, *, now: datetime) -> PremiumEntry:
    """Add a payment, a credit note, or all that is disputed by now; the caller holds the account's lock.

    Raises ``InvalidInput`` where the figures would not agree.
    """
    last = newest(session, account)
    accepted, paid = last.accepted, last.paid
    if move.kind is K.DISPUTED:
        bill = session.get_one(PremiumBill, account.bill_id)
        return dispute(session, account, replace(move, amount=premium_lines.summary(session, bill).contested.rupiah), actor, now=now)
    if move.kind is K.ACCEPTED:
        accepted += move.amount
    elif move.kind is K.PAID:
        paid += move.amount
    else:
        raise InvalidInput(say("Pilih pembayaran, nota kredit atau sanggahan."), field="kind")
    figures = Correction(last.billed, last.disputed, accepted, paid, last.due_on, move.reference)
    return _append(session, account, last, move.kind, figures, move.on, actor, now=now)


def dispute(session: Session, account: PremiumAccount, move: Move, actor: Actor, *, now: datetime) -> PremiumEntry:
    """From now on so many rupiah are disputed, by the paper that ``move`` names; what BPJS took back stays disputed."""
    last = newest(session, account)
    figures = Correction(last.billed, max(last.accepted, move.amount), last.accepted, last.paid, last.due_on, move.reference)
    return _append(session, account, last, K.DISPUTED, figures, move.on, actor, now=now)


def correct(session: Session, account: PremiumAccount, figures: Correction, actor: Actor, *, now: datetime) -> PremiumEntry:
    """A new entry with the figures as they should have been; what stood before stays to be read."""
    last = newest(session, account)
    return _append(session, account, last, K.CORRECTED, figures, last.happened_on, actor, now=now)


def lock(session: Session, bill: PremiumBill, actor: Actor) -> PremiumAccount:
    """The account of a bill's month under its lock: whoever writes in it takes turns."""
    query = select(PremiumAccount).where(PremiumAccount.region_code == actor.region_code, PremiumAccount.bill_id == bill.id)
    found = session.exec(query.with_for_update()).first()
    if found is None:
        raise NotFound(say("Tagihan ini belum dicatat di buku iuran. Catat dulu, lalu ulangi."))
    return found


def of_month(session: Session, region_code: str, month: date) -> Standing | None:
    """A month's account as it stands; None where nothing was entered, or its bill was withdrawn."""
    query = _standing(region_code).where(PremiumAccount.month == month)
    account = session.exec(query.where(PremiumAccount.segment == Segment.PEMDA)).first()
    return Standing(account, newest(session, account)) if account else None


def standings(session: Session, region_code: str) -> list[Standing]:
    """Every account of a region as it stands, the newest month first; without those whose bill was withdrawn."""
    query = _standing(region_code).order_by(col(PremiumAccount.month).desc())
    return [Standing(account, newest(session, account)) for account in session.exec(query).all()]


def entries(session: Session, account: PremiumAccount) -> Sequence[PremiumEntry]:
    """All that was entered, from the first on."""
    query = select(PremiumEntry).where(PremiumEntry.account_id == account.id)
    return session.exec(query.order_by(col(PremiumEntry.position))).all()


def newest(session: Session, account: PremiumAccount) -> PremiumEntry:
    """How an account stands."""
    return entries(session, account)[-1]


def arrears(held: Iterable[Standing], today: date, warn_days: int) -> Finding:
    """Whether the region is in arrears, as part of the UHC predicate: what is only contested, or due soon, is at risk."""
    accounts = sorted(held, key=lambda one: one.account.month)
    if not accounts:
        return _finding(Verdict.UNKNOWN, say("Belum ada tagihan di buku iuran. Catat di halaman Iuran, atau tanyakan ke BPJS Kesehatan."))
    late = [one for one in accounts if one.overdue(today)]
    if any(one.entry.owed > one.entry.contested for one in late):
        owed = grouped(sum(one.entry.owed for one in late))
        return _finding(Verdict.FAILED, say("Menunggak Rp {owed}, terlama bulan {month}.", owed=owed, month=_month(late[0])))
    if late:
        return _finding(Verdict.AT_RISK, say("Yang lewat jatuh tempo hanya yang disanggah, terlama bulan {month}.", month=_month(late[0])))
    last = accounts[-1]
    if _months(last.account.month, today) > MOST_MONTHS_BACK:
        return _finding(Verdict.UNKNOWN, say("Buku iuran berhenti di bulan {month}. Catat tagihan berikutnya.", month=_month(last)))
    near = next((one for one in accounts if one.due_within(today, warn_days)), None)
    if near:
        due = f"{near.entry.due_on:%d-%m-%Y}"
        return _finding(Verdict.AT_RISK, say("Iuran bulan {month} jatuh tempo {due}.", month=_month(near), due=due))
    return _finding(Verdict.MET, say("Tidak ada iuran yang lewat jatuh tempo menurut buku iuran."))


def _standing(region_code: str) -> SelectOfScalar[PremiumAccount]:
    bills = select(PremiumAccount).join(PremiumBill, col(PremiumBill.id) == PremiumAccount.bill_id)
    return bills.where(PremiumAccount.region_code == region_code, col(PremiumBill.withdrawn_at).is_(None))


def _left_by_withdrawn(session: Session, bill: PremiumBill, actor: Actor) -> PremiumAccount | None:
    query = select(PremiumAccount).join(PremiumBill, col(PremiumBill.id) == PremiumAccount.bill_id)
    of_month = query.where(PremiumAccount.region_code == actor.region_code, PremiumAccount.month == bill.month)
    left = of_month.where(PremiumAccount.segment == Segment.PEMDA, col(PremiumBill.withdrawn_at).is_not(None))
    return session.exec(left.with_for_update(of=PremiumAccount)).first()


def _go_on(session: Session, account: PremiumAccount, bill: PremiumBill, due: date, actor: Actor, *, now: datetime) -> PremiumAccount:
    assert bill.id is not None
    before = session.get_one(PremiumBill, account.bill_id)
    if before.withdrawn_at is None:  # somebody else went on with it while we waited for its lock
        raise MonthTaken()
    reason = f"Menggantikan tagihan #{before.id} yang ditarik: {before.withdrawn_reason}"[:LONGEST_REFERENCE]
    account.bill_id = bill.id
    session.add(account)
    session.flush()
    figures = Correction(bill.billed, 0, 0, 0, due, reason)
    _append(session, account, newest(session, account), K.CORRECTED, figures, bill.month, actor, now=now)
    return account


def subject(account: PremiumAccount) -> str:
    """The account's place in the audit trail."""
    return f"premium:{account.id}"


def _append(
    session: Session,
    account: PremiumAccount,
    last: PremiumEntry,
    kind: PremiumEntryKind,
    figures: Correction,
    on: date,
    actor: Actor,
    *,
    now: datetime,
) -> PremiumEntry:
    check(actor, Permission.CHECK_PREMIUM)
    _check(figures)
    assert account.id is not None
    entry = PremiumEntry(
        account_id=account.id,
        position=last.position + 1,
        previous=last.position,
        kind=kind,
        billed=figures.billed,
        disputed=figures.disputed,
        accepted=figures.accepted,
        paid=figures.paid,
        due_on=figures.due_on,
        happened_on=on,
        reference=figures.reason or None,
        entered_at=now,
        entered_by=actor.person_id,
    )
    session.add(entry)
    session.flush()
    amounts = {name: getattr(figures, name) for name in ("billed", "disputed", "accepted", "paid")}
    told = {**amounts, "due": figures.due_on.isoformat(), "on": on.isoformat(), "reason": figures.reason}
    audit.record(session, subject(account), f"ENTER_{kind.value}", actor=actor, now=now, **told)
    return entry


def _check(figures: Correction) -> None:
    if figures.billed <= 0 or figures.disputed > figures.billed:
        raise InvalidInput(say("Yang disanggah tidak boleh lebih dari yang ditagih."))
    if figures.accepted > figures.disputed:
        raise InvalidInput(say("Nota kredit tidak boleh lebih dari yang disanggah. Catat dulu sanggahannya."))
    if figures.paid > figures.billed - figures.accepted:
        raise InvalidInput(say("Yang dibayar tidak boleh lebih dari tagihan sesudah nota kredit."))


def _finding(verdict: Verdict, sentence: str) -> Finding:
    return Finding("arrears", verdict, None, None, sentence)


def _month(standing: Standing) -> str:
    return f"{standing.account.month:%m-%Y}"


def _months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
