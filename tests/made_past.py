"""A past for a test office: as many decided cases as asked for, from one seed, put into the tables directly."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlmodel import select

from tests.office import Office
from verify.simulator.personas import generated_nik
from workflows.codes import ALPHABET
from workflows.records import Case, SigningAuthority, Staff, Task
from workflows.records.assessment import Assessment
from workflows.records.case import CaseDocument
from workflows.records.check_result import CheckResult
from workflows.records.decision import Decision
from workflows.records.finding_set import FindingSet
from workflows.sealed import bound
from workflows.states import CHECKS, Job, State
from workflows.vocabulary import Channel, DecisionOutcome, DocumentType, LetterType, Urgency

BEGAN = datetime(2026, 1, 5, 2, tzinfo=UTC)
MINUTES = 4
"""Between two cases: a hundred thousand of them fill most of a year."""
DISTRICTS = ("367301", "367302", "367303", "367304", "367305", "367306")
SEGMENTS = ("PBI_JK", "PEMDA", "PPU", "PBPU_MANDIRI")
CHUNK = 5_000


@dataclass(frozen=True)
class Hands:
    """Who did what: four people of the office, and the authority of the one who signs."""

    opened: int
    assessed: int
    validated: int
    decided: int
    authority: int


def make_past(office: Office, count: int, seed: int = 1) -> None:
    """``count`` decided cases; the same seed makes the same past."""
    random, hands = Random(seed), hands_of(office)
    for first in range(1, count + 1, CHUNK):
        rows = [made(random, number, hands, office) for number in range(first, min(first + CHUNK, count + 1))]
        with office.write() as session:
            for table in (Case, Task, CheckResult, CaseDocument, Assessment, FindingSet, Decision):
                session.execute(insert(table), [bound(table.__table__, row) for case in rows for row in case[table]])


def hands_of(office: Office) -> Hands:
    with office.read() as session:
        ids = dict(session.exec(select(Staff.username, Staff.id)).all())
        authority = session.exec(select(SigningAuthority.id)).first()
    return Hands(ids["loket"], ids["peksos"], ids["validator"], ids["kadis"], authority)


def made(random: Random, number: int, hands: Hands, office: Office) -> dict[type[Any], list[dict[str, Any]]]:
    opened = BEGAN + timedelta(minutes=MINUTES * number)
    approved = random.random() < 0.7
    decided = opened + timedelta(hours=3)
    return {
        Case: [case_row(random, number, hands, office, opened, approved)],
        Task: [task_row(number, job, opened) for job in CHECKS],
        CheckResult: list(result_rows(random, number, opened)),
        CaseDocument: [{"case_id": number, "type": paper, "received_at": opened, "received_by": hands.opened} for paper in papers(random)],
        Assessment: [assessment_row(random, number, hands, office, decided)],
        FindingSet: [finding_row(number, office, decided)],
        Decision: [decision_row(number, hands, approved, decided)],
    }


def finding_row(number: int, office: Office, decided: datetime) -> dict[str, Any]:
    known = {"id": number, "case_id": number, "facts_hash": f"{number:064d}", "findings": [], "weighed_at": decided}
    return known | pin(office, "policy_region")


def pin(office: Office, region: str) -> dict[str, Any]:
    return {region: office.policy.region_code, "policy_valid_from": office.policy.valid_from, "policy_sha256": office.policy.sha256}


def case_row(random: Random, number: int, hands: Hands, office: Office, opened: datetime, approved: bool) -> dict[str, Any]:
    return {
        "id": number,
        "ticket": ticket(number),
        "version": 1,
        "state": State.CLOSED if approved else State.REJECTED,
        "state_since": opened,
        "letter_type": LetterType.REKOM_PBPU_PEMDA,
        "timezone": office.policy.timezone,
        **pin(office, "region_code"),
        "nik": generated_nik(number),
        "name": f"WARGA CONTOH {random.choice('ABCDEFGH')}",
        "birth_date": date(1950, 1, 1) + timedelta(days=random.randrange(27_000)),
        "phone": f"0812{number:08d}",
        "domicile_code": random.choice((*DISTRICTS, *DISTRICTS, "3673", None)),
        "resident_since": date(2000, 1, 1) + timedelta(days=random.randrange(9_000)),
        "urgency": random.choice(list(Urgency)),
        "channel": Channel.LOKET_DINSOS,
        "opened_by": hands.opened,
        "opened_at": opened,
        "closed_at": opened + timedelta(hours=4),
    }


def ticket(number: int) -> str:
    letters = ""
    for _ in range(8):
        number, letter = divmod(number, len(ALPHABET))
        letters += ALPHABET[letter]
    return f"{letters[:4]}-{letters[4:]}"


def task_row(number: int, job: Job, opened: datetime) -> dict[str, Any]:
    place = CHECKS.index(job)
    times = {"created_at": opened, "due_at": opened, "done_at": opened}
    return {"id": number * len(CHECKS) + place, "case_id": number, "job": job, "input_hash": f"{place:064d}", "attempts": 1, **times}


def result_rows(random: Random, number: int, opened: datetime) -> Iterator[dict[str, Any]]:
    inactive = random.random() < 0.3
    membership = {
        "segment": random.choice(SEGMENTS) if inactive else None,
        "status_text": "NONAKTIF" if inactive else None,
        "asked_for": opened.date().isoformat(),
    }
    said = {
        Job.IDENTITY: (
            "MATCH",
            {"elements": {"NIK": "Sesuai", "NAMA_LGKP": f"Sesuai ({random.randrange(90, 101)})"}, "quota_left": number},
        ),
        Job.MEMBERSHIP: ("INACTIVE" if inactive else "NOT_FOUND", membership),
        Job.POVERTY: ("FOUND", {"desil": random.randrange(11), "exclusion_reason": None}),
        Job.DUPLICATES: ("CLEAR", {"tickets": []}),
    }
    for job, (outcome, details) in said.items():
        times = {"as_of": opened, "recorded_at": opened + timedelta(minutes=1)}
        task = number * len(CHECKS) + CHECKS.index(job)
        yield {"case_id": number, "kind": job, "outcome": outcome, "source": "uji", "details": details, "task_id": task, **times}


def papers(random: Random) -> list[DocumentType]:
    return [paper for paper in (DocumentType.KTP, DocumentType.KK, DocumentType.SKTM) if random.random() < 0.9]


def assessment_row(random: Random, number: int, hands: Hands, office: Office, decided: datetime) -> dict[str, Any]:
    answers = {criterion.key: random.choice(("YES", "NO")) for criterion in office.criteria.criteria}
    people = {"assessed_by": hands.assessed, "assessed_at": decided, "validated_by": hands.validated, "validated_at": decided}
    return {"id": number, "case_id": number, "round": 1, "criteria_set": office.criteria.code, "answers": answers, **people}


def decision_row(number: int, hands: Hands, approved: bool, decided: datetime) -> dict[str, Any]:
    return {
        "case_id": number,
        "assessment_id": number,
        "opened_by": hands.opened,
        "assessed_by": hands.assessed,
        "validated_by": hands.validated,
        "outcome": DecisionOutcome.APPROVED if approved else DecisionOutcome.REJECTED,
        "letter_type": LetterType.REKOM_PBPU_PEMDA,
        "reason": None if approved else "Uji.",
        "finding_set_id": number,
        "authority_id": hands.authority,
        "decided_by": hands.decided,
        "decided_at": decided,
    }
