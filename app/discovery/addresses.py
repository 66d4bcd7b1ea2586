"""Reading an address, before anything is sent anywhere."""

import ipaddress
import re

import idna

from app.transport import asked_for

from .models import Reason, TypedAddress

_MAX = 320  # octets: 64 before the @, 255 after it (RFC 5321, section 4.5.3.1)
_ODD = re.compile(r'[\x00-\x20\x7f"(),:;<>@\[\]\\\u2028\u2029]')
_NUMBERS = re.compile(r"\.?[0-9]+")


class _Unreadable(ValueError):
    """Not an address one can search for."""

    def __init__(self, why: Reason) -> None:
        super().__init__(why)
        self.why = why


def read_address(text: str, *, bare: bool = False) -> TypedAddress | Reason:
    """An address, or why it is none.

    Args:
        text: what was typed.
        bare: whether a domain alone will do; a name without @ may else be anybody's user name.
    """
    text = text.strip()
    local, at, written = text.rpartition("@")
    if not at and not bare:
        return Reason.NO_DOMAIN
    try:
        if at and not (bare and not local):
            _check_local(local)
        domain = _domain(written)
    except _Unreadable as error:
        return error.why
    return TypedAddress(local, domain, _shown(domain), written.rstrip("."))


def _check_local(local: str) -> None:
    if not local or _ODD.search(local) or len(local.encode("utf-8", "replace")) > _MAX:
        raise _Unreadable(Reason.BAD_NAME)


def _domain(written: str) -> str:
    name = written.removesuffix(".")
    if not name:
        raise _Unreadable(Reason.NO_DOMAIN)
    if _is_number(name):
        raise _Unreadable(Reason.LITERAL)
    if len(name) > _MAX:
        raise _Unreadable(Reason.BAD_DOMAIN)
    try:
        domain = asked_for(name, strict=True)  # upper case, full-width dots and the like, too
    except ValueError:
        raise _Unreadable(Reason.BAD_DOMAIN) from None
    labels = domain.split(".")
    if len(labels) < 2 or not all(labels):  # noqa: PLR2004 -- a top-level domain has no mailboxes
        raise _Unreadable(Reason.BAD_DOMAIN)
    if _NUMBERS.fullmatch(labels[-1]):
        raise _Unreadable(Reason.LITERAL if _is_number(domain) else Reason.BAD_DOMAIN)
    return domain


def _is_number(name: str) -> bool:
    """Whether an IP address stands where a domain should (RFC 5321, section 4.1.3)."""
    if name.startswith("["):
        return True
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True


def host_name(text: str) -> str | None:
    """A server's name from somebody else's data, in ASCII and lower case; None if it is none.

    IP addresses are none: their certificates hardly ever are for them.
    """
    try:
        return _domain(text.strip())
    except _Unreadable:
        return None


def _shown(domain: str) -> str:
    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain
