"""The desk as an installed program: its parts, who sits at it, and what it tells to whom."""

import json
from pathlib import Path
from typing import Any

import pytest

from docs.verifier import rekom_verifier
from schemas.desk_check import NEXT_STEPS, TITLES
from tests.office import Office, person
from verify.web.desk_app import PARTS, STATIC
from verify.web.desk_words import ALONE, ONLOOKER, OURS, SCREENS, SENTENCES
from workflows.desk import DeskAnswer

ROOT = Path(rekom_verifier.__file__).parents[2]


def client(office: Office, username: str | None = None) -> tuple[Any, dict[str, str]]:
    """A browser's session and the header its questions carry."""
    browser = office.app.test_client()
    if username:
        with browser.session_transaction() as cookie:
            cookie["token"] = office.token(username)
    return browser, {"X-CSRFToken": browser.get("/periksa/meja").get_json()["csrf_token"]}


def ask(office: Office, username: str | None, **question: str) -> tuple[int, dict[str, Any]]:
    browser, headers = client(office, username)
    answer = browser.post("/periksa/jawab", json=question, headers=headers)
    return answer.status_code, answer.get_json()


def test_the_desk_verifies_with_the_published_verifier() -> None:
    assert (STATIC / "desk" / "verifier.js").read_bytes() == (ROOT / "docs" / "verifier" / "rekom_verifier.mjs").read_bytes()


def test_every_part_is_there_and_kept(sqlite_office: Office) -> None:
    browser, _ = client(sqlite_office)
    worker = browser.get("/periksa/sw.js")
    assert (worker.mimetype, worker.headers["Service-Worker-Allowed"]) == ("text/javascript", "/periksa")
    named = json.loads(worker.text.split("const PARTS = ", 1)[1].split(";", 1)[0])
    assert named == [f"/static/{name}" for name in PARTS]
    for name in named:
        with browser.get(name) as part:
            assert part.status_code == 200
    assert {path.name for path in (STATIC / "desk").glob("*.js")} == {Path(name).name for name in PARTS if "desk/" in name} - {
        "zxing_reader.wasm"
    } | {"sw.js"}


def test_it_can_be_installed(sqlite_office: Office) -> None:
    facts = client(sqlite_office)[0].get("/periksa/loket.webmanifest").get_json(force=True)
    assert (facts["display"], facts["start_url"], facts["scope"]) == ("standalone", "/periksa", "/periksa")
    assert facts["icons"][0]["src"] == "/static/mark.svg"


