"""What to say where a server does not let us in."""

from app.gate import Brake
from app.mailbox import (
    TOKEN_MEANS,
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    NoWayIn,
    Refusal,
    SignInGivenUp,
    SignInHeld,
    WayFault,
)
from app.pop3 import SaslError, SaslFault

from . import formats
from .keepers import switched_off
from .problems import Words, always, problem
from .words import N_, _, ngettext


@problem(LoginRejected, 401, "login-rejected")
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
                _("The server has a permanent problem with this mailbox."),
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
                _("The server cannot accept these characters."),
                _("It requires the name and the password in another form, such as plain letters."),
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
                "Some servers require the whole address as the user name, some only what is "
                "before the @."
            ),
            _(
                "Some providers require an app password, or keep POP3 switched off until you "
                "turn it on."
            ),
            *((_unchecked(error.means),) if error.instead else ()),
        ),
        "password",
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
        "The password itself was not sent, only a proof of it (%(means)s). Some "
        "servers announce this method but cannot check it.",
        means=means,
    )


def _token(error: LoginRejected) -> Words:
    status = _("The server's reason: %(status)s.", status=error.status) if error.status else ""
    scope = (
        _("It requires a token that is valid for: %(scope)s", scope=error.scope)
        if error.scope
        else ""
    )
    return Words(
        _("The server did not accept the token."),
        status or _("Nothing was opened, and the token was not kept."),
        (
            *((scope,) if scope else ()),
            _("Tokens expire, usually within the hour: get a new one, and use it to sign in."),
        ),
    )


@problem(MailboxInUse, 423, "mailbox-in-use")
def in_use(_error: MailboxInUse) -> Words:
    """The maildrop lock is somebody else's."""
    return Words(
        _("Another program has this mailbox open."),
        _(
            "POP3 lets in one program at a time. Usually it is a phone or a mail program "
            "that is fetching mail right now; it releases the mailbox when it is done."
        ),
        (_("Close the mail program on the other computer or phone, or wait a minute."),),
    )


problem(SignInGivenUp, 409, "sign-in-given-up")(
    always(
        N_("You did not wait for the mailbox."),
        N_(
            "Another program may have it open, such as a phone or a mail program that is fetching "
            "mail. Nothing was deleted, and your marks are kept."
        ),
        N_("Try again in a minute."),
    )
)


@problem(LoginDelayed, 429, "login-delayed")
def delayed(error: LoginDelayed) -> Words:
    """A sign-in too soon after the last one."""
    seconds = error.retry_after
    detail = (
        ngettext(
            "This server requires a pause between two sign-ins: %(n)s more second.",
            "This server requires a pause between two sign-ins: %(n)s more seconds.",
            seconds,
            n=formats.number(seconds),
        )
        if seconds
        else _("This server requires some time between two sign-ins.")
    )
    return Words(
        _("Too soon after the last sign-in."),
        detail,
        (_("Wait, then try again. Nothing is wrong with your password."),),
    )


_WRONG = N_("Too many wrong passwords.")
_OTHERS_TOO = N_(
    "Too many sign-ins were refused lately, not only yours. To keep anyone from guessing "
    "passwords, the next one has to wait."
)
_HELD = {
    Brake.SIGN_INS: (
        N_("Too many sign-ins."),
        N_("There were many sign-ins from your network in a short time."),
    ),
    Brake.CLIENT: (
        _WRONG,
        N_(
            "Too many sign-ins from your network were refused. To keep anyone from guessing "
            "passwords, the next one has to wait."
        ),
    ),
    Brake.ACCOUNT: (
        _WRONG,
        N_(
            "Too many sign-ins to this mailbox were refused. To keep anyone from guessing its "
            "password, the next one has to wait."
        ),
    ),
    Brake.HOST: (_WRONG, _OTHERS_TOO),
    Brake.ALL: (_WRONG, _OTHERS_TOO),
    Brake.SERVER: (
        N_("The mail server wants a pause."),
        N_(
            "It has said that there were too many sign-ins. Until the time is up, Popscope leaves "
            "it alone."
        ),
    ),
}


@problem(SignInHeld, 429, "sign-in-held")
def held(error: SignInHeld) -> Words:
    """A sign-in that was not tried."""
    title, detail = _HELD[error.fault]
    advice = _("Wait, then try again. Nothing was sent to the mail server.")
    return Words(_(title), _(detail), (advice,))


_NO_WAY = {
    WayFault.NOT_OFFERED: (
        N_("The server does not offer this way to sign in."),
        N_("Neither the name nor the password was sent."),
        N_("Leave the choice to Popscope, or choose another one."),
    ),
    WayFault.UNSENDABLE: (
        N_("No sign-in method can carry this name and password."),
        N_(
            "They contain characters that the sign-in methods of this server do not allow. "
            "Neither was sent."
        ),
        N_("Ask whoever runs the server for a password of plain letters, digits and punctuation."),
    ),
}


@problem(NoWayIn, 422, "no-way-in")
def no_way(error: NoWayIn) -> Words:
    """Nothing was sent, since nothing could carry it."""
    title, detail, advice = _NO_WAY[error.fault]
    return Words(_(title), _(detail), (_(advice),))


_SASL = {
    SaslFault.NONSENSE: (
        N_("Signing in failed."),
        N_("The server's side of the sign-in made no sense, so it was stopped."),
        N_("Try again; if it happens each time, whoever runs the server should know."),
    ),
    SaslFault.TOO_COSTLY: (
        N_("The server asks for too much."),
        N_("To prove the password, it requires more computing than Popscope allows."),
        N_("Over TLS, Popscope chooses another way to sign in by itself; choose TLS."),
    ),
    SaslFault.IMPOSTOR: (
        N_("The server could not prove that it knows your password."),
        N_(
            "It let Popscope in without proving that, as a server that only pretends to be "
            "yours would. Nothing was opened, and the password itself was not sent."
        ),
        N_("Check the server's name, and ask whoever runs it, before you try again."),
    ),
}


@problem(SaslError, 502, "server-misbehaved")
def sasl(error: SaslError) -> Words:
    """We called the exchange off."""
    title, detail, advice = _SASL[error.fault]
    return Words(_(title), _(detail), (_(advice),))
