"""What every page has, from a session; reads, never acts."""

from fastapi import Request

from app import __version__
from app.mailbox import Mailbox
from app.transport import Security

from . import formats
from .deps import Services
from .security import host_name, is_https, is_loopback_name
from .views import AccountView, MessageView, SaidView, Shell

_TRANSCRIPT = 60


def shell(request: Request, services: Services, title: str, csrf: str) -> Shell:
    """What every page has."""
    config = services.config
    host = host_name(request)
    return Shell(
        title=title,
        csrf=csrf,
        insecure=not is_https(request, config.public_origin) and not is_loopback_name(host),
        version=__version__,
        host=host,
    )


def account(mailbox: Mailbox, services: Services) -> AccountView:
    """The top bar."""
    target = mailbox.account.target
    plaintext = target.security is Security.NONE
    tls = (mailbox.tls or "TLS").replace("TLSv", "TLS ")
    held = mailbox.held_seconds
    demo = services.config.demo
    return AccountView(
        name=mailbox.account.username,
        server=f"[{target.host}]:{target.port}"
        if ":" in target.host
        else f"{target.host}:{target.port}",
        protection="not encrypted"
        if plaintext
        else tls
        if target.verified
        else f"{tls}, unverified",
        plaintext=plaintext,
        held=int(held) if held is not None else None,
        demo=demo is not None and target == demo.target,
    )


def transcript(mailbox: Mailbox) -> tuple[SaidView, ...]:
    """The last lines of the dialogue."""
    return tuple(
        SaidView(
            said.side.value,
            said.text,
            f"({formats.number(said.octets)} octets)" if said.octets is not None else "",
        )
        for said in mailbox.transcript[-_TRANSCRIPT:]
    )


def title(mailbox: Mailbox, reader: MessageView | None) -> str:
    """`3 marked · Holiday video · user@example.net`."""
    marked = mailbox.marked.messages
    words = (
        f"{formats.number(marked)} marked" if marked else "",
        (reader.row.subject or "Message") if reader else "",
        mailbox.account.username,
    )
    return " · ".join(word for word in words if word)
