"""A letter on paper: the original once, then marked, counted, in the audit trail; number, token and QR as they were."""

from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.office import Office
from workflows.records import Reprint


def browser(office: Office, username: str) -> tuple[Any, str]:
    client = office.app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = office.token(username)
    return client, client.get("/periksa/meja").get_json()["csrf_token"]


def take(office: Office, ticket: str, by: str = "loket") -> Any:
    client, token = browser(office, by)
    return client.post(f"/berkas/{ticket}/surat.pdf", data={"csrf_token": token})


def test_the_original_comes_once_and_each_copy_is_marked_and_counted(office: Office) -> None:
    ticket = office.to_letter()
    before = office.letter(ticket)
    first = take(office, ticket)
    assert (first.status_code, first.mimetype, first.data) == (200, "application/pdf", before.pdf)
    assert f"surat-{ticket}.pdf" in first.headers["Content-Disposition"]
    for ordinal, by in ((1, "loket"), (2, "kadis")):
        answer = take(office, ticket, by)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert f"CETAK ULANG ke-{ordinal}" in answer.text and before.number in answer.text
        assert f"cetak-ulang-{ordinal}.pdf" in answer.headers["Content-Disposition"]
    after = office.letter(ticket)
    assert (after.number, after.token, after.pdf_sha256) == (before.number, before.token, before.pdf_sha256)
    told = [(event.action, event.detail["ordinal"]) for event in office.events(ticket) if event.action in ("PRINT", "REPRINT")]
    assert told == [("PRINT", 0), ("REPRINT", 1), ("REPRINT", 2)]


def test_no_door_gives_the_original_a_second_time(office: Office) -> None:
    ticket = office.to_letter()
    api, path = office.api("peksos"), f"/applications/{ticket}/letter.pdf"
    assert api.post(path).data == office.letter(ticket).pdf
    assert api.get(path).status_code == 405
    assert "CETAK ULANG ke-1" in api.post(path).text
    assert "CETAK ULANG ke-2" in take(office, ticket).text
    assert browser(office, "loket")[0].get(f"/berkas/{ticket}/surat.pdf").status_code == 405


def test_of_many_who_take_it_at_once_one_has_the_original(office: Office) -> None:
    ticket = office.to_letter()
    apis, taken = [office.api("peksos") for _ in range(6)], []
    threads = [Thread(target=lambda api=api: taken.append(api.post(f"/applications/{ticket}/letter.pdf").text)) for api in apis]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    marks = sorted(paper.rpartition("ke-")[2] if "CETAK ULANG" in paper else "original" for paper in taken)
    assert marks == ["1", "2", "3", "4", "5", "original"]


def test_a_letter_that_is_not_good_is_not_printed(office: Office) -> None:
    waiting, gone = office.open(1), office.to_letter(2)
    office.revoke(gone)
    assert (take(office, waiting).status_code, take(office, gone).status_code) == (404, 409)
    assert take(office, gone, "rs").status_code == 403
    assert office.count(Reprint) == 0


@pytest.mark.parametrize("ordinal", [-1, 0, 1])
def test_no_paper_is_counted_twice_or_below_the_original(office: Office, ordinal: int) -> None:
    ticket = office.to_letter()
    take(office, ticket)
    take(office, ticket)
    row = {"letter": office.letter(ticket).id, "ordinal": ordinal, "at": "2026-11-23 02:00:00+00:00"}
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text("INSERT INTO reprint (letter_id, ordinal, printed_by, printed_at) VALUES (:letter, :ordinal, 1, :at)"), row)
