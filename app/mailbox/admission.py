"""The one way to sign in to a server: what the gate holds back is not even tried.

What comes of a sign-in is told to the gate. A refusal that says nothing of the password is no wrong
one. What a server says of too many sign-ins is heeded: for everybody here where it speaks of
connections or of where they come from, else for this account.
"""

import math
import re

from app.transport import ConnectFailed, ConnectFault, Connection, Dialer, Listener, Target

from .errors import LoginDelayed, LoginRejected, SignInHeld
from .login import seconds_told, signed_in
from .models import Credentials
from .refusals import Refusal

_TOO_MANY = re.compile(
    r"\btoo many\b.{0,40}\b(log-?[io]n|sign-?in|attempt|fail|tries|connection|session|request|auth)"
    r"|\b(rate|connection|login) limit|\bthrottl",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\bconnections?\b|\byour (ip|address|host|network)|\bfrom (this|your|that)\b|\bIP\b"
)
_PAUSE = 60  # seconds, where the server does not say for how long


async def admitted(
    dialer: Dialer,
    target: Target,
    credentials: Credentials,
    listener: Listener | None = None,
    *,
    proven: bool = False,
) -> Connection:
    """A new connection, signed in, if the gate lets it be tried.

    Args:
        dialer: opens it.
        target: the server.
        credentials: what signs in.
        listener: hears what is said.
        proven: whether the server took these credentials before.

    Raises:
        SignInHeld: not yet; nothing was sent.
        NoWayIn, LoginRejected, MailboxInUse, LoginDelayed, SaslError, TransportError,
        RemoteProtocolError: see `signed_in`.
    """
    gate, host, user = dialer.gate, target.host, credentials.username
    await check_sign_in(dialer, target, user, proven=proven)
    with gate.under_way(host, user):
        await gate.begun()
        try:
            connection = await signed_in(dialer, target, credentials, listener)
        except LoginRejected as error:
            of_server = (error.code or "").partition("/")[0] == "SYS"  # RFC 3206, section 4
            if error.about is Refusal.LOGIN and not of_server:
                await gate.wrong(host, user)
            await _heed(dialer, target, user, error.reply)
            raise
        except LoginDelayed as error:
            told = seconds_told(error.reply)
            if told is not None:
                await gate.told(host, user, told, everybody=False)
            raise
        except ConnectFailed as error:
            if error.fault is ConnectFault.TURNED_AWAY:
                await _heed(dialer, target, user, error.reply)
            raise
        await gate.right(host, user)
        return connection


async def check_sign_in(dialer: Dialer, target: Target, user: str, *, proven: bool = False) -> None:
    """Whether a sign-in may be tried now; it is not counted.

    Raises:
        SignInHeld: not yet.
    """
    hold = await dialer.gate.hold(target.host, user, proven=proven)
    if hold is not None:
        raise SignInHeld(hold.brake, math.ceil(hold.seconds))


async def _heed(dialer: Dialer, target: Target, user: str, reply: str) -> None:
    if _TOO_MANY.search(reply):
        seconds = seconds_told(reply) or _PAUSE
        everybody = bool(_OURS.search(reply))
        await dialer.gate.told(target.host, user, seconds, everybody=everybody)
