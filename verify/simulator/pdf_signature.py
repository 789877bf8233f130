"""An electronic signature on a PDF as a second revision, as BSrE makes one; **not a legal one**.

The bytes of the paper stay as they are; behind them come a signature dictionary with a detached CMS signature (ISO 32000-1,
12.8), an invisible field, and the catalogue that names it. The signature is genuine cryptography by a key of this process
and a certificate that it gives itself, whose issuer says that it is a simulator: no reader will trust it.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509.oid import NameOID

ISSUER = "SIMULATOR BSrE - BUKAN TANDA TANGAN YANG SAH"
CONTENTS_BYTES = 4096
"""Room for the CMS structure, which has about 900 bytes."""
VALID = timedelta(days=365)
TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", re.DOTALL)
ROOT = re.compile(rb"/Root\s+(\d+)\s+(\d+)\s+R")
SIZE = re.compile(rb"/Size\s+(\d+)")
KEPT = re.compile(rb"/Info\s+\d+\s+\d+\s+R|/ID\s*\[.*?\]", re.DOTALL)
PLACEHOLDER = b"*" * 10


class UnreadablePdf(ValueError):
    """A PDF this simulator cannot add a revision to: none at all, cut off, encrypted, signed before, or of another build."""


@dataclass(frozen=True, slots=True)
class _End:
    """What the paper's last revision says of itself: number of objects, the catalogue, where its table is, what to repeat."""

    size: int
    root: tuple[int, int]
    catalogue: bytes
    table: int
    kept: bytes


def add_signature(pdf: bytes, *, name: str, reason: str, location: str, now: datetime) -> bytes:
    """``pdf`` with one more revision, signed in the name of ``name``; ``UnreadablePdf`` where that cannot be."""
    added = _revision(pdf, _read_end(pdf), _signature_dictionary(name, reason, location, now))
    start = added.index(b"/Contents<") + len(b"/Contents")
    end = start + 2 * CONTENTS_BYTES + 2
    for number in (len(pdf) + start, len(pdf) + end, len(added) - end):
        added = added.replace(PLACEHOLDER, b"%-10d" % number, 1)
    cms = _cms(pdf + added[:start] + added[end:], name, now).hex().encode()
    return pdf + added[:start] + b"<" + cms.ljust(2 * CONTENTS_BYTES, b"0") + b">" + added[end:]


def blank_paper() -> bytes:
    """An empty page: somebody else's paper."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    written, table = b"%PDF-1.7\n", b"xref\n0 4\n0000000000 65535 f\r\n"
    for number, value in enumerate(objects, 1):
        table += b"%010d 00000 n\r\n" % len(written)
        written += b"%d 0 obj\n%s\nendobj\n" % (number, value)
    return written + table + b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(written)


def _read_end(pdf: bytes) -> _End:
    trailer = TRAILER.search(pdf, max(0, len(pdf) - 4096))
    root, size = (pattern.search(trailer[1]) if trailer else None for pattern in (ROOT, SIZE))
    if not trailer or not root or not size or b"/Encrypt" in trailer[1]:
        raise UnreadablePdf
    number, generation = int(root[1]), int(root[2])
    found = list(re.finditer(rb"(?<!\d)%d %d obj\s*<<(.*?)>>\s*endobj" % (number, generation), pdf, re.DOTALL))
    if not found or b"/AcroForm" in found[-1][1]:
        raise UnreadablePdf
    return _End(int(size[1]), (number, generation), found[-1][1], int(trailer[2]), b"".join(KEPT.findall(trailer[1])))


def _signature_dictionary(name: str, reason: str, location: str, now: datetime) -> bytes:
    texts = b"".join(b"/%s%s" % (key, _text(value)) for key, value in ((b"Name", name), (b"Reason", reason), (b"Location", location)))
    made = f"/M(D:{now:%Y%m%d%H%M%S}Z)".encode()
    hole = b"/Contents<%s>" % (b"0" * (2 * CONTENTS_BYTES))
    ranges = b"/ByteRange[0 %s %s %s]" % (PLACEHOLDER, PLACEHOLDER, PLACEHOLDER)
    return b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/adbe.pkcs7.detached" + texts + made + ranges + hole + b">>"


def _revision(pdf: bytes, end: _End, signature: bytes) -> bytes:
    number, generation = end.root
    field = b"<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/FT/Sig/T(TTE)/V %d 0 R>>" % end.size
    catalogue = b"<<%s/AcroForm<</Fields[%d 0 R]/SigFlags 3>>>>" % (end.catalogue, end.size + 1)
    objects = ((end.size, 0, signature), (end.size + 1, 0, field), (number, generation, catalogue))
    added, table = b"\n", b"xref\n0 1\n0000000000 65535 f\r\n"
    for number_, generation_, value in objects:
        table += b"%d 1\n%010d %05d n\r\n" % (number_, len(pdf) + len(added), generation_)
        added += b"%d %d obj\n%s\nendobj\n" % (number_, generation_, value)
    trailer = b"trailer\n<</Size %d/Root %d %d R%s/Prev %d>>\n" % (end.size + 2, number, generation, end.kept, end.table)
    return added + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (len(pdf) + len(added))


def _text(value: str) -> bytes:
    return b"<FEFF%s>" % value.encode("utf-16-be").hex().upper().encode()


def _cms(content: bytes, name: str, now: datetime) -> bytes:
    builder = PKCS7SignatureBuilder().set_data(content).add_signer(_certificate(name, now.date().isoformat()), _key(), SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    return builder.sign(Encoding.DER, options)


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def _certificate(name: str, day: str) -> x509.Certificate:
    begins = datetime.fromisoformat(f"{day}T00:00:00+00:00")
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64]), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "CONTOH")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(_key().public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(begins + VALID)
    return builder.sign(_key(), SHA256())
