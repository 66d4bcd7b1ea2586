"""Signing in: the best means both sides have, and what a refusal means.

    what there is             the order in which it is tried
    under TLS                 SCRAM-SHA-256, SCRAM-SHA-1, PLAIN, USER/PASS, LOGIN, CRAM-MD5, APOP
    in clear                  SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, APOP, USER/PASS, PLAIN, LOGIN
    a means was asked for     that one alone; a token's XOAUTH2 and OAUTHBEARER only so

In clear, the last three show the password to everyone on the way; the person chose "none" for that.
A refused login is not tried again: the person decides. What goes on by itself is a sign-in that the
server refused for its form, by words of `refusals`, or that turned out to be beyond it or us:

    first                     the same means, its initial response sent the other way
    then                      the next means in the order, unless it gives more away: after a proof
                              of the password, the password itself follows under TLS alone
    never                     anything after a proof that was judged, or a server that failed to
                              prove itself

A server that hangs up at that, at AUTH without a word (once), at CAPA or behind it, or whose CAPA
has no end, is dialled again and spoken to without. What it took in the end is its habit, and comes
first the next time.
"""

import asyncio
import re

from app.pop3 import (
    Capabilities,
    CommandRejected,
    OAuthBearer,
    SaslError,
    SaslFault,
    Scram,
    State,
    XOAuth2,
    commands,
)
from app.transport import (
    ConnectFailed,
    Connection,
    ConnectionLost,
    Dialer,
    Listener,
    Stalled,
    Target,
    WayIn,
)

from .errors import LoginDelayed, LoginRejected, MailboxInUse
from .models import Credentials
from .refusals import Refusal, about
from .ways import Greeted, Way, login_steps

