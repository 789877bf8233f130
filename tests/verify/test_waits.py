"""What waits too long, through its doors: command, API, pages; and the duties after a reactivation."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from tests.collective_office import propose, to_file
from tests.office import Office
from tests.registration_office import reactivated
from tests.verify.web.test_looks_at_lists import looks
from tests.verify.web.visitor import Visitor
from tests.workflows.test_waits_without_case import unknown
from verify.cli import main
from verify.escalation import sweep
from verify.seeds import DEMO_PASSWORD


@pytest.fixture
def visit(sqlite_office: Office) -> Callable[[str], Visitor]:
    def sign_in(username: str) -> Visitor:
        visitor = Visitor(sqlite_office.app.test_client())
        assert visitor.fill("/masuk", username=username, password=DEMO_PASSWORD).status == 303
        return visitor

    return sign_in


def waiting(office: Office) -> str:
    ticket = office.open()
    office.drain()
    office.clock.pass_by(hours=4)
    return ticket


def test_the_command_lists_them_without_names(sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = waiting(sqlite_office)
    monkeypatch.setattr("verify.commands.cases.Rekom", lambda *_, **__: sqlite_office.rekom)
    said = CliRunner().invoke(main, ["cases", "stuck"])
    assert (said.exit_code, ticket in said.output, "Validator" in said.output) == (0, True, True), said.output
    assert sqlite_office.case(ticket).name not in said.output
    (row,) = json.loads(CliRunner().invoke(main, ["cases", "stuck", "--json"]).output)
    assert (row["ticket"], row["waiting"], row["told"], row["next"], row["waiting_minutes"]) == (
        ticket,
        "ASSESSMENT",
        "VALIDATOR",
        "KADIS",
        240,
    )


def test_the_api_and_the_page_show_whom_it_came_to(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    ticket = waiting(sqlite_office)
    (row,) = sqlite_office.api("loket").get("/waits").get_json()["waits"]
    assert (row["ticket"], row["owner"], row["level"]) == (ticket, "CASEWORKER", 1)
    assert "diteruskan kepada Anda" not in visit("validator").get("/").main()
    sweep(sqlite_office.rekom)
    assert "1 hal menunggu terlalu lama dan diteruskan kepada Anda." in visit("validator").get("/").main()
    assert "diteruskan kepada Anda" not in visit("peksos").get("/").main()
    assert "Diteruskan kepada Anda: 1" in visit("validator").get("/menunggu").main()
    assert "Diteruskan kepada orang lain: 1" in visit("loket").get("/menunggu").main()
    assert looks(sqlite_office, "loket") == {sqlite_office.case(ticket).id: 1}
    assert "Terlalu lama menunggu, diteruskan" in visit("loket").get(f"/berkas/{ticket}").main()


def test_what_waits_without_a_case_leads_to_its_own_page(
    visit: Callable[[str], Visitor], sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = sqlite_office
    to_file(office, 1)
    letter, nonce = propose(office), unknown(office)
    office.clock.pass_by(days=2)
    shown = {row["waiting"]: row for row in office.api("loket").get("/waits").get_json()["waits"]}
    cover, late = shown["COLLECTIVE_PROPOSED"], shown["LATE_ACCEPTANCE"]
    assert (cover["collective_letter"], cover["ticket"], late["late_acceptance"], late["ticket"]) == (letter.id, None, nonce, None)
    peksos, loket = visit("peksos").get("/menunggu"), visit("loket").get("/menunggu")
    assert {f"/pengantar/{letter.id}", "/penerimaan"} <= set(peksos.links())
    assert "Penerimaan dari RSUD Contoh Serang" in loket.main() and "/penerimaan" not in loket.links()
    monkeypatch.setattr("verify.commands.cases.Rekom", lambda *_, **__: office.rekom)
    said = CliRunner().invoke(main, ["cases", "stuck"]).output
    assert "Surat pengantar untuk 1 orang" in said and "Penerimaan dari RSUD" in said


def test_nothing_waits_in_a_new_office(visit: Callable[[str], Visitor]) -> None:
    assert "Tidak ada yang menunggu terlalu lama." in visit("kadis").get("/menunggu").main()
    assert "Tidak ada kewajiban yang terbuka." in visit("kadis").get("/kewajiban").main()


def test_a_duty_is_listed_and_written_down(visit: Callable[[str], Visitor], sqlite_office: Office) -> None:
    ticket = reactivated(sqlite_office)
    (row,) = sqlite_office.api("loket").get("/duties").get_json()["duties"]
    assert row == {"ticket": ticket, "kind": "DTSEN_UPDATE", "due_on": "2027-05-23", "remind_on": "2027-04-23", "owner": "Agus Contoh"}
    peksos = visit("peksos")
    before = looks(sqlite_office, "peksos").get(sqlite_office.case(ticket).id or 0, 0)
    assert "Paling lambat 23 Mei 2027, tugas Agus Contoh." in peksos.get("/kewajiban").main()
    assert looks(sqlite_office, "peksos") == {sqlite_office.case(ticket).id: before + 1}
    assert sqlite_office.api("loket").post(f"/applications/{ticket}/duty-done", {"evidence": "Sudah."}).status_code == 403
    bare = peksos.send(peksos.get("/kewajiban"), f"/kewajiban/{ticket}", evidence="")
    assert (bare.status, "Kesalahan" in bare.text) == (422, True)
    peksos.follow(peksos.send(peksos.get("/kewajiban"), f"/kewajiban/{ticket}", evidence="Tangkapan layar SIKS-NG."))
    assert "Tidak ada kewajiban yang terbuka." in peksos.get("/kewajiban").main()
