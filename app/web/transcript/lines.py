"""The transcript as people read it: lines of the drawer, and a text to send to somebody."""

import platform
from collections.abc import Iterator, Sequence

from app import __version__
from app.mailbox import LineEvent, Mailbox, TranscriptLine
from app.pop3 import Side
from app.transport import Security
from app.web.site import formats
from app.web.site.login_problems import means_name
from app.web.site.words import _, ngettext

from .masking import Masker
from .views import LineView, TranscriptView

SHOWN = 60  # lines of a new page
MOST = 500  # lines of a drawer that was opened
_LONG = 500  # characters of a line; the text file has all of it


def _line_view(line: TranscriptLine) -> LineView:
    """A line of the drawer."""
    text = text_of(line, None)
    return LineView(
        number=line.number,
        side=line.side.value if line.side else "",
        text=text if len(text) <= _LONG else f"{text[:_LONG]}…",
        notes=tuple(_notes(line)),
        at=line.at,
    )


def transcript(mailbox: Mailbox, lines: Sequence[TranscriptLine] | None = None) -> TranscriptView:
    """Some lines, by default the newest, and what the drawer says of all of them."""
    log = mailbox.transcript
    shown = log.lines(most=SHOWN) if lines is None else lines
    return TranscriptView(tuple(map(_line_view, shown)), tuple(_facts(mailbox)), log.newest)


def support_text(mailbox: Mailbox, lines: Sequence[TranscriptLine], *, masked: bool) -> str:
    """All that helps somebody else to see what went wrong; times in UTC.

    Args:
        mailbox: whose transcript.
        lines: of it.
        masked: whether mailbox names and mail addresses are made unrecognisable.
    """
    username = mailbox.account.username
    masker = Masker(username)
    name = masker.name(username) if masked else username
    body = "\n".join(_support_line(line, masker if masked else None) for line in lines)
    return "\n".join([*_head(mailbox, name), "", body, ""])


def text_of(line: TranscriptLine, masker: Masker | None) -> str:
    """What a line says, masked or as it was said."""
    if line.event:
        return happened(line)
    return masker.line(line) if masker else line.text


def happened(line: TranscriptLine) -> str:
    """What happened to the connection, in words."""
    protection = tls_version(line.tls) if line.tls else ""
    match line.event:
        case LineEvent.CONNECTED if protection:
            return _("connected to %(server)s, %(tls)s", server=line.text, tls=protection)
        case LineEvent.CONNECTED:
            return _("connected to %(server)s", server=line.text)
        case LineEvent.ENCRYPTED:
            return _("encrypted from here on, %(tls)s", tls=protection or "TLS")
        case LineEvent.CLOSED:
            return _("connection closed")
        case _:
            return _("connection lost")


def tls_version(tls: str) -> str:
    """`TLS 1.3`."""
    return tls.replace("TLSv", "TLS ")


def said_by(side: Side | None) -> str:
    """Who says a line: `C`, `S`, or `-` where something happened."""
    return side.value if side else "-"


def _notes(line: TranscriptLine) -> Iterator[str]:
    if line.octets is not None:
        yield ngettext("%(n)s octet", "%(n)s octets", line.octets, n=formats.number(line.octets))
    if line.ms is not None:
        yield milliseconds(line.ms)
    if line.pipelined:
        yield _("pipelined")


def milliseconds(ms: float) -> str:
    """`41 ms`."""
    if ms < 1:
        return _("under 1 ms")
    return _("%(n)s ms", n=formats.number(round(ms)))


def _facts(mailbox: Mailbox) -> Iterator[str]:
    log = mailbox.transcript
    yield ngettext("%(n)s command", "%(n)s commands", log.commands, n=formats.number(log.commands))
    if log.fastest is not None:
        yield _("%(ms)s per round trip", ms=milliseconds(log.fastest))
    if mailbox.listing.access.capabilities.pipelining:
        yield _("pipelined")
    if mailbox.listing.access.means:
        yield _("signed in by %(means)s", means=_means(mailbox))


def _means(mailbox: Mailbox) -> str:
    access = mailbox.listing.access
    means = means_name(access.means)
    refused = formats.listed(map(means_name, access.refused))
    if not refused:
        return means
    return _("%(means)s (refused for the form: %(refused)s)", means=means, refused=refused)


def _head(mailbox: Mailbox, name: str) -> Iterator[str]:
    target, access = mailbox.account.target, mailbox.listing.access
    protection = target.security.value
    if target.security is not Security.NONE:
        protection = f"{protection}, {tls_version(access.tls or 'TLS')}"
    capabilities = access.capabilities.lines
    yield f"Popscope {__version__}, Python {platform.python_version()}"
    yield _("Mailbox: %(name)s", name=name)
    yield _("Server: %(server)s (%(protection)s)", server=target.shown, protection=protection)
    yield _("Signed in by: %(means)s", means=_means(mailbox) or "-")
    yield _("Capabilities: %(lines)s", lines=" | ".join(capabilities) or "-")
    yield _("Messages: %(n)s", n=formats.number(len(mailbox.index)))


def _support_line(line: TranscriptLine, masker: Masker | None) -> str:
    text = text_of(line, masker)
    notes = "; ".join(_notes(line))
    time = line.at.isoformat(sep=" ", timespec="milliseconds").partition("+")[0]
    said = f"{time} {said_by(line.side)}  {text}"
    return f"{said}  ({notes})" if notes else said