# Servers without RESP-CODES say it in words; of an account that is locked they don't mean this.
_IN_USE = re.compile(r"\b(lock(ed)?|busy|in use|already open|wait)\b", re.IGNORECASE)
_LOCKED_OUT = re.compile(r"\b(account|user)\b.{0,20}\block|\block(ed)? out\b", re.IGNORECASE)
_TOO_SOON = re.compile(
    r"\btoo (?:soon|often|frequent)|\bminimum (?:time|interval|delay)\b|\blogin[- ]delay\b"
    r"|\b(?:once|only) (?:in|every|per)\b.{0,12}\b(?:seconds?|minutes?)\b",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(r"\b(\d{1,5}) ?(s|m)(?:ec|in)?(?:ond|ute)?s?\b", re.IGNORECASE)


async def signed_in(
    dialer: Dialer, target: Target, credentials: Credentials, listener: Listener | None = None
) -> Connection:
    """A new connection, signed in.

    Where the server hangs up, it is dialled again as long as each time something was learnt of how
    to speak to it.

    Raises:
        NoWayIn, LoginRejected, MailboxInUse, LoginDelayed, SaslError: see `sign_in`.
        TransportError, RemoteProtocolError: no usable connection.
    """
    habit = dialer.habits.of(target.host, target.port)
    before = set(habit.hangs_up_at_capa)
    trial = Trial()
    while True:
        known = len(habit.hangs_up_at_capa) + len(trial.refused)
        connection = await dialer.dial(target, listener)
        began = asyncio.get_running_loop().time()
        try:
            await sign_in(connection, credentials, trial)
        except BaseException as error:
            connection.abort()
            if not isinstance(error, ConnectionLost | Stalled):
                raise
            if _capa_was_too_much(error, connection):
                habit.hangs_up_at_capa.add(State.AUTHORIZATION)
            if len(habit.hangs_up_at_capa) + len(trial.refused) > known:
                continue
            habit.hangs_up_at_capa &= before  # it was not CAPA
            raise
        connection.login_seconds = asyncio.get_running_loop().time() - began
        return connection


def _capa_was_too_much(error: Exception, connection: Connection) -> bool:
    """Whether it hung up behind CAPA, which it refused, before there was anything to judge."""
    if not isinstance(error, ConnectionLost) or connection.capabilities.tags:
        return False
    return error.command.startswith("USER") or (error.command.startswith("PASS") and not error.sent)


class Trial:
    """One sign-in, over one connection or more.

    Attributes:
        refused: ways that the server refused for their form, each by its name and `otherwise`.
    """

    def __init__(self) -> None:
        self.refused: list[tuple[str, bool]] = []
        self._last: tuple[Way, Refusal] | None = None

    @property
    def means(self) -> tuple[str, ...]:
        """The means of what was refused, each once."""
        return tuple(dict.fromkeys(name for name, _ in self.refused))

    def first(self, ways: tuple[Way, ...], habit: WayIn | None, *, protected: bool) -> Way:
        """What to begin with: what is known to work here, or what comes first."""
        if self._last is not None:  # on another connection
            return self.after(*self._last, ways, protected=protected) or ways[0]
        forms = (*ways, *_others(ways))
        known = (way for way in forms if habit is not None and way.same_as(habit))
        return next((way for way in known if protected or _no_more(way, ways[0])), ways[0])

    def after(
        self, way: Way, refusal: Refusal, ways: tuple[Way, ...], *, protected: bool
    ) -> Way | None:
        """What follows by itself where a way was refused for its form; see the top of this file."""
        if (way.name, way.otherwise) not in self.refused:
            self.refused.append((way.name, way.otherwise))
        self._last = (way, refusal)
        same = refusal is Refusal.SYNTAX
        other = (one for one in _others(ways) if same and one.name == way.name)
        kept = (one for one in ways if protected or _no_more(one, way))
        # A server that reads mechanism and response as one word does not know that mechanism.
        late = (one for one in _others(ways) if not isinstance(one.mechanism, Scram))
        left = (*other, *kept, *(one for one in late if protected or _no_more(one, way)))
        return next((one for one in left if (one.name, one.otherwise) not in self.refused), None)

    def hung_up(self, way: Way, ways: tuple[Way, ...], *, protected: bool) -> None:
        """The server hung up at AUTH without a word: once, that is a refusal of the means."""
        if way.mechanism is None or way.judged or self._last is not None:
            return
        if self.after(way, Refusal.MEANS, ways, protected=protected) is None:
            self.refused.clear()
            self._last = None


def _others(ways: tuple[Way, ...]) -> tuple[Way, ...]:
    return tuple(way.other for way in ways if way.other is not None)


def _no_more(way: Way, than: Way) -> bool:
    """Whether it gives no more away: a proof of the password, or what had the password itself."""
    return than.gives_password or not way.gives_password


async def sign_in(
    connection: Connection, credentials: Credentials, trial: Trial | None = None
) -> None:
    """Signs in and learns what the server can do then. A login that was judged is never retried.

    Args:
        connection: it was greeted.
        credentials: what signs in.
        trial: what was refused on connections before.

    Raises:
        NoWayIn: nothing was sent; the server takes no such name or password.
        LoginRejected, MailboxInUse, LoginDelayed: the server refused.
        SaslError: the server's part in it was wrong.
        TransportError, RemoteProtocolError: the connection is dead.
    """
    trial = trial or Trial()
    server = Greeted(
        connection.host,
        connection.port,
        await connection.learn(),
        connection.greeting.result().challenge,
        connection.tls is not None,
    )
    protected, habits = server.protected, connection.habit.ways_in
    ways = login_steps(credentials, server)
    await _agree(connection, server.capabilities, credentials.language)
    known = habits.get(protected)
    way = trial.first(ways, known, protected=protected)
    while True:
        try:
            await _walk(connection, way)
            break
        except CommandRejected as error:
            refusal = _about(error)
            going_on = refusal.of_form and not way.judged
            following = trial.after(way, refusal, ways, protected=protected) if going_on else None
            if following is None:  # in no variable: that would keep this frame, and what it holds
                raise _refused(error, way, ways, server, trial, credentials) from None
            way = following
        except ConnectionLost:
            trial.hung_up(way, ways, protected=protected)
            raise
    connection.signed_in_by = way.name
    if trial.refused:
        habits[protected] = known = WayIn(way.name, way.otherwise, trial.means)
    if known is not None and way.same_as(known):
        connection.means_refused = known.refused
    if server.capabilities.tags:  # a server without CAPA would only count a bad command
        await connection.learn()


async def _walk(connection: Connection, way: Way) -> None:
    for step in way.steps:
        await connection.execute(step)


async def _agree(connection: Connection, capabilities: Capabilities, language: str) -> None:
    """UTF8 and LANG, where they are announced; a server that refuses them goes on as it was.

    Without UTF8, mail with UTF-8 headers comes changed, or not at all (RFC 6856, section 2.1).
    """
    wanted = [commands.utf8()] if "UTF8" in capabilities else []
    if "LANG" in capabilities:
        wanted.append(commands.lang(language or "*"))
    answers = await asyncio.gather(*map(connection.execute, wanted), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, CommandRejected):
            raise answer


def _about(error: CommandRejected) -> Refusal:
    called_off = error.__cause__
    if isinstance(called_off, SaslError):
        impostor = called_off.fault is SaslFault.IMPOSTOR
        return Refusal.LOGIN if impostor else Refusal.MEANS  # neither its form nor ours would do
    if error.code is None and _in_use(error.text):
        return Refusal.LOGIN
    return about(error.code, error.text, unheard=error.unheard)


def _refused(
    error: CommandRejected,
    way: Way,
    ways: tuple[Way, ...],
    server: Greeted,
    trial: Trial,
    credentials: Credentials,
) -> SaslError | LoginRejected | MailboxInUse | LoginDelayed:
    if isinstance(error.__cause__, SaslError):  # we called it off
        return error.__cause__.with_traceback(None)
    found = refusal(error.reply, error.code, error.text, server.capabilities)
    if isinstance(found, LoginRejected):
        kind = _about(error)
        said = credentials.username, credentials.password
        found.beyond_ascii = not all(map(str.isascii, said))
        found.about = Refusal.LOGIN if way.judged and kind is Refusal.SYNTAX else kind
        if found.about is not Refusal.LOGIN:
            found.means_refused = trial.means or (way.name,)
        found.means, found.protected = way.name, server.protected
        if not way.gives_password:
            found.instead = next((other.name for other in ways if other.gives_password), "")
        if isinstance(way.mechanism, XOAuth2 | OAuthBearer) and way.mechanism.refusal is not None:
            found.status = way.mechanism.refusal.status
            found.scope = way.mechanism.refusal.scope
    return found


def refusal(
    reply: str, code: str | None, text: str, capabilities: Capabilities
) -> LoginRejected | MailboxInUse | LoginDelayed:
    """What a refused login means (RFC 2449, section 8.1; RFC 3206, section 4)."""
    kind = (code or "").partition("/")[0]
    early = kind in {"", "SYS"} and _TOO_SOON.search(text)
    if kind == "LOGIN-DELAY" or early:
        return LoginDelayed(reply, seconds_told(text) or capabilities.login_delay)
    if kind == "IN-USE" or (code is None and _in_use(text)):
        return MailboxInUse(reply)
    return LoginRejected(reply, code, about(code, text))


def seconds_told(text: str) -> int | None:
    """How long it is to be waited, where a server's words tell."""
    found = _HOW_LONG.search(text)
    return int(found[1]) * (60 if found[2].lower() == "m" else 1) if found else None


def _in_use(text: str) -> bool:
    return bool(_IN_USE.search(text) and not _LOCKED_OUT.search(text))


def turned_away(error: ConnectFailed) -> MailboxInUse | LoginDelayed | None:
    """What a greeting of -ERR means, where its code says so."""
    if error.code in {"IN-USE", "LOGIN-DELAY"}:
        found = refusal(error.reply, error.code, "", Capabilities())
        return None if isinstance(found, LoginRejected) else found
    return None
