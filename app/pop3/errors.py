"""What can go wrong in a POP3 dialogue, told apart by who is at fault and what is left alive.

`CommandRejected` leaves the connection usable; `RemoteProtocolError` does not: once the two sides
disagree about where a reply ends, no later reply can be trusted.
"""

from enum import Enum

from .recognise import Protocol, recognise


class Fault(Enum):
    """The ways a server breaks the protocol."""

    NOT_POP3 = "greeting is not POP3"
    BAD_STATUS = "status line is neither +OK nor -ERR"
    LINE_TOO_LONG = "line too long"
    BODY_TOO_LONG = "body too long"
    TOO_MANY_ENTRIES = "listing too long"
    BAD_ENTRY = "listing entry makes no sense"
    UNSOLICITED = "reply that nobody asked for"
    LONE_DOT = "message broken off at a lone dot"
    INJECTED = "plaintext behind the answer to STLS"


class SaslFault(Enum):
    """Why a SASL exchange cannot go on."""

    NONSENSE = "what the server sent makes no sense"
    TOO_COSTLY = "more iterations than are computed here"
    IMPOSTOR = "the server could not prove that it knows the password"


class Pop3Error(Exception):
    """Anything the protocol engine reports."""


class LocalProtocolError(Pop3Error):
    """The caller asked for what the protocol does not allow now; nothing was sent.

    Attributes:
        reason: one sentence for the developer who reads the traceback.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RemoteProtocolError(Pop3Error):
    """The server broke the protocol; the connection must not be used again.

    Attributes:
        fault: which rule was broken.
        received: the octets that broke it, at most 80 of them; none where they may hold a secret.
    """

    def __init__(self, fault: Fault, received: bytes = b"") -> None:
        super().__init__(fault, received[:80])
        self.fault = fault
        self.received = received[:80]

    @property
    def spoken(self) -> Protocol | None:
        """What the server speaks instead, where its greeting tells."""
        return recognise(self.received) if self.fault is Fault.NOT_POP3 else None


class CommandRejected(Pop3Error):
    """The server answered -ERR; the connection is alive (RFC 1939, section 3).

    Attributes:
        command: the command as the transcript shows it, without secrets.
        code: the response code (RFC 2449, section 8; RFC 3206), such as `IN-USE`, or None.
        text: the server's words after the code.
        unheard: it was an AUTH, and nothing of the name or the password had been said.
    """

    unheard = False

    def __init__(self, command: str, code: str | None, text: str) -> None:
        super().__init__(command, code, text)
        self.command = command
        self.code = code
        self.text = text

    @property
    def reply(self) -> str:
        """The server's own line, as it can be shown to a person."""
        code = f" [{self.code}]" if self.code else ""
        return f"-ERR{code} {self.text}".rstrip()


class SaslError(Pop3Error):
    """A SASL exchange cannot go on; the engine cancels it with `*` (RFC 5034, section 4).

    Attributes:
        reason: what was wrong with the challenge, never the challenge itself.
        fault: which kind of wrong it was.
    """

    def __init__(self, reason: str, fault: SaslFault = SaslFault.NONSENSE) -> None:
        super().__init__(reason, fault)
        self.reason = reason
        self.fault = fault
