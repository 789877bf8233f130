"""Every fault of every registry, on many cases at once: nothing passes by mistake, nothing stops, all is made good after.

Each case meets a fault at all three registries at the same time, so that 450 cases are 25 for each registry and fault.
``REKOM_TESTS_FAULT_CASES=50`` doubles that: 900 cases take about 90 seconds of one core.
"""

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import col, select

from tests.office import POLICIES, Office, running_office
from verify import jobs
from verify.composition import Rekom
from verify.simulator import Fault, Registry, RunningSimulator, running_simulator
from verify.simulator.personas import Member, Persona, Population, generated, generated_nik
from workflows import asking_again, extracts, facts, guards, intake, manual_checks
from workflows.actor import SYSTEM
from workflows.extracts import DtsenFact, Received
from workflows.intake import Intake
from workflows.records import Case, CheckResult, Task
from workflows.records.extract import ExtractKind
from workflows.states import Job, State
from workflows.vocabulary import Urgency

CHECK = {Registry.DUKCAPIL: Job.IDENTITY, Registry.BPJS: Job.MEMBERSHIP, Registry.DTSEN: Job.POVERTY}
RULE = {Job.IDENTITY: "identitas", Job.MEMBERSHIP: "kepesertaan", Job.POVERTY: "kelayakan"}
OF_THE_WIRE = "slow drip reset error busy html truncated redirect huge".split()
OF_THE_ANSWER = "other_nik other_name deceased nulls numbers stale quota wrong_signature".split()
EVERYWHERE = [*OF_THE_WIRE, *OF_THE_ANSWER]
FAULTS = {
    Registry.DUKCAPIL: [Fault(name) for name in EVERYWHERE],
    Registry.BPJS: [Fault(name) for name in [*EVERYWHERE, "wrong_key"]],
    Registry.DTSEN: [Fault(name) for name in EVERYWHERE],
}
CELLS = sum(map(len, FAULTS.values()))
PASSING = {"MATCH", "ACTIVE", "FOUND", "NOT_FOUND"}
ANSWERS = {
    (Job.IDENTITY, Fault.OTHER_NAME): {"PARTIAL", "MISMATCH"},
    (Job.IDENTITY, Fault.DECEASED): {"DECEASED"},
    (Job.MEMBERSHIP, Fault.DECEASED): {"INACTIVE"},
    (Job.POVERTY, Fault.DECEASED): {"FOUND"},
}
"""What a misbehaving registry may say all the same, because it asks for a person; all else is undetermined."""
EACH = int(os.environ.get("REKOM_TESTS_FAULT_CASES", "25"))
"""Cases for each registry and fault."""
HANDS = 8
LIMIT = 0.25
"""Seconds for a registry's whole answer."""


@dataclass
class Trial:
    """An office, its misbehaving registries, and for each case which fault it meets where."""

    office: Office
    simulator: RunningSimulator
    people: Sequence[Persona]
    met: dict[int, dict[Job, Fault]]

    def cases(self) -> list[Case]:
        with self.office.read() as session:
            return list(session.exec(select(Case).order_by(col(Case.id))))

    def results(self) -> dict[tuple[int, Job], CheckResult]:
        """The newest result of each check of each case."""
        with self.office.read() as session:
            rows = session.exec(select(CheckResult).order_by(col(CheckResult.id)))
            return {(row.case_id, row.kind): row for row in rows}

    def waiting(self) -> int:
        with self.office.read() as session:
            return len(session.exec(select(Task.id).where(col(Task.done_at).is_(None))).all())


