"""Three ways to make a letter official: the seal alone, BSrE, and ink with the scan."""

import hashlib
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.office import MORNING, POLICIES, Office, running_office
from tests.verify.made_scans import a_scan
from verify import signing_batch
from workflows import signing
from workflows.desk import DeskAnswer
from workflows.errors import Refused, RegistryError, Unavailable, WrongPassphrase
from workflows.letter_states import LetterState
from workflows.passphrase import Passphrase
from workflows.ports import SignedPaper, SignerOutcome, SignerStatus
from workflows.rules.policy import PolicyBook, SigningMode
from workflows.states import State

NIK = "9901015001700001"
SECRET = "tte-demo-2026"
JPEG = a_scan()


@dataclass
class Signer:
    """BSrE as far as a batch sees it; ``fails`` says which turn goes wrong and how."""

    fails: dict[int, RegistryError] = field(default_factory=dict)
    returns: bytes | None = None
    asked: int = 0
    outcome: SignerOutcome = SignerOutcome.ACTIVE

    def status(self, nik: str) -> SignerStatus:
        return SignerStatus(self.outcome, nik[-4:], None, "BSrE", MORNING)

    def sign(self, pdf: bytes, nik: str, passphrase: Passphrase, reason: str, location: str) -> SignedPaper:
        self.asked += 1
        if error := self.fails.get(self.asked):
            raise error
        assert passphrase.reveal() == SECRET
        signed = self.returns if self.returns is not None else pdf + f"{nik[-4:]} {reason} {location}".encode()
        digests = (hashlib.sha256(pdf).hexdigest(), hashlib.sha256(signed).hexdigest())
        return SignedPaper(signed, f"DOC-{self.asked}", *digests, "BSrE", MORNING)


def policies_with(mode: SigningMode) -> PolicyBook:
    blocks = tuple(replace(block, signing_mode=replace(block.signing_mode, value=mode)) for block in POLICIES.regions["3673"])
    return replace(POLICIES, regions={**POLICIES.regions, "3673": blocks})


def prepared(office: Office, mode: SigningMode, *numbers: int) -> list[str]:
    """Cases whose letters wait for their signature."""
    vars(office.rekom)["policies"] = policies_with(mode)
    tickets = [office.to_decision(number) for number in numbers]
    for ticket in tickets:
        answer = office.api("kadis").post(
            f"/applications/{ticket}/decision", {"outcome": "APPROVE", "reason": "Uji.", "version": office.case(ticket).version}
        )
        assert answer.status_code == 201, answer.json
    office.drain()
    assert {office.case(ticket).state for ticket in tickets} == {State.SIGNING}
    return tickets


def pen(office: Office) -> signing_batch.Pen:
    return signing_batch.Pen(office.actor("kadis"), NIK, Passphrase(SECRET))


def test_a_sealed_letter_needs_nothing_more(sqlite_office: Office) -> None:
    ticket = sqlite_office.to_letter()
    letter = sqlite_office.letter(ticket)
    assert (letter.signing_mode, letter.state, letter.draft) == (SigningMode.SEAL, LetterState.ISSUED, None)


def test_a_prepared_letter_is_in_progress_at_the_desk(office: Office) -> None:
    (ticket,) = prepared(office, SigningMode.BSRE, 1)
    letter = office.letter(ticket)
    assert (letter.state, letter.pdf) == (LetterState.PREPARED, None)
    assert letter.draft is not None and letter.token is not None
    answer = office.api("rs").post("/desk/check", {"code": letter.token})
    assert answer.json["answer"] == DeskAnswer.IN_PROGRESS


def test_a_batch_signs_every_letter_and_adds_nothing_but_the_signature(office: Office) -> None:
    tickets = prepared(office, SigningMode.BSRE, 1, 2, 3)
    drafts = [office.letter(ticket).draft for ticket in tickets]
    signer = Signer()
    vars(office.rekom)["signer"] = signer
    assert signing_batch.sign_all(office.rekom, tickets, pen(office)) == 3
    for position, ticket in enumerate(tickets):
        letter, draft = office.letter(ticket), drafts[position]
        assert office.case(ticket).state == State.LETTER_ISSUED
        assert letter.pdf is not None and draft is not None
        assert letter.pdf == draft + f"0001 {signing_batch.REASON} Serang".encode()
        assert letter.pdf_sha256 == hashlib.sha256(letter.pdf).hexdigest()
        assert (letter.draft, letter.signature_id) == (None, f"DOC-{position + 1}")
        assert office.api("rs").post("/desk/check", {"code": letter.token}).json["answer"] == DeskAnswer.VALID


@pytest.mark.parametrize("returned", [b"%PDF another paper", b""])
def test_a_paper_that_is_not_ours_is_refused_and_the_letter_still_waits(office: Office, returned: bytes) -> None:
    (ticket,) = prepared(office, SigningMode.BSRE, 1)
    vars(office.rekom)["signer"] = Signer(returns=returned)
    assert signing_batch.sign_all(office.rekom, [ticket], pen(office)) == 0
    letter = office.letter(ticket)
    assert letter.state == LetterState.PREPARED
    assert letter.signing_error == "Surat yang kembali dari BSrE bukan surat yang dikirim. Tanda tangani lagi."


def test_the_unsigned_draft_itself_is_no_signature(office: Office) -> None:
    (ticket,) = prepared(office, SigningMode.BSRE, 1)
    vars(office.rekom)["signer"] = Signer(returns=office.letter(ticket).draft)
    assert signing_batch.sign_all(office.rekom, [ticket], pen(office)) == 0
    assert office.case(ticket).state == State.SIGNING


