"""A day at an office, told without knowing what may be wrong with it: what happens twice, at once, too late or to the wrong person.

Everything that clients are told goes into the history for the checker. R18 tells the same day over and over, each time with another bug.
"""

from collections.abc import Callable
from typing import Any

from tests.chaos.checker.history import History
from tests.chaos.clients import digest
from tests.chaos.crash_points import Stage
from tests.chaos.ways import KEY, NONCE, OTHER_KEY, Scene
from tests.office import PAPERS, ktp, person
from verify import jobs, witness
from workflows import trust
from workflows.rules.facts import Answer
from workflows.states import Role

HOSPITALS = {"rs": "RS-CONTOH-1", "rs2": "RS-CONTOH-2"}
KEYS = (KEY, OTHER_KEY, "4f9ad3b2-51d0-4f0e-9f0e-000000000003", "4f9ad3b2-51d0-4f0e-9f0e-000000000004")
ONE, REVOKED, REFUSED, LAPSED = 1, 2, 3, 4
"""Who is accepted, whose letter is revoked, who withdraws, whose letter nobody used."""


class Day:
    """One day with its history."""

    def __init__(self, on: Stage) -> None:
        self.on, self.scene, self.history = on, on.scene, History(complete=True)

    def tell(self) -> History:
        """The whole day, from the counter's opening to the last look at the letters."""
        witness.take(self.on.office.rekom)
        for number, key in enumerate(KEYS, 1):
            for _ in range(2):  # a double click
                self.open(number, key)
        self.work_twice("verify")
        self.withdraw(REFUSED)
        for number in (ONE, REVOKED, LAPSED):
            self.judge(number)
        self.approve_with_an_earlier_hand(LAPSED)
        for number in (ONE, REVOKED, LAPSED):
            self.approve(number)
        self.work_twice("press")
        self.at_the_desks()
        self.ends()
        return self.history

    def note(self, op: str, told: Any, **known: Any) -> Any:
        """Keep what a client was told."""
        self.history.lines.append({"op": op, "status": told.status_code, "at": self.on.office.clock().isoformat(), **known})
        return told

    def open(self, number: int, key: str) -> None:
        """Somebody comes to the counter."""
        body = ktp(number, kk=person(number)["kk"], domicile_code="3673", documents=sorted(PAPERS))
        answer = self.scene.ask("loket", "POST", "/applications", body, key)
        self.note("intake", answer, key=key, ticket=(answer.json or {}).get("ticket"), body=digest(answer.data))

    def work_twice(self, where: str) -> None:
        """Every job is delivered twice, the second time while the first one waits for the world outside."""
        self.scene.bell.rung.clear()
        self.scene.look()
        while self.scene.bell.rung:
            rung, self.scene.bell.rung = self.scene.bell.rung, []
            for task_id in rung:
                with inside(self.on, where, lambda again=task_id: jobs.work(self.on.office.rekom, again)):
                    jobs.work(self.on.office.rekom, task_id)
            self.on.office.clock.pass_by(seconds=1)
            self.scene.look()

    def judge(self, number: int) -> None:
        """Assessed and validated, with the findings in between."""
        answers = {criterion.key: Answer.YES.value for criterion in self.on.office.criteria.criteria}
        self.scene.on("ganda" if number == LAPSED else "peksos", "assessment", {"answers": answers}, number)
        self.scene.come_to_rest()
        self.scene.on("validator", "validation", {"agrees": True}, number)

    def approve(self, number: int, by: str = "kadis") -> None:
        """The head of office decides."""
        answer = self.scene.on(by, "decision", {"outcome": "APPROVE", "reason": "Uji."}, number)
        told = (answer.json or {}).get("letter") or {}
        self.note("decide", answer, ticket=self.scene.case(number).ticket, number=told.get("number"))

    def approve_with_an_earlier_hand(self, number: int) -> None:
        """Who assessed tries to decide."""
        self.approve(number, by="ganda")

    def withdraw(self, number: int) -> None:
        """An applicant changes their mind; a page that is out of date does it again to another."""
        self.scene.on("loket", "withdrawal", {"reason": "Tidak jadi."}, number)

    def at_the_desks(self) -> None:
        """Two hospitals reach for a letter, one of them later sends what it did without network; pages are looked at."""
        letter = self.scene.letter(ONE)
        self.check(ONE)
        for desk, hospital in HOSPITALS.items():
            answer = self.scene.ask(desk, "POST", "/desk/accept", {"code": letter.token})
            self.note("accept", answer, number=letter.number, hospital=hospital)
        sent = {"nonce": NONCE, "code": letter.token, "accepted_at": self.on.office.clock().isoformat()}
        self.check_twice_at_once(ONE)
        self.note("late", self.scene.ask("rs2", "POST", "/desk/late-acceptances", {"acceptances": [sent]}), nonce=NONCE)
        self.on.office.clock.pass_by(seconds=1)
        self.check(ONE, by="rs2")
        for username in ("loket", "kadis"):
            ticket = self.scene.case(ONE).ticket
            self.note("read", self.scene.ask(username, "GET", f"/applications/{ticket}"), actor=username, ticket=ticket)
        self.scene.on("loket", "withdrawal", {"reason": "Tidak jadi."}, ONE)

    def ends(self) -> None:
        """A letter is revoked, one runs out, a key is withdrawn; each is shown at a desk afterwards. Somebody takes witnesses."""
        witness.take(self.on.office.rekom)
        self.scene.on("kadis", "revocation", {"reason": "Salah orang."}, REVOKED)
        self.on.office.clock.pass_by(seconds=1)
        self.check(REVOKED)
        self.withdraw_key()
        self.on.office.clock.pass_by(seconds=1)
        self.check(LAPSED)
        self.on.office.clock.now = self.scene.letter(LAPSED).valid_until
        self.on.office.clock.pass_by(seconds=60)
        self.scene.people["rs"] = self.on.office.api("rs")
        self.check(LAPSED)
        self.scene.come_to_rest()
        witness.take(self.on.office.rekom)

    def withdraw_key(self) -> None:
        """The office's key is believed stolen."""
        office = self.on.office
        with office.write() as session:
            trust.withdraw_key(session, office.rekom.keys.current.key_id, office.actor("admin"), now=office.clock())

    def check(self, number: int, by: str = "rs") -> None:
        """A desk scans the letter."""
        letter = self.scene.letter(number)
        answer = self.scene.ask(by, "POST", "/desk/check", {"code": letter.token})
        self.note("check", answer, number=letter.number, answer=(answer.json or {}).get("answer"))

    def check_twice_at_once(self, number: int) -> None:
        """A hospital's program asks about many codes in one request, a letter's twice."""
        letter = self.scene.letter(number)
        answer = self.scene.ask("rs", "POST", "/hospital/checks", {"codes": [letter.token, letter.token]})
        for said in (answer.json or {}).get("answers", ()):
            self.note("check", answer, number=letter.number, answer=said["answer"])


class inside:  # noqa: N801 -- reads as what it does: inside(stage, "press", act)
    """While in the block, the first question of a name to the world outside does something else before it is answered."""

    def __init__(self, on: Stage, name: str, act: Callable[[], Any]) -> None:
        self.on, self.name, self.act = on, name, act

    def __enter__(self) -> None:
        self.on.points.meanwhile[f"before {self.name}"] = self.act

    def __exit__(self, *_: object) -> None:
        self.on.points.meanwhile.clear()


def with_everybody(on: Stage) -> Scene:
    """The day's people: somebody holds two offices, which no policy allows and which the case's own rule must catch."""
    office = on.office
    staff = office.hire("ganda", Role.CASEWORKER, Role.KADIS)
    day = office.clock().date()
    office.let_sign(staff, day, day.replace(year=day.year + 1))
    on.scene.people["ganda"] = office.api("ganda")
    return on.scene
