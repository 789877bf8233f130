"""The camera handed to the officer's telephone: one case, one officer, one telephone, ten minutes, and nothing of the person."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.office import Office, person
from tests.verify.made_scans import a_scan
from tests.verify.web.visitor import Page, Visitor, read
from verify import lookups
from workflows import advance, phone_links
from workflows.errors import NotFound
from workflows.records import CasePaper, PaperWay, PhoneLink, SignIn
from workflows.records.phone_link import MOST

Visit = Callable[[str], Visitor]


def hand_over(loket: Visitor, ticket: str) -> str:
    """Ask for a code; returns the address the telephone opens, as the signed cookie holds its token."""
    page = loket.follow(loket.send(loket.get(f"/berkas/{ticket}/foto"), f"/berkas/{ticket}/foto/ponsel"))
    assert "Pindai kode ini" in page.main()
    with loket.client.session_transaction() as cookie:
        return f"/foto/{cookie['phone_link']}"


def telephone(office: Office) -> Visitor:
    return Visitor(office.app.test_client())


def send(phone: Visitor, address: str, photo: bytes = b"", paper: str = "KTP") -> Page:
    token = phone.get(address).value("csrf_token")
    fields = {"csrf_token": token, "paper": paper, "picture": FileStorage(BytesIO(photo or a_scan()), "foto.jpg")}
    boundary, body = encode_multipart(fields)
    return read(phone.client.post(address, data=body, content_type=f"multipart/form-data; boundary={boundary}"))


def kept(office: Office) -> list[CasePaper]:
    with office.read() as session:
        return list(session.exec(select(CasePaper)))


def test_a_photo_goes_from_the_telephone_into_the_case(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket, phone = sqlite_office.open(), visit("loket"), telephone(sqlite_office)
    address = hand_over(loket, ticket)
    assert "Foto KTP terkirim." in phone.follow(send(phone, address)).main()
    (one,) = kept(sqlite_office)
    assert (one.way, one.kept_by) == (PaperWay.PHONE, sqlite_office.actor("loket").id)
    assert "Rini Contoh dengan ponsel" in loket.get(f"/berkas/{ticket}/foto").main()
    actions = [event.action for event in sqlite_office.events(ticket)]
    assert actions.count("PHONE_LINK") == 1 and "KEEP_PAPER" in actions
    page = phone.get(address)
    assert "KTP: sudah difoto" in page.main() and page.value("paper") == "KK"


def test_the_telephone_sees_nothing_of_the_person(visit: Visit, sqlite_office: Office) -> None:
    ticket, known = sqlite_office.open(), person()
    page = telephone(sqlite_office).get(hand_over(visit("loket"), ticket))
    for secret in (ticket, known["name"], known["nik"], known["nik"][-4:], known["phone"], "Rini", f"{known['birth_date']:%Y}"):
        assert str(secret) not in page.text, secret
    assert page.headers["Cache-Control"] == "no-store"


def test_the_code_on_the_screen_holds_the_address_and_its_token_is_nowhere_stored(visit: Visit, sqlite_office: Office) -> None:
    ticket, loket = sqlite_office.open(), visit("loket")
    address = hand_over(loket, ticket)
    page = loket.get(f"/berkas/{ticket}/foto")
    (image,) = page.all("img")
    assert str(image.get("src")).startswith("data:image/svg+xml;base64,")
    assert page.one("main").get("data-live") and page.one("main").get("data-lasts") == "600"
    with sqlite_office.read() as session:
        (link,) = session.exec(select(PhoneLink)).all()
    assert link.digest == phone_links.digest(address.removeprefix("/foto/")) and link.digest not in page.text


@pytest.mark.parametrize("end", ["time", "button", "new code", "sign out", "closed"])
def test_a_link_that_is_over_opens_nothing(visit: Visit, sqlite_office: Office, end: str) -> None:
    ticket, loket, phone = sqlite_office.open(), visit("loket"), telephone(sqlite_office)
    address = hand_over(loket, ticket)
    token = phone.get(address).value("csrf_token")
    match end:
        case "time":
            sqlite_office.clock.pass_by(minutes=10)
        case "button":
            loket.send(loket.get(f"/berkas/{ticket}/foto"), f"/berkas/{ticket}/foto/ponsel/tutup")
        case "new code":
            loket.post(f"/berkas/{ticket}/foto/ponsel", {"csrf_token": loket.get(f"/berkas/{ticket}/foto").value("csrf_token")})
        case "sign out":
            loket.send(loket.get("/"), "/keluar")
        case "closed":
            sqlite_office.withdraw(ticket)
    assert phone.get(address).status == 404 and "tidak berlaku lagi" in phone.get(address).main()
    answer = phone.client.post(address, data={"csrf_token": token, "paper": "KTP"})
    assert answer.status_code == 404 and kept(sqlite_office) == []


def test_another_telephone_sends_nothing_after_the_first(visit: Visit, sqlite_office: Office) -> None:
    address = hand_over(visit("loket"), sqlite_office.open())
    first, second = telephone(sqlite_office), telephone(sqlite_office)
    token = second.get(address).value("csrf_token")
    assert send(first, address).status == 303
    assert "ponsel lain" in second.get(address).main()
    assert second.client.post(address, data={"csrf_token": token, "paper": "KTP"}).status_code == 404
    assert send(first, address, paper="KK").status == 303


def test_a_link_takes_so_many_photos(sqlite_office: Office, visit: Visit) -> None:
    address = hand_over(visit("loket"), sqlite_office.open())
    token = address.removeprefix("/foto/")
    for _ in range(MOST):
        with sqlite_office.write() as session:
            phone_links.count(session, token, "ponsel", now=sqlite_office.clock())
    with pytest.raises(NotFound), sqlite_office.write() as session:
        phone_links.count(session, token, "ponsel", now=sqlite_office.clock())


def test_what_is_no_photo_is_told_on_the_telephone(visit: Visit, sqlite_office: Office) -> None:
    address, phone = hand_over(visit("loket"), sqlite_office.open()), telephone(sqlite_office)
    page = send(phone, address, b"MZ program")
    assert page.status == 422 and "Foto harus berupa JPEG atau PNG" in page.main()


def test_whoever_guesses_links_has_to_wait(sqlite_office: Office) -> None:
    phone = telephone(sqlite_office)
    said = [phone.get(f"/foto/tebakan{number}").status for number in range(lookups.STRANGERS.free + 1)]
    assert said == [404] * lookups.STRANGERS.free + [429]


def test_a_photo_sent_by_a_guessed_link_counts_as_one_guess(sqlite_office: Office) -> None:
    phone = telephone(sqlite_office)
    token = phone.get("/masuk").value("csrf_token")
    tries = range(lookups.STRANGERS.free + 1)
    said = [phone.client.post(f"/foto/tebakan{number}", data={"csrf_token": token}).status_code for number in tries]
    assert said == [404] * lookups.STRANGERS.free + [429]


@pytest.mark.parametrize("username", ["kadis", "rs"])
def test_who_may_not_add_papers_gets_no_code(visit: Visit, sqlite_office: Office, username: str) -> None:
    ticket, someone = sqlite_office.open(), visit(username)
    page = someone.get("/bantuan")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    assert someone.client.post(f"/berkas/{ticket}/foto/ponsel", data={"csrf_token": token[1]}).status_code == 403


# --- what the database refuses


def made(office: Office, ticket: str) -> None:
    token, actor = office.token("loket"), office.actor("loket")
    with office.write() as session:
        case = advance.lock(session, ticket, actor)
        sign_in = session.exec(select(SignIn.digest).limit(1)).one()
        phone_links.make(session, case, token, sign_in, actor, now=office.clock())


def say(office: Office, statement: str) -> None:
    with office.rekom.database.engine.begin() as connection:
        connection.execute(text(statement))


def test_a_link_stays_what_it_is(office: Office) -> None:
    made(office, office.open())
    say(office, "UPDATE phone_link SET device = 'satu', taken = 1")
    for statement in (
        "UPDATE phone_link SET device = 'dua'",
        "UPDATE phone_link SET device = NULL, taken = 0",
        "UPDATE phone_link SET taken = 21",
        "UPDATE phone_link SET taken = -1, device = NULL",
        "UPDATE phone_link SET ends_at = made_at",
        "UPDATE phone_link SET staff_id = 2",
        "UPDATE phone_link SET digest = 'x'",
    ):
        with pytest.raises(DBAPIError):
            say(office, statement)
    say(office, "UPDATE phone_link SET ended_at = made_at")
    for statement in ("UPDATE phone_link SET ended_at = NULL", "UPDATE phone_link SET taken = 2"):
        with pytest.raises(DBAPIError, match="phone_link_stays"):
            say(office, statement)


def test_an_officer_has_one_live_link_a_case_and_it_goes_with_the_session(office: Office) -> None:
    ticket = office.open()
    made(office, ticket)
    made(office, ticket)
    assert office.count(PhoneLink) == 2
    with pytest.raises(DBAPIError, match=r"uq_phone_link_live|phone_link\.case_id"):
        say(
            office, "INSERT INTO phone_link SELECT 'x', case_id, staff_id, sign_in, made_at, ends_at, NULL, NULL, 0 FROM phone_link LIMIT 1"
        )
    with office.write() as session:
        _forget_sessions(session)
    assert office.count(PhoneLink) == 0


def _forget_sessions(session: Session) -> None:
    session.connection().execute(SignIn.__table__.delete())
