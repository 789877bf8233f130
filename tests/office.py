"""A test office: Rekom on a given database, with made-up people and registries behind it, driven in one process."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sqlmodel import col, select
from werkzeug.test import TestResponse

from schemas.letter_token import check_code, seal
from schemas.policy_file import load_policies, policies_folder
from tests.fakes import Fakes, fakes
from verify import auth, jobs
from verify.app import create_app
from verify.composition import Rekom
from verify.config import Settings
from verify.documents.letter import letter_claims
from verify.keys import KeyRing, KeyStore, make_keys
from verify.registries.courier import WebhookCourier
from verify.seeds import DEMO_PASSWORD, seed_demo
from verify.simulator import running_simulator
from verify.simulator.personas import generated, generated_nik
from workflows import advance, audit, casework, decision, intake, letters, seat_years, tasks
from workflows.actor import Actor
from workflows.intake import Intake
from workflows.ports import LetterFacts, Ports, PressedLetter
from workflows.records import Case, Letter, SigningAuthority, Staff, StaffRole, Task
from workflows.records.audit_event import AuditEvent
from workflows.rules.facts import Answer
from workflows.rules.policy import CriteriaSet, RegionPolicy
from workflows.seat_years import SeatRules
from workflows.states import Job, Role
from workflows.vocabulary import Capacity, DocumentType, LetterType

MORNING = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""Monday, nine o'clock in Serang."""
NOBODY = "unix:///nonexistent/rekom-test.sock"
"""A Redis that is not there."""
POLICIES = load_policies(policies_folder())
API = "/api/v1"
GROUNDS = (POLICIES.national.refusal_reasons[0],)
"""Why test cases are refused: the first reason of the list."""
PAPERS = frozenset({DocumentType.KTP, DocumentType.KK})
LONG = "RADEN AYU NYI MAS SITI NURHALIZAH KUSUMANINGTYAS CONTOH PUTRI ADININGRAT WIDYADHARMA SASTRANEGARA UJI"
"""A name as long as names get, for pages and papers to hold."""


class Clock:
    """The office's time; it stands still until told."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **parts: float) -> datetime:
        """Let time pass, for example ``seconds=2``."""
        self.now += timedelta(**parts)
        return self.now


@dataclass
class FakePress:
    """Seals like the real press, but sets no type: a page costs forty milliseconds."""

    keys: Callable[[], KeyRing]

    def press(self, facts: LetterFacts) -> PressedLetter:
        keys = self.keys()
        token = seal(letter_claims(facts, keys), keys.sealing)
        pdf = f"%PDF-1.7 {facts.number} {check_code(token)}".encode()
        return PressedLetter(pdf, hashlib.sha256(pdf).hexdigest(), token, keys.current.key_id)

    def reprint(self, facts: LetterFacts, token: str, ordinal: int) -> bytes:
        return f"%PDF-1.7 {facts.number} {check_code(token)} CETAK ULANG ke-{ordinal}".encode()


@dataclass
class Api:
    """One person's program: signed in, or nobody."""

    client: Any
    token: str | None = None

    def call(
        self, method: str, path: str, *, key: str | None = None, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """One request; ``key`` is its Idempotency-Key."""
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        answer: TestResponse = self.client.open(API + path, method=method, headers=sent, **options)
        assert answer.status_code != 429 or 429 in described(self.client.application, method, API + path), (
            f"{method} {path}: 429 undescribed"
        )
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, json={} if json is None else json, **options)

    def patch(self, path: str, json: Any, **options: Any) -> TestResponse:
        return self.call("PATCH", path, json=json, **options)


def described(app: Any, method: str, path: str) -> set[int]:
    """The statuses that the committed description names for a request; a generated one seldom asks often enough to be told to wait."""
    rule, _ = app.url_map.bind("localhost").match(path.partition("?")[0], method=method, return_rule=True)
    operations = _description()["paths"][re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)]
    return {int(status) for status in operations[method.lower()]["responses"]}


@cache
def _description() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parents[1] / "docs" / "openapi.json").read_text())
    return found


