"""SCRAM-SHA-256 and SCRAM-SHA-1: neither side gives the password away, and both prove to know it.

RFC 5802 and RFC 7677, without channel binding; scramp does the messages and the computing. What a
server may make us compute is bounded, and computed aside.
"""

import re

from scramp import ScramClient, ScramException
from scramp.utils import saslprep

from .errors import LocalProtocolError, SaslError, SaslFault
from .sasl import octets

FEWEST_ITERATIONS = 4096  # RFC 7677, section 4
# RFC 7677, section 4, asks for 4,096 at least, which Dovecot and Cyrus keep to; this is what OWASP
# asks for. Some 0.3 seconds of one thread, where the event loop had 50,000 in 20 ms.
MOST_ITERATIONS = 600_000
_ITERATIONS = re.compile(r",i=(\d{1,20})(?:,|$)", re.ASCII)


def prepared(text: str) -> str:
    """A name or a password by SASLprep (RFC 4013).

    Raises:
        LocalProtocolError: nothing is left of it, or it holds what SASLprep forbids.
    """
    ready: str | None
    try:
        ready = saslprep(text)
    except ScramException:
        ready = None
    if not ready:  # raised out here, so that nothing hangs on to what was refused
        raise LocalProtocolError("SASLprep forbids a character of the user name or password")
    return ready


class Scram:
    """One SCRAM exchange.

    Args:
        name: `SCRAM-SHA-256` or `SCRAM-SHA-1`.
        user, password: of any language.
        nonce: the client's nonce; a test gives one, else it is random.

    Attributes:
        proved: whether anything made of the password was sent.

    Raises:
        LocalProtocolError: SASLprep forbids the user name or the password.
    """

    def __init__(self, name: str, user: str, password: str, nonce: str | None = None) -> None:
        octets(user)
        octets(password)
        self._client = ScramClient([name], prepared(user), prepared(password), c_nonce=nonce)
        self.name = name
        self.initial: bytes = self._client.get_client_first().encode()
        self.proved = False
        self.done = False
        self._refused = False

    @property
    def slow(self) -> bool:
        """Whether the next response is the proof, for which the password is hashed many times."""
        return not (self.proved or self.done or self._refused)

    def respond(self, challenge: bytes) -> bytes:
        """The client's proof, then, once the server's own is checked, nothing.

        A server that names an error instead is let finish: its `-ERR` is the answer that counts.
        """
        text = challenge.decode("utf-8", "replace")
        if self.done or self._refused:
            raise SaslError(f"SCRAM got a challenge too many, of {len(challenge)} octets")
        if text.startswith("e="):
            self._refused = True
            return b""
        if self.proved:
            self._check(text)
            return b""
        return self._prove(text)

    def _prove(self, server_first: str) -> bytes:
        found = _ITERATIONS.search(server_first)
        iterations = int(found[1]) if found else 0
        if iterations > MOST_ITERATIONS:
            raise SaslError(f"{iterations} iterations are too many", SaslFault.TOO_COSTLY)
        if iterations < FEWEST_ITERATIONS:
            raise SaslError(f"{iterations} iterations are too few")
        try:
            self._client.set_server_first(server_first)
            proof: str = self._client.get_client_final()
        except ScramException:
            raise SaslError("the server's first message makes no sense") from None
        self.proved = True
        return proof.encode()

    def _check(self, server_final: str) -> None:
        try:
            self._client.set_server_final(server_final)
        except ScramException:
            raise SaslError("the server's signature is wrong", SaslFault.IMPOSTOR) from None
        self.done = True
