"""A test office with few seats, and cases that wait for the decision, put into the tables directly."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlmodel import select

from tests.made_past import Hands, hands_of, pin, ticket
from tests.office import Office
from verify.simulator.personas import generated_nik
from workflows import advance, decision, facts, ledger, seat_years, seats
from workflows.actor import Actor
from workflows.records import Case, LedgerEntry, Letter, Seat, SeatQuota, WaitingEntry
from workflows.records.assessment import Assessment
from workflows.records.finding_set import FindingSet
from workflows.records.seat import Account
from workflows.rules.policy import Ruled
from workflows.states import Job, State
from workflows.vocabulary import Channel, LetterType, Urgency

CHUNK = 200


def with_seats(office: Office, cap: int, *, over_cap: bool = False) -> Office:
    """The same office, its region's policy giving so many seats a year."""
    book = office.rekom.policies
    given = {"quota_seats": seats_of(cap), "emergency_over_quota": Ruled(over_cap, "uji", "uji", date(2026, 1, 1))}
    blocks = tuple(replace(block, **given) for block in book.regions["3673"])
    vars(office.rekom)["policies"] = replace(book, regions={**book.regions, "3673": blocks})
    return office


def seats_of(cap: int) -> Ruled[int]:
    return Ruled(cap, "uji", "uji", date(2026, 1, 1))


def make_decidable(office: Office, count: int, urgency: Urgency = Urgency.ROUTINE, first: int = 1) -> list[str]:
    """So many cases that wait for nothing but the decision; returns their tickets."""
    hands = hands_of(office)
    for start in range(first, first + count, CHUNK):
        with office.write() as session:
            for number in range(start, min(start + CHUNK, first + count)):
                session.add(case := made_case(office, number, hands, urgency))
                session.flush()
                session.add(made_assessment(office, case, hands))
                session.flush()
                session.add(made_findings(office, case, facts.fingerprint(facts.read(session, case, Job.FINDINGS))))
    return [ticket(number) for number in range(first, first + count)]


def made_case(office: Office, number: int, hands: Hands, urgency: Urgency) -> Case:
    known: dict[str, Any] = pin(office, "region_code")
    return Case(
        ticket=ticket(number),
        **{"state": State.DECISION},
        state_since=office.clock(),
        letter_type=LetterType.REKOM_PBPU_PEMDA,
        timezone=office.policy.timezone,
        nik=generated_nik(number),
        name="WARGA CONTOH",
        birth_date=date(1980, 1, 1),
        phone=f"0812{number:08d}",
        urgency=urgency,
        channel=Channel.LOKET_DINSOS,
        opened_by=hands.opened,
        opened_at=office.clock(),
        **known,
    )


def made_assessment(office: Office, case: Case, hands: Hands) -> Assessment:
    people = {"assessed_by": hands.assessed, "validated_by": hands.validated}
    times = {"assessed_at": office.clock(), "validated_at": office.clock()}
    answers = {criterion.key: "YES" for criterion in office.criteria.criteria}
    return Assessment(case_id=case.id, round=1, criteria_set=office.criteria.code, answers=answers, **people, **times)


def made_findings(office: Office, case: Case, facts_hash: str) -> FindingSet:
    return FindingSet(case_id=case.id, facts_hash=facts_hash, findings=[], weighed_at=office.clock(), **pin(office, "policy_region"))


def approve(office: Office, which: str, by: str | Actor = "kadis") -> Letter | WaitingEntry:
    """The head of office says yes: a letter, or a place in the line."""
    actor = office.actor(by)
    with office.write() as session:
        case = advance.lock(session, which, actor)
        return decision.approve(session, case, office.policy, office.seat_rules, "Uji.", actor, now=office.clock())


def quota(office: Office, year: int = 2026) -> SeatQuota:
    with office.read() as session:
        found = seat_years.year_of(session, "3673", year)
    assert found is not None
    return found


def books(office: Office, year: int = 2026) -> dict[Account, int]:
    """Balances, after checking that nothing is wrong with them."""
    with office.read() as session:
        row = quota(office, year)
        assert ledger.faults(session, row) == []
        assert all(entry.amount == entry.months * entry.monthly for entry in session.exec(select(LedgerEntry)))
        return ledger.balances(session, row.id or 0)


def seat(office: Office, which: str) -> Seat:
    """The newest seat of a case."""
    with office.read() as session:
        rows = session.exec(select(Seat).where(Seat.case_id == office.case(which).id)).all()
    return max(rows, key=lambda row: row.id or 0)


def place(office: Office, which: str) -> int | None:
    with office.read() as session:
        return seats.place_of(session, office.case(which))
