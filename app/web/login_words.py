"""What to say where a server does not let us in."""

from app.mailbox import (
    TOKEN_MEANS,
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    NoWayIn,
    Refusal,
    WayFault,
)
from app.pop3 import SaslError, SaslFault

from . import formats
from .error_words import Words
from .provider_words import switched_off
from .words import N_, _, ngettext


def rejected(error: LoginRejected) -> Words:
    """A refused sign-in, by its response code (RFC 3206, section 4; RFC 6856, section 2)."""
    early = switched_off(error.reply)
    if early is None and error.about is not Refusal.LOGIN:
        early = _form(error)
    if early is not None:
        return early
    match (error.code or "").split("/"):
        case ["SYS", "PERM"]:
            return Words(
                _("The server has a lasting problem with this mailbox."),
                _("Name and password may be right."),
                (_("Whoever runs the server has to look at it."),),
            )
        case ["SYS", *_more]:
            return Words(
                _("The server has trouble at the moment."),
                _("Name and password may be right."),
                (_("Try again in a few minutes."),),
            )
        case ["UTF8"]:
            return Words(
                _("The server cannot take these characters."),
                _("It wants the name and the password in another form, such as plain letters."),
                (_("Ask whoever runs the server how the name is written there."),),
            )
    if error.means in TOKEN_MEANS:
        return _token(error)
    return Words(
        _("The server did not accept the name or the password."),
        _("Nothing was opened, and the password was not kept."),
        (
            *((_beyond_ascii(),) if error.beyond_ascii else ()),
            _(
                "Some servers want the whole address as the user name, some only what is before "
                "the @."
            ),
            _(
                "Some providers want an app password, or have POP3 switched off until you turn it "
                "on."
            ),
            *((_unchecked(error.means),) if error.instead else ()),
        ),
    )


def _form(error: LoginRejected) -> Words:
    """A sign-in that was refused for its form: nobody looked at name and password."""
    if error.about is Refusal.ENCRYPTION:
        return Words(
            _("The server takes no password without encryption."),
            _("It said nothing of the name and the password; they may be right."),
            (_("Choose TLS or STARTTLS, and sign in again."),),
        )
    return Words(
        _("The server did not understand the way of signing in."),
        _(
            "It refused %(means)s for the form, and said nothing of the name and the password; "
            "they may be right.",
            means=formats.listed(means_name(one) for one in error.means_refused),
        ),
        (
            *((_beyond_ascii(),) if error.beyond_ascii else ()),
            _("Whoever runs the server can tell which way it takes; the API can ask for one."),
            *((_unsent(),) if error.instead else ()),
        ),
    )


def means_name(means: str) -> str:
    """A means as people know it."""
    return "USER/PASS" if means == "USER" else means


def _unsent() -> str:
    return _("The password itself was not sent, since that gives more away.")


def _beyond_ascii() -> str:
    return _(
        "The name or the password has characters such as ä, é or あ. They were sent as UTF-8; some "
        "servers want them in another form, or take plain letters only."
    )


def _unchecked(means: str) -> str:
    return _(
        "The password itself was not sent, only a proof of it (%(means)s). Some servers announce "
        "that and cannot check it.",
        means=means,
    )


def _token(error: LoginRejected) -> Words:
    status = _("The server's reason: %(status)s.", status=error.status) if error.status else ""
    scope = (
        _("It wants a token that is good for: %(scope)s", scope=error.scope) if error.scope else ""
    )
    return Words(
        _("The server did not accept the token."),
        status or _("Nothing was opened, and the token was not kept."),
        (
            *((scope,) if scope else ()),
            _("Tokens expire, mostly within the hour: get a new one, and sign in with it."),
        ),
    )


def in_use(_error: MailboxInUse) -> Words:
    """The maildrop lock is somebody else's."""
    return Words(
        _("Another program has this mailbox open."),
        _(
            "POP3 lets in one at a time. Mostly it is a phone or a mail program that fetches mail "
            "at this moment; it lets go when it is done."
        ),
        (_("Close the mail program on the other computer or phone, or wait a minute."),),
    )


def delayed(error: LoginDelayed) -> Words:
    """A sign-in too soon after the last one."""
    seconds = error.retry_after
    detail = (
        ngettext(
            "This server wants a pause between two sign-ins: %(n)s second from now.",
            "This server wants a pause between two sign-ins: %(n)s seconds from now.",
            seconds,
            n=formats.number(seconds),
        )
        if seconds
        else _("This server wants a while between two sign-ins.")
    )
    return Words(
        _("Too soon after the last sign-in."),
        detail,
        (_("Wait, then try again. Nothing is wrong with your password."),),
    )


_NO_WAY = {
    WayFault.NOT_OFFERED: (
        N_("The server does not offer this way to sign in."),
        N_("Neither the name nor the password was sent."),
        N_("Leave the choice to Popscope, or choose another one."),
    ),
    WayFault.UNSENDABLE: (
        N_("No way to sign in can carry this name and password."),
        N_("They hold characters that the ways this server offers do not allow. Neither was sent."),
        N_("Ask whoever runs the server for a password of letters, digits and signs."),
    ),
}


def no_way(error: NoWayIn) -> Words:
    """Nothing was sent, since nothing could carry it."""
    title, detail, advice = _NO_WAY[error.fault]
    return Words(_(title), _(detail), (_(advice),))


_SASL = {
    SaslFault.NONSENSE: (
        N_("Signing in failed."),
        N_("The server's part in it made no sense, so it was called off."),
        N_("Try again; if it happens each time, whoever runs the server should know."),
    ),
    SaslFault.TOO_COSTLY: (
        N_("The server asks for too much."),
        N_("To prove the password, it wants more computing than Popscope does for anybody."),
        N_("Over TLS another way to sign in is taken by itself; choose TLS."),
    ),
    SaslFault.IMPOSTOR: (
        N_("The server could not prove that it knows your password."),
        N_(
            "It let Popscope in without it, as a server would that only pretends to be yours. "
            "Nothing was opened, and the password itself was not sent."
        ),
        N_("Check the server's name, and ask whoever runs it, before you try again."),
    ),
}


def sasl(error: SaslError) -> Words:
    """We called the exchange off."""
    title, detail, advice = _SASL[error.fault]
    return Words(_(title), _(detail), (_(advice),))
