"""The steps of a case's whole way and of its other ends, each one transaction or more: what R2 stops at every place.

A step begins on the tables that the steps before it left. ``ask`` is what a client sends, and sends again where no answer came.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select
from werkzeug.test import TestResponse

from tests.chaos.points import Bell
from tests.office import PAPERS, Api, Office, ktp, person
from verify import jobs, relay
from workflows.records import Case, Letter
from workflows.rules.facts import Answer

KEY, OTHER_KEY = "4f9ad3b2-51d0-4f0e-9f0e-000000000001", "4f9ad3b2-51d0-4f0e-9f0e-000000000002"
NONCE = "4f9ad3b2-51d0-4f0e-9f0e-00000000000a"


@dataclass
class Scene:
    """The office, its bell, and everybody signed in once."""

    office: Office
    bell: Bell
    people: dict[str, Api]
    seen: dict[int, int] = field(default_factory=dict)
    """Versions of cases as people saw them before something happened; else they look now."""

    def ask(self, who: str, method: str, path: str, body: Any = None, key: str | None = None) -> TestResponse:
        """One request of one person."""
        return self.people[who].call(method, path, json=body, key=key) if body is not None else self.people[who].call(method, path)

    def case(self, number: int = 1) -> Case:
        """A case by its place among all."""
        with self.office.read() as session:
            return session.exec(select(Case).where(Case.id == number)).one()

    def letter(self, number: int = 1) -> Letter:
        """The newest letter of a case."""
        with self.office.read() as session:
            return session.exec(select(Letter).where(Letter.case_id == number).order_by(col(Letter.id).desc())).first()

    def on(self, who: str, step: str, body: dict[str, Any], number: int = 1) -> TestResponse:
        """A step on a case, with the version the person saw."""
        case = self.case(number)
        version = self.seen.get(number, case.version)
        return self.ask(who, "POST", f"/applications/{case.ticket}/{step}", {**body, "version": version})

    def remember(self) -> None:
        """From here on people send what they saw now: an answer that did not come shows them nothing new."""
        with self.office.read() as session:
            self.seen = {case.id: case.version for case in session.exec(select(Case))}

    def look(self) -> None:
        """One look of the relay."""
        relay.once(self.office.rekom)

    def work(self) -> None:
        """One job for everything that was rung."""
        rung, self.bell.rung = self.bell.rung, []
        for task_id in rung:
            jobs.work(self.office.rekom, task_id)

    def come_to_rest(self) -> None:
        """Relay and workers go on until nothing is due, as they do after somebody was killed; leases run out first."""
        self.bell.rung.clear()
        self.office.clock.pass_by(seconds=self.office.rekom.settings.task_lease_seconds + 1)
        self.look()
        while self.bell.rung:
            self.work()
            self.look()


Act = Callable[[Scene], Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``asked`` says that a client did it, and will again where no answer came."""

    name: str
    act: Act
    asked: bool = True


def _open(number: int, key: str) -> Act:
    body = ktp(number, kk=person(number)["kk"], domicile_code="3673", documents=sorted(PAPERS))
    return lambda scene: scene.ask("loket", "POST", "/applications", body, key)


def _assess(number: int) -> Act:
    def act(scene: Scene) -> TestResponse:
        answers = {criterion.key: Answer.YES.value for criterion in scene.office.criteria.criteria}
        return scene.on("peksos", "assessment", {"answers": answers}, number)

    return act


def _validate(number: int) -> Act:
    return lambda scene: scene.on("validator", "validation", {"agrees": True}, number)


def _decide(number: int) -> Act:
    return lambda scene: scene.on("kadis", "decision", {"outcome": "APPROVE", "reason": "Uji."}, number)


def _desk(who: str, what: str) -> Act:
    return lambda scene: scene.ask(who, "POST", f"/desk/{what}", {"code": scene.letter().token})


def _late(scene: Scene) -> TestResponse:
    sent = {"nonce": NONCE, "code": scene.letter().token, "accepted_at": scene.office.clock().isoformat()}
    return scene.ask("rs2", "POST", "/desk/late-acceptances", {"acceptances": [sent]})


def _expire(scene: Scene) -> None:
    scene.office.clock.now = scene.letter(2).valid_until
    scene.look()


WAY: tuple[Step, ...] = (
    Step("open", _open(1, KEY)),
    Step("ring", Scene.look, asked=False),
    Step("checks", Scene.work, asked=False),
    Step("assess", _assess(1)),
    Step("ring for findings", Scene.look, asked=False),
    Step("findings", Scene.work, asked=False),
    Step("validate", _validate(1)),
    Step("approve", _decide(1)),
    Step("ring for the letter", Scene.look, asked=False),
    Step("letter", Scene.work, asked=False),
    Step("look", lambda scene: scene.ask("loket", "GET", f"/applications/{scene.case().ticket}")),
    Step("desk check", _desk("rs", "check")),
    Step("accept", _desk("rs", "accept")),
    Step("second hospital", _desk("rs2", "accept")),
    Step("late double", _late),
)
"""From the counter to the hospital."""

SECOND: tuple[Step, ...] = (
    Step("open another", _open(2, OTHER_KEY)),
    Step("its checks", Scene.come_to_rest, asked=False),
    Step("assess another", _assess(2)),
    Step("its findings", Scene.come_to_rest, asked=False),
    Step("send back", lambda scene: scene.on("validator", "validation", {"agrees": False, "note": "Foto rumah belum ada."}, 2)),
    Step("assess again", _assess(2)),
    Step("new findings", Scene.come_to_rest, asked=False),
    Step("validate another", _validate(2)),
    Step("approve another", _decide(2)),
    Step("its letter", Scene.come_to_rest, asked=False),
)
"""A second case that went back once."""

ENDS: tuple[Step, ...] = (
    Step("revoke", lambda scene: scene.on("kadis", "revocation", {"reason": "Salah orang."}, 2)),
    Step("replace", lambda scene: scene.on("kadis", "replacement", {"reason": "Nama salah ketik."}, 2)),
    Step("expire", _expire, asked=False),
)
"""Each of them begins where the second case has its letter."""
