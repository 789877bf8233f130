"""TLS to registries: the configured CA, and nobody else; the deadline holds there too."""

import ssl
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.contracts.common import PATIENT, SETTINGS
from tests.contracts.raw_server import GOOD, answer, client, dripping, says, scripted
from workflows.errors import Refused, Unavailable


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key, as files."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Registri Contoh")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    )
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    paths = folder / "registri.pem", folder / "registri.key"
    paths[0].write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*private))
    return paths


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def test_the_configured_ca_is_trusted(certificate: tuple[Path, Path], tls: ssl.SSLContext) -> None:
    with scripted(says(answer(GOOD)), tls) as url, client(replace(PATIENT, registry_ca=str(certificate[0]))) as http:
        assert http.get(url, {}) == {"baik": True}


def test_a_certificate_of_nobody_we_trust_ends_the_call(tls: ssl.SSLContext) -> None:
    with scripted(says(answer(GOOD)), tls) as url, client() as http, pytest.raises(Unavailable) as caught:
        http.get(url, {})
    assert caught.value.context["reason"] == "connection"


def test_the_deadline_holds_under_tls_too(certificate: tuple[Path, Path], tls: ssl.SSLContext) -> None:
    settings = replace(SETTINGS, registry_ca=str(certificate[0]))
    with scripted(dripping(answer(GOOD + b" " * 200), 0.05), tls) as url, client(settings) as http:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            http.get(url, {})
        assert time.monotonic() - began < 8  # the whole drip takes longer


@pytest.mark.parametrize("content", [None, "bukan sertifikat"])
def test_a_ca_file_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content:
        path.write_text(content)
    with client(replace(PATIENT, registry_ca=str(path))) as http, pytest.raises(Refused) as caught:
        http.get("https://127.0.0.1:1/", {})
    assert caught.value.context["setting"] == "REKOM_REGISTRY_CA"
