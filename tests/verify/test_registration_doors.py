"""The loop to BPJS through its doors: the API and the command line."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from schemas.workbook import workbook
from tests.letter_office import to_letter_b
from tests.office import Office, person
from tests.registration_office import CARD, REFUSED, SEP, accept, answers, make, registration
from tests.verify.web.visitor import Visitor
from verify.cli import main
from verify.registrations import read_file
from verify.seeds import DEMO_PASSWORD
from workflows.audit import events_of, verify_chain
from workflows.records.case_reading import CaseReading
from workflows.registration_states import RegistrationStatus
from workflows.states import State

S = RegistrationStatus
TITLES = ["NIK", "STATUS", "NO KARTU", "TMT", "ALASAN"]


def answer_file(folder: Path, *rows: list[str], separator: str = ";") -> Path:
    path, text = folder / "jawaban.csv", io.StringIO()
    csv.writer(text, delimiter=separator).writerows([TITLES, *rows])
    path.write_text(text.getvalue())
    return path


def nik(number: int) -> str:
    return str(person(number)["nik"])


def test_the_api_closes_the_loop(office: Office) -> None:
    ticket, loket, rs = office.to_letter(hospital_code="RS-CONTOH-1"), office.api("loket"), office.api("rs")
    accept(office, ticket)
    (row,) = loket.get("/registrations").get_json()["registrations"]
    assert (row["ticket"], row["status"], row["nik"]) == (ticket, "WAITING", f"•••• •••• •••• {nik(1)[-4:]}")
    batch = loket.post("/registration-batches", key="1")
    assert (batch.status_code, batch.get_json()["people"]) == (201, 1)
    assert loket.post("/registration-batches", key="1").get_data() == batch.get_data()
    files = [loket.get("/registration-batches/1/file") for _ in range(2)]
    assert files[0].get_data() == files[1].get_data()
    table = CalamineWorkbook.from_filelike(io.BytesIO(files[0].get_data())).get_sheet_by_index(0).to_python()
    assert table[1][0] == nik(1)
    assert loket.post("/registration-batches/1/sent").get_json()["sent_by"] == "Rini Contoh"
    said = {"rows": [{"nik": nik(1), "active_on": "2026-11-23", "card_number": CARD}, {"nik": nik(9), "refusal": "DECEASED"}]}
    receipt = loket.post("/registration-answers", said)
    assert receipt.status_code == 201
    assert {name: receipt.get_json()[name] for name in ("accepted", "refused", "strange")} == {
        "accepted": 1, "refused": 0, "strange": [{"line": 2, "reason": "Tidak ada pendaftaran untuk orang ini di daerah ini."}],
    }  # fmt: skip
    assert loket.post("/registration-answers", said).get_json() == receipt.get_json()
    closed = rs.post("/desk/sep", {"code": office.letter(ticket).token, "sep_number": SEP})
    assert (closed.status_code, closed.get_json()["closed"], office.case(ticket).state) == (201, True, State.CLOSED)
    assert loket.get("/registration-batches").get_json()["batches"][0]["sha256"] == batch.get_json()["sha256"]


def test_the_api_mends_and_closes(office: Office) -> None:
    ticket, loket = office.to_letter(), office.api("loket")
    accept(office, ticket)
    make(office)
    answers(office, {1: REFUSED})
    own = f"/applications/{ticket}/registration"
    assert loket.post(f"{own}/details", {"nik": nik(2)}).status_code == 422
    assert loket.post(f"{own}/details", {"kode_fktp": "0301P001"}).status_code == 201
    assert registration(office, ticket).status == S.WAITING
    assert loket.post("/registration-batches").get_json()["number"] == 2
    assert loket.post("/registration-batches/2/void", {"reason": "Salah bulan."}).status_code == 201
    assert loket.post("/registration-batches/2/sent").status_code == 409
    assert loket.post(f"{own}/sent", {}).status_code == 409
    assert loket.post(f"{own}/answer", {}).status_code == 422
    assert loket.post(f"{own}/close", {"reason": "Masih di segmen lain."}).get_json()["state"] == "UNREGISTERED"


@pytest.mark.parametrize("who", ["peksos", "validator", "kadis", "rs", "admin"])
def test_nobody_but_the_counter_registers(sqlite_office: Office, who: str) -> None:
    api = sqlite_office.api(who)
    assert {api.post("/registration-batches").status_code, api.post("/registration-answers").status_code} == {403}
    assert api.get("/registration-batches/1/file").status_code == 403


def test_the_commands_export_mark_and_read(sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = sqlite_office.to_letter(1), sqlite_office.to_letter(2)
    settings = sqlite_office.rekom.settings
    for name, value in (("DATABASE_URL", settings.database_url), ("REKOM_DATA_DIR", settings.data_dir), ("REKOM_ENVIRONMENT", "test")):
        monkeypatch.setenv(name, value)

    def rekom(*words: str) -> Any:
        return CliRunner().invoke(main, ["registration", *words])

    made = rekom("export", str(tmp_path))
    assert (made.exit_code, "2 orang" in made.output) == (0, True), made.output
    file = tmp_path / "pendaftaran-3673-0001.xlsx"
    kept = file.read_bytes()
    assert rekom("export", str(tmp_path)).exit_code == 2  # nobody waits
    assert rekom("export", str(tmp_path), "--again", "1").exit_code == 0
    assert file.read_bytes() == kept
    assert rekom("sent", "1").exit_code == 0
    bad = answer_file(tmp_path, [nik(1), "AKTIF", CARD, "2026-11-23", ""], [nik(2), "AKTIF", CARD, "", ""])
    refused = rekom("answers", str(bad))
    assert (refused.exit_code, "baris 3" in refused.output, registration(sqlite_office, first).status) == (2, True, S.SENT)
    good = answer_file(tmp_path, [nik(1), "AKTIF", CARD, "2026-11-23", ""], [nik(2), "DITOLAK", "", "", "FKTP_INVALID"])
    for _ in range(2):
        applied = rekom("answers", str(good))
        assert (applied.exit_code, "1 aktif, 1 ditolak, 0 baris tidak dikenal" in applied.output) == (0, True), applied.output
    assert [registration(sqlite_office, ticket).status for ticket in (first, second)] == [S.ACTIVE, S.REFUSED]
    assert "#1 2 orang" in rekom("list").output


def handed_out(office: Office) -> list[str]:
    """Who took a file out of the office, as its chain says."""
    with office.read() as session:
        chain = events_of(session, "registration-batch:1")
        assert verify_chain(chain) is None
        return [f"{one.action} {one.actor_name} {one.detail['people']}" for one in chain]


def seen(office: Office) -> list[tuple[int, str, int]]:
    with office.read() as session:
        return [(one.case_id, one.seen, one.times) for one in session.exec(select(CaseReading).order_by(col(CaseReading.case_id)))]


def test_each_way_of_a_file_out_of_the_office_leaves_one_line_and_a_look_at_each_person(
    office: Office,
) -> None:
    for number in (1, 2):
        accept(office, office.to_letter(number))
    make(office)
    loket = office.api("loket")
    assert loket.get("/registration-batches/1/file").status_code == 200
    taken = ["EXPORT_REGISTRATION Rini Contoh 2"]
    assert (handed_out(office), seen(office)) == (taken, [(1, "REVEALED", 1), (2, "REVEALED", 1)])
    page = Visitor(office.app.test_client())
    assert page.fill("/masuk", username="loket", password=DEMO_PASSWORD).status == 303
    with page.client.get("/pendaftaran/kiriman/1/berkas") as file:
        assert file.status_code == 200
    assert (handed_out(office), seen(office)) == (taken * 2, [(1, "REVEALED", 2), (2, "REVEALED", 2)])
    assert loket.get("/registration-batches/2/file").status_code == 404 and len(handed_out(office)) == 2


def test_a_file_made_at_the_installation_is_taken_by_whoever_types(
    sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = [sqlite_office.to_letter(number) for number in (1, 2)]
    settings = sqlite_office.rekom.settings
    for name, value in (("DATABASE_URL", settings.database_url), ("REKOM_DATA_DIR", settings.data_dir), ("REKOM_ENVIRONMENT", "test")):
        monkeypatch.setenv(name, value)
    for times, words in ((1, []), (2, ["--again", "1"])):
        assert CliRunner().invoke(main, ["registration", "export", str(tmp_path), *words]).exit_code == 0
        assert [line.split()[:2] for line in handed_out(sqlite_office)] == [["EXPORT_REGISTRATION", "operator:"]] * times
        for ticket in tickets:
            chain = sqlite_office.events(ticket)
            assert [one.detail for one in chain if one.action == "EXPORT_REGISTRATION"] == [{"batch": 1}] * times
            assert verify_chain(chain) is None and seen(sqlite_office) == []


def test_nobody_leaves_the_office_in_a_file_that_is_not_on_record(
    sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqlite_office.to_letter(1)
    settings = sqlite_office.rekom.settings
    for name, value in (("DATABASE_URL", settings.database_url), ("REKOM_DATA_DIR", settings.data_dir), ("REKOM_ENVIRONMENT", "test")):
        monkeypatch.setenv(name, value)

    def broken(_: Session) -> None:
        raise OperationalError("COMMIT", {}, OSError("disk full"))

    event.listen(Session, "before_commit", broken)
    try:
        made = CliRunner().invoke(main, ["registration", "export", str(tmp_path)])
    finally:
        event.remove(Session, "before_commit", broken)
    assert made.exit_code != 0 and list(tmp_path.glob("pendaftaran-*")) == []
    assert CliRunner().invoke(main, ["registration", "export", str(tmp_path)]).exit_code == 0
    (file,) = tmp_path.glob("pendaftaran-*")
    assert file.stat().st_mode & 0o777 == 0o600
    unwritable = CliRunner().invoke(main, ["registration", "export", "/proc", "--again", "1"])
    assert unwritable.exit_code == 2 and "tidak dapat ditulis" in unwritable.stderr


def test_an_answer_file_may_be_a_workbook_too(sqlite_office: Office, tmp_path: Path) -> None:
    path = tmp_path / "jawaban.xlsx"
    path.write_bytes(workbook(TITLES, [[nik(1), "AKTIF", CARD, "2026-11-23", ""]]))
    _, (row,) = read_file(sqlite_office.rekom, path)
    assert (row.nik, row.answer.card_number) == (nik(1), CARD)


def test_the_api_follows_a_reactivation_to_its_end(sqlite_office: Office) -> None:
    ticket = to_letter_b(sqlite_office)
    loket, at = sqlite_office.api("loket"), f"/applications/{ticket}/registration"
    early = loket.post(f"{at}/granted", {"evidence": "Tangkapan layar."})
    assert (early.status_code, early.mimetype) == (409, "application/problem+json")
    for step, given in (("sent", {"reference": "SIKS-1"}), ("granted", {"evidence": "Tangkapan layar."})):
        assert loket.post(f"{at}/{step}", given).status_code == 201
    (row,) = loket.get("/registrations?status=GRANTED").get_json()["registrations"]
    assert (row["ticket"], row["route"], row["note"]) == (ticket, "SIKS_NG", "Tangkapan layar.")
    bare = loket.post(f"{at}/answer", {"active_on": "2026-11-23"})
    assert (bare.status_code, bare.get_json()["errors"][0]["pointer"]) == (422, "/note")
    closed = loket.post(f"{at}/answer", {"active_on": "2026-11-23", "note": "Aktif di BPJS."})
    assert (closed.status_code, closed.get_json()["state"]) == (201, "CLOSED")
    assert sqlite_office.api("validator").post(f"{at}/granted", {"evidence": "layar"}).status_code == 403
