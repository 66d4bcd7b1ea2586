"""Sealed credentials: only the browser's token opens what the server keeps.

From the token come, by HKDF (RFC 5869), the name under which the record is found, the key that
opens it (AES-256-GCM, with that name as associated data) and the keys of its papers.
Whoever gets hold of the store, or of this process's records, has no password.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import NoSession

_NONCE_OCTETS = 12
_TAG_OCTETS = 16
_TOKEN_OCTETS = 32
_NAME_OCTETS = 16


def new_token() -> str:
    """A session token: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(_TOKEN_OCTETS)


def derive(token: str, purpose: str) -> bytes:
    """32 octets of key for one purpose."""
    kdf = HKDF(hashes.SHA256(), 32, salt=None, info=b"popscope " + purpose.encode())
    return kdf.derive(token.encode("utf-8", "surrogatepass"))


def browser_id(token: str) -> str:
    """What stands for the browser that has a cookie of this value, and does not tell it."""
    return derive(token, "browser").hex()


@dataclass(frozen=True, slots=True)
class Keys:
    """What a token opens.

    Attributes:
        sid: the record's name.
        seal: the key of the record; in no `repr`.
    """

    sid: str
    seal: bytes = field(repr=False)

    @classmethod
    def of(cls, token: str) -> "Keys":
        """The keys of a token, any text at all."""
        return cls(derive(token, "sid").hex(), derive(token, "seal"))

    def close(self, secret: bytearray) -> bytes:
        """Seals, and wipes what was sealed; the nonce comes first."""
        nonce = secrets.token_bytes(_NONCE_OCTETS)
        try:
            return nonce + AESGCM(self.seal).encrypt(nonce, secret, self.sid.encode())
        finally:
            wipe(secret)

    @contextmanager
    def opened(self, sealed: bytes) -> Iterator[bytearray]:
        """What `close` sealed; it is wiped at the end of the block.

        Raises:
            NoSession: it was sealed with another key, or changed.
        """
        nonce, box = sealed[:_NONCE_OCTETS], sealed[_NONCE_OCTETS:]
        secret = bytearray(max(0, len(box) - _TAG_OCTETS))
        try:
            try:
                AESGCM(self.seal).decrypt_into(nonce, box, self.sid.encode(), secret)
            except (InvalidTag, ValueError):
                raise NoSession from None
            yield secret
        finally:
            wipe(secret)


@dataclass(frozen=True, slots=True)
class PaperKeys:
    """What seals a session's papers. It is kept beside the live mailbox, which has all they tell.

    Attributes:
        sid: the record's name.
        seal, names: the keys of the papers, and of their names; in no `repr`.
    """

    sid: str
    seal: bytes = field(repr=False)
    names: bytes = field(repr=False)

    @classmethod
    def of(cls, token: str) -> "PaperKeys":
        """The keys of a token, any text at all."""
        return cls(
            derive(token, "sid").hex(), derive(token, "papers"), derive(token, "names of papers")
        )

    def name(self, what: str) -> bytes:
        """The name of a paper, which tells nothing of what it is."""
        return hashlib.blake2b(
            what.encode("utf-8", "surrogatepass"), key=self.names, digest_size=_NAME_OCTETS
        ).digest()

    def close(self, name: bytes, paper: bytes) -> bytes:
        """Seals a paper to its name; the nonce comes first."""
        nonce = secrets.token_bytes(_NONCE_OCTETS)
        return nonce + AESGCM(self.seal).encrypt(nonce, paper, name)

    def open(self, name: bytes, sealed: bytes) -> bytes | None:
        """What `close` sealed; None where it was sealed with another key, or changed."""
        try:
            return AESGCM(self.seal).decrypt(sealed[:_NONCE_OCTETS], sealed[_NONCE_OCTETS:], name)
        except (InvalidTag, ValueError):
            return None


def wipe(secret: bytearray) -> None:
    """Writes noughts over what is not needed any more."""
    secret[:] = bytes(len(secret))
