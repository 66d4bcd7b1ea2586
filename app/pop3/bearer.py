"""XOAUTH2 and OAUTHBEARER: a token that somebody else issued, in place of a password.

RFC 7628 for OAUTHBEARER; XOAUTH2 is the older form that Google and Microsoft document. A refused
token gets a challenge with JSON first and `-ERR` after our answer to it.
"""

import json
import re
from dataclasses import dataclass

from .errors import LocalProtocolError, SaslError
from .sasl import octets

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, section 2.1
_SAYABLE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,199}")
_PIECE = 8  # characters of a token that must not come back into view


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """What a server says of a token it does not take (RFC 7628, section 3.2.2); "" where nothing.

    Attributes:
        status: such as `invalid_token` or `401`.
        scope: what a token must be good for.
    """

    status: str = ""
    scope: str = ""


class _Bearer:
    _acknowledged = b""

    def __init__(self, user: str, token: str) -> None:
        if b"\1" in octets(user):
            raise LocalProtocolError("a user name holds the separator")
        if not _TOKEN.fullmatch(token):
            raise LocalProtocolError("a token is empty or holds what no token may")
        self._token = token
        self.refusal: TokenRefusal | None = None

    def _refused(self, challenge: bytes) -> bytes:
        if self.refusal is not None:
            raise SaslError(f"a second refusal of the token, of {len(challenge)} octets")
        try:
            told = json.loads(challenge)
        except (ValueError, RecursionError):
            told = None
        told = told if isinstance(told, dict) else {}
        self.refusal = TokenRefusal(self._safe(told.get("status")), self._safe(told.get("scope")))
        return self._acknowledged

    def _safe(self, value: object) -> str:
        """A word of the server's, unless it gives a piece of the token back."""
        text = str(value) if isinstance(value, str | int) else ""
        token = self._token
        pieces = (token[at : at + _PIECE] for at in range(max(1, len(token) - _PIECE + 1)))
        safe = _SAYABLE.fullmatch(text) and not any(piece in text for piece in pieces)
        return text if safe else ""


class OAuthBearer(_Bearer):
    """OAUTHBEARER (RFC 7628, section 3.1).

    Args:
        user: the mailbox's name.
        token: the access token.
        host, port: the server as it was asked for.

    Attributes:
        refusal: why the token was not taken, where the server told.

    Raises:
        LocalProtocolError: the name or the token cannot be sent.
    """

    name = "OAUTHBEARER"
    _acknowledged = b"\1"

    def __init__(self, user: str, token: str, host: str, port: int) -> None:
        super().__init__(user, token)
        name = user.replace("=", "=3D").replace(",", "=2C")
        said = f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1"
        self.initial: bytes = said.encode()

    @property
    def done(self) -> bool:
        """Whether the token has not been refused."""
        return self.refusal is None

    def respond(self, challenge: bytes) -> bytes:
        """The server says why it does not take the token: one octet 0x01 lets it go on."""
        return self._refused(challenge)


class XOAuth2(_Bearer):
    """XOAUTH2, in two steps unless told otherwise: Office 365 takes no initial response.

    Args:
        user: the mailbox's name.
        token: the access token.
        at_once: whether the token is an initial response.

    Attributes:
        refusal: why the token was not taken, where the server told.

    Raises:
        LocalProtocolError: the name or the token cannot be sent.
    """

    name = "XOAUTH2"

    def __init__(self, user: str, token: str, *, at_once: bool = False) -> None:
        super().__init__(user, token)
        self._response = f"user={user}\1auth=Bearer {token}\1\1".encode()
        self.initial: bytes | None = self._response if at_once else None
        self._said = at_once

    @property
    def done(self) -> bool:
        """Whether the token was sent and has not been refused."""
        return self._said and self.refusal is None

    def respond(self, challenge: bytes) -> bytes:
        """The token for the empty challenge; an empty line for the server's words about it."""
        if self._said:
            return self._refused(challenge)
        if challenge:
            raise SaslError(f"XOAUTH2 got a challenge of {len(challenge)} octets before its token")
        self._said = True
        return self._response
