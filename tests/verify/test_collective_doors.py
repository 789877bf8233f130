"""Letter E through its doors: the API from proposal to replacement, what a desk is told of its QR, and the command line."""

from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from tests.approval_office import with_chain, with_policy
from tests.collective_office import again, approve, issued, press, propose, to_file
from tests.office import Office
from tests.verify.test_signing import NIK, SECRET, Signer
from verify import signing_batch
from verify.cli import main
from workflows import audit, collective, collective_paper, trust
from workflows.collective_states import CollectiveStatus
from workflows.errors import InvalidInput, NotAllowed, TransitionRefused
from workflows.letters import SealWithdrawn
from workflows.records import CollectiveReprint
from workflows.records.collective import CollectiveLetter
from workflows.rules.policy import ApprovalChain, SigningMode
from workflows.states import Role

S = CollectiveStatus
SCAN = b"%PDF-1.7 pindaian"


def test_the_api_takes_it_from_proposal_to_replacement(sqlite_office: Office) -> None:
    office = sqlite_office
    to_file(office, 1, 2)
    loket, kadis = office.api("loket"), office.api("kadis")
    made = loket.post("/registration-batches/1/collective-letter", key="1")
    assert (made.status_code, made.get_json()["status"], made.get_json()["people"]) == (201, "PROPOSED", 2)
    assert loket.post("/registration-batches/1/collective-letter", key="1").get_data() == made.get_data()
    assert loket.post("/registration-batches/1/collective-letter").get_json()["code"] == "surat-pengantar-sudah-ada"
    at = f"/collective-letters/{made.get_json()['id']}"
    assert kadis.post(f"{at}/letter.pdf").status_code == 404
    assert kadis.get(f"{at}/draft.pdf").status_code == 404
    assert kadis.post(f"{at}/decision", {"agrees": True, "list_sha256": "0" * 64}).status_code == 409
    assert kadis.post(f"{at}/decision", {"agrees": False, "list_sha256": made.get_json()["list_sha256"]}).status_code == 422
    done = kadis.post(f"{at}/decision", {"agrees": True, "list_sha256": made.get_json()["list_sha256"]})
    assert (done.status_code, done.get_json()["status"]) == (201, "ISSUED")
    assert kadis.post(f"{at}/letter.pdf").get_data().startswith(b"%PDF")
    person = done.get_json()["list"][0]
    assert person["nik"].startswith("••••") and office.case(person["ticket"]).name == person["name"]
    new = kadis.post(f"{at}/replacement", {"reason": "Nama di daftar salah."}).get_json()
    assert (new["status"], new["replaces"]) == ("ISSUED", done.get_json()["number"])
    old = loket.get(at).get_json()
    assert (old["status"], old["replaced_by"], old["ended_reason"]) == ("REPLACED", new["number"], "Nama di daftar salah.")
    gone = kadis.post(f"/collective-letters/{new['id']}/revocation", {"reason": "Kiriman batal."})
    assert gone.get_json()["status"] == "REVOKED"
    assert [one["status"] for one in loket.get("/collective-letters").get_json()["letters"]] == ["REVOKED", "REPLACED"]
    assert loket.post("/registration-batches/1/void", {"reason": "Kiriman batal."}).status_code == 201


def test_a_post_sends_it_back_and_its_proposer_takes_it_back(sqlite_office: Office) -> None:
    office = with_chain(sqlite_office)
    to_file(office, 1)
    with_policy(office, approval_chain=(ApprovalChain(None, (Role.KASI,)),))
    loket, kasi = office.api("loket"), office.api("kasi")
    first = loket.post("/registration-batches/1/collective-letter").get_json()
    assert first["turn"] == "KASI"
    word = {"agrees": False, "list_sha256": first["list_sha256"], "reason": "Urutan salah."}
    assert kasi.post(f"/collective-letters/{first['id']}/paraf", word).get_json()["status"] == "DROPPED"
    second = loket.post("/registration-batches/1/collective-letter").get_json()
    agreed = kasi.post(f"/collective-letters/{second['id']}/paraf", {"agrees": True, "list_sha256": second["list_sha256"]})
    assert (agreed.status_code, agreed.get_json()["turn"], agreed.get_json()["steps"][0]["name"]) == (201, None, "Kasi Contoh")
    assert loket.post(f"/collective-letters/{second['id']}/withdrawal", {"reason": "Salah kiriman."}).get_json()["status"] == "DROPPED"


