"""Dialogues of servers that cannot be run here, replayed from ``dialogues/*.txt``.

A file has sections. ``[greeting]`` is what the server says first; ``[authorization]`` and
``[transaction]`` hold what it answers there, as pairs of ``C:`` and ``S:`` lines; any other section
is a step in between, such as the second line of a SASL exchange. The first ``C:`` line that fits
counts; a command that none fits fails the test. ``->`` behind an answer leads to another section,
``-> tls`` begins TLS, ``-> end`` closes the connection.

In ``C:`` lines ``<n>`` and ``<k>`` are numbers, ``<…>`` is anything. In ``S:`` lines
``{messages}``, ``{octets}``, ``{n}`` and ``{size}`` are counted, and ``@list``, ``@uidl``, ``@top``
and ``@retr`` stand for rows and messages, ended as this server ends them.

``[maildrop]`` names the messages (``mails.py``): number, UIDL, and what LIST says where that is not
the truth. ``[idle]`` is what is said to those who idle. ``[options]``:

- ``unstuffed``; ``top unstuffed``: dots are not stuffed, or not by TOP.
- ``spaced``: rows have several spaces.
- ``expire 0``: QUIT hides what was retrieved.
- ``window 4``: so many messages are listed at once.
- ``top whole``: TOP sends all of the body.
- ``top header X-Line: …``: a header that only TOP shows.
- ``end .CR``: RETR and TOP end without their LF; ``end .CR, LF later``: it comes with the next
  answer.
"""

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from .dialogues.mails import MAILS
from .scripted import Peer, UnexpectedCommand

FOLDER = Path(__file__).parent / "dialogues"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))
_WILD = {r"<n>": r"(?P<n>\d+)", r"<k>": r"(?P<k>\d+)", "<…>": ".+"}


@dataclass(slots=True)
class Exchange:
    """A command, the answer to it, and the section that follows."""

    pattern: re.Pattern[str]
    answer: list[str] = field(default_factory=list)
    next: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Mail:
    """A stored message: its octets with CRLF, its UIDL, and its size where LIST is wrong."""

    octets: bytes
    uidl: str
    listed: int | None

    @property
    def size(self) -> int:
        """What LIST says."""
        return len(self.octets) if self.listed is None else self.listed


@dataclass(slots=True)
class Dialogue:
    """One file, read."""

    name: str
    greeting: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    sections: dict[str, list[Exchange]] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, name: str) -> "Dialogue":
        """The dialogue of this name."""
        made = cls(name)
        section = ""
        for raw in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
            if raw.startswith("[") and raw.endswith("]"):
                section = raw[1:-1]
            elif raw and not raw.startswith("#"):
                made._take(section, raw)
        return made

    def _take(self, section: str, line: str) -> None:
        kind, _, rest = line.partition(" ")
        match section:
            case "options":
                self.options[kind] = rest
            case "maildrop":
                uidl, *listed = rest.split()
                size = int(listed[0]) if listed else None
                self.mails.append(Mail(MAILS[int(kind) - 1], uidl, size))
            case "greeting" | "idle":
                (self.greeting if section == "greeting" else self.idle).append(rest)
            case _:
                exchanges = self.sections.setdefault(section, [])
                match kind:
                    case "C:":
                        exchanges.append(Exchange(_pattern(rest)))
                    case "S:":
                        exchanges[-1].answer.append(rest)
                    case "->":
                        exchanges[-1].next = rest
                    case _:
                        raise ValueError(line)


def _pattern(line: str) -> re.Pattern[str]:
    parts = re.split("(<n>|<k>|<…>)", line)
    return re.compile("".join(_WILD.get(p, re.escape(p)) for p in parts), re.IGNORECASE)


class Replay:
    """The server of a dialogue, over all its connections; a script for ``ScriptedServer``.

    Args:
        name: of the dialogue.
        line_end: what ends every line, those of messages too.
        context: for TLS, where the dialogue begins it.
        instead: for the n-th login (0-based), the password that its ``PASS`` counts as.
        short: whether the long message is cut short, for octet by octet over TLS takes its time.
    """

    def __init__(
        self,
        name: str,
        *,
        line_end: bytes = b"\r\n",
        context: ssl.SSLContext | None = None,
        instead: dict[int, str] | None = None,
        short: bool = False,
    ) -> None:
        self.dialogue = Dialogue.read(name)
        if short:
            cut = (replace(mail, octets=_cut(mail.octets)) for mail in self.dialogue.mails)
            self.dialogue.mails = list(cut)
        self.line_end = line_end
        self.mails = list(self.dialogue.mails)
        self.sessions: list[Session] = []
        self.logins = 0
        self.instead = instead or {}
        self.context = context
        self._peers: dict[Session, Peer] = {}

    def connect(self) -> "Session":
        """A new connection, without a socket."""
        self.sessions.append(Session(self))
        return self.sessions[-1]

    @property
    def commands(self) -> list[str]:
        """All command lines received."""
        return [line for session in self.sessions for line in session.commands]

    def lines(self, text: bytes) -> bytes:
        """Octets with CRLF as this server ends lines."""
        return text.replace(b"\r\n", self.line_end)

    def given(self, mail: Mail) -> bytes:
        """A message as a client can get it: two dots look stuffed where nothing is stuffed."""
        unstuffed = "unstuffed" in self.dialogue.options
        text = re.sub(rb"(?m)^\.\.", b".", mail.octets) if unstuffed else mail.octets
        return self.lines(text)

    async def hang_up(self) -> None:
        """What the server does to connections that idle for too long."""
        for session, peer in self._peers.items():
            if not session.ended:
                session.ended = True
                await peer.send(session.said(self.dialogue.idle))
                peer.close()

    async def __call__(self, peer: Peer) -> None:
        """Serves one connection."""
        session = self.connect()
        self._peers[session] = peer
        await peer.send(session.said(self.dialogue.greeting))
        while not session.ended:
            line = await peer.line()
            ahead = bytes(peer._reader._buffer)  # type: ignore[attr-defined]
            if ahead and not session.pipelining:
                raise UnexpectedCommand(f"{ahead!r} was sent ahead, behind {line!r}")
            answer = session.answer(line)
            if session.section == "tls":
                assert self.context is not None
                await peer.send(answer)
                await peer._writer.start_tls(self.context, ssl_handshake_timeout=10)
                session.section = "authorization tls"
            else:
                await peer.send(answer)
        peer.close()


