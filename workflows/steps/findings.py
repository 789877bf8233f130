"""What do the region's dated rules say about these facts?"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from workflows import advance, facts, letter_types
from workflows.facts import FindingsQuestion
from workflows.ports import Ports
from workflows.records.case import Case
from workflows.records.finding_set import FindingSet
from workflows.records.task import Task
from workflows.rules.eligibility import weigh
from workflows.rules.finding import Finding
from workflows.rules.letter_choice import settled_letter
from workflows.rules.policy import RegionPolicy
from workflows.vocabulary import LetterType


@dataclass(frozen=True, slots=True)
class Weighed:
    """Findings and what they were made from."""

    findings: tuple[Finding, ...]
    facts_hash: str
    policy: RegionPolicy
    letter: LetterType | None


def gather(ports: Ports, question: FindingsQuestion) -> Weighed:
    """Apply the policy block the case is pinned to."""
    policy = ports.policies.unedited(question.facts.region_code, question.policy_valid_from, question.policy_sha256)
    findings = weigh(question.facts, policy, ports.policies.criteria_for(policy, question.facts.letter_type))
    letter = settled_letter(question.facts, policy, ports.policies)
    return Weighed(findings=findings, facts_hash=facts.fingerprint(question), policy=policy, letter=letter)


def conclude(session: Session, case: Case, _: Task, evidence: Weighed, *, now: datetime) -> None:
    """Keep the findings and settle the letter; if the facts moved on with it or meanwhile, promise to weigh again."""
    known = select(FindingSet.id).where(FindingSet.case_id == case.id, FindingSet.facts_hash == evidence.facts_hash)
    if session.exec(known).first() is None:
        session.add(_row(case, evidence, now))
        advance.shown_differently(case)
        session.flush()
    letter_types.settle(session, case, evidence.letter, now=now)
    advance.weigh_again(session, case, now=now)
    advance.settle(session, case, now=now)


def _row(case: Case, evidence: Weighed, now: datetime) -> FindingSet:
    assert case.id is not None
    return FindingSet(
        case_id=case.id,
        facts_hash=evidence.facts_hash,
        policy_region=evidence.policy.region_code,
        policy_valid_from=evidence.policy.valid_from,
        policy_sha256=evidence.policy.sha256,
        findings=[_plain(finding) for finding in evidence.findings],
        weighed_at=now,
    )


def _plain(finding: Finding) -> dict[str, Any]:
    plain = asdict(finding)
    plain["outcome"] = finding.outcome.value
    plain["as_of"] = finding.as_of.isoformat() if finding.as_of else None
    return plain
