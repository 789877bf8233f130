"""The office's own electronic signature on the paper (PAdES baseline B), where the office has a certificate.

A revision is added behind the finished page (ISO 32000-1, 7.5.6): the page's bytes, its tags and its QR stay as they were.
Papers that BSrE signs or a pen will sign are left alone.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

from workflows.errors import RekomError
from workflows.ports import LetterFacts, LetterPress, PressedLetter
from workflows.rules.policy import SigningMode

FIELD = "Dinas Sosial"
"""The signature's name in the file."""


class CertificateUnusable(RekomError):
    """The office's certificate is missing, locked with another password, or no PKCS#12 file; no letter is made without it."""

    slug = "sertifikat-kantor-salah"
    sentence = "Sertifikat kantor tidak dapat dibuka. Periksa REKOM_OFFICE_CERTIFICATE dan kata sandinya."


class SignedPress:
    """A press whose sealed papers also carry the office's signature. Implements ``workflows.ports.LetterPress``."""

    def __init__(self, press: LetterPress, signer: Callable[[], SimpleSigner]) -> None:
        """``signer`` is asked for at each letter and may be kept."""
        self._press, self._signer = press, signer

    def press(self, facts: LetterFacts) -> PressedLetter:
        """Seal, set and sign one letter; ``CertificateUnusable`` before anything is made."""
        if facts.signing_mode != SigningMode.SEAL:
            return self._press.press(facts)
        signer, made = self._signer(), self._press.press(facts)
        pdf = sign_pdf(made.pdf, signer, facts)
        return replace(made, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest())

    def reprint(self, facts: LetterFacts, token: str, ordinal: int) -> bytes:
        """A marked copy, signed like the first."""
        paper = self._press.reprint(facts, token, ordinal)
        return sign_pdf(paper, self._signer(), facts) if facts.signing_mode == SigningMode.SEAL else paper


class _OneMoreRevision(IncrementalPdfFileWriter):
    """Adds a signature and nothing else: the metadata that call the page archival and tagged stay byte for byte."""

    def _update_meta(self) -> None:
        """Leave them."""


def sign_pdf(pdf: bytes, signer: SimpleSigner, facts: LetterFacts) -> bytes:
    """``pdf`` with a PAdES signature as one more revision."""
    about = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=facts.office,
        location=facts.place,
        reason=f"Surat {facts.number}",
    )
    signed = io.BytesIO()
    PdfSigner(about, signer).sign_pdf(_OneMoreRevision(io.BytesIO(pdf)), output=signed)
    return signed.getvalue()


@cache
def office_signer(certificate: Path, password: str) -> SimpleSigner:
    """Key and certificates of a PKCS#12 file, read once a process; ``CertificateUnusable`` where they cannot be."""
    if not certificate.is_file():
        raise CertificateUnusable
    signer: SimpleSigner | None = SimpleSigner.load_pkcs12(str(certificate), passphrase=password.encode())  # type: ignore[no-untyped-call]
    if signer is None:
        raise CertificateUnusable
    return signer
