"""The panel below the address: which server was found, or why none."""

from app.discovery import Answer, Discovery, NotFound, Reason
from app.transport import Security
from app.web.site.words import _

from .found_servers import notes, where, why_none
from .views import FoundView

# While one types, these are no news.
_NOT_YET = frozenset({Reason.NO_DOMAIN, Reason.BAD_DOMAIN})
# These go away by themselves, or by typing on.
_PASSING = frozenset({Reason.BAD_NAME, Reason.BUSY})


def idle(discovery: Discovery, typed: str = "") -> FoundView:
    """Before there is anything to say."""
    line = (
        _("is found from the address")
        if discovery.searches
        else _("of a known provider is found from the address")
    )
    return FoundView("idle", typed, "", "", line)


def protection(security: str) -> str:
    """How a connection is protected, in a word or two."""
    return _("not encrypted") if security == Security.NONE.value else security.upper()


def found_view(discovery: Discovery, answer: Answer, typed: str) -> FoundView:
    """What a search ended with.

    Args:
        discovery: which searched.
        answer: its answer.
        typed: for what.
    """
    if isinstance(answer, NotFound):
        reason = answer.reason
        if reason in _NOT_YET:
            return idle(discovery, typed)
        line = why_none(reason, answer.domain, answer.provider, answer.host)
        return FoundView("none", typed, "", "", line, opens=reason not in _PASSING)
    target = answer.target
    kind = protection(target.security.value)
    return FoundView(
        kind="found" if answer.sure else "doubt",
        address=typed,
        server=f"[{target.host}]" if ":" in target.host else target.host,
        rest=_("port %(port)s, %(security)s", port=target.port, security=kind),
        line=where(answer),
        notes=notes(answer, typed),
        port=str(target.port),
        security=target.security.value,
        login=answer.username if answer.username != typed.strip() else "",
    )
