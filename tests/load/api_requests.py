"""Generated requests at every operation of the API: ``python -m tests.load.api_requests --requests 10000``.

Each operation is asked by somebody who may use it, with what its description allows and with what it does not. No answer may
be a server's error, have a status, a type or a shape that the description does not name.
"""

import argparse
import re
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance
from sqlmodel import select

from tests.load.alone import an_office
from tests.office import Office
from verify import auth
from verify.seeds import SEATS
from workflows.permissions import PERMISSION_MAP, Permission
from workflows.records import Staff
from workflows.states import Role

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@dataclass
class Answers:
    """What was answered: how often each status, and each answer that is a fault."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())


def explore(office: Office, requests: int, *, seed: int = 7, only: str = "") -> Answers:
    """Send so many requests and few more, evenly over all operations, or those whose name holds ``only``, and both kinds of data.

    Some operations have fewer different requests than asked for; what lacks then is made up by all of them under the next seed.
    """
    schema = schemathesis.openapi.from_wsgi("/openapi.json", office.app)
    schema.config.generation.with_security_parameters = False  # who asks is ours to say
    operations = [found.ok() for found in schema.get_all_operations() if only in found.ok().label]
    answers, before = Answers(), -1
    while before < answers.requests < requests:
        before = answers.requests
        each = max(1, (requests - before) // (len(operations) * len(MODES)))
        for operation in operations:
            for mode in MODES:
                _ask(office, operation, mode, each, seed, answers)
        seed += 1
    return answers


def _ask(office: Office, operation: Any, mode: GenerationMode, each: int, seed: int, answers: Answers) -> None:
    who = asker(office, operation)

    @seeded(seed)
    @settings(max_examples=each, phases=[Phase.generate], deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        answers.operations.add(operation.label)
        response = case.call(headers={"Authorization": f"Bearer {office.token(who)}"} if who else {})
        answers.statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except (Failure, FailureGroup) as fault:
            answers.faults.setdefault(f"{operation.label} {response.status_code}", str(fault))

    with suppress(Unsatisfiable):  # an operation that takes nothing has no wrong data
        ask()


def asker(office: Office, operation: Any) -> str | None:
    """Somebody whose role may use the operation; nobody where it is public."""
    rules = office.app.url_map.iter_rules()
    (rule,) = [one for one in rules if described(one.rule) == operation.path and operation.method.upper() in (one.methods or ())]
    permission = auth.declared(office.app.view_functions[rule.endpoint])
    if not isinstance(permission, Permission):
        return None
    seated = [seat.username for seat in SEATS if seat.role in PERMISSION_MAP[permission]]
    return seated[0] if seated else _hired(office, min(PERMISSION_MAP[permission]))


def described(rule: str) -> str:
    """A route's address as the description writes it."""
    return re.sub(r"<(?:[^<>]*:)?([^<>:]+)>", r"{\1}", rule)


def _hired(office: Office, role: Role) -> str:
    """Somebody in a post the demo office does not fill."""
    name = f"uji-{role.value.lower()}"
    with office.read() as session:
        known = session.exec(select(Staff.id).where(Staff.username == name)).first()
    if known is None:
        office.hire(name, role)
    return name


def main() -> int:
    """Print what was found; exit code 1 where there is a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    given_ = parser.parse_args()
    with an_office() as office:
        office.to_letter(1, hospital_code="RS-CONTOH-1")
        answers = explore(office, given_.requests, seed=given_.seed)
    sys.stdout.write(f"{answers.requests} requests, {len(answers.operations)} operations, {dict(sorted(answers.statuses.items()))}\n")
    for where, fault in answers.faults.items():
        sys.stdout.write(f"--- {where}\n{fault}\n")
    return 1 if answers.faults else 0


if __name__ == "__main__":
    sys.exit(main())
