"""One made-up resident's way, told step by step with times; it picks up where an interrupted demo left off."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import httpx2
from rich.console import Console

from schemas.policy_file import load_policies, policies_folder
from verify.config import Settings
from verify.seeds import DEMO_PASSWORD
from verify.simulator.personas import Persona, load_population
from workflows.errors import RekomError
from workflows.states import PARAF, State
from workflows.vocabulary import LetterType

RESIDENT = "siti-contoh"
LEAVES = "harun-almarhum"
"""A member from before the demo, who died: a caseworker takes him off the list."""
SERVED = (State.LETTER_ISSUED, State.ACCEPTED, State.REGISTERING, State.ACTIVE)
"""From here on the desk has something to check."""
HOSPITAL = "RS-CONTOH-1"
CARD = "0009900000001"
EPISODE = "9901R0011126V"
"""What BPJS and VClaim would give: a made-up card number, and an episode's number but for its last six digits."""
LEAVING = {"removal": "DIED", "evidence": "Akta kematian nomor 1/CONTOH.", "member_seen": "Kartu JKN segmen PBI (APBD), dilihat di loket."}
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.02


class DemoStopped(RekomError):
    """A step of the demo did not come to its end."""

    slug = "demo-terhenti"


@dataclass
class Office:
    """The demo's people at their desks, all through the public API."""

    settings: Settings
    console: Console
    machine_seconds: float = 0.0
    started: float = field(default_factory=time.perf_counter)
    _tokens: dict[str, str] = field(default_factory=dict)

    def call(self, who: str, method: str, path: str, content: dict[str, Any] | None = None, **headers: str) -> httpx2.Response:
        """One request of one person."""
        with httpx2.Client(base_url=self.settings.public_url, trust_env=False, timeout=30) as client:
            if who not in self._tokens:
                answer = client.post("/api/v1/session", json={"username": who, "password": DEMO_PASSWORD})
                self._tokens[who] = _checked(answer)["token"]
            given = {"Authorization": f"Bearer {self._tokens[who]}", **headers}
            return client.request(method, path, json=content, headers=given)

    def case(self, ticket: str) -> dict[str, Any]:
        """The case as the caseworker sees it."""
        return _checked(self.call("peksos", "GET", f"/api/v1/applications/{ticket}"))

    def wait(self, ticket: str, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Look until the process has done its part."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            case = self.case(ticket)
            if ready(case):
                return case
            time.sleep(LOOK_EVERY_SECONDS)
        raise DemoStopped("Langkah ini tidak selesai dalam satu menit. Lihat catatan di .rekom/logs.")

    @contextmanager
    def step(self, words: str, *, machine: bool = False) -> Iterator[list[str]]:
        """Show a step with its time; what is put into the list is shown beside it."""
        begun, notes = time.perf_counter(), cast(list[str], [])
        with self.console.status(f"{words} ..."):
            yield notes
        took = time.perf_counter() - begun
        if machine:
            self.machine_seconds += took
        self.console.print(f"  [green]✓[/green] {words} [dim]{took:5.2f} dtk[/dim] {' '.join(notes)}")


def run(settings: Settings, console: Console) -> dict[str, Any]:
    """Take the resident from wherever the case stands to a served patient; returns the demo's result."""
    office = Office(settings, console)
    console.print("\n[bold]Siti Contoh[/bold] dirawat tanpa jaminan. Keluarga datang ke loket dengan KTP saja.")
    for who in ("loket", "peksos", "validator", "kadis", "rs"):
        office.call(who, "GET", "/api/v1/applications")
    office.started = time.perf_counter()
    ticket = _open(office)
    case = office.case(ticket)
    while case["state"] not in SERVED:
        _next(case)(office, ticket)
        case = office.case(ticket)
    answer, accepted = _serve(office, case)
    seconds = time.perf_counter() - office.started
    _close_the_loop(office, case)
    console.print(f"  Dari KTP sampai pasien diterima: {seconds:.2f} dtk; kerja mesin sampai surat: {office.machine_seconds:.2f} dtk")
    return {
        "case": ticket,
        "letter_number": case["letter"]["number"],
        "pdf": str(_keep_paper(office, ticket)),
        "desk_answer": answer,
        "accepted": accepted,
        "seconds": round(seconds, 2),
        "machine_seconds": round(office.machine_seconds, 2),
    }


def add_neighbours(settings: Settings, console: Console) -> None:
    """Open cases for the simulator's other people, so that the lists have something to show."""
    office = Office(settings, console)
    added = 0
    for persona in load_population().personas:
        if persona.key == RESIDENT:
            continue
        who, path, given = ("peksos", "/api/v1/removals", LEAVING) if persona.key == LEAVES else ("loket", "/api/v1/applications", {})
        answer = office.call(who, "POST", path, _ktp(persona) | given)
        added += answer.status_code == httpx2.codes.CREATED
    console.print(f"  {added} berkas contoh lain dibuka untuk daftar kerja.")


def _open(office: Office) -> str:
    persona = load_population().by_key(RESIDENT)
    assert persona is not None
    given = _ktp(persona) | {"urgency": "EMERGENCY", "hospital_code": HOSPITAL, "domicile_code": office.settings.region}
    given |= {"kk": persona.kk, "documents": ["KTP", "KK", "SURAT_RAWAT_INAP"], "admitted_at": datetime.now().astimezone().isoformat()}
    with office.step("KTP dicatat di loket", machine=True) as notes:
        answer = office.call("loket", "POST", "/api/v1/applications", given)
        if answer.status_code == httpx2.codes.CONFLICT:
            ticket = str(answer.json()["ticket"])
            notes.append(f"berkas {ticket} dari demo sebelumnya dilanjutkan")
        else:
            ticket = str(_checked(answer)["ticket"])
            notes.append(f"berkas {ticket}")
    return ticket


def _next(case: dict[str, Any]) -> Callable[[Office, str], None]:
    """The step that the case waits for; somebody may have taken it another way by hand."""
    step = _NEXT.get(State(case["state"])) if case["letter_type"] == LetterType.REKOM_PBPU_PEMDA else None
    if step is None:
        raise DemoStopped(
            f"Berkas {case['ticket']} dibawa ke jalan lain ({case['state_label']}). Lanjutkan di halaman, atau hapus folder .rekom."
        )
    return step


def _check(office: Office, ticket: str) -> None:
    with office.step("Dukcapil, BPJS, DTSEN diperiksa; aturan ditimbang", machine=True) as notes:
        case = office.wait(ticket, lambda case: case["state"] not in (State.RECEIVED, State.CHECKED))
        notes.extend(f"{check['source']}: {check['outcome'] or 'belum diketahui'};" for check in case["checks"])


def _assess(office: Office, ticket: str) -> None:
    policies = load_policies(policies_folder())
    policy = policies.at(office.settings.region, datetime.now().astimezone().date())
    answers = {criterion.key: "NO" if criterion.decisive else "YES" for criterion in policies.criteria_for(policy).criteria}
    with office.step("Pekerja sosial menilai"):
        _checked(office.call("peksos", "POST", f"/api/v1/applications/{ticket}/assessment", {"answers": answers}))
    with office.step("Aturan ditimbang ulang dengan penilaian", machine=True):
        office.wait(ticket, lambda case: not case["waiting"])


def _validate(office: Office, ticket: str) -> None:
    office.wait(ticket, lambda case: not case["waiting"])
    version = office.case(ticket)["version"]
    with office.step("Petugas lain memvalidasi"):
        _checked(office.call("validator", "POST", f"/api/v1/applications/{ticket}/validation", {"agrees": True, "version": version}))


def _paraf(office: Office, ticket: str) -> None:
    case = office.case(ticket)
    post = case["state"].removeprefix("PARAF_")
    with office.step(f"{post.capitalize()} memberi paraf"):
        _checked(office.call(post.lower(), "POST", f"/api/v1/applications/{ticket}/paraf", {"agrees": True, "version": case["version"]}))


def _decide(office: Office, ticket: str) -> None:
    with office.step("Kepala Dinas memutuskan", machine=True) as notes:
        content = {"outcome": "APPROVE", "reason": "Contoh demo: bukti lengkap dan sesuai.", "version": office.case(ticket)["version"]}
        case = _checked(office.call("kadis", "POST", f"/api/v1/applications/{ticket}/decision", content))
        notes.append(f"nomor {case['letter']['number']}")


def _press(office: Office, ticket: str) -> None:
    with office.step("Surat dibuat, disegel, dan terbit", machine=True):
        office.wait(ticket, lambda case: case["state"] != State.APPROVED)


def _serve(office: Office, case: dict[str, Any]) -> tuple[str, bool]:
    code = {"code": case["letter"]["token"]}
    with office.step("Loket rumah sakit memindai QR") as notes:
        checked = _checked(office.call("rs", "POST", "/api/v1/desk/check", code))
        notes.append(checked["title"])
    with office.step("Pasien diterima"):
        accepted = office.call("rs", "POST", "/api/v1/desk/accept", code | {"registration_number": "IGD-CONTOH-001"}).json()
    return str(checked["answer"]), bool(accepted["accepted"])


def _close_the_loop(office: Office, case: dict[str, Any]) -> None:
    """What follows the same day: BPJS learns of the person and answers, the hospital notes its episode of care."""
    persona = load_population().by_key(RESIDENT)
    assert persona is not None
    with office.step("Loket mengirim pendaftaran ke BPJS Kesehatan") as notes:
        waiting = _checked(office.call("loket", "GET", "/api/v1/registrations?status=WAITING"))["registrations"]
        if waiting:
            _checked(office.call("loket", "POST", "/api/v1/registration-batches", {}))
        for batch in _checked(office.call("loket", "GET", "/api/v1/registration-batches"))["batches"]:
            if batch["sent_at"] is None and batch["void_at"] is None:
                notes.append(_cover(office, batch["number"]))
                _checked(office.call("loket", "POST", f"/api/v1/registration-batches/{batch['number']}/sent", {}))
                notes.append(f"berkas nomor {batch['number']}, {batch['people']} orang;")
    with office.step("BPJS Kesehatan menjawab, dan loket mencatatnya") as notes:
        row = {"nik": persona.nik, "active_on": datetime.now().astimezone().date().isoformat(), "card_number": CARD}
        taken = _checked(office.call("loket", "POST", "/api/v1/registration-answers", {"rows": [row]}))
        notes.append(f"{taken['accepted']} orang aktif")
    with office.step("Rumah sakit mencatat nomor SEP; berkas tuntas"):
        episode = f"{EPISODE}{int(case['letter']['number'].split('/')[1]):06d}"
        _checked(office.call("rs", "POST", "/api/v1/desk/sep", {"code": case["letter"]["token"], "sep_number": episode}))


def _cover(office: Office, number: int) -> str:
    """The cover letter that goes with a file, by the region's chain; a demo that was interrupted may have it already."""
    proposed = office.call("loket", "POST", f"/api/v1/registration-batches/{number}/collective-letter", {})
    if proposed.status_code == httpx2.codes.CONFLICT:
        return ""
    letter = _checked(proposed)
    at, word = f"/api/v1/collective-letters/{letter['id']}", {"agrees": True, "list_sha256": letter["list_sha256"]}
    while letter["turn"]:
        letter = _checked(office.call(letter["turn"].lower(), "POST", f"{at}/paraf", word))
    return f"surat pengantar {_checked(office.call('kadis', 'POST', f'{at}/decision', word))['number']};"


def _keep_paper(office: Office, ticket: str) -> Path:
    path = office.settings.folder / "demo" / f"surat-{ticket}.pdf"
    path.parent.mkdir(exist_ok=True)
    answer = office.call("peksos", "POST", f"/api/v1/applications/{ticket}/letter.pdf", {})
    if answer.is_error:
        _checked(answer)
    path.write_bytes(answer.content)
    return path


def _ktp(persona: Persona) -> dict[str, Any]:
    return {"nik": persona.nik, "name": persona.name, "birth_date": persona.birth_date.isoformat(), "phone": f"0812{persona.nik[-8:]}"}


def _checked(answer: httpx2.Response) -> dict[str, Any]:
    if answer.is_error:
        raise DemoStopped(f"Layanan menjawab {answer.status_code}: {answer.json().get('detail', '')}")
    return cast(dict[str, Any], answer.json())


_NEXT: dict[State, Callable[[Office, str], None]] = {
    State.RECEIVED: _check,
    State.CHECKED: _check,
    State.ASSESSMENT: _assess,
    State.VALIDATION: _validate,
    **dict.fromkeys(PARAF, _paraf),
    State.DECISION: _decide,
    State.APPROVED: _press,
}
