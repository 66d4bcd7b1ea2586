"""What a certificate says, and what its signs of age and weakness mean."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtensionOID, NameOID

from app.pop3.replies import decode
from app.transport import TlsFault

from .checks import Check, Finding, found

SOON = 21  # days in which somebody should have renewed it
_DAY = 86400
_RSA_BITS = 2048  # BSI TR-02102-1 and NIST SP 800-57 allow no fewer
_EC_BITS = 224
_BROKEN_DIGESTS = frozenset({"md5", "sha1"})
_MOST_NAMES = 50
_MOST_TEXT = 300
_TRUST = {
    TlsFault.SELF_SIGNED: Finding.CERT_SELF_SIGNED,
    TlsFault.UNKNOWN_ISSUER: Finding.CERT_UNKNOWN_ISSUER,
}
# These have lines of their own, and say nothing of who issued it.
_OTHER_LINES = frozenset({TlsFault.NAME_MISMATCH, TlsFault.EXPIRED, TlsFault.NOT_YET_VALID})


@dataclass(frozen=True, slots=True)
class Presented:
    """A certificate as the server showed it.

    Attributes:
        names: what it is for; DNS names and addresses, else its common name.
        subject, issuer: as RFC 4514 writes them.
        begins, ends: when it holds, aware.
        key: kind and size, such as `RSA 2048`.
        weak: what of it is too weak, or "".
        own_issuer: it is signed by itself, by name.
        sha256: its digest, as tools show it.
    """

    names: tuple[str, ...]
    subject: str
    issuer: str
    begins: datetime
    ends: datetime
    key: str
    weak: str
    own_issuer: bool
    sha256: str

    @classmethod
    def of(cls, der: bytes) -> "Presented":
        """From its octets.

        Raises:
            ValueError: they are no certificate that can be read.
        """
        try:
            certificate = x509.load_der_x509_certificate(der)
            names = _names(certificate)
        except (x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as e:
            raise ValueError(type(e).__name__) from None
        key, weak = _key(certificate)
        return cls(
            names=names,
            subject=_shown(certificate.subject.rfc4514_string()),
            issuer=_shown(certificate.issuer.rfc4514_string()),
            begins=certificate.not_valid_before_utc,
            ends=certificate.not_valid_after_utc,
            key=key,
            weak=weak,
            own_issuer=certificate.issuer == certificate.subject,
            sha256=hashlib.sha256(der).digest().hex(":").upper(),
        )


def _shown(text: str) -> str:
    """Somebody else's words, without what a terminal would carry out."""
    return decode(text.encode("utf-8", "replace"))[:_MOST_TEXT]


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_oid(
            ExtensionOID.SUBJECT_ALTERNATIVE_NAME
        )
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(_shown(str(one.value)) for one in common)
    alternative = extension.value
    if not isinstance(alternative, x509.SubjectAlternativeName):
        return ()
    names = alternative.get_values_for_type(x509.DNSName)
    addresses = alternative.get_values_for_type(x509.IPAddress)
    return tuple(map(_shown, (*names, *map(str, addresses))))[:_MOST_NAMES]


def _key(certificate: x509.Certificate) -> tuple[str, str]:
    try:
        public = certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "?", ""
    match public:
        case rsa.RSAPublicKey():
            shown, weak = f"RSA {public.key_size}", public.key_size < _RSA_BITS
        case ec.EllipticCurvePublicKey():
            shown, weak = f"EC {public.curve.name}", public.key_size < _EC_BITS
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            shown, weak = type(public).__name__.removesuffix("PublicKey"), False
        case dsa.DSAPublicKey():
            shown, weak = f"DSA {public.key_size}", True
        case _:
            shown, weak = "?", False
    digest = _digest(certificate)
    if digest:
        shown = f"{shown}, {digest.upper()}"
    return shown, shown if weak or digest in _BROKEN_DIGESTS else ""


def _digest(certificate: x509.Certificate) -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except (ValueError, TypeError, UnsupportedAlgorithm):  # one that the library does not know
        return ""
    return algorithm.name if algorithm is not None else ""


def verdicts(
    shown: Presented,
    host: str,
    now: datetime,
    *,
    trust: TlsFault | None,
    detail: str,
    name_right: bool | None,
) -> Iterator[Check]:
    """What a certificate is worth.

    Args:
        shown: the certificate.
        host: the name it should be for.
        now: aware.
        trust: what kept a verifying client from going on, or None where nothing did.
        detail: the TLS library's words for that.
        name_right: whether it is for `host`; None where that could not be seen.
    """
    lines = (f"{shown.subject} ← {shown.issuer}",)
    if trust in {TlsFault.EXPIRED, TlsFault.NOT_YET_VALID} and shown.begins <= now <= shown.ends:
        yield found(Finding.CERT_UNTRUSTED, *lines, why=detail)  # one above it: its own dates hold
    elif trust is None or (trust in _OTHER_LINES and not shown.own_issuer):
        yield found(Finding.CERT_TRUSTED, *lines, issuer=shown.issuer)
    elif shown.own_issuer:
        yield found(Finding.CERT_SELF_SIGNED, *lines)
    else:
        finding = _TRUST.get(trust, Finding.CERT_UNTRUSTED)
        yield found(finding, *lines, issuer=shown.issuer, why=detail)
    names = ", ".join(shown.names)
    if trust is None or name_right:
        yield found(Finding.CERT_NAME_RIGHT, names, host=host)
    elif name_right is not None:
        yield found(Finding.CERT_NAME_WRONG, names, host=host, names=shown.names[:3])
    yield _dates(shown, now)
    if shown.weak:
        yield found(Finding.CERT_KEY_WEAK, key=shown.key)
    else:
        yield found(Finding.CERT_KEY, key=shown.key)


def _dates(shown: Presented, now: datetime) -> Check:
    begins, ends = shown.begins.date().isoformat(), shown.ends.date().isoformat()
    left = (shown.ends - now).total_seconds()
    if left < 0:
        return found(Finding.CERT_EXPIRED, ends=ends, n=max(1, int(-left // _DAY)))
    if shown.begins > now:
        return found(Finding.CERT_NOT_YET, begins=begins)
    days = math.ceil(left / _DAY)
    finding = Finding.CERT_SOON if days < SOON else Finding.CERT_DAYS
    return found(finding, begins=begins, ends=ends, n=days)