@dataclass
class Office:
    """The demo office of Kota Serang. Each verb is one transaction of one person, at the clock's time."""

    rekom: Rekom
    clock: Clock
    fakes: Fakes = field(default_factory=fakes)
    tokens: dict[str, str] = field(default_factory=dict)

    @cached_property
    def app(self) -> Any:
        return create_app(self.rekom)

    @property
    def policy(self) -> RegionPolicy:
        return self.rekom.policies.at("3673", date(2026, 11, 23))

    @property
    def seat_rules(self) -> SeatRules:
        return seat_years.rules_on(self.rekom.policies, "3673", now=self.clock())

    @property
    def criteria(self) -> CriteriaSet:
        return POLICIES.criteria_for(self.policy)

    @property
    def posts(self) -> tuple[Role, ...]:
        """Whose paraf the region asks for."""
        return self.policy.posts_before(LetterType.REKOM_PBPU_PEMDA)

    def write(self) -> Any:
        return self.rekom.database.write()

    def read(self) -> Any:
        return self.rekom.database.read()

    # --- people

    def hire(self, username: str, *roles: Role, region: str = "3673", hospital: str | None = None) -> int:
        """One more person with the demo password; returns the staff id."""
        with self.write() as session:
            known = session.exec(select(Staff.password_hash).limit(1)).one()
            facts = {"region_code": region, "hospital_code": hospital, "password_hash": known, "created_at": self.clock()}
            person = Staff(username=username, name=f"{username.title()} Contoh", **facts)
            session.add(person)
            session.flush()
            session.add_all(StaffRole(staff_id=person.id, role=role) for role in roles)
            assert person.id is not None
            return person.id

    def let_sign(self, staff_id: int, first: date, last: date | None, capacity: Capacity = Capacity.PLT) -> None:
        """Give a person a dated authority."""
        with self.write() as session:
            facts = {"title": "Kepala Dinas Sosial Kota Serang", "valid_from": first, "valid_to": last}
            session.add(SigningAuthority(staff_id=staff_id, region_code="3673", capacity=capacity, **facts))

    def token(self, username: str) -> str:
        return auth.sign_in(self.rekom, username, DEMO_PASSWORD)[0]

    def actor(self, who: str | Actor) -> Actor:
        """A person as the service sees her now; she signs in once, and again where that has ended."""
        if isinstance(who, Actor):
            return who
        found = auth.find_actor(self.rekom, self.tokens.get(who))
        if found is None:
            self.tokens[who] = self.token(who)
            found = auth.find_actor(self.rekom, self.tokens[who])
        assert found is not None
        return found

    def api(self, username: str | None = None) -> Api:
        return Api(self.app.test_client(), self.token(username) if username else None)

    # --- a case's way, by commands

    def open(self, number: int = 1, *, by: str | Actor = "loket", **facts: Any) -> str:
        """Open the case of generated resident ``number`` with all papers; returns its ticket."""
        actor, known = self.actor(by), {**person(number), "domicile_code": "3673", "documents": PAPERS}
        with self.write() as session:
            return intake.open_application(session, Intake(**{**known, **facts}), actor, self.policy, now=self.clock()).ticket

    def amend(self, ticket: str, *, by: str | Actor = "loket", documents: frozenset[DocumentType] = frozenset(), **changes: Any) -> None:
        actor = self.actor(by)
        with self.write() as session:
            intake.amend(session, advance.lock(session, ticket, actor), changes, documents, actor, now=self.clock())

    def assess(self, ticket: str, *, by: str | Actor = "peksos") -> None:
        actor, answers = self.actor(by), {criterion.key: Answer.YES for criterion in self.criteria.criteria}
        with self.write() as session:
            casework.assess(session, advance.lock(session, ticket, actor), self.criteria, answers, None, actor, now=self.clock())

    def validate(self, ticket: str, *, by: str | Actor = "validator") -> None:
        actor = self.actor(by)
        with self.write() as session:
            casework.validate(session, advance.lock(session, ticket, actor), self.posts, None, actor, now=self.clock())

    def send_back(self, ticket: str, *, by: str) -> None:
        actor = self.actor(by)
        with self.write() as session:
            casework.send_back(session, advance.lock(session, ticket, actor), "Foto rumah belum ada.", actor, now=self.clock())

    def approve(self, ticket: str, *, by: str | Actor = "kadis", reason: str | None = "Uji.") -> str:
        """Returns the letter's number."""
        actor = self.actor(by)
        with self.write() as session:
            case = advance.lock(session, ticket, actor)
            return decision.approve(session, case, self.policy, self.seat_rules, reason, actor, now=self.clock()).number

    def reject(self, ticket: str, *, by: str | Actor = "kadis", reason: str | None = "Uji.") -> None:
        actor = self.actor(by)
        with self.write() as session:
            decision.reject(session, advance.lock(session, ticket, actor), GROUNDS, reason, actor, now=self.clock())

    def withdraw(self, ticket: str, *, by: str | Actor = "loket") -> None:
        actor = self.actor(by)
        with self.write() as session:
            casework.withdraw(session, advance.lock(session, ticket, actor), "Tidak jadi.", actor, now=self.clock())

    def revoke(self, ticket: str, *, by: str | Actor = "kadis") -> None:
        actor = self.actor(by)
        with self.write() as session:
            letters.revoke(session, advance.lock(session, ticket, actor), actor, reason="Salah orang", now=self.clock())

    def drain(self) -> None:
        """Run what is due, here and now, until nothing is."""
        while due := self.due():
            for task_id in due:
                jobs.work(self.rekom, task_id)

    def due(self) -> list[int]:
        with self.read() as session:
            return [task.id for task in tasks.due(session, now=self.clock())]

    def to_decision(self, number: int = 1, **facts: Any) -> str:
        ticket = self.open(number, **facts)
        self.drain()
        self.assess(ticket)
        self.drain()
        self.validate(ticket)
        return ticket

    def to_letter(self, number: int = 1, **facts: Any) -> str:
        ticket = self.to_decision(number, **facts)
        self.approve(ticket)
        self.drain()
        return ticket

    # --- what there is

    def case(self, ticket: str) -> Case:
        with self.read() as session:
            found: Case = session.exec(select(Case).where(Case.ticket == ticket)).one()
            return found

    def letter(self, ticket: str) -> Letter:
        with self.read() as session:
            return letters.live_letter(session, self.case(ticket))

    def tasks(self, ticket: str, job: Job | None = None) -> list[Task]:
        with self.read() as session:
            query = select(Task).where(Task.case_id == self.case(ticket).id).order_by(col(Task.id))
            return [task for task in session.exec(query) if job in (None, task.job)]

    def events(self, ticket: str) -> list[AuditEvent]:
        with self.read() as session:
            return audit.events_of(session, advance.subject(self.case(ticket)))

    def count(self, table: type[Any]) -> int:
        with self.read() as session:
            return len(session.exec(select(table)).all())