def test_a_desk_is_told_that_it_is_no_letter_for_a_patient(sqlite_office: Office) -> None:
    office = sqlite_office
    letter = issued(office, 1)
    question = {"code": letter.token}
    rs = office.api("rs")
    said = rs.post("/desk/check", question).get_json()
    assert (said["answer"], said["letter"]) == ("NOT_FOR_HOSPITAL", None)
    assert said["reason"] == "Surat pengantar kolektif ini untuk BPJS Kesehatan. Bukan jaminan pembayaran."
    taken = rs.post("/desk/accept", question).get_json()
    assert (taken["answer"], taken["accepted"]) == ("NOT_FOR_HOSPITAL", False)
    page = office.app.test_client().get(f"/S/{letter.token}").get_data(as_text=True)
    assert "bukan untuk loket rumah sakit" in page and "Daftar 1 warga" in page
    office.api("kadis").post(f"/collective-letters/{letter.id}/revocation", {"reason": "Salah alamat."})
    told = rs.post("/desk/check", question).get_json()["reason"]
    assert told == "Dicabut Dinas Sosial 23 November 2026, 09.00 WIB: Salah alamat."


@pytest.mark.parametrize("mode", [SigningMode.WET, SigningMode.BSRE])
def test_where_paper_is_signed_by_hand_it_waits_for_its_decider(sqlite_office: Office, mode: SigningMode) -> None:
    office, letter = prepared(sqlite_office, mode)
    assert (letter.status, letter.pdf, letter.draft is not None) == (S.PREPARED, None, True)
    kadis, loket = office.actor("kadis"), office.actor("loket")
    with pytest.raises((NotAllowed, TransitionRefused)), office.write() as session:
        collective_paper.sign_electronically(session, letter.id or 0, b"", "x", loket, now=office.clock())
    if mode == SigningMode.WET:
        assert office.api("kadis").call("PUT", f"/collective-letters/{letter.id}/scan", data=b"apa saja").status_code == 422
        with office.write() as session:
            collective_paper.sign_with_ink(session, session.get_one(type(letter), letter.id), SCAN, kadis, now=office.clock())
    else:
        with office.write() as session:
            draft = collective_paper.draft_to_sign(session, letter.id or 0, kadis, now=office.clock())
        with pytest.raises(InvalidInput), office.write() as session:
            collective_paper.sign_electronically(session, letter.id or 0, b"lain", "x", kadis, now=office.clock())
        with office.write() as session:
            collective_paper.note_failure(session, letter.id or 0, "BSrE tidak menjawab.", kadis)
            collective_paper.sign_electronically(session, letter.id or 0, draft + b" TTE", "id-1", kadis, now=office.clock())
    assert again(office, letter).status == S.ISSUED


@pytest.mark.parametrize("mode", [SigningMode.WET, SigningMode.BSRE])
def test_a_paper_whose_key_was_withdrawn_meanwhile_is_not_issued(sqlite_office: Office, mode: SigningMode) -> None:
    office, letter = prepared(sqlite_office, mode)
    kadis, admin = office.actor("kadis"), office.actor("admin")
    with office.write() as session:
        trust.withdraw_key(session, letter.key_id or "", admin, now=office.clock())
    with pytest.raises(SealWithdrawn), office.write() as session:
        if mode == SigningMode.WET:
            collective_paper.sign_with_ink(session, session.get_one(type(letter), letter.id), SCAN, kadis, now=office.clock())
        else:
            collective_paper.draft_to_sign(session, letter.id or 0, kadis, now=office.clock())
    assert again(office, letter).status == S.PREPARED


def test_who_holds_no_authority_any_more_asks_nobody_for_a_signature(sqlite_office: Office) -> None:
    office, letter = prepared(sqlite_office, SigningMode.BSRE)
    kadis = office.actor("kadis")
    with office.write() as session:
        session.connection().execute(text("UPDATE signing_authority SET valid_to = '2026-11-23'"))
    office.clock.pass_by(days=1)
    with pytest.raises(NotAllowed, match="kewenangan tanda tangan"), office.write() as session:
        collective_paper.draft_to_sign(session, letter.id or 0, kadis, now=office.clock())


