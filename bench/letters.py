"""Goal 11: signed letters a second and core, against the way most would press them."""

import base64
import io
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import zxingcpp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from bench.contest import Bar, contest
from bench.goal import Missing, Outcome, Size, demand
from bench.letters_made import facts
from schemas.letter_token import open_token, token_in
from tests.printing import printed
from verify.documents.letter import TypstPress
from verify.documents.pades import SignedPress, office_signer
from verify.keys import make_keys
from workflows.ports import LetterFacts

LETTERS, PEER_LETTERS, LOOKED_AT = 400, 40, 5
PASSWORD = "hanya untuk bench"  # noqa: S105 - of a certificate made for the run
ADDRESS = "https://rekom.example.go.id"


def run(size: Size) -> Outcome:
    """Seconds a letter with QR and PAdES signature, one after another."""
    with tempfile.TemporaryDirectory(prefix="rekom-bench-") as name, stock_press(Path(name)) as peer:
        folder = Path(name)
        keys = make_keys(folder / "keys")
        certificate = made_certificate(folder / "office.p12", ec.generate_private_key(ec.SECP256R1()))
        press = SignedPress(TypstPress(lambda: keys, ADDRESS), lambda: office_signer(certificate, PASSWORD))
        looked_at = [press.press(facts(number)) for number in range(LOOKED_AT)]
        for number, letter in enumerate(looked_at):
            check(letter.pdf, facts(number), office_signer(certificate, PASSWORD))
            (code,) = zxingcpp.read_barcodes(printed(letter.pdf))
            demand(open_token(token_in(code.text), keys.known).number == facts(number).number, "the printed code is another letter's")
        check(peer(facts(0)), facts(0), None)

        def ours() -> float:
            return timed(lambda number: press.press(facts(number)).pdf, size.of(LETTERS, 3))

        def limit() -> float:
            return timed(lambda number: peer(facts(number)), size.of(PEER_LETTERS, 1))

        measure = contest("", ours, limit, Bar(6.0, 100.0, higher=True), rounds=size.rounds)
    return Outcome([measure], checked=LOOKED_AT)


def timed(press: Any, count: int) -> float:
    """Seconds a letter."""
    began = time.perf_counter()
    for number in range(count):
        press(number)
    return (time.perf_counter() - began) / count


def check(pdf: bytes, told: LetterFacts, signer: SimpleSigner | None) -> None:
    """The signature is whole and covers the file; ours is also held against its certificate."""
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [signer.signing_cert] if signer else None
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False))
    demand(status.intact and status.valid, f"the signature of {told.number} does not hold")


def made_certificate(path: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> Path:
    """A made-up office's key and certificate as a PKCS#12 file."""
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Dinas Sosial Contoh")]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(7)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    signed = made.add_extension(usage, critical=True).sign(key, SHA256())
    path.write_bytes(serialize_key_and_certificates(b"kantor", key, signed, None, BestAvailableEncryption(PASSWORD.encode())))
    return path


@contextmanager
def stock_press(folder: Path) -> Iterator[Any]:
    """WeasyPrint, segno and pyHanko's simple signer with a new RSA-2048 file each time, as their guides begin."""
    try:
        import segno
        import weasyprint
    except (ImportError, OSError) as error:
        raise Missing(f"{error.__class__.__name__}: install WeasyPrint's libraries (pango) and the extra `bench`.") from None
    certificate = made_certificate(folder / "peer.p12", rsa.generate_private_key(65537, 2048))

    def press(told: LetterFacts) -> bytes:
        picture = io.BytesIO()
        segno.make(f"{ADDRESS}/s/{told.token_id * 8}", error="m").save(picture, kind="png", scale=4)
        inlined = base64.b64encode(picture.getvalue()).decode()
        page = weasyprint.HTML(string=html(told, inlined)).write_pdf()
        signer = SimpleSigner.load_pkcs12(str(certificate), passphrase=PASSWORD.encode())
        about = PdfSignatureMetadata(field_name="Dinas Sosial", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
        signed = io.BytesIO()
        PdfSigner(about, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(page)), output=signed)
        return signed.getvalue()

    yield press


def html(told: LetterFacts, picture: str) -> str:
    """A letter of the same content as a web page."""
    rows = "".join(
        f"<tr><td>{name}</td><td>: {value}</td></tr>"
        for name, value in (("Nama", told.name), ("NIK", told.nik), ("Alamat", told.address), ("Rumah sakit", told.hospital_name))
    )
    law = "".join(f"<li>{one}</li>" for one in told.legal_basis)
    return (
        "<html lang='id'><style>@page { size: A4; margin: 2cm } body { font: 11pt serif }</style>"
        f"<h3>{'<br>'.join(told.office_lines)}</h3><hr>"
        f"<p>Nomor: {told.number}<p>{told.subject}<ol>{law}</ol><p>{told.finding}<table>{rows}</table><p>{told.request}<p>{told.terms}"
        f"<p>{told.signer_title}<br><br>{told.signer_name}<p><img src='data:image/png;base64,{picture}' width=130></html>"
    )
