"""One module per job, each with exactly two functions.

``gather(ports, facts) -> evidence`` may wait for outside systems and sees no session;
``conclude(session, case, task, evidence, *, now)`` runs once, in one transaction, under the case's row lock.
"""

from collections.abc import Mapping
from types import ModuleType

from workflows.states import Job
from workflows.steps import duplicates, findings, identity, letter, membership, poverty, webhook

STEPS: Mapping[Job, ModuleType] = {
    Job.IDENTITY: identity,
    Job.MEMBERSHIP: membership,
    Job.POVERTY: poverty,
    Job.DUPLICATES: duplicates,
    Job.FINDINGS: findings,
    Job.LETTER: letter,
    Job.WEBHOOK: webhook,
}

SOURCE: Mapping[Job, str] = {
    Job.IDENTITY: "Dukcapil",
    Job.MEMBERSHIP: "BPJS Kesehatan",
    Job.POVERTY: "DTSEN",
    Job.DUPLICATES: "Rekom",
}
"""Who is asked in a check, by the name people know."""

assert set(STEPS) == set(Job)
