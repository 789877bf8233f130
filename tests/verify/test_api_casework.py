"""Casework by the API: from the assessment to the letter, each step by its person, each refusal in a sentence."""

from typing import Any

import pytest

from tests.office import Api, Office
from workflows.records import Decision, Letter
from workflows.states import State

NOT_YOURS = "Peran Anda tidak boleh melakukan ini. Mintalah petugas yang berwenang."
STEPS = {
    "peksos": ("assessment", {"answers": {}}),
    "validator": ("validation", {"agrees": True}),
    "kadis": ("decision", {"outcome": "APPROVE", "reason": "Uji."}),
    "loket": ("withdrawal", {"reason": "Tidak jadi."}),
}


def do(office: Office, username: str, ticket: str, step: str, body: dict[str, Any]) -> Any:
    seen = {"version": office.case(ticket).version} if step in ("validation", "decision") else {}
    return office.api(username).post(f"/applications/{ticket}/{step}", seen | body)


def answers(office: Office, word: str = "YES") -> dict[str, Any]:
    return {"answers": {criterion.key: word for criterion in office.criteria.criteria}}


def assessed(office: Office) -> str:
    ticket = office.open()
    office.drain()
    assert do(office, "peksos", ticket, "assessment", answers(office)).status_code == 201
    office.drain()
    return ticket


def test_from_a_new_case_to_a_letter_on_paper(office: Office) -> None:
    ticket = assessed(office)
    states = [office.case(ticket).state.value]
    for username, step, body in (
        ("validator", "validation", {"agrees": True}),
        ("kadis", "decision", {"outcome": "APPROVE", "reason": "Uji."}),
    ):
        answer = do(office, username, ticket, step, body)
        assert answer.status_code == 201
        states.append(answer.get_json()["state"])
    assert states == ["VALIDATION", "DECISION", "APPROVED"]
    letter = answer.get_json()["letter"]
    assert (letter["number"], letter["state"], letter["sha256"]) == ("400.9/001/Dinsos/XI/2026", "SIGNED", None)
    unready = office.api("loket").post(f"/applications/{ticket}/letter.pdf")
    assert (unready.status_code, unready.get_json()["detail"]) == (404, "Surat untuk berkas ini belum terbit.")
    office.drain()
    body = office.api("loket").get(f"/applications/{ticket}").get_json()
    assert (body["state"], body["letter"]["state"]) == ("LETTER_ISSUED", "ISSUED")
    paper = office.api("loket").post(body["links"]["letter"].removeprefix("/api/v1"))
    assert (paper.status_code, paper.mimetype, paper.get_data()[:5]) == (200, "application/pdf", b"%PDF-")
    assert paper.headers["Cache-Control"] == "no-store"
    assert ticket in paper.headers["Content-Disposition"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("username", [*STEPS, "admin", "rs"])
def test_each_step_is_its_persons(sqlite_office: Office, username: str, step: str) -> None:
    ticket = sqlite_office.open()
    path, body = STEPS[step]
    answer = do(sqlite_office, username, ticket, path, body)
    if username == step:
        assert answer.status_code != 403
    else:
        assert (answer.status_code, answer.get_json()["detail"]) == (403, NOT_YOURS)
        assert sqlite_office.case(ticket).state == State.RECEIVED


def test_a_step_too_early_or_too_late_says_where_the_case_stands(office: Office) -> None:
    ticket = office.open()
    early = do(office, "peksos", ticket, "assessment", answers(office))
    assert (early.status_code, early.get_json()["code"]) == (409, "langkah-ditolak")
    assert early.get_json()["detail"] == "Langkah ini tidak ada saat berkas berstatus “Baru”. Muat ulang berkas."
    assert do(office, "validator", ticket, "validation", {"agrees": True}).get_json()["detail"] == "Berkas ini belum dinilai."
    office.drain()
    decision = do(office, "kadis", ticket, "decision", {"outcome": "APPROVE", "reason": "x"})
    assert decision.get_json()["detail"] == "Langkah ini tidak ada saat berkas berstatus “Sedang dinilai”. Muat ulang berkas."
    office.withdraw(ticket)
    late = do(office, "loket", ticket, "withdrawal", {"reason": "uji coba"})
    assert late.get_json()["detail"] == "Langkah ini tidak ada saat berkas berstatus “Dibatalkan”. Muat ulang berkas."


def test_every_criterion_is_answered_and_no_other(sqlite_office: Office) -> None:
    ticket = sqlite_office.open()
    sqlite_office.drain()
    complete = answers(sqlite_office)["answers"]
    first = sorted(complete)[0]
    missing = do(sqlite_office, "peksos", ticket, "assessment", {"answers": {key: "YES" for key in complete if key != first}})
    assert (missing.status_code, missing.get_json()["detail"]) == (422, f"Jawab semua kriteria. Belum dijawab: {first}.")
    strange = do(sqlite_office, "peksos", ticket, "assessment", {"answers": {**complete, "warna_rumah": "NO"}})
    assert (strange.status_code, strange.get_json()["detail"]) == (422, "Kriteria tidak dikenal di daerah ini: warna_rumah.")
    assert sqlite_office.case(ticket).state == State.ASSESSMENT


def test_four_eyes_have_their_own_code(office: Office) -> None:
    office.hire("rangkap", *office.actor("peksos").roles, *office.actor("validator").roles)
    ticket = office.open()
    office.drain()
    do(office, "rangkap", ticket, "assessment", answers(office))
    office.drain()
    answer = do(office, "rangkap", ticket, "validation", {"agrees": True})
    assert (answer.status_code, answer.get_json()["code"]) == (403, "empat-mata")
    assert answer.get_json()["detail"] == "Anda yang menilai berkas ini. Petugas lain harus memvalidasi."


def test_whoever_saw_an_older_version_reloads_first(office: Office) -> None:
    ticket = assessed(office)
    seen = office.case(ticket).version
    office.amend(ticket, phone="081299999999")
    office.drain()
    stale = do(office, "validator", ticket, "validation", {"agrees": True, "version": seen})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "berubah")
    now = office.case(ticket).version
    assert now > seen
    assert do(office, "validator", ticket, "validation", {"agrees": True, "version": now}).status_code == 201


