"""Approving what was shown: changed cases drop out by name, the rest goes on, each once, seats to the last."""

import threading
from typing import Any

import pytest
from sqlmodel import select

from schemas.approvals import NOT_WHAT_WAS_SHOWN
from tests.office import Api, Office
from tests.seat_office import approve, books, make_decidable, quota, with_seats
from workflows.approvals import MOST, Shown, digest_of
from workflows.records import Decision, Letter, Seat
from workflows.states import Role
from workflows.vocabulary import DocumentType, Urgency

PATH = "/approvals"


def listed(api: Api) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(PATH).json["cases"]
    return found


def batch(rows: list[dict[str, Any]], **reasons: str) -> dict[str, Any]:
    """The body that approves these rows of the list."""
    kept = ("ticket", "version", "facts", "findings")
    cases = [{name: row[name] for name in kept} for row in rows]
    digest = digest_of(Shown(**case) for case in cases)
    return {"shown": digest, "cases": [case | ({"reason": reasons[case["ticket"]]} if case["ticket"] in reasons else {}) for case in cases]}


def outcomes(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200, answer.json
    return {one["ticket"]: one["outcome"] for one in answer.json["results"]}


def test_what_was_shown_is_approved_and_named_in_the_trail(office: Office) -> None:
    tickets = make_decidable(office, 5)
    kadis = office.api("kadis")
    body = batch(listed(kadis))
    answer = kadis.post(PATH, body)
    assert outcomes(answer) == dict.fromkeys(tickets, "APPROVED")
    assert answer.json["approved"] == 5
    assert [one["letter"] for one in answer.json["results"]] == [f"400.9/{number:03d}/Dinsos/XI/2026" for number in range(1, 6)]
    for ticket in tickets:
        (event,) = [event for event in office.events(ticket) if event.action == "APPROVE"]
        assert event.detail["batch"] == body["shown"]


def test_a_case_that_changed_drops_out_by_name_with_what_changed(office: Office) -> None:
    first, second, third, fourth = make_decidable(office, 4)
    kadis = office.api("kadis")
    body = batch(listed(kadis))
    office.amend(first, documents=frozenset({DocumentType.KTP}))
    office.send_back(second, by="kadis")
    office.amend(third, phone="081299990000")
    answer = kadis.post(PATH, body)
    told = {one["ticket"]: one for one in answer.json["results"]}
    assert told[first]["changed"] == ["data pemohon, berkas, atau penilaian", "temuan"]
    assert "status sekarang “Sedang dinilai”" in told[second]["changed"]
    assert told[third]["changed"] == ["catatan pada berkas"]
    assert told[first]["name"] == "WARGA CONTOH"
    assert told[first]["sentence"] == "Berkas ini berubah sesudah Anda buka, terakhir oleh Rini Contoh. Lihat lagi, lalu putuskan."
    assert told[fourth]["outcome"] == "APPROVED"
    assert (answer.json["approved"], office.count(Decision)) == (1, 1)


def test_the_hash_must_be_that_of_the_list_sent(sqlite_office: Office) -> None:
    make_decidable(sqlite_office, 3)
    kadis = sqlite_office.api("kadis")
    body = batch(listed(kadis))
    for lie in (
        body | {"shown": "0" * 64},
        body | {"cases": body["cases"][:2]},
        body | {"cases": [*body["cases"][:2], body["cases"][2] | {"version": 9}]},
    ):
        answer = kadis.post(PATH, lie)
        assert (answer.status_code, answer.json["errors"]) == (422, [{"pointer": "/shown", "detail": NOT_WHAT_WAS_SHOWN}])
    twice = kadis.post(PATH, batch([*listed(kadis), listed(kadis)[0]]))
    assert (twice.status_code, twice.json["errors"]) == (422, [{"pointer": "/cases", "detail": "Setiap berkas satu kali saja."}])
    assert sqlite_office.count(Decision) == 0


@pytest.mark.slow
def test_forty_are_approved_at_once_each_with_a_number_of_its_own(sqlite_office: Office) -> None:
    tickets = make_decidable(sqlite_office, MOST)
    kadis = sqlite_office.api("kadis")
    answer = kadis.post(PATH, batch(listed(kadis)))
    assert outcomes(answer) == dict.fromkeys(tickets, "APPROVED")
    assert len({one["letter"] for one in answer.json["results"]}) == MOST == answer.json["approved"]


def test_forty_at_most_and_one_at_least(sqlite_office: Office) -> None:
    kadis = sqlite_office.api("kadis")
    assert kadis.post(PATH, batch([])).status_code == 422
    row = {"version": 1, "facts": "0" * 64, "findings": "0" * 64}
    answer = kadis.post(PATH, batch([row | {"ticket": f"AAAA-{number:04d}"} for number in range(MOST + 1)]))
    assert "Pilih 1 sampai 40 berkas." in str(answer.json["errors"])


def test_an_unknown_case_is_refused_and_stops_nobody(sqlite_office: Office) -> None:
    (ticket,) = make_decidable(sqlite_office, 1)
    kadis = sqlite_office.api("kadis")
    (row,) = listed(kadis)
    answer = kadis.post(PATH, batch([row | {"ticket": "AAAA-AAAA"}, row]))
    assert outcomes(answer) == {"AAAA-AAAA": "REFUSED", ticket: "APPROVED"}
    assert answer.json["results"][0]["sentence"].startswith("Berkas tidak ditemukan.")


def test_findings_that_are_not_met_need_a_reason_and_are_shown_first_as_notes(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_decision(documents=frozenset())
    kadis = sqlite_office.api("kadis")
    (row,) = listed(kadis)
    assert row["notes"]
    refused = kadis.post(PATH, batch([row]))
    assert refused.json["results"][0]["sentence"] == "Ada temuan yang belum terpenuhi. Tulis alasan mengapa tetap disetujui."
    assert outcomes(kadis.post(PATH, batch([row], **{ticket: "Berkas menyusul."}))) == {ticket: "APPROVED"}


def test_an_earlier_hand_is_noted_and_refused(sqlite_office: Office) -> None:
    office = sqlite_office
    office.let_sign(office.actor("validator").person_id, office.clock().date(), office.clock().date())
    (ticket,) = make_decidable(office, 1)
    validator = office.api("validator")
    (row,) = listed(validator)
    assert row["notes"] == ["Anda sudah menangani berkas ini. Penanda tangan lain harus memutuskan."]
    answer = validator.post(PATH, batch([row]))
    assert answer.json["results"][0]["sentence"].startswith("Anda sudah menangani berkas ini")
    assert outcomes(answer) == {ticket: "REFUSED"}


def test_the_last_seats_go_to_the_most_urgent_and_the_others_wait_in_line(office: Office) -> None:
    with_seats(office, 2)
    make_decidable(office, 3)
    urgent = make_decidable(office, 1, Urgency.EMERGENCY, first=4)
    kadis = office.api("kadis")
    rows = listed(kadis)
    assert rows[0]["ticket"] == urgent[0]
    answer = kadis.post(PATH, batch(rows))
    assert [one["outcome"] for one in answer.json["results"]] == ["APPROVED", "APPROVED", "WAITLISTED", "WAITLISTED"]
    assert [one["place"] for one in answer.json["results"]] == [None, None, 1, 2]
    assert quota(office).used == 2
    books(office)


def test_a_freed_seat_brings_the_next_in_line_back_on_the_list_and_is_approved_with_it(office: Office) -> None:
    holder, first, second = make_decidable(with_seats(office, 1), 3)
    for ticket in (holder, first, second):
        approve(office, ticket)
        office.drain()
        office.clock.pass_by(minutes=1)
    head = office.api("kadis")
    assert listed(head) == []
    office.revoke(holder)
    rows = listed(head)
    assert [row["ticket"] for row in rows] == [first]
    assert rows[0]["notes"][0] == "Dari daftar tunggu: sekarang ada kursi."
    assert outcomes(head.post("/approvals", batch(rows, **{first: "Uji."}))) == {first: "APPROVED"}
    assert listed(head) == []


def test_under_a_key_a_batch_sent_again_gets_the_same_answers(office: Office) -> None:
    tickets = make_decidable(office, 3)
    kadis = office.api("kadis")
    body = batch(listed(kadis))
    office.amend(tickets[0], phone="081299990000")
    first = kadis.post(PATH, body, key="satu")
    again = kadis.post(PATH, body, key="satu")
    assert first.data == again.data
    assert office.count(Letter) == 2
    other = kadis.post(PATH, batch(listed(kadis)), key="satu")
    assert (other.status_code, other.json["code"]) == (422, "kunci-dipakai-ulang")
    assert kadis.post(PATH, body, key="x" * 300).status_code == 422


def test_without_a_key_a_second_sending_finds_everything_changed(sqlite_office: Office) -> None:
    make_decidable(sqlite_office, 2)
    kadis = sqlite_office.api("kadis")
    body = batch(listed(kadis))
    kadis.post(PATH, body)
    again = kadis.post(PATH, body)
    assert {one["outcome"] for one in again.json["results"]} == {"CHANGED"}
    assert sqlite_office.count(Letter) == 2


def test_two_heads_with_the_same_list_give_each_letter_once(office: Office) -> None:
    with_seats(office, 6)
    office.let_sign(office.hire("plt", Role.KADIS), office.clock().date(), office.clock().date())
    make_decidable(office, 10)
    heads = [office.api("kadis"), office.api("plt")]
    bodies = [batch(listed(head)) for head in heads]
    said: list[Any] = []
    ready = threading.Barrier(2, timeout=30)

    def act(head: Api, body: dict[str, Any]) -> None:
        ready.wait()
        said.append(head.post(PATH, body))

    threads = [threading.Thread(target=act, args=pair, daemon=True) for pair in zip(heads, bodies, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [answer.status_code for answer in said] == [200, 200]
    assert sum(answer.json["approved"] for answer in said) == 6 == office.count(Letter) == office.count(Seat)
    assert quota(office).used == 6
    with office.read() as session:
        assert len(set(session.exec(select(Letter.number)).all())) == 6


def test_edits_that_race_with_a_batch_never_slip_under_an_approval(office: Office) -> None:
    """What was approved is what was shown, whoever saves at the same moment."""
    tickets = make_decidable(office, 8)
    kadis, loket = office.api("kadis"), office.api("loket")
    body = batch(listed(kadis))
    shown = {one["ticket"]: one["version"] for one in body["cases"]}
    ready = threading.Barrier(2, timeout=30)

    def edit() -> None:
        ready.wait()
        for ticket in reversed(tickets):
            loket.patch(f"/applications/{ticket}", {"phone": "081299990000"})

    editor = threading.Thread(target=edit, daemon=True)
    editor.start()
    ready.wait()
    answer = kadis.post(PATH, body)
    editor.join(60)
    told = outcomes(answer)
    assert set(told.values()) <= {"APPROVED", "CHANGED"}
    for ticket in tickets:
        actions = [event.action for event in office.events(ticket)]
        if told[ticket] == "APPROVED":
            assert "AMEND" not in actions[: actions.index("APPROVE")]
            assert office.case(ticket).version == shown[ticket] + 1
        else:
            assert "APPROVE" not in actions


@pytest.mark.parametrize("who", ["loket", "peksos", "validator", "rs", "admin"])
def test_only_the_head_approves(sqlite_office: Office, who: str) -> None:
    api = sqlite_office.api(who)
    assert (api.get(PATH).status_code, api.post(PATH, {}).status_code) == (403, 403)
    assert sqlite_office.count(Decision) == 0
