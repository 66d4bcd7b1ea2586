"""The sign-in form: from what people and scripts send to an account and its server."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Form

from app.discovery import Found
from app.mailbox import MEANS, TOKEN_MEANS, Account, Credentials, credentials_fit, token_fits
from app.transport import Security, Target, asked_for
from app.web.site import languages
from app.web.site.config import OfferedTarget, WebConfig
from app.web.site.errors import InvalidRequest
from app.web.site.words import _

from .views import ServerView

_MAX_PORT = 65535
_PLACE_FIELDS = frozenset({"server", "port", "security", "login"})
# A name, an IPv4 address, or an IPv6 address in brackets; then perhaps a port.
_PLACE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s/:@\[\]?#\\]+))(?::(\d{1,5}))?")
_BARE_IPV6 = re.compile(r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
# Controls, what UTF-8 cannot say, and what stands for octets that were no UTF-8.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


@dataclass(frozen=True, slots=True)
class SignInForm:
    """A sign-in as it was filled in; password and token are in no `repr`.

    `stay`: the session is to outlive the browser's.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    server: str = ""
    port: str = ""
    security: str = ""
    offered: str = ""
    auth: str = ""
    token: str = field(default="", repr=False)
    login: str = ""
    stay: bool = False

    @property
    def names_server(self) -> bool:
        """Whether it says where to sign in."""
        return bool(self.server.strip() or self.offered)

    def read(self, config: WebConfig, found: Found | None = None) -> tuple[Account, Credentials]:
        """Whom to sign in, and where.

        Args:
            config: what the operator decided.
            found: the server that was found for the address, where none was named.

        Raises:
            InvalidRequest: something is missing or makes no sense.
        """
        who = self.credentials(found)
        target = _as_offered(found.target, config) if found else self.target(config)
        return Account(who.username, target), who

    def credentials(self, found: Found | None = None) -> Credentials:
        """With what to sign in; the name as the server that was found wants it.

        Raises:
            InvalidRequest: something is missing or makes no sense.
        """
        username = self.login.strip() or (found.username if found else self.username.strip())
        if not username:
            raise InvalidRequest(_("Type your email address or user name."), "username")
        mechanism = self.auth.strip().upper() or None
        if mechanism is not None and mechanism not in MEANS:
            raise InvalidRequest(
                _("auth: known values are %(known)s.", known=", ".join(sorted(MEANS)))
            )
        if self.token or mechanism in TOKEN_MEANS:
            secret = self._read_token(username, mechanism)
        else:
            secret = self._read_password(username)
        return Credentials(username, secret, mechanism, languages.current.get().tag)

    def _read_password(self, username: str) -> str:
        if not self.password:
            raise InvalidRequest(_("Type your password."), "password")
        if _CONTROL.search(username) or _CONTROL.search(self.password):
            raise InvalidRequest(
                _("The name or the password contains a line break or another control character.")
            )
        if not credentials_fit(username, self.password):
            raise InvalidRequest(
                _("The name or the password is too long: POP3 allows 255 octets a line.")
            )
        return self.password

    def _read_token(self, username: str, mechanism: str | None) -> str:
        if mechanism not in TOKEN_MEANS or not self.token or self.password:
            raise InvalidRequest(
                _(
                    "token: it goes with auth %(means)s, and takes the place of the password.",
                    means=", ".join(sorted(TOKEN_MEANS)),
                )
            )
        if not token_fits(username, self.token):
            raise InvalidRequest(
                _("token: it or the name contains characters that cannot be sent.")
            )
        return self.token

    def choices(self, config: WebConfig) -> tuple[ServerView, ...]:
        """The servers that the operator offers; the one that was chosen is selected."""
        return tuple(
            ServerView(
                one.label,
                server_label(one.target),
                one.label == self.offered,
                one.target.security is Security.NONE,
            )
            for one in config.offered
        )

    def shown(self, config: WebConfig) -> frozenset[str]:
        """The fields of the server that a page has."""
        if config.fixed:
            return frozenset({"offered"} if len(config.offered) > 1 else ())
        return _PLACE_FIELDS | frozenset({"offered"} if config.offered else ())

    def target(self, config: WebConfig) -> Target:
        """The server alone.

        Raises:
            InvalidRequest: it makes no sense.
        """
        if not self.server.strip() and config.offered and self.offered != "other":
            return _offered(config.offered, self.offered)
        return _as_offered(read_target(self.server, self.port, self.security), config)


_Field = Annotated[str, Form()]


async def _filled_in(
    username: _Field = "",
    password: _Field = "",
    server: _Field = "",
    port: _Field = "",
    security: _Field = "",
    offered: _Field = "",
    auth: _Field = "",
    login: _Field = "",
    stay: _Field = "",
) -> SignInForm:
    place = server, port, security, offered
    return SignInForm(username, password, *place, auth, login=login, stay=bool(stay))


FilledIn = Annotated[SignInForm, Depends(_filled_in)]
"""The form that a page sent; a token is for scripts alone."""


def _as_offered(target: Target, config: WebConfig) -> Target:
    """A server that the operator offers is used as the operator says."""
    for offered in config.offered:
        if (offered.target.host, offered.target.port) == (target.host.lower(), target.port):
            return offered.target
    return target


def _offered(offered: tuple[OfferedTarget, ...], value: str) -> Target:
    if not value:
        return offered[0].target
    for one in offered:
        if one.label == value:
            return one.target
    raise InvalidRequest(_("This server is not offered here."), "offered")


def read_target(server: str, port: str, security: str) -> Target:
    """A server as it was typed: a name, perhaps with `:port`, a port, a protection.

    Raises:
        InvalidRequest: something makes no sense.
    """
    place = server.strip()
    if not place:
        raise InvalidRequest(
            _("Type the name of the mail server, such as pop.example.net."), "server"
        )
    if _BARE_IPV6.fullmatch(place):
        place = f"[{place}]"
    found = _PLACE.fullmatch(place)
    host = _host(found[1], found[2]) if found and not _CONTROL.search(place) else ""
    if found is None or not host:
        raise InvalidRequest(
            _("Server: %(text)s is not a server name.", text=repr(server.strip()[:80])), "server"
        )
    typed = port.strip() or found[3] or ""
    if typed and not (typed.isdecimal() and typed.isascii() and 1 <= int(typed[:6]) <= _MAX_PORT):
        raise InvalidRequest(
            _("Port: a number from 1 to %(most)s.", most=_MAX_PORT),
            "port" if port.strip() else "server",
        )
    kind = security.strip().lower()
    if kind and kind not in {known.value for known in Security}:
        raise InvalidRequest(_("Security: tls, starttls or none."), "security")
    implied = Security.STARTTLS if typed == "110" else Security.TLS
    chosen = Security(kind) if kind else implied
    return Target(host, int(typed) if typed else chosen.default_port, chosen)


def _host(address: str | None, name: str) -> str:
    """An IPv6 address, or a name as it is asked for; "" where it is none."""
    try:
        if address:
            ipaddress.ip_address(address)
        return address or asked_for(name).rstrip(".")
    except ValueError:
        return ""


def server_label(target: Target) -> str:
    """A server as a select shows it: name, port, protection."""
    place = {"host": f"[{target.host}]" if ":" in target.host else target.host, "port": target.port}
    if target.security is Security.NONE:
        return _("%(host)s, port %(port)s, not encrypted", **place)
    kind = target.security.value.upper()
    return _("%(host)s, port %(port)s, %(security)s", security=kind, **place)