def test_nobody_decides_on_findings_that_changed_since_they_were_seen(office: Office) -> None:
    ticket = office.to_decision()
    seen = office.case(ticket).version
    given = {"kind": "MEMBERSHIP", "outcome": "ACTIVE", "note": "Terlihat aktif di Mobile JKN.", "as_of": office.clock().isoformat()}
    assert office.api("peksos").post(f"/applications/{ticket}/checks", given).status_code == 201
    office.drain()
    stale = do(office, "kadis", ticket, "decision", {"outcome": "APPROVE", "reason": "Uji.", "version": seen})
    assert (stale.status_code, stale.get_json()["code"]) == (409, "berubah")
    blind = office.api("kadis").post(f"/applications/{ticket}/decision", {"outcome": "APPROVE", "reason": "Uji."})
    assert (blind.status_code, blind.get_json()["errors"][0]["pointer"]) == (422, "/version")


def test_sending_back_asks_for_a_reason_and_begins_a_new_round(office: Office) -> None:
    ticket = assessed(office)
    silent = do(office, "validator", ticket, "validation", {"agrees": False})
    assert silent.get_json()["errors"] == [{"pointer": "/note", "detail": "Tulis alasan mengapa berkas dikembalikan."}]
    assert do(office, "validator", ticket, "validation", {"agrees": False, "note": "Foto kurang."}).get_json()["state"] == "ASSESSMENT"
    office.drain()
    assert do(office, "peksos", ticket, "assessment", answers(office, "NO")).get_json()["state"] == "VALIDATION"
    office.drain()
    assert do(office, "validator", ticket, "validation", {"agrees": True}).get_json()["state"] == "DECISION"
    assert do(office, "kadis", ticket, "decision", {"outcome": "SEND_BACK", "reason": "Periksa lagi."}).get_json()["state"] == "ASSESSMENT"
    rounds = [event.detail.get("round") for event in office.events(ticket) if event.action == "ASSESS"]
    assert rounds == [1, 2]