def test_only_the_desks_page_may_run_webassembly(sqlite_office: Office) -> None:
    browser, _ = client(sqlite_office, "rs")
    for path in ("/periksa", "/periksa/luring"):
        policy = browser.get(path).headers["Content-Security-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval'" in policy
        assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy
    assert "wasm" not in browser.get("/bantuan").headers["Content-Security-Policy"]


def test_what_is_kept_names_nobody(sqlite_office: Office) -> None:
    page = client(sqlite_office, "rs")[0].get("/periksa/luring").text
    alone = client(sqlite_office)[0].get("/periksa/luring").text
    assert page == alone
    assert "csrf_token" not in page


def test_who_sits_here(sqlite_office: Office) -> None:
    seats = {name: client(sqlite_office, name)[0].get("/periksa/meja").get_json() for name in ("rs", "kadis", None)}
    assert seats["rs"]["hospital"] == {"code": "RS-CONTOH-1", "name": "RSUD Contoh Serang"}
    assert [(seat["signed_in"], seat["may_accept"]) for seat in seats.values()] == [(True, True), (True, False), (False, False)]
    assert seats["rs"]["now"] == sqlite_office.clock().timestamp()


def test_the_public_is_told_what_any_telephone_sees(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter(hospital_code="RS-CONTOH-1")
    code = str(sqlite_office.letter(ticket).token)
    status, said = ask(sqlite_office, None, code=code)
    assert (status, said["answer"], said["letter"], said["used"], said["code"]) == (200, "VALID", None, None, None)
    assert (said["acceptable"], said["movable"]) == (False, False)
    assert "Maya" not in str(said)
    sqlite_office.revoke(ticket)
    assert "Salah orang" not in str(ask(sqlite_office, None, code=code)[1])
    assert ask(sqlite_office, None, code="A" * 300)[1]["answer"] == "FORGED"
    before = len(sqlite_office.events(ticket))
    ask(sqlite_office, None, code=code)
    assert len(sqlite_office.events(ticket)) == before


@pytest.mark.parametrize("question", [{"nik": str(person()["nik"])}, {"number": "400.9/001/Dinsos/XI/2026", "nik": str(person()["nik"])}])
def test_a_nik_is_only_for_whoever_has_signed_in(sqlite_office: Office, question: dict[str, str]) -> None:
    sqlite_office.to_letter()
    status, said = ask(sqlite_office, None, **question)
    assert (status, list(said)) == (401, ["problem"])
    assert ask(sqlite_office, "rs", **question)[1]["answer"] == "VALID"


@pytest.mark.parametrize("by", ["rs", "rs2", "kadis"])
def test_what_may_be_done_is_told_to_a_hospital_only(sqlite_office: Office, by: str) -> None:
    code = str(sqlite_office.letter(sqlite_office.to_letter(hospital_code="RS-CONTOH-1")).token)
    said = ask(sqlite_office, by, code=code)[1]
    assert (said["acceptable"], said["movable"]) == {"rs": (True, False), "rs2": (False, True), "kadis": (False, False)}[by]


def test_the_next_step_is_one_that_whoever_asks_can_take(sqlite_office: Office) -> None:
    code = str(sqlite_office.letter(sqlite_office.to_letter()).token)
    steps = {by: ask(sqlite_office, by, code=code)[1]["next_step"] for by in ("rs", "kadis", None)}
    assert steps == {"rs": NEXT_STEPS[DeskAnswer.VALID], "kadis": SENTENCES["ACCEPT_ELSEWHERE"], None: SENTENCES["ACCEPT_ELSEWHERE"]}
    assert sqlite_office.api("rs").post("/desk/accept", {"code": code}).status_code == 200
    said = {by: ask(sqlite_office, by, code=code)[1] for by in ("rs", "rs2", "kadis", None)}
    assert [said[by]["movable"] for by in said] == [False, True, False, False]
    assert said["rs"]["next_step"] == OURS and said["rs2"]["next_step"] == NEXT_STEPS[DeskAnswer.ALREADY_USED]
    assert said["kadis"]["next_step"] == said[None]["next_step"] == ONLOOKER[DeskAnswer.ALREADY_USED]


def test_a_letters_number_in_place_of_a_code_is_not_called_unknown(sqlite_office: Office) -> None:
    number = sqlite_office.letter(sqlite_office.to_letter()).number
    assert ask(sqlite_office, "rs", code=number) == (422, {"problem": "Ini nomor surat, bukan kode QR. Isi juga NIK di bawah."})
    status, said = ask(sqlite_office, None, code=number)
    assert (status, said["problem"].partition(".")[0]) == (401, "Nomor surat dan NIK hanya diperiksa sesudah masuk")


def test_the_page_counts_niks_with_the_api(sqlite_office: Office) -> None:
    object.__setattr__(sqlite_office.rekom.settings, "lookups_account", 2)
    assert sqlite_office.api("rs").post("/desk/check", {"nik": person(1)["nik"]}).status_code == 200
    browser, headers = client(sqlite_office, "rs")
    said = [browser.post("/periksa/jawab", json={"nik": person(number)["nik"]}, headers=headers) for number in (2, 3)]
    assert [one.status_code for one in said] == [200, 429]
    assert browser.get("/periksa/jawab?nik=9901014101900001").status_code == 405, "a NIK never stands in an address"


def test_every_no_names_the_offices_telephone(sqlite_office: Office) -> None:
    phone = sqlite_office.policy.office.phone
    browser, _ = client(sqlite_office, "rs")
    for page in (browser.get("/periksa").text, browser.get("/periksa/luring").text):
        assert page.count(phone) == 1


def test_a_question_that_is_none_comes_back_as_a_sentence(sqlite_office: Office) -> None:
    status, said = ask(sqlite_office, "rs", number="x")
    assert (status, said) == (422, {"problem": "Nomor surat hanya diperiksa bersama NIK."})
    browser, headers = client(sqlite_office, "rs")
    assert browser.post("/periksa/jawab", data="x", headers=headers).status_code == 422
    assert browser.post("/periksa/jawab", json={"code": "x"}).status_code == 400, "without the page's own key"
    assert client(sqlite_office)[0].post("/periksa/kirim", json={}, headers=client(sqlite_office)[1]).status_code in (400, 401)


def test_every_answer_has_its_word_icon_colour_and_next_step() -> None:
    known = [screen for screen in SCREENS if screen.answer in set(DeskAnswer)]
    others = [screen for screen in SCREENS if screen not in known]
    assert (len(known), len(others)) == (len(DeskAnswer), 2)
    assert {(screen.title, screen.next_step) for screen in known} == {(TITLES[answer], NEXT_STEPS[answer]) for answer in DeskAnswer}
    assert len({screen.title for screen in SCREENS}) == len(SCREENS)
    assert {screen.kind for screen in SCREENS} == {"good", "warn", "bad"}
    assert all("Pasien gawat darurat tetap dilayani." in screen.next_step for screen in others)


def test_every_sentence_the_desk_says_is_there_and_used() -> None:
    scripts = "".join(path.read_text() for path in (STATIC / "desk").glob("*.js") if path.name != "zxing.js")
    assert [name for name in SENTENCES if f'"{name}"' not in scripts] == []
    assert set(ALONE) <= set(SENTENCES)


def test_no_next_step_without_network_needs_it(sqlite_office: Office) -> None:
    page = sqlite_office.app.test_client().get("/periksa/luring").get_data(as_text=True)
    for name, step in ALONE.items():
        assert f'data-sentence="{name}" data-next="{step}"' in page
        assert not step.startswith(("Tekan", "Sambungkan", "Tunggu")), "no button is there, nothing to wait for"
