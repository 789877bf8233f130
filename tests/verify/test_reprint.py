"""Printed again: marked, counted, in the audit trail; number, token and QR as they were."""

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


def again(office: Office, ticket: str, by: str = "loket") -> Any:
    client, token = browser(office, by)
    return client.post(f"/berkas/{ticket}/cetak-ulang", data={"csrf_token": token})


def test_each_copy_is_marked_and_counted(office: Office) -> None:
    ticket = office.to_letter()
    before = office.letter(ticket)
    for ordinal in (1, 2):
        answer = again(office, ticket)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert f"CETAK ULANG ke-{ordinal}" in answer.text and before.number in answer.text
        assert f"cetak-ulang-{ordinal}.pdf" in answer.headers["Content-Disposition"]
    after = office.letter(ticket)
    assert (after.number, after.token, after.pdf_sha256) == (before.number, before.token, before.pdf_sha256)
    told = [event.detail for event in office.events(ticket) if event.action == "REPRINT"]
    assert told == [{"letter": before.number, "ordinal": ordinal} for ordinal in (1, 2)]


def test_a_letter_that_is_not_good_is_not_printed_again(office: Office) -> None:
    waiting, gone = office.open(1), office.to_letter(2)
    office.revoke(gone)
    assert (again(office, waiting).status_code, again(office, gone).status_code) == (404, 409)
    assert again(office, gone, "rs").status_code == 403
    assert office.count(Reprint) == 0


@pytest.mark.parametrize("ordinal", [0, 1])
def test_no_copy_is_counted_twice_or_as_none(office: Office, ordinal: int) -> None:
    ticket = office.to_letter()
    again(office, ticket)
    row = {"letter": office.letter(ticket).id, "ordinal": ordinal, "at": "2026-11-23 02:00:00+00:00"}
    with pytest.raises(DBAPIError), office.write() as session:
        session.execute(text("INSERT INTO reprint (letter_id, ordinal, printed_by, printed_at) VALUES (:letter, :ordinal, 1, :at)"), row)
