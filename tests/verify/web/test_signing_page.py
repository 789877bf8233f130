"""Signing by forms: the batch with BSrE, and ink with the scan."""

from collections.abc import Callable
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.approval_office import with_policy
from tests.collective_office import again, approve, press, propose, to_file
from tests.office import Office
from tests.verify.test_signing import JPEG, NIK, SECRET, Signer, prepared
from tests.verify.web.visitor import Page, Visitor, read
from verify import signing_batch
from workflows.letter_states import LetterState
from workflows.ports import SignerOutcome
from workflows.rules.policy import SigningMode
from workflows.states import State

Visit = Callable[[str], Visitor]


def wait() -> None:
    for thread in signing_batch.running():
        thread.join(30)


def upload(visitor: Visitor, ticket: str, token: str, scan: bytes) -> Page:
    """Send a scan as a browser does; encoded here, since the test client leaves its own temporary file open."""
    boundary, body = encode_multipart({"csrf_token": token, "scan": FileStorage(BytesIO(scan), "surat.jpg")})
    sent = {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
    return read(visitor.client.post(f"/berkas/{ticket}/tanda-tangan", **sent))


def test_an_empty_list_says_so(visit: Visit) -> None:
    assert "Tidak ada surat yang menunggu tanda tangan Anda." in visit("kadis").get("/tanda-tangan").main()


def test_a_batch_is_signed_from_the_page(visit: Visit, sqlite_office: Office) -> None:
    tickets = prepared(sqlite_office, SigningMode.BSRE, 1, 2)
    vars(sqlite_office.rekom)["signer"] = Signer()
    kadis = visit("kadis")
    page = kadis.get("/tanda-tangan")
    assert [sqlite_office.letter(ticket).number in page.main() for ticket in tickets] == [True, True]
    answer = kadis.send(page, nik=NIK, passphrase=SECRET, tickets=tickets)
    wait()
    assert "2 surat sedang ditandatangani" in kadis.follow(answer).main()
    assert {sqlite_office.letter(ticket).state for ticket in tickets} == {LetterState.ISSUED}


def test_a_refusal_of_bsre_is_shown_and_the_passphrase_is_not(visit: Visit, sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.BSRE, 1)
    vars(sqlite_office.rekom)["signer"] = Signer(outcome=SignerOutcome.EXPIRED)
    page = visit("kadis").fill("/tanda-tangan", "/tanda-tangan", nik=NIK, passphrase=SECRET, tickets=[ticket])
    assert page.status == 502
    assert "Sertifikat elektronik Anda tidak dapat dipakai" in page.main()
    assert SECRET not in page.text


def test_nothing_chosen_and_nothing_typed_are_named(visit: Visit, sqlite_office: Office) -> None:
    prepared(sqlite_office, SigningMode.BSRE, 1)
    page = visit("kadis").post("/tanda-tangan", {"csrf_token": visit("kadis").get("/tanda-tangan").value("csrf_token")})
    assert page.status in (400, 422)


def test_a_letter_for_bsre_asks_for_no_scan(visit: Visit, sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.BSRE, 1)
    page = visit("kadis").get(f"/berkas/{ticket}/tanda-tangan")
    assert "tidak perlu pindaian" in page.main() and "/tanda-tangan" in page.links() and "Pindaian surat" not in page.main()


def test_the_draft_can_be_read_before_it_is_signed(visit: Visit, sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.WET, 1)
    answer = visit("kadis").client.get(f"/berkas/{ticket}/draf.pdf")
    assert (answer.status_code, answer.data) == (200, sqlite_office.letter(ticket).draft)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"MZ program", "Pindaian harus berupa PDF, JPEG, atau PNG."), (JPEG + bytes(5 * 1024 * 1024), "Pindaian paling besar 5 MB.")],
)
def test_a_scan_that_is_none_is_refused(visit: Visit, sqlite_office: Office, content: bytes, sentence: str) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.WET, 1)
    kadis = visit("kadis")
    token = kadis.get(f"/berkas/{ticket}/tanda-tangan").value("csrf_token")
    page = upload(kadis, ticket, token, content)
    assert page.status == 422
    assert sentence in page.main()
    assert sqlite_office.case(ticket).state == State.SIGNING


def test_a_scan_issues_the_letter(visit: Visit, sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.WET, 1)
    kadis = visit("kadis")
    assert "Tandatangani" in kadis.get(f"/berkas/{ticket}").main()
    token = kadis.get(f"/berkas/{ticket}/tanda-tangan").value("csrf_token")
    answer = upload(kadis, ticket, token, JPEG + bytes(2 * 1024 * 1024))
    assert "Surat terbit" in kadis.follow(answer).main()
    assert sqlite_office.case(ticket).state == State.LETTER_ISSUED


def test_no_file_chosen_is_named(visit: Visit, sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.WET, 1)
    page = visit("kadis").fill(f"/berkas/{ticket}/tanda-tangan", f"/berkas/{ticket}/tanda-tangan")
    assert (page.status, "Pilih berkas pindaian dulu" in page.main()) == (422, True)


@pytest.mark.parametrize("who", ["loket", "peksos", "validator", "rs"])
def test_others_may_not_sign(visit: Visit, who: str) -> None:
    assert visit(who).get("/tanda-tangan").status == 403


@pytest.mark.parametrize("mode", [SigningMode.WET, SigningMode.BSRE])
def test_a_cover_letter_stands_on_the_list_and_is_signed_with_the_others(visit: Visit, sqlite_office: Office, mode: SigningMode) -> None:
    office = sqlite_office
    to_file(office, 1)
    with_policy(office, signing_mode=mode)
    letter = press(office, approve(office, propose(office)))
    (ticket,) = prepared(office, mode, 2)
    kadis = visit("kadis")
    page = kadis.get("/tanda-tangan")
    assert (str(letter.number) in page.main(), f"/pengantar/{letter.id}" in page.links()) == (True, True)
    assert "Ditandatangani" not in kadis.get(f"/pengantar/{letter.id}").main()
    if mode == SigningMode.WET:
        return
    vars(office.rekom)["signer"] = Signer()
    strange = kadis.send(page, nik=NIK, passphrase=SECRET, tickets=[], collective_letters=["satu"])
    assert (strange.status, "Kesalahan" in strange.text) == (422, True)
    answer = kadis.send(page, nik=NIK, passphrase=SECRET, tickets=[ticket], collective_letters=[str(letter.id)])
    wait()
    assert "2 surat sedang ditandatangani" in kadis.follow(answer).main()
    assert (again(office, letter).status, office.letter(ticket).state) == ("ISSUED", LetterState.ISSUED)
