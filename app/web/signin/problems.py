"""Why a sign-in has no server to go to, in plain words."""

from app.discovery import Reason
from app.web.site.problems import Words, problem
from app.web.site.words import _

from .errors import ConfirmServer, ServerNotFound
from .found_servers import why_none

_TYPED = frozenset({Reason.BAD_NAME, Reason.BAD_DOMAIN})  # the address itself is wrong


@problem(ServerNotFound, 422, "server-not-found")
def not_found(error: ServerNotFound) -> Words:
    """No server was named, and none was found."""
    return Words(
        _("The mail server could not be found from the address."),
        why_none(error.reason, error.domain, error.provider, error.host),
        (_("Type the name of the mail server, such as pop.example.net."),),
        "username" if error.reason in _TYPED else "server",
    )


@problem(ConfirmServer, 409, "confirm-server")
def confirm(error: ConfirmServer) -> Words:
    """A server was found that should be looked at first."""
    return Words(
        _("Is this your mail server?"),
        _(
            "%(host)s, port %(port)s (%(security)s) was found for %(domain)s, but in a way "
            "that somebody else could have tampered with. Your password was not sent.",
            host=error.host,
            port=error.port,
            security=error.security.upper(),
            domain=error.domain,
        ),
        (_("If it is your provider's, use it to sign in."),),
    )
