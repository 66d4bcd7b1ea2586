"""TLS as the server does it: versions, cipher, certificate, and input smuggled in behind STLS."""

import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from app.pop3.replies import decode
from app.transport import TlsFault
from app.transport.dialer import tls_fault

from .certificate import Presented, verdicts
from .checks import Check, Finding, Topic, found, skipped
from .wire import TROUBLE, RawWire, Site

VERSIONS = (
    ("TLS 1.0", ssl.TLSVersion.TLSv1),
    ("TLS 1.1", ssl.TLSVersion.TLSv1_1),
    ("TLS 1.2", ssl.TLSVersion.TLSv1_2),
    ("TLS 1.3", ssl.TLSVersion.TLSv1_3),
)
OLD = frozenset({"TLS 1.0", "TLS 1.1"})  # RFC 8996 forbids them
_WEAK_CIPHERS = ("RC4", "DES", "NULL", "EXP", "MD5", "ADH", "AECDH")
_BITS = 128
_UNASKED = 2.0  # seconds in which an answer to QUIT follows one to the smuggled command
_BEHIND = 0.2


def lenient(version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """A context that takes any certificate and old versions: it looks, and sends no secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # Debian's own level hides TLS 1.0 and 1.1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what is looked for
        context.minimum_version = version or ssl.TLSVersion.TLSv1
        if version is not None:
            context.maximum_version = version
    return context


@dataclass(frozen=True, slots=True)
class TlsSession:
    """What a handshake came to: the cipher's name and bits, the certificate's octets."""

    cipher: str
    bits: int
    version: str
    der: bytes


def session_of(wire: RawWire) -> TlsSession | None:
    """What was agreed on, or None without TLS."""
    session = wire.session
    if session is None:
        return None
    name, version, bits = session.cipher() or ("?", "?", 0)
    return TlsSession(name, bits, session.version() or version, session.getpeercert(True) or b"")


async def accepted(site: Site) -> tuple[list[str], list[str]]:
    """The TLS versions that the server takes, and those it does not; the rest is not known."""
    taken: list[str] = []
    refused: list[str] = []
    for name, version in VERSIONS:
        try:
            async with site.secured(lenient(version)):
                taken.append(name)
        except ConnectionAbortedError:  # asyncio's word for a handshake without an answer
            continue
        except (ssl.SSLError, ConnectionError):  # some hang up instead of saying no
            refused.append(name)
        except TROUBLE:
            continue
    return taken, refused


def version_verdict(taken: list[str], refused: list[str]) -> Check:
    """What those versions are worth (RFC 8996; RFC 9325, section 3.1)."""
    tried = sorted((*taken, *refused))
    details = (" · ".join(f"{name} {'✓' if name in taken else '✗'}" for name in tried),)
    old = tuple(name for name in taken if name in OLD)
    if not taken:
        return found(Finding.TLS_NONE, *details)
    if len(old) == len(taken):
        return found(Finding.TLS_OLD_ONLY, *details, old=old)
    if old:
        return found(Finding.TLS_OLD_TOO, *details, old=old)
    if len(tried) < len(VERSIONS):
        return skipped(Topic.TLS_VERSIONS, Finding.BROKE_OFF, *details)
    finding = Finding.TLS_CURRENT if "TLS 1.3" in taken else Finding.TLS_NO_13
    return found(finding, *details, versions=tuple(taken))


def cipher_verdict(session: TlsSession) -> Check:
    """What the agreed cipher is worth."""
    weak = session.bits < _BITS or any(word in session.cipher for word in _WEAK_CIPHERS)
    finding = Finding.CIPHER_WEAK if weak else Finding.CIPHER
    version = session.version.replace("TLSv", "TLS ")
    return found(finding, cipher=session.cipher, bits=session.bits, version=version)


async def examine(site: Site) -> AsyncIterator[Check]:
    """The versions, the cipher and the certificate."""
    taken, refused = await accepted(site)
    yield version_verdict(taken, refused)
    if not taken:
        return
    try:
        async with site.secured(lenient()) as wire:
            session = session_of(wire)
            await wire.goodbye()
    except TROUBLE as error:
        yield skipped(Topic.CIPHER, Finding.BROKE_OFF, _words(error))
        return
    if session is None:
        return
    yield cipher_verdict(session)
    try:
        shown = Presented.of(session.der)
    except ValueError as error:
        yield skipped(Topic.TRUST, Finding.BROKE_OFF, _words(error))
        return
    trust, detail = await _fault(site, site.dialer.context)
    if trust in {TlsFault.TOO_OLD, TlsFault.HANDSHAKE, TlsFault.TIMEOUT, TlsFault.NOT_TLS}:
        yield skipped(Topic.TRUST, Finding.BROKE_OFF, detail)
        return
    name_right = None
    if trust is not None:
        fault, _ = await _fault(site, _trusting(session.der))
        name_right = fault is not TlsFault.NAME_MISMATCH
    host = site.target.host
    for check in verdicts(
        shown, host, datetime.now(UTC), trust=trust, detail=detail, name_right=name_right
    ):
        yield check


def _words(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__


def _trusting(der: bytes) -> ssl.SSLContext:
    """A context to which this very certificate is the authority: what is left is its name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    with suppress(ssl.SSLError):
        context.load_verify_locations(cadata=der)
    return context


async def _fault(site: Site, context: ssl.SSLContext) -> tuple[TlsFault | None, str]:
    """What a handshake fails for, if it does."""
    try:
        async with site.secured(context) as wire:
            await wire.goodbye()
    except TROUBLE as error:
        return tls_fault(error)
    return None, ""


async def injection(site: Site) -> Check:
    """Whether input behind STLS, in clear, is carried out under TLS (CVE-2021-38084 and its kin).

    The smuggled command is CAPA, which changes nothing.
    """
    try:
        async with site.greeted() as wire:
            await wire.send(b"STLS\r\nCAPA\r\n")
            if not (await wire.line()).upper().startswith(b"+OK"):
                return found(Finding.INJECTION_UNCLEAR)
            clear = await wire.unasked(_BEHIND)
            if clear is not None:  # answered in clear, or hung up: nothing is carried over
                finding = Finding.INJECTION_UNCLEAR if clear else Finding.INJECTION_SAFE
                return found(finding, *clear[:80].decode("ascii", "replace").splitlines()[:1])
            await wire.start_tls(lenient(), site.target.host)
            answer = await wire.ask(b"QUIT")  # the first answer is to what came first
            with suppress(TimeoutError):
                await wire.line(_UNASKED)
                return found(Finding.INJECTION_UNSAFE, f"S: {decode(answer)[:200]}")
    except (ssl.SSLError, ConnectionError, EOFError):
        return found(Finding.INJECTION_SAFE)  # what was smuggled broke the handshake
    except TROUBLE as error:
        return found(Finding.INJECTION_UNCLEAR, _words(error))
    return found(Finding.INJECTION_SAFE)