def person(number: int = 1) -> dict[str, Any]:
    """A KTP, a family card and a telephone of generated resident ``number``."""
    resident = generated(generated_nik(number))
    return {"nik": resident.nik, "name": resident.name, "birth_date": resident.birth_date, "kk": resident.kk, "phone": f"0812{number:08d}"}


def ktp(number: int = 1, **more: Any) -> dict[str, Any]:
    """What a counter types for the resident, as JSON: the KTP and a telephone, nothing else."""
    known = person(number)
    return {"nik": known["nik"], "name": known["name"], "birth_date": known["birth_date"].isoformat(), "phone": known["phone"], **more}


@contextmanager
def running_office(
    database_url: str, folder: Path, *, redis_url: str = NOBODY, simulator: bool = False, wakes: bool = False, **settings: Any
) -> Iterator[Office]:
    """The office on an empty, migrated database, over fakes or, with the real press, over the simulator."""
    clock = Clock()
    chosen = Settings(
        environment="test", database_url=database_url, redis_url=redis_url, data_dir=str(folder), secret_key="x" * 32, **settings
    )
    with ExitStack() as until_closed:
        if simulator:
            chosen = until_closed.enter_context(running_simulator(chosen, clock=clock)).settings
        rekom = Rekom(chosen, clock, wakes=wakes)
        office = Office(rekom, clock, fakes(clock))
        make_keys(folder / "keys")
        made = {"policies": POLICIES, "key_store": KeyStore(folder / "keys")}
        if not simulator:
            press = FakePress(made["key_store"].ring)
            courier = WebhookCourier(chosen, made["key_store"].ring, clock)
            made["ports"] = Ports(office.fakes.civil, office.fakes.membership, office.fakes.poverty, press, POLICIES, courier)
        vars(rekom).update(made)  # what Rekom would make itself when first asked
        until_closed.callback(_close, rekom)
        seed_demo(rekom)
        yield office


def _close(rekom: Rekom) -> None:
    rekom.database.close()
    for name in ("impatient", "patient"):
        if name in vars(rekom.doorbell):
            getattr(rekom.doorbell, name).close()
