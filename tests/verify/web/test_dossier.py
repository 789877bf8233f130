"""The whole case as one PDF: everything in it, numbers masked, itself in the trail, and a broken trail said."""

from collections.abc import Callable
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from tests.office import Office, person
from tests.verify.web.visitor import Visitor

Visit = Callable[[str], Visitor]


def read(visitor: Visitor, ticket: str) -> str:
    page = visitor.get(f"/berkas/{ticket}")
    (form,) = page.forms(f"/berkas/{ticket}/berkas-lengkap.pdf")
    answer = visitor.client.post(form.get("action") or "", data=dict(page.fields_of(form)))
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, "application/pdf", "no-store")
    return " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.data)).pages).split())


def test_everything_stands_in_it(visit: Visit, sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter(hospital_code="RS-CONTOH-1", address="Jalan Contoh #1 *miring* $x$")
    told, known = read(visit("kadis"), ticket), person()
    number = sqlite_office.letter(ticket).number
    for said in (ticket, known["name"], number, "RSUD Contoh Serang", "#1 *miring* $x$", "Data kependudukan", "Disetujui", "Berkas dibuka"):
        assert said in told, said
    assert known["nik"] not in told and known["phone"] not in told
    events = sqlite_office.events(ticket)
    assert (events[-1].action, events[-1].actor_name) == ("DOSSIER", sqlite_office.actor("kadis").name)
    assert events[-1].hash in told.replace(" ", "") and f"utuh: {len(events)} peristiwa" in told


def test_a_case_that_just_began_has_one_too(visit: Visit, sqlite_office: Office) -> None:
    assert "Belum ada." in read(visit("loket"), sqlite_office.open(documents=frozenset()))


def test_a_trail_that_was_tampered_with_is_said(visit: Visit, sqlite_office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = sqlite_office.open()
    with sqlite_office.write() as session:
        for name in (
            session.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'")).scalars().all()
        ):
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE audit_event SET actor_name = 'Orang Lain' WHERE sequence = 1 AND action = 'OPEN'"))
    assert "rantai jejak putus pada peristiwa ke-1" in read(visit("loket"), ticket)


def test_a_hospital_has_none(visit: Visit, sqlite_office: Office) -> None:
    ticket, rs = sqlite_office.open(), visit("rs")
    form = rs.get("/periksa/ajukan")
    token = dict(form.fields_of(form.forms()[0]))["csrf_token"]
    assert rs.client.post(f"/berkas/{ticket}/berkas-lengkap.pdf", data={"csrf_token": token}).status_code == 403
