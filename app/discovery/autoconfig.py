"""The settings that a domain publishes for mail programs, version 1.1 of the format.

Everything in them is somebody else's word: no DOCTYPE and so no entities, no unbounded text, and
no answer that would send a password in clear.
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from app.transport import Security

from .addresses import host_name
from .models import DOMAIN, LOCAL, WHOLE

_SECURITY = {"SSL": Security.TLS, "STARTTLS": Security.STARTTLS, "plain": Security.NONE}
_MAX_PORT = 65535
_MAX_NAME = 200
_PLACEHOLDER = re.compile(r"%[A-Z]+%")
_KNOWN = frozenset({WHOLE, LOCAL, DOMAIN})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One POP3 server of such a file.

    Attributes:
        host: its name, ASCII and in lower case.
        port: its port.
        security: TLS or STARTTLS; NONE is there to be told, not to be used.
        username: the form of the user name.
    """

    host: str
    port: int
    security: Security
    username: str


class _Refused(Exception):
    """A DOCTYPE: the file may define entities."""


class _Builder(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002
        """Called by the parser before it reads what the DOCTYPE holds."""
        raise _Refused


def read(content: bytes, domain: str) -> list[Entry]:
    """The POP3 servers that a file names, those with TLS first; none where it makes no sense.

    Args:
        content: the file, of bounded length.
        domain: whose settings they are, ASCII.
    """
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 -- bounded, and without a DOCTYPE
    try:
        parser.feed(content)
        root = parser.close()
    except (ET.ParseError, _Refused, ValueError, LookupError):
        return []  # LookupError, ValueError: an encoding that there is not
    found = [_entry(one, domain) for one in root.iterfind("emailProvider/incomingServer")]
    order = list(Security)
    return sorted(filter(None, found), key=lambda entry: order.index(entry.security))


def _entry(server: "ET.Element[str]", domain: str) -> Entry | None:
    if (server.get("type") or "").strip().lower() != "pop3":
        return None
    host = host_name(_text(server, "hostname").replace(DOMAIN, domain))
    port = _text(server, "port")
    security = _SECURITY.get(_text(server, "socketType"))
    username = _text(server, "username") or WHOLE
    if host is None or security is None or not (port.isascii() and port.isdecimal()):
        return None
    if len(port) > len(str(_MAX_PORT)) or not 1 <= int(port) <= _MAX_PORT or not _is_form(username):
        return None
    return Entry(host, int(port), security, username)


def _is_form(username: str) -> bool:
    """Whether it says how the user name is made from the address; a fixed name is nobody's."""
    found = set(_PLACEHOLDER.findall(username))
    return (
        bool(found & {WHOLE, LOCAL})
        and found <= _KNOWN
        and len(username) <= _MAX_NAME
        and not _CONTROL.search(username)
    )


def _text(server: "ET.Element[str]", name: str) -> str:
    return (server.findtext(name) or "").strip()
