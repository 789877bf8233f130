"""The office's own signature on the paper: whole, valid, on the page as it was, and only on sealed letters."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from schemas.signed_pdf import continues, is_signed_over
from tests.verify.letter_facts import NORMAL
from verify.composition import Rekom
from verify.config import Settings
from verify.documents.letter import TypstPress
from verify.documents.pades import CertificateUnusable, SignedPress, office_signer
from verify.keys import make_keys

PASSWORD = "hanya untuk uji"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made-up office's PKCS#12 file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dinas Sosial Contoh")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    signed = made.add_extension(usage, critical=True).sign(key, SHA256())
    path = tmp_path_factory.mktemp("office") / "kantor.p12"
    path.write_bytes(serialize_key_and_certificates(b"kantor", key, signed, None, BestAvailableEncryption(PASSWORD.encode())))
    return path


@pytest.fixture(scope="module")
def presses(certificate: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TypstPress, SignedPress]]:
    keys = make_keys(tmp_path_factory.mktemp("keys") / "keys")
    plain = TypstPress(lambda: keys, "https://rekom.example.go.id")
    yield plain, SignedPress(plain, lambda: office_signer(certificate, PASSWORD))


def test_the_signature_covers_the_whole_page_as_it_was(presses: tuple[TypstPress, SignedPress], certificate: Path) -> None:
    plain, signing = presses
    before, after = plain.press(NORMAL), signing.press(NORMAL)
    assert continues(before.pdf, after.pdf) and is_signed_over(before.pdf, after.pdf)
    assert (after.token, after.sha256) == (before.token, hashlib.sha256(after.pdf).hexdigest())
    (signature,) = PdfFileReader(io.BytesIO(after.pdf)).embedded_signatures
    trusted = ValidationContext(trust_roots=[office_signer(certificate, PASSWORD).signing_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, trusted)
    assert status.bottom_line and status.intact and status.valid and status.trusted
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"


def test_tags_and_archival_marks_stay(presses: tuple[TypstPress, SignedPress]) -> None:
    catalog = pypdf.PdfReader(io.BytesIO(presses[1].press(NORMAL).pdf)).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"].value
    assert {"/StructTreeRoot", "/OutputIntents"} <= set(catalog)
    assert "<pdfaid:part>2</pdfaid:part>" in catalog["/Metadata"].get_data().decode()


def test_a_changed_byte_breaks_it(presses: tuple[TypstPress, SignedPress], certificate: Path) -> None:
    raw = bytearray(presses[1].press(NORMAL).pdf)
    raw[raw.index(b"/MarkInfo") + 2] ^= 1
    (signature,) = PdfFileReader(io.BytesIO(bytes(raw))).embedded_signatures
    trusted = ValidationContext(trust_roots=[office_signer(certificate, PASSWORD).signing_cert], allow_fetching=False)
    assert not validate_pdf_signature(signature, trusted).intact


@pytest.mark.parametrize("mode", ["BSRE", "WET"])
def test_papers_that_others_sign_are_left_alone(presses: tuple[TypstPress, SignedPress], mode: str) -> None:
    facts = replace(NORMAL, signing_mode=mode)
    assert presses[1].press(facts) == presses[0].press(facts)
    assert b"/ByteRange" not in presses[1].reprint(facts, presses[0].press(facts).token, 1)


def test_a_copy_is_marked_signed_and_has_the_same_token(presses: tuple[TypstPress, SignedPress]) -> None:
    plain, signing = presses
    token = plain.press(NORMAL).token
    copy = signing.reprint(NORMAL, token, 2)
    assert "CETAK ULANG ke-2" in pypdf.PdfReader(io.BytesIO(copy)).pages[0].extract_text()
    assert token.encode() in copy and b"/ByteRange" in copy


def test_without_its_certificate_nothing_is_made(certificate: Path, tmp_path: Path) -> None:
    for path, password in ((tmp_path / "none.p12", PASSWORD), (certificate, "salah")):
        with pytest.raises(CertificateUnusable):
            office_signer(path, password)


def test_it_is_asked_for_by_a_setting(certificate: Path, tmp_path: Path) -> None:
    make_keys(tmp_path / "keys")
    plain = Settings(environment="test", data_dir=str(tmp_path))
    signing = replace(plain, office_certificate=str(certificate), office_certificate_password=PASSWORD)
    assert isinstance(Rekom(signing).ports.press, SignedPress)
    assert isinstance(Rekom(plain).ports.press, TypstPress)