def test_a_wrong_passphrase_ends_the_batch_at_once(sqlite_office: Office) -> None:
    tickets = prepared(sqlite_office, SigningMode.BSRE, 1, 2)
    signer = Signer(fails={1: WrongPassphrase()})
    vars(sqlite_office.rekom)["signer"] = signer
    assert signing_batch.sign_all(sqlite_office.rekom, tickets, pen(sqlite_office)) == 0
    assert signer.asked == 1
    listed = sqlite_office.api("kadis").get("/signing").json["letters"]
    assert [entry["error"] for entry in listed] == [str(WrongPassphrase()), None]


def test_a_letter_that_is_being_signed_is_not_sent_again(office: Office) -> None:
    (ticket,) = prepared(office, SigningMode.BSRE, 1)
    with office.write() as session:
        signing.draft_to_sign(session, ticket, office.actor("kadis"), now=office.clock())
    signer = Signer()
    vars(office.rekom)["signer"] = signer
    assert (signing_batch.sign_all(office.rekom, [ticket], pen(office)), signer.asked) == (0, 0)
    office.clock.pass_by(minutes=6)
    assert (signing_batch.sign_all(office.rekom, [ticket], pen(office)), signer.asked) == (1, 1)


def test_an_outage_costs_one_letter_its_turn_only(sqlite_office: Office) -> None:
    tickets = prepared(sqlite_office, SigningMode.BSRE, 1, 2)
    vars(sqlite_office.rekom)["signer"] = Signer(fails={1: Unavailable()})
    assert signing_batch.sign_all(sqlite_office.rekom, tickets, pen(sqlite_office)) == 1
    assert [sqlite_office.case(ticket).state for ticket in tickets] == [State.SIGNING, State.LETTER_ISSUED]


def test_a_certificate_that_cannot_sign_is_said_before_anything_is_signed(sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.BSRE, 1)
    signer = Signer(outcome=SignerOutcome.EXPIRED)
    vars(sqlite_office.rekom)["signer"] = signer
    with pytest.raises(Refused, match="EXPIRED"):
        signing_batch.begin(sqlite_office.rekom, [ticket], pen(sqlite_office))
    assert signer.asked == 0


def test_only_whoever_decided_signs(sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.BSRE, 1)
    other = sqlite_office.hire("plt")
    sqlite_office.let_sign(other, MORNING.date(), MORNING.date())
    vars(sqlite_office.rekom)["signer"] = Signer()
    theirs = signing_batch.Pen(sqlite_office.actor("plt"), NIK, Passphrase(SECRET))
    assert signing_batch.sign_all(sqlite_office.rekom, [ticket], theirs) == 0
    assert sqlite_office.letter(ticket).signing_error == "Surat ini diputuskan penanda tangan lain. Hanya ia yang menandatangani."


def test_over_the_wire_and_the_passphrase_is_nowhere(sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The API, the real press and the simulated BSrE together; then every file of the office is searched."""
    caplog.set_level(logging.DEBUG)
    with running_office(sqlite_url, tmp_path, simulator=True) as office:
        (ticket,) = prepared(office, SigningMode.BSRE, 1)
        answer = office.api("kadis").post("/signing", {"tickets": [ticket], "nik": NIK, "passphrase": SECRET})
        assert answer.status_code == 202, answer.json
        for thread in signing_batch.running():
            thread.join(30)
        letter = office.letter(ticket)
        assert letter.state == LetterState.ISSUED, letter.signing_error
        assert letter.pdf is not None and letter.pdf.startswith(b"%PDF-")
    assert SECRET not in caplog.text
    kept = [path for path in [*tmp_path.rglob("*"), *Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("*.db*")] if path.is_file()]
    assert kept
    assert not [path.name for path in kept if SECRET.encode() in path.read_bytes()]


def test_ink_needs_the_scan_and_the_paper_stays_as_it_was(office: Office) -> None:
    (ticket,) = prepared(office, SigningMode.WET, 1)
    draft, kadis = office.letter(ticket).draft, office.api("kadis")
    wrong = kadis.call("PUT", f"/applications/{ticket}/scan", data=b"MZ program", content_type="application/octet-stream")
    assert (wrong.status_code, wrong.json["detail"]) == (422, "Pindaian harus berupa PDF, JPEG, atau PNG. Pindai lagi, lalu unggah.")
    huge = kadis.call("PUT", f"/applications/{ticket}/scan", data=JPEG + b"0" * 5 * 1024 * 1024, content_type="image/jpeg")
    assert huge.status_code == 413
    assert office.case(ticket).state == State.SIGNING
    good = kadis.call("PUT", f"/applications/{ticket}/scan", data=JPEG + b"0" * 2 * 1024 * 1024, content_type="image/jpeg")
    assert good.status_code == 200, good.json
    letter = office.letter(ticket)
    assert (letter.state, letter.pdf) == (LetterState.ISSUED, draft)
    assert letter.scan is not None and letter.scan.startswith(b"\xff\xd8\xff") and len(letter.scan) < 100_000


def test_a_letter_is_signed_only_in_its_own_way(sqlite_office: Office) -> None:
    (ticket,) = prepared(sqlite_office, SigningMode.WET, 1)
    vars(sqlite_office.rekom)["signer"] = Signer()
    assert signing_batch.sign_all(sqlite_office.rekom, [ticket], pen(sqlite_office)) == 0
    assert sqlite_office.case(ticket).state == State.SIGNING


def test_a_prepared_letter_can_be_revoked_and_keeps_its_number(office: Office) -> None:
    (ticket,) = prepared(office, SigningMode.WET, 1)
    number = office.letter(ticket).number
    answer = office.api("kadis").post(f"/applications/{ticket}/revocation", {"reason": "Salah orang."})
    assert answer.status_code == 201, answer.json
    assert (office.letter(ticket).state, office.letter(ticket).number) == (LetterState.REVOKED, number)
