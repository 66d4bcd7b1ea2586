"""What to say of a server that was found for an address, and where none was."""

from typing import assert_never

from app.discovery import Found, Quirk, Reason, Source
from app.web.site.words import N_, _

_WHY = {
    Reason.NO_DOMAIN: N_(
        "The name has no domain, as in anna@example.net, to find the mail server by."
    ),
    Reason.BAD_NAME: N_(
        "The part before the @ contains a space, a quotation mark, a line break or "
        "another character that addresses cannot have."
    ),
    Reason.BAD_DOMAIN: N_("What follows the @ is not a mail domain, such as example.net."),
    Reason.LITERAL: N_("An IP address instead of a domain does not tell which mail server to use."),
    Reason.NO_POP3: N_("%(domain)s says in its DNS that it offers no POP3."),
    Reason.PROVIDER_WITHOUT: N_("%(provider)s offers no POP3."),
    Reason.NOT_ALLOWED: N_(
        "%(domain)s names a mail server to which this Popscope may not connect."
    ),
    Reason.PLAINTEXT: N_(
        "%(domain)s names a mail server without encryption; Popscope never chooses "
        "such a server by itself."
    ),
    Reason.NOTHING: N_(
        "Neither the DNS of %(domain)s nor its web server names one, and nothing answers under the "
        "usual names."
    ),
    Reason.TOO_SLOW: N_("%(domain)s did not answer in time."),
    Reason.BUSY: N_("Too many mail servers are being looked for at the moment."),
    Reason.OFF: N_("Popscope does not know the mail server of %(domain)s."),
}
_KNOWN_PLAIN = N_(
    "%(host)s of %(provider)s is known to have no encryption; Popscope never chooses that by "
    "itself."
)


def why_none(reason: Reason, domain: str, provider: str, host: str = "") -> str:
    """Why no server was found, as one sentence."""
    why = _KNOWN_PLAIN if reason is Reason.PLAINTEXT and host else _WHY[reason]
    return _(why, domain=domain, provider=provider, host=host)


def where(found: Found) -> str:
    """Where a server was found."""
    domain = found.domain
    match found.source:
        case Source.OFFERED:
            return _("offered by this Popscope")
        case Source.KNOWN:
            return _("known for %(domain)s", domain=domain)
        case Source.SRV:
            return _("found in the DNS of %(domain)s", domain=domain)
        case Source.AUTOCONFIG:
            return _("published by %(domain)s", domain=domain)
        case Source.MX:
            return _("%(provider)s receives its mail", provider=found.provider)
        case Source.GUESS:
            return _("guessed, and it answers")
    assert_never(found.source)


_QUIRKS = {
    Quirk.FOR_APPS: N_("%(provider)s requires an app password here, made in its account settings."),
    Quirk.SWITCH_ON: N_("POP3 must be switched on first, in the settings of %(provider)s."),
    Quirk.OAUTH_ONLY: N_(
        "%(provider)s no longer accepts passwords from mail programs, only OAuth "
        "tokens, which Popscope's API can send."
    ),
    Quirk.SEPARATE: N_(
        "%(provider)s requires a separate password for mail programs here, not that of its website."
    ),
    Quirk.MAY_REFUSE: N_(
        "%(provider)s may refuse: the app passwords that mail programs sign in with are being "
        "withdrawn there. If your account still has one, use it."
    ),
    Quirk.PAID: N_("%(provider)s offers POP3 to paying customers only."),
    Quirk.RECENT_ONLY: N_("%(provider)s hides mail that was fetched by POP3 before."),
}


def notes(found: Found, typed: str) -> tuple[str, ...]:
    """What to know before one signs in.

    Args:
        found: the server.
        typed: the address as it was typed.
    """
    said = []
    if found.foreign:
        words = N_("%(host)s does not belong to %(domain)s. Sign in only if it is your provider's.")
        said.append(_(words, host=found.target.host, domain=found.domain))
    elif not found.sure:
        said.append(
            _("It was found over an unprotected connection. Sign in only if it is your provider's.")
        )
    said += [_(_QUIRKS[quirk], provider=found.provider) for quirk in found.quirks]
    if found.username != typed.strip():
        said.append(_("The user name that will be sent is %(name)s.", name=found.username))
    return tuple(said)