def _cut(octets: bytes) -> bytes:
    return b"".join(octets.splitlines(keepends=True)[:40])


class Session:
    """One connection of a replay."""

    def __init__(self, replay: Replay) -> None:
        self._replay = replay
        self._dialogue = replay.dialogue
        self._listed: list[Mail] = []
        self._deleted: set[int] = set()
        self._retrieved: set[int] = set()
        self.section = "authorization"
        self.pipelining = False
        self.ended = False
        self._owed = b""  # what was held back of the last answer
        self.commands: list[str] = []

    def said(self, lines: list[str]) -> bytes:
        """Lines as the server sends them."""
        return b"".join(line.encode() + self._replay.line_end for line in lines)

    def answer(self, raw: bytes) -> bytes:
        """The answer to a command line."""
        line = raw.decode("utf-8", "replace")
        self.commands.append(line)
        if line.upper().startswith("PASS "):
            line = f"PASS {self._replay.instead.get(self._replay.logins, line[5:])}"
        for exchange in self._dialogue.sections[self.section]:
            found = exchange.pattern.fullmatch(line)
            if found:
                numbers = {name: int(value) for name, value in found.groupdict().items()}
                return self._reply(exchange, line.partition(" ")[0].upper(), numbers)
        raise UnexpectedCommand(f"{self._dialogue.name}: {line!r} in {self.section!r}")

    def _reply(self, exchange: Exchange, verb: str, numbers: dict[str, int]) -> bytes:
        n, k = numbers.get("n", 0), numbers.get("k", 0)
        if n and (n > len(self._listed) or n in self._deleted):
            return self.said(["-ERR no such message"])
        self._act(verb, n, exchange)
        made = b""
        for line in exchange.answer:
            if line in {"@list", "@uidl"}:
                made += self.said([*self._rows(line == "@list"), "."])
            elif line in {"@top", "@retr"}:
                made += self._body(self._listed[n - 1], k if line == "@top" else None)
            else:
                made += self.said([self._filled(line, n)])
        self.pipelining = self.section == "transaction" and self._announces_pipelining()
        made, self._owed = self._owed + made, b""
        if made.endswith(b".\r") and self._dialogue.options["end"].endswith("later"):
            self._owed = b"\n"
        return made

    def _act(self, verb: str, n: int, exchange: Exchange) -> None:
        if self.section == "transaction":
            match verb:
                case "DELE":
                    self._deleted.add(n)
                case "RSET":
                    self._deleted.clear()
                case "RETR":
                    self._retrieved.add(n)
                case "QUIT":
                    self._update()
        if exchange.next == "transaction":
            self._replay.logins += 1
            window = int(self._dialogue.options.get("window", "9999"))
            self._listed = self._replay.mails[:window]
        self.ended = exchange.next == "end"
        self.section = exchange.next or self.section

    def _update(self) -> None:
        doomed = set(self._deleted)
        if self._dialogue.options.get("expire") == "0":
            doomed |= self._retrieved
        gone = [self._listed[n - 1] for n in doomed]
        self._replay.mails = [mail for mail in self._replay.mails if mail not in gone]

    def _announces_pipelining(self) -> bool:
        answers = [
            exchange.answer
            for exchange in self._dialogue.sections["transaction"]
            if exchange.pattern.fullmatch("CAPA")
        ]
        return any("PIPELINING" in answer for answer in answers)

    def _left(self) -> Iterator[tuple[int, Mail]]:
        return ((n, m) for n, m in enumerate(self._listed, 1) if n not in self._deleted)

    def _rows(self, sizes: bool) -> list[str]:
        gap = "   " if "spaced" in self._dialogue.options else " "
        return [f"{n}{gap}{mail.size if sizes else mail.uidl}" for n, mail in self._left()]

    def _filled(self, line: str, n: int) -> str:
        left = [mail for _, mail in self._left()]
        octets = sum(mail.size for mail in left)
        size = self._listed[n - 1].size if n else 0
        values = {"messages": len(left), "octets": octets, "n": n, "size": size}
        return re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), line)

    def _body(self, mail: Mail, lines: int | None) -> bytes:
        options = self._dialogue.options
        text = mail.octets
        if lines is not None:
            header, _, body = text.partition(b"\r\n\r\n")
            if options.get("top", "").startswith("header "):
                header += b"\r\n" + options["top"].removeprefix("header ").encode()
            if options.get("top") != "whole":
                body = b"".join(body.splitlines(keepends=True)[:lines])
            text = header + b"\r\n\r\n" + body
        unstuffed = lines is not None and options.get("top") == "unstuffed"
        if "unstuffed" not in options and not unstuffed:
            text = re.sub(rb"(?m)^\.", b"..", text)
        end = b".\r" if "end" in options else b"." + self._replay.line_end
        return self._replay.lines(text) + end
