"""What every ``RemoteSigner`` must do: the fake, and BSrE's adapter over the wire in both versions."""

import hashlib
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pypdf
import pytest

from schemas.signed_pdf import is_signed_over
from tests.contracts.bsre_signing import PAPER, adapter, failure, signed, signer
from tests.fakes import FakeSigner
from verify.simulator import Fault, Registry
from workflows.errors import Refused, SignerNotRegistered, Unavailable, WrongPassphrase
from workflows.passphrase import Passphrase
from workflows.ports import RemoteSigner, SignerOutcome

STRANGER = "9901014101900001"


@pytest.fixture(params=["fake", "version 1", "version 1, fetched by number", "version 2"])
def port(request: pytest.FixtureRequest) -> Iterator[RemoteSigner]:
    """Whatever keeps the contract."""
    if request.param == "fake":
        yield FakeSigner()
        return
    simulator = request.getfixturevalue("simulator")
    if "fetched" in request.param:
        simulator.faults.set(Registry.BSRE, Fault.BY_NUMBER)
    with adapter(simulator.settings, request.param[8]) as real:
        yield real


def test_a_signed_paper_begins_with_every_byte_of_ours(port: RemoteSigner) -> None:
    paper = signed(port)
    assert paper.pdf.startswith(PAPER)
    assert is_signed_over(PAPER, paper.pdf)
    assert paper.sha256_before == hashlib.sha256(PAPER).hexdigest()
    assert paper.sha256_after == hashlib.sha256(paper.pdf).hexdigest() != paper.sha256_before


def test_it_says_where_and_when_from(port: RemoteSigner) -> None:
    before = datetime.now(UTC)
    paper = signed(port)
    assert paper.source == "BSrE"
    assert before <= paper.as_of <= datetime.now(UTC) + timedelta(seconds=1)
    assert paper.document_id is None or paper.document_id.isalnum()


def test_a_reader_finds_the_signature_and_the_page(port: RemoteSigner) -> None:
    reader = pypdf.PdfReader(io.BytesIO(signed(port).pdf))
    fields = reader.get_fields()
    assert fields is not None and list(fields) == ["TTE"]
    signature = fields["TTE"]["/V"]
    assert (signature["/Name"], signature["/Reason"], signature["/Location"]) == (signer().name, "Surat rekomendasi", "Kota Serang")
    assert len(reader.pages) == 1


def test_a_passphrase_may_hold_any_sign(port: RemoteSigner) -> None:
    assert signed(port, signer("sekretaris-contoh")).pdf.startswith(PAPER)


@pytest.mark.parametrize("typed", ["bukan-ini", "tte-demo-202", "tte-demo-20266", "TTE-DEMO-2026", " tte-demo-2026"])
def test_a_wrong_passphrase_is_named(port: RemoteSigner, typed: str) -> None:
    error = failure(port, passphrase=typed)
    assert isinstance(error, WrongPassphrase)
    assert error.context["code"] == "2031"
    assert typed not in str(error) + repr(error.context)


def test_one_signers_passphrase_is_not_anothers(port: RemoteSigner) -> None:
    assert isinstance(failure(port, signer("sekretaris-contoh"), passphrase=signer().passphrase), WrongPassphrase)


def test_who_is_not_registered_is_told_so(port: RemoteSigner) -> None:
    with pytest.raises(SignerNotRegistered) as caught:
        port.sign(PAPER, STRANGER, Passphrase("apa saja"), "uji", "Serang")
    assert caught.value.context["code"] == "2011"
    assert STRANGER not in str(caught.value) + repr(caught.value.context)


@pytest.mark.parametrize("key", ["kabid-kedaluwarsa", "kasi-ditangguhkan"])
def test_a_certificate_that_is_not_active_does_not_sign(port: RemoteSigner, key: str) -> None:
    error = failure(port, signer(key))
    assert type(error) is Refused
    assert error.context["reason"] == "unknown"


@pytest.mark.parametrize("pdf", [b"", b"bukan PDF", PAPER[:-20]])
def test_what_is_no_whole_pdf_is_refused(port: RemoteSigner, pdf: bytes) -> None:
    error = failure(port, pdf=pdf)
    assert isinstance(error, Refused)
    assert error.context["reason"] == "bad_format"


@pytest.mark.parametrize(
    ("key", "outcome", "word"),
    [
        ("kadis-contoh", SignerOutcome.ACTIVE, "ISSUE"),
        ("sekretaris-contoh", SignerOutcome.ACTIVE, "ISSUE"),
        ("kabid-kedaluwarsa", SignerOutcome.EXPIRED, "EXPIRED"),
        ("kasi-ditangguhkan", SignerOutcome.INACTIVE, "SUSPEND"),
    ],
)
def test_each_signers_standing(port: RemoteSigner, key: str, outcome: SignerOutcome, word: str) -> None:
    status = port.status(signer(key).nik)
    assert (status.outcome, status.raw_code, status.source) == (outcome, word, "BSrE")
    assert status.raw_text is not None and word in status.raw_text


def test_a_stranger_is_not_registered(port: RemoteSigner) -> None:
    status = port.status(STRANGER)
    assert (status.outcome, status.raw_text) == (SignerOutcome.NOT_REGISTERED, "User belum terdaftar")


def test_the_same_paper_may_be_signed_again(port: RemoteSigner) -> None:
    first, second = signed(port), signed(port)
    assert first.sha256_before == second.sha256_before
    assert first.sha256_after != second.sha256_after


def test_the_fake_can_be_switched() -> None:
    fake = FakeSigner()
    fake.switch.off()
    assert isinstance(failure(fake), Unavailable)
    fake.switch.refuse()
    assert isinstance(failure(fake), Refused)
    fake.switch.on()
    assert signed(fake).document_id is None
