"""The desk by the API: by the code in the QR or by number and NIK, the same answer; and nothing to learn from a wrong guess."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlmodel import Session, select

from schemas.letter_token import open_token
from tests.office import Office, ktp, person
from tests.simrs import simrs
from verify import seals
from workflows.audit import events_of, verify_chain
from workflows.records import Acceptance, AuditEvent, Letter

NUMBER = "400.9/001/Dinsos/XI/2026"
EMERGENCY = "Pasien gawat darurat tetap dilayani."


def nik(number: int = 1) -> str:
    return str(person(number)["nik"])


def check(office: Office, *, by: str = "rs", **question: str) -> dict[str, Any]:
    answer = office.api(by).post("/desk/check", question)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body: dict[str, Any] = answer.get_json()
    assert set(body) == {"answer", "title", "reason", "next_step", "checked_at", "letter", "used"}
    return body


def accept(office: Office, *, by: str = "rs", **question: str) -> tuple[int, dict[str, Any]]:
    answer = office.api(by).post("/desk/accept", question)
    return answer.status_code, answer.get_json()


def token(office: Office, ticket: str) -> str:
    found = office.letter(ticket).token
    assert found is not None
    return found


def test_the_code_and_the_number_with_the_nik_are_the_same_question(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    code = token(office, ticket)
    said = [
        check(office, code=code),
        check(office, code=f"HTTPS://REKOM.EXAMPLE/S/{code}"),
        check(office, number=NUMBER, nik=nik()),
        check(office, number=f" {NUMBER} ", nik=f"{nik()[:6]} {nik()[6:12]} {nik()[12:]}"),
    ]
    assert all(one == said[0] for one in said)
    assert (said[0]["answer"], said[0]["title"], said[0]["next_step"]) == (
        "VALID",
        "BERLAKU",
        "Cocokkan dengan KTP, lalu tekan Terima pasien ini.",
    )
    assert said[0]["reason"] == "Maya U., lahir 1961. Untuk RSUD Contoh Serang. Sampai 26 November 2026, 09.00 WIB."
    assert said[0]["letter"] == {
        "number": NUMBER,
        "name": "Maya U.",
        "birth_year": 1961,
        "type": "REKOM_PBPU_PEMDA",
        "type_name": "Surat rekomendasi peserta daerah",
        "cap_rupiah": None,
        "nik_last4": "0001",
        "hospital": "RSUD Contoh Serang",
        "segment": "PBPU dan BP Pemda",
        "care_class": "III",
        "valid_from": "2026-11-23T02:00:00+00:00",
        "valid_until": "2026-11-26T02:00:00+00:00",
    }


def test_a_wrong_nik_looks_exactly_like_an_unknown_number(office: Office) -> None:
    office.to_letter()
    wrong = check(office, number=NUMBER, nik=nik(2))
    unknown = check(office, number="400.9/999/Dinsos/XI/2026", nik=nik())
    nobody = check(office, number="x", nik=nik(3))
    assert wrong == unknown == nobody
    assert (wrong["answer"], wrong["reason"], wrong["letter"], wrong["used"]) == ("UNKNOWN", "Tidak ada surat untuk data ini.", None, None)
    assert accept(office, number=NUMBER, nik=nik(2)) == accept(office, number="400.9/999/Dinsos/XI/2026", nik=nik())


def test_the_other_answers(office: Office) -> None:
    ticket = office.to_decision(hospital_code="RS-CONTOH-1")
    office.approve(ticket)
    in_progress = check(office, number=NUMBER, nik=nik())
    assert (in_progress["answer"], in_progress["reason"]) == ("IN_PROGRESS", "Surat sudah disetujui dan sedang dibuat.")
    office.drain()
    other = check(office, by="rs2", number=NUMBER, nik=nik())
    assert (other["answer"], other["reason"]) == ("OTHER_HOSPITAL", "Surat ini untuk RSUD Contoh Serang.")
    office.clock.pass_by(days=3)
    expired = check(office, number=NUMBER, nik=nik())
    assert (expired["answer"], expired["reason"]) == ("EXPIRED", "Masa berlaku habis 26 November 2026, 09.00 WIB.")
    office.revoke(ticket)
    revoked = check(office, number=NUMBER, nik=nik())
    assert (revoked["answer"], revoked["reason"]) == ("REVOKED", "Dicabut Dinas Sosial 26 November 2026, 09.00 WIB: Salah orang.")
    assert all(EMERGENCY in said["next_step"] for said in (in_progress, other, expired, revoked))


def flipped(code: str) -> list[str]:
    """The code with one character changed, at many places; never the code itself."""
    places = range(0, len(code), 7)
    return [code[:at] + ("B" if code[at] != "B" else "C") + code[at + 1 :] for at in places]


def test_what_we_did_not_seal_is_forged(sqlite_office: Office) -> None:
    office = sqlite_office
    code = token(office, office.to_letter())
    for forged in [*flipped(code), code[:-1], code + "A", code.lower() + "=", "A" * 900, "é" * 150]:
        said = check(office, code=forged)
        assert (said["answer"], said["title"], said["letter"]) == ("FORGED", "PALSU ATAU RUSAK", None), forged[:20]
    for typed in ("6QC4-GA7I", "HTTPS://X/S/", "'; DROP TABLE letter"):  # no scan gives these: nothing is forged
        assert check(office, code=typed)["answer"] == "UNKNOWN", typed
    status, said = accept(office, code=flipped(code)[5])
    assert (status, said["answer"], said["accepted"]) == (409, "FORGED", False)
    assert (check(office, code=code)["answer"], office.count(Acceptance)) == ("VALID", 0)


@pytest.mark.parametrize("door", ["/desk/accept", "/hospital/accept"])
def test_who_would_have_accepted_a_forged_letter_has_looked_at_it(sqlite_office: Office, door: str) -> None:
    office, rs = sqlite_office, sqlite_office.actor("rs")
    forged = flipped(token(office, office.to_letter()))[5]
    assert office.api("rs").post(door, {"code": forged}).status_code == 409
    with office.read() as session:
        chain = events_of(session, f"staff:{rs.person_id}")
    assert (chain[-1].action, chain[-1].detail) == ("DESK_CHECK", {"answer": "FORGED", "hospital": "RS-CONTOH-1"})
    assert verify_chain(chain) is None


class Watch:
    """Whether a transaction that writes is open in this process, whenever a signature is verified."""

    def __init__(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        self.database, self.open_ones, self.verified = office.rekom.database, 0, list[int]()
        monkeypatch.setattr(seals, "open_token", self.verify)
        self.write = self.database.write
        monkeypatch.setattr(self.database, "write", self.writing)

    @contextmanager
    def writing(self, **how: Any) -> Iterator[Session]:
        with self.write(**how) as session:
            self.open_ones += 1
            try:
                yield session
            finally:
                self.open_ones -= 1

    def verify(self, *words: Any) -> Any:
        self.verified.append(self.open_ones)
        return open_token(*words)


LATE = {"nonce": "4f9ad3b2-51d0-4f0e-9f0e-000000000001", "accepted_at": "2026-11-23T01:56:00+00:00"}
DOORS: dict[str, Callable[[str], dict[str, Any]]] = {
    "/desk/check": lambda code: {"code": code},
    "/desk/accept": lambda code: {"code": code},
    "/desk/late-acceptances": lambda code: {"acceptances": [{**LATE, "code": code}]},
    "/desk/sep": lambda code: {"code": code, "sep_number": "0901R0011126V000001"},
    "/hospital/check": lambda code: {"code": code},
    "/hospital/checks": lambda code: {"codes": [code, code]},
    "/hospital/accept": lambda code: {"code": code},
}


@pytest.mark.parametrize("door", DOORS)
def test_no_signature_is_verified_while_others_wait_for_a_transaction(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    office = sqlite_office
    code, rs = token(office, office.to_letter()), office.api("rs")
    watch = Watch(office, monkeypatch)
    assert rs.post(door, DOORS[door](code)).status_code < 500
    assert watch.verified and set(watch.verified) == {0}


def test_no_signature_is_verified_in_the_transaction_in_front_of_flask(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    code, program, went_on = token(sqlite_office, sqlite_office.to_letter()), simrs(sqlite_office), list[str]()
    assert program.sign_in().status_code == 200
    watch, door = Watch(sqlite_office, monkeypatch), sqlite_office.app.wsgi_app
    monkeypatch.setattr(door, "_plain", lambda environ, start: went_on.append(environ["PATH_INFO"]))
    assert program.call("POST", "/api/v1/hospital/check", {"code": code}).get_json()["answer"] == "VALID"
    assert (watch.verified, went_on) == ([0], [])


def test_a_genuine_seal_of_a_letter_we_do_not_hold_is_unknown(office: Office) -> None:
    code = token(office, office.to_letter())
    with office.write() as session:
        session.exec(select(Letter)).one().token_id = "0" * 32
    assert check(office, code=code)["answer"] == "UNKNOWN"


@pytest.mark.parametrize(
    ("question", "pointer", "reason"),
    [
        ({}, "/code", "Kirim code dari QR, atau number bersama nik."),
        ({"code": "x", "number": "y"}, "/code", "Kirim code dari QR, atau number bersama nik."),
        ({"number": "y"}, "/nik", "Nomor surat hanya diperiksa bersama NIK."),
        ({"code": "x" * 2001}, "/code", "Isi paling banyak 2000 huruf."),
        ({"code": " "}, "/code", "Isian ini tidak boleh kosong."),
    ],
)
def test_a_question_is_asked_one_way(sqlite_office: Office, question: dict[str, str], pointer: str, reason: str) -> None:
    for door in ("check", "accept"):
        answer = sqlite_office.api("rs").post(f"/desk/{door}", question)
        assert (answer.status_code, answer.get_json()["errors"]) == (422, [{"pointer": pointer, "detail": reason}])


def test_accepting_answers_with_what_was_kept(office: Office) -> None:
    ticket = office.to_letter(hospital_code="RS-CONTOH-1")
    office.clock.pass_by(hours=1)
    status, said = accept(office, code=token(office, ticket), registration_number=" IGD  7 ")
    assert (status, said["accepted"], said["answer"]) == (200, True, "ALREADY_USED")
    assert said["used"] == {"hospital": "RSUD Contoh Serang", "at": "2026-11-23T03:00:00+00:00", "registration_number": "IGD 7"}
    assert (accept(office, number=NUMBER, nik=nik())[0], office.count(Acceptance)) == (200, 1)
    body = office.api("loket").get(f"/applications/{ticket}").get_json()
    assert (body["state"], body["accepted_at"]) == ("ACCEPTED", "2026-11-23T03:00:00+00:00")
    status, said = accept(office, by="rs2", number=NUMBER, nik=nik())
    assert (status, said["accepted"], said["answer"]) == (409, False, "ALREADY_USED")
    assert said["reason"] == "Diterima RSUD Contoh Serang, 23 November 2026, 10.00 WIB."
    again = office.api("loket").post("/applications", ktp())
    assert (again.status_code, again.get_json()["ticket"]) == (409, ticket)  # registration is not over: the same case


def test_two_hospitals_racing_exactly_one_is_told_yes(office: Office) -> None:
    ticket = office.to_letter()
    desks = [(name, office.api(name)) for name in ("rs", "rs2") * 4]
    ready, said = threading.Barrier(len(desks), timeout=10), []

    def act(name: str, desk: Any) -> None:
        ready.wait()
        answer = desk.post("/desk/accept", {"number": NUMBER, "nik": nik()})
        said.append((name, answer.status_code, answer.get_json()["accepted"]))

    threads = [threading.Thread(target=act, args=pair, daemon=True) for pair in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    winner = next(name for name, status, _ in said if status == 200)
    assert sorted(said) == sorted((name, 200 if name == winner else 409, name == winner) for name, _ in desks)
    assert office.count(Acceptance) == 1
    assert verify_chain(office.events(ticket)) is None


def test_a_miss_is_on_the_trail_of_whoever_looked(office: Office) -> None:
    check(office, number=NUMBER, nik=nik())
    check(office, code="A" * 900)
    with office.read() as session:
        misses = session.exec(select(AuditEvent).where(AuditEvent.action == "DESK_CHECK")).all()
    assert [(event.subject, event.detail["answer"]) for event in misses] == [("staff:5", "UNKNOWN"), ("staff:5", "FORGED")]
    assert nik() not in str([event.model_dump() for event in misses])


def test_many_looks_by_one_account_at_once_are_all_recorded(office: Office) -> None:
    desks = [office.api("rs") for _ in range(6)]
    ready, said = threading.Barrier(6, timeout=10), []

    def act(desk: Any) -> None:
        ready.wait()
        said.append(desk.post("/desk/check", {"number": NUMBER, "nik": nik()}).status_code)
        said.append(desk.post("/desk/membership", {"nik": nik(), "asked_for": "2026-11-23", "found": False}).status_code)

    threads = [threading.Thread(target=act, args=(desk,), daemon=True) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(said) == [200] * 6 + [202] * 6