@pytest.mark.parametrize(
    ("outcome", "field", "detail"),
    [
        ("REJECT", "/grounds", "Pilih paling sedikit satu alasan dari daftar."),
        ("SEND_BACK", "/reason", "Tulis alasan keputusan ini."),
    ],
)
def test_a_refusal_says_why(sqlite_office: Office, outcome: str, field: str, detail: str) -> None:
    ticket = sqlite_office.to_decision()
    answer = do(sqlite_office, "kadis", ticket, "decision", {"outcome": outcome})
    assert answer.get_json()["errors"] == [{"pointer": field, "detail": detail}]
    unknown = do(sqlite_office, "kadis", ticket, "decision", {"outcome": "MAYBE", "reason": "x"})
    assert unknown.get_json()["errors"] == [{"pointer": "/outcome", "detail": "Pilih salah satu: APPROVE, REJECT, SEND_BACK."}]
    assert (sqlite_office.count(Decision), sqlite_office.case(ticket).state) == (0, State.DECISION)


def test_deciding_twice_makes_one_letter(office: Office) -> None:
    ticket = office.to_decision()
    body = {"outcome": "APPROVE", "reason": "Uji."}
    assert [do(office, "kadis", ticket, "decision", body).status_code for _ in range(2)] == [201, 409]
    assert (office.count(Decision), office.count(Letter)) == (1, 1)


def test_a_check_done_by_hand_counts_and_names_its_evidence(office: Office) -> None:
    ticket = office.open()
    office.fakes.switch.refuse()
    office.drain()
    found = {"kind": "IDENTITY", "outcome": "MATCH", "note": "KTP dan KK asli dilihat.", "as_of": "2026-11-23T09:00:00+07:00"}
    answer = do(office, "peksos", ticket, "checks", found)
    assert answer.status_code == 201
    identity = next(check for check in answer.get_json()["checks"] if check["kind"] == "IDENTITY")
    assert (identity["outcome"], identity["source"], identity["note"]) == ("MATCH", "petugas: Agus Contoh", "KTP dan KK asli dilihat.")
    office.drain()
    assert finding_of(office.api("peksos"), ticket, "identitas")["outcome"] == "MEETS"
    wrong = do(office, "peksos", ticket, "checks", found | {"outcome": "ACTIVE"})
    assert wrong.get_json()["errors"][0]["pointer"] == "/outcome"
    poverty = found | {"kind": "POVERTY", "outcome": "FOUND", "desil": 3}
    assert do(office, "peksos", ticket, "checks", poverty).status_code == 201
    office.drain()
    assert finding_of(office.api("peksos"), ticket, "kelayakan")["value"] == "desil 3"


def finding_of(api: Api, ticket: str, rule: str) -> dict[str, Any]:
    body: dict[str, Any] = api.get(f"/applications/{ticket}").get_json()
    return next(finding for finding in body["findings"] if finding["rule"] == rule)


def test_a_revoked_letter_says_so(office: Office) -> None:
    ticket = office.to_letter()
    short = do(office, "kadis", ticket, "revocation", {"reason": "x"})
    assert short.get_json()["errors"] == [{"pointer": "/reason", "detail": "Isi 3 sampai 500 huruf."}]
    answer = do(office, "kadis", ticket, "revocation", {"reason": "Salah orang."})
    assert (answer.status_code, answer.get_json()["state"], answer.get_json()["letter"]["state"]) == (201, "REVOKED", "REVOKED")
    again = do(office, "kadis", ticket, "revocation", {"reason": "Salah orang."})
    assert (again.status_code, again.get_json()["detail"]) == (409, "Surat berstatus Dicabut tidak dapat menjadi Dicabut.")