def prepared(office: Office, mode: SigningMode) -> tuple[Office, CollectiveLetter]:
    """A cover letter that waits for a signature on its paper."""
    to_file(office, 1)
    with_policy(office, signing_mode=mode)
    return office, press(office, approve(office, propose(office)))


def test_the_original_leaves_once_and_each_copy_is_marked_and_counted(office: Office) -> None:
    letter = issued(office, 1)
    loket, kadis = office.api("loket"), office.api("kadis")
    at = f"/collective-letters/{letter.id}/letter.pdf"
    assert (loket.get(at).status_code, loket.post(at).data) == (405, letter.pdf)
    for ordinal, who in ((1, kadis), (2, loket)):
        assert f"CETAK ULANG ke-{ordinal}" in who.post(at).text
    with office.read() as session:
        events = audit.events_of(session, collective.subject(letter))
    told = [(event.action, event.detail["ordinal"]) for event in events if "ordinal" in event.detail]
    assert told == [("PRINT", 0), ("REPRINT", 1), ("REPRINT", 2)]
    assert again(office, letter).token == letter.token
    kadis.post(f"/collective-letters/{letter.id}/revocation", {"reason": "Salah alamat."})
    assert (loket.post(at).status_code, office.count(CollectiveReprint)) == (409, 3)


def test_of_many_who_print_it_at_once_one_has_the_original(office: Office) -> None:
    letter, taken = issued(office, 1), []
    apis = [office.api("loket") for _ in range(5)]
    at = f"/collective-letters/{letter.id}/letter.pdf"
    threads = [Thread(target=lambda api=api: taken.append(api.post(at).text)) for api in apis]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    marks = sorted(paper.rpartition("ke-")[2][:1] if "CETAK ULANG" in paper else "original" for paper in taken)
    assert marks == ["1", "2", "3", "4", "original"]


@pytest.mark.parametrize("mode", [SigningMode.WET, SigningMode.BSRE])
def test_it_stands_on_the_signers_list(sqlite_office: Office, mode: SigningMode) -> None:
    office, letter = prepared(sqlite_office, mode)
    kadis = office.api("kadis")
    assert kadis.get(f"/collective-letters/{letter.id}/draft.pdf").data == letter.draft
    (row,) = kadis.get("/signing").get_json()["collective_letters"]
    assert (row["id"], row["number"], row["people"], row["mode"]) == (letter.id, letter.number, 1, mode.value)
    if mode == SigningMode.WET:
        return
    vars(office.rekom)["signer"] = Signer()
    pen = {"nik": NIK, "passphrase": SECRET}
    assert kadis.post("/signing", pen).status_code == 422
    assert kadis.post("/signing", {**pen, "collective_letters": [letter.id]}).status_code == 202
    for thread in signing_batch.running():
        thread.join(30)
    assert (again(office, letter).status, kadis.get("/signing").get_json()["collective_letters"]) == (S.ISSUED, [])


def test_the_command_line_writes_the_paper(sqlite_office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = sqlite_office
    letter = issued(office, 1)
    monkeypatch.setattr("verify.commands.registration.installation", lambda: office.rekom)

    def ask(number: str, by: str = "loket") -> tuple[int, str]:
        said = CliRunner().invoke(main, ["registration", "letter", number, str(tmp_path), "--region", "3673", "--by", by])
        return said.exit_code, said.output

    assert ask("2") == (2, "Gagal: Berkas kiriman ini belum punya surat pengantar yang terbit. Ajukan di halaman pendaftaran.\n")
    assert [ask("1", who)[0] for who in ("siapa", "rs")] == [2, 2]
    assert [ask("1")[0], ask("1")[0]] == [0, 0]
    assert (tmp_path / "pengantar-3673-0001.pdf").read_bytes() == letter.pdf
    assert "CETAK ULANG ke-1" in (tmp_path / "pengantar-3673-0001-cetak-ulang-1.pdf").read_text(errors="replace")