def faults_of(number: int) -> dict[Registry, Fault]:
    """Which fault the case of this number meets at each registry; all pairs come together sooner or later."""
    turns = {Registry.DUKCAPIL: number, Registry.BPJS: number, Registry.DTSEN: number + number // len(EVERYWHERE)}
    return {registry: faults[turns[registry] % len(faults)] for registry, faults in FAULTS.items()}


def resident(number: int) -> Persona:
    """A generated resident; half of them, and all whose answer is sealed with a wrong key, are members of BPJS."""
    persona = generated(generated_nik(number))
    if number // len(FAULTS[Registry.BPJS]) % 2 and faults_of(number)[Registry.BPJS] is not Fault.WRONG_KEY:
        return persona
    cover = (date(2020, 1, 1), date(2050, 1, 1))
    return replace(persona, member=Member(f"00099{number:08d}", "0", "AKTIF", "13", "PEGAWAI SWASTA", *cover))


def truth(persona: Persona, job: Job) -> str:
    return {Job.IDENTITY: "MATCH", Job.MEMBERSHIP: "ACTIVE" if persona.member else "NOT_FOUND", Job.POVERTY: "FOUND"}[job]


@contextmanager
def trial(database_url: str, folder: Path, cases: int, **settings: object) -> Iterator[Trial]:
    """An office with so many cases whose registries all fail; the composition of the service between them."""
    limits = {"registry_connect_seconds": LIMIT, "registry_total_seconds": LIMIT, "task_attempts": 1, "dukcapil_keep_doubt_seconds": 0}
    with ExitStack() as until_closed:
        office = until_closed.enter_context(running_office(database_url, folder, **{**limits, **settings}))
        simulator = until_closed.enter_context(running_simulator(office.rekom.settings, clock=office.clock))
        people = [resident(number) for number in range(cases)]
        simulator.world.population = Population((*simulator.world.population.personas, *people))
        vars(office.rekom).update(settings=simulator.settings)
        del vars(office.rekom)["ports"]  # the fakes: the service makes its own
        in_a_hurry(office.rekom)
        made = Trial(office, simulator, people, {})
        open_all(made)
        yield made


def in_a_hurry(rekom: Rekom) -> None:
    """A test's data need not outlive the machine."""
    engine = rekom.database.engine
    if engine.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


def open_all(trial: Trial) -> None:
    """One case each; every fifth is an emergency."""
    office, actor = trial.office, trial.office.actor("loket")
    for number, persona in enumerate(trial.people):
        urgency = Urgency.ROUTINE if number % 5 else Urgency.EMERGENCY
        typed = Intake(persona.nik, persona.name, persona.birth_date, f"0812{number:08d}", kk=persona.kk, urgency=urgency)
        with office.write() as session:
            case_id = intake.open_application(session, typed, actor, office.policy, now=office.clock()).id
        faults = faults_of(number)
        for registry, fault in faults.items():
            trial.simulator.faults.set(registry, fault, nik=persona.nik, seconds=pause(fault), megabytes=2)
        trial.met[case_id] = {CHECK[registry]: fault for registry, fault in faults.items()}


def pause(fault: Fault) -> float | None:
    return {Fault.SLOW: 3 * LIMIT, Fault.DRIP: 0.05}.get(fault)


def work_all(rekom: Rekom, office: Office) -> None:
    """Eight workers until nothing is due."""
    assert rekom.ports
    with ThreadPoolExecutor(HANDS) as hands:
        while due := office.due():
            list(hands.map(lambda task_id: jobs.work(rekom, task_id), due))


def patient(trial: Trial) -> Rekom:
    """The same service with time enough: a busy machine proves nothing."""
    rekom = Rekom(
        replace(trial.office.rekom.settings, registry_connect_seconds=5.0, registry_total_seconds=10.0), trial.office.clock, wakes=False
    )
    vars(rekom).update(
        policies=POLICIES, keys=trial.office.rekom.keys, database=trial.office.rekom.database, doorbell=trial.office.rekom.doorbell
    )
    return rekom


def wrong_passes(trial: Trial) -> list[tuple[object, ...]]:
    """Checks under a fault that say what would let somebody through, or anything but what is expected."""
    wrong = []
    for (case_id, job), result in trial.results().items():
        fault = trial.met[case_id].get(job)
        if fault is None or result.outcome is None:
            continue
        excluded = result.outcome == "FOUND" and result.details.get("exclusion_reason") == "meninggal dunia"
        if result.outcome not in ANSWERS.get((job, fault), ()) or (result.outcome in PASSING and not excluded):
            wrong.append((job.value, fault.value, result.outcome))
    return wrong


def answers_seen(trial: Trial) -> set[tuple[Job, Fault]]:
    """Which of the answers that may be believed came."""
    return {(job, trial.met[case_id][job]) for (case_id, job), result in trial.results().items() if job in RULE and result.outcome}


def assert_with_people(trial: Trial) -> None:
    """Every case is with a caseworker; each check nobody could learn has an owner, a reason and a finding that asks for a person."""
    results = trial.results()
    with trial.office.read() as session:
        for case in session.exec(select(Case)):
            assert case.state == State.ASSESSMENT
            findings = guards.current_findings(session, case)
            assert findings is not None
            asked = {finding["rule"]: finding["outcome"] for finding in findings.findings}
            owners = {check.kind: check.owner_id for check in manual_checks.open_checks(session, case)}
            for job, rule in RULE.items():
                assert asked[rule] in ("NEEDS_PERSON", "FAILS"), (job, trial.met[case.id][job], asked[rule])
                if results[case.id, job].outcome is None:
                    assert owners[job] and results[case.id, job].details["reason"].endswith(".")


def assert_made_good(trial: Trial) -> int:
    """All checks say what the registries, which are well again, know; returns how many cases that is."""
    with trial.office.read() as session:
        for case, persona in zip(session.exec(select(Case).order_by(col(Case.id))), trial.people, strict=True):
            checks = facts.checks_of(session, case)
            assert {job: checks[job].outcome for job in RULE} == {job: truth(persona, job) for job in RULE}
            assert manual_checks.open_checks(session, case) == ()
            assert guards.current_findings(session, case) is not None
    assert trial.waiting() == 0
    return len(trial.people)


def mend(trial: Trial) -> None:
    """The registries are back; what was refused or answered wrongly is asked again on demand, the rest by itself."""
    trial.simulator.faults.clear()
    now = trial.office.clock.pass_by(hours=25)  # a used-up quota is asked again tomorrow
    with trial.office.write() as session:
        for case in session.exec(select(Case)):
            for job in RULE:
                asking_again.ask_again(session, case, job, SYSTEM, now=now)
    rekom = patient(trial)
    for _ in range(8):
        work_all(rekom, trial.office)
        if not trial.waiting():
            return
        time.sleep(0.1)
        trial.office.clock.pass_by(hours=1)


def say(capsys: pytest.CaptureFixture[str], words: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\nregistry faults: {words}\n")


def errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What a step that raises leaves in the log."""
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.slow
def test_no_fault_lets_anybody_pass_and_everything_is_made_good(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """All cells, no breaker: every question meets its fault."""
    began = time.monotonic()
    with trial(sqlite_url, tmp_path, EACH * len(FAULTS[Registry.BPJS])) as made:
        work_all(made.office.rekom, made.office)
        assert wrong_passes(made) == []
        assert answers_seen(made) == set(ANSWERS)
        assert_with_people(made)
        mend(made)
        good = assert_made_good(made)
    cells = Counter((job, fault) for met in made.met.values() for job, fault in met.items())
    assert (len(cells), min(cells.values()), errors(caplog)) == (CELLS, EACH, [])
    figures = f"{CELLS} registry x fault x {min(cells.values())} cases or more ({sum(cells.values())} checks), 0 wrong passes, 0 exceptions"
    say(capsys, f"{figures}, {good}/{good} cases made good, {time.monotonic() - began:.0f} s")


@pytest.mark.slow
def test_the_same_on_postgresql_with_the_breaker_and_three_tries(
    postgresql_url: str, redis_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Emergencies are with a person after the first silence, the others after their tries, however the breaker stands."""
    limits = {
        "redis_url": redis_url,
        "task_attempts": 3,
        "registry_breaker_failures": 2,
        "registry_breaker_seconds": 0.5,
        "dukcapil_keep_seconds": 0,
    }
    with trial(postgresql_url, tmp_path, 90, **limits) as made:
        began = time.monotonic()
        work_all(made.office.rekom, made.office)
        waited = time.monotonic() - began
        urgent = {case.id for case in made.cases() if case.urgency == Urgency.EMERGENCY}
        assert {case.state for case in made.cases() if case.id in urgent} == {State.ASSESSMENT}
        for _ in range(2):
            made.office.clock.pass_by(minutes=2)
            work_all(made.office.rekom, made.office)
        rested = sum("sementara tidak ditanya" in result.details.get("reason", "") for result in made.results().values())
        assert wrong_passes(made) == []
        assert_with_people(made)
        time.sleep(0.6)
        mend(made)
        good = assert_made_good(made)
        mended = [standing.breaker for standing in made.office.rekom.standings()]
    assert (len(urgent), waited < 60, errors(caplog)) == (18, True, [])
    assert rested and mended == ["closed"] * 3
    figures = f"{rested} of {3 * good} checks not asked while a breaker was open, {len(urgent)} emergencies with a person in {waited:.1f} s"
    say(capsys, f"PostgreSQL and breaker: {figures}, {good}/{good} cases made good")


def test_with_everything_down_an_imported_extract_answers_and_says_since_when(sqlite_url: str, tmp_path: Path) -> None:
    with trial(sqlite_url, tmp_path, 6) as made:
        made.simulator.faults.clear()
        for registry in CHECK:
            made.simulator.faults.set(registry, Fault.RESET)
        import_dtsen(made)
        work_all(made.office.rekom, made.office)
        results = made.results()
        assert {case.state for case in made.cases()} == {State.ASSESSMENT}
        for case in made.cases():
            poverty = results[case.id, Job.POVERTY]
            assert (poverty.outcome, poverty.source) == ("FOUND", "DTSEN, ekstrak 1 November 2026 02.00 WIB")
            assert results[case.id, Job.IDENTITY].outcome is results[case.id, Job.MEMBERSHIP].outcome is None


def import_dtsen(trial: Trial) -> None:
    known = [DtsenFact(one.nik, one.name, 2) for one in trial.people]
    as_of = datetime(2026, 10, 31, 19, tzinfo=UTC)
    received = Received(ExtractKind.DTSEN, "0" * 64, "dtsen.csv", "DTSEN", as_of, "Asia/Jakarta", len(known), 0, 0)
    with trial.office.write() as session:
        extracts.apply(session, received, known, SYSTEM, now=trial.office.clock())
