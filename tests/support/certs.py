"""Certificates for tests: an authority, and leaves that are right or wrong in one way each."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "127.0.0.2", "::1")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A server certificate with its chain and private key, all PEM."""

    chain: bytes
    key: bytes = field(repr=False)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write ``cert.pem`` and ``key.pem`` into ``folder``; return their paths."""
        certificate, key = folder / "cert.pem", folder / "key.pem"
        certificate.write_bytes(self.chain)
        key.touch(mode=0o600)
        key.write_bytes(self.key)
        return certificate, key

    def server_context(self) -> ssl.SSLContext:
        """Return a server-side context that presents this certificate."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        with NamedTemporaryFile() as both:  # load_cert_chain reads files only
            both.write(self.key + self.chain)
            both.flush()
            context.load_cert_chain(both.name)
        return context


class Authority:
    """A certificate authority of the test's own."""

    def __init__(self) -> None:
        self._ca = trustme.CA()

    @property
    def pem(self) -> bytes:
        """The root certificate, PEM."""
        return self._ca.cert_pem.bytes()

    def write(self, path: Path) -> Path:
        """Write the root certificate, for ``POPSCOPE_CA_FILE`` and the like; return ``path``."""
        path.write_bytes(self.pem)
        return path

    def leaf(self, *names: str) -> Leaf:
        """Issue a valid certificate for DNS names and IP addresses (default: loopback)."""
        return self._issue(names or LOOPBACK_NAMES, dt.timedelta(days=1))

    def expired_leaf(self, *names: str) -> Leaf:
        """Issue a certificate that ran out an hour ago."""
        return self._issue(names or LOOPBACK_NAMES, dt.timedelta(hours=-1))

    def future_leaf(self, *names: str) -> Leaf:
        """Issue a certificate that is valid from tomorrow on."""
        day = dt.timedelta(days=1)
        return self._issue(names or LOOPBACK_NAMES, 2 * day, begins=day)

    def other_name_leaf(self) -> Leaf:
        """Issue a valid certificate for a host nobody asked for."""
        return self._issue(("another-host.example",), dt.timedelta(days=1))

    def client_context(self) -> ssl.SSLContext:
        """Return a verifying client context that trusts this authority and no other."""
        return ssl.create_default_context(cadata=self.pem.decode("ascii"))

    def _issue(
        self,
        names: tuple[str, ...],
        lifetime: dt.timedelta,
        *,
        begins: dt.timedelta = dt.timedelta(days=-2),
    ) -> Leaf:
        now = dt.datetime.now(dt.UTC)
        issued = self._ca.issue_cert(*names, not_before=now + begins, not_after=now + lifetime)
        chain = b"".join(part.bytes() for part in issued.cert_chain_pems)
        return Leaf(chain, issued.private_key_pem.bytes())


def self_signed(*names: str) -> Leaf:
    """Make a certificate that is its own issuer (default names: loopback)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "self-signed")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=2))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([_general_name(n) for n in names or LOOPBACK_NAMES]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return Leaf(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
