"""SASL as the engine drives it (RFC 5034), and the mechanisms that need no more than a few lines.

A mechanism is asked for one response a challenge; `SaslExchange` is what one AUTH has come to. No
`repr` here shows a secret. SCRAM is in `scram`, the mechanisms that carry a token in `bearer`.
"""

import base64
import binascii
import hmac
import re
from typing import Protocol

from .errors import LocalProtocolError, SaslError

_UNSENDABLE = re.compile(r"[\x00\ud800-\udfff]")  # PLAIN's separator; what UTF-8 cannot say
# The server has nothing to give these but a prompt, which may be words in place of base64.
_PROMPTED = frozenset({"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"})


class Mechanism(Protocol):
    """One SASL exchange, used once."""

    @property
    def name(self) -> str:
        """The registered name, as CAPA lists it."""
        ...

    @property
    def initial(self) -> bytes | None:
        """The initial response, or None where the server speaks first (RFC 4422, section 3)."""
        ...

    @property
    def done(self) -> bool:
        """Whether, its initial response aside, it has said and checked all it must.

        A `+OK` before that is no success: it is read as the challenge that was due.
        """
        ...

    def respond(self, challenge: bytes) -> bytes:
        """The response to a decoded challenge.

        Raises:
            SaslError: the challenge is not one this mechanism can answer.
        """
        ...


class SaslExchange:
    """One AUTH under way: what to answer to each challenge (RFC 5034, section 4).

    An initial response that went with the AUTH line is sent once more for an empty challenge:
    servers of RFC 1734, which has no initial responses, overlook it there.

    Args:
        mechanism: what makes the responses.
        initial_sent: whether the initial response went with the AUTH line.

    Attributes:
        error: why the exchange was cancelled, or None.
        spoke: whether a response was sent.
    """

    def __init__(self, mechanism: Mechanism, *, initial_sent: bool) -> None:
        self._mechanism = mechanism
        self._initial = None if initial_sent else mechanism.initial
        self._overlooked = mechanism.initial if initial_sent else None
        self.error: SaslError | None = None
        self.spoke = initial_sent

    @property
    def done(self) -> bool:
        """Whether `+OK` would be a success."""
        return self.error is None and self._initial is None and self._mechanism.done

    @property
    def slow(self) -> bool:
        """Whether the next answer takes long to compute."""
        return self._initial is None and getattr(self._mechanism, "slow", False)

    def answer(self, encoded: bytes, *, strict: bool = True) -> bytes:
        """The line to send for a challenge, with CRLF; `*` when the exchange cannot go on.

        An empty line that is the answer to `+OK` need not be sent where the exchange is `done` by
        then: the server's last word came with its success (RFC 4422, section 3.6).

        Args:
            encoded: the challenge, in base64.
            strict: whether anything but base64 cancels; else it counts as an empty challenge.
                PLAIN, LOGIN and tokens are prompted, and so may be in words.
        """
        overlooked, self._overlooked = self._overlooked, None
        try:
            challenge = _decoded(encoded, self._mechanism.name, strict=strict)
            if strict and not challenge and overlooked is not None:
                response = overlooked
            else:
                response = self._respond(challenge)
        except SaslError as error:
            self.error = error.with_traceback(None)
            return b"*\r\n"
        self.spoke = True
        return base64.b64encode(response) + b"\r\n"

    def _respond(self, challenge: bytes) -> bytes:
        if self._initial is None:
            return self._mechanism.respond(challenge)
        if challenge:
            raise SaslError(f"{len(challenge)} octets where an empty challenge was due")
        initial, self._initial = self._initial, None
        return initial


def _decoded(encoded: bytes, name: str, *, strict: bool) -> bytes:
    prompted = name in _PROMPTED
    try:
        challenge = base64.b64decode(encoded, validate=True)
        if prompted:
            challenge.decode()  # `Password` is base64, too, though of no text
    except binascii.Error:
        if strict and not prompted:
            raise SaslError("a challenge that is not base64") from None
        return b""
    except UnicodeDecodeError:
        return b""
    return challenge


def octets(text: str) -> bytes:
    """A name or a password in UTF-8.

    Raises:
        LocalProtocolError: it is empty, or holds NUL or a lone surrogate.
    """
    if not text or _UNSENDABLE.search(text):
        raise LocalProtocolError("a user name or password is empty or holds what cannot be sent")
    return text.encode()


class Plain:
    """PLAIN: `NUL user NUL password` in one message (RFC 4616, section 2).

    Raises:
        LocalProtocolError: an argument is empty, or holds NUL or a lone surrogate.
    """

    name = "PLAIN"
    done = True

    def __init__(self, user: str, password: str) -> None:
        self.initial: bytes = b"\0" + octets(user) + b"\0" + octets(password)

    def respond(self, challenge: bytes) -> bytes:
        """PLAIN has nothing to say after its initial response."""
        raise SaslError(f"PLAIN got a challenge of {len(challenge)} octets")


class Login:
    """LOGIN: user name and password, each asked for in turn (obsolete, and widely offered).

    Raises:
        LocalProtocolError: an argument is empty, or holds NUL or a lone surrogate.
    """

    name = "LOGIN"
    initial = None

    def __init__(self, user: str, password: str) -> None:
        self._answers = [octets(password), octets(user)]

    @property
    def done(self) -> bool:
        """Whether both were said."""
        return not self._answers

    def respond(self, challenge: bytes) -> bytes:
        """The user name first, then the password, whatever the prompts say."""
        if not self._answers:
            raise SaslError(f"LOGIN got a third challenge, of {len(challenge)} octets")
        return self._answers.pop()


class CramMd5:
    """CRAM-MD5: the name, and a keyed MD5 of the server's challenge (RFC 2195, section 2).

    Raises:
        LocalProtocolError: an argument is empty, or holds NUL or a lone surrogate.
    """

    name = "CRAM-MD5"
    initial = None

    def __init__(self, user: str, password: str) -> None:
        self._user, self._password = octets(user), octets(password)
        self.done = False

    def respond(self, challenge: bytes) -> bytes:
        """`user SP digest`; once, and never for an empty challenge."""
        if self.done or not challenge:
            raise SaslError(f"CRAM-MD5 got a challenge of {len(challenge)} octets out of turn")
        self.done = True
        digest = hmac.new(self._password, challenge, "md5").hexdigest()
        return self._user + b" " + digest.encode()
