"""What went wrong, as a status, a stable code and plain words: one register for all of `web`.

Each feature registers the errors it is about; pages and the API (RFC 9457) tell them alike. A test
walks every error class of the layers below and asserts that it is registered.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Response

from app.mailbox import TooManyMessages
from app.pop3 import LocalProtocolError
from app.report import Presented
from app.sessions import (
    ClientLimit,
    NoSession,
    OpeningFault,
    OpeningLimit,
    SessionLimit,
    StoreFault,
    StoreUnavailable,
)

from .errors import Busy, ForbiddenOrigin, InsecureHttp, InvalidRequest, StreamLimit, UnknownName
from .root_path import rooted
from .views import ErrorView
from .words import N_, _


@dataclass(frozen=True, slots=True)
class Words:
    """What to say: a title, a sentence or two, and advice.

    Attributes:
        field: the one of a form that is wrong.
        operator: advice for whoever runs Popscope.
        certificate: the one that it is about.
    """

    title: str
    detail: str
    advice: tuple[str, ...] = ()
    field: str = ""
    operator: tuple[str, ...] = ()
    certificate: Presented | None = None


Telling = Callable[[Any], Words]
"""Puts an error of one class into words."""


@dataclass(frozen=True, slots=True)
class Problem:
    """How the errors of one class are told."""

    status: int
    code: str
    words: Telling


PROBLEMS: dict[type[Exception], Problem] = {}


def problem(kind: type[Exception], status: int, code: str) -> Callable[[Telling], Telling]:
    """Registers what puts the errors of a class into words.

    Args:
        kind: the class; one that nothing is derived from.
        status: of the answer.
        code: what scripts go by; it never changes.
    """

    def register(words: Telling) -> Telling:
        PROBLEMS[kind] = Problem(status, code, words)
        return words

    return register


def always(title: str, detail: str, *advice: str) -> Telling:
    """Words that are the same for all errors of a class; each argument is in `N_`."""
    return lambda _error: Words(_(title), _(detail), tuple(map(_, advice)))


def describe(error: Exception) -> ErrorView:
    """An error of the layers below, or of the request, in plain words.

    Raises:
        KeyError: it is not registered; a bug.
    """
    told = PROBLEMS[type(error)]
    words = told.words(error)
    return ErrorView(
        told.code,
        words.title,
        words.detail,
        words.advice,
        words.operator,
        words.certificate,
        reply=getattr(error, "reply", ""),
        field=words.field,
        status=told.status,
        retry_after=getattr(error, "retry_after", None),
        instead=getattr(error, "instead", ""),
        means_refused=getattr(error, "means_refused", ()),
        protected=getattr(error, "protected", False),
    )


def say_when(response: Response, view: ErrorView | None) -> Response:
    """The answer that tells an error, with when to try again (RFC 9110, section 10.2.3)."""
    if view is not None and view.retry_after is not None:
        response.headers["Retry-After"] = str(view.retry_after)
    return response


def problem_json(view: ErrorView, confirm: str | None = None) -> dict[str, Any]:
    """The same as problem+json (RFC 9457, section 3).

    Args:
        view: the error.
        confirm: what to send again to confirm, where it asked.
    """
    body: dict[str, Any] = {
        "type": rooted(f"/api/docs#error-{view.code}"),
        "title": view.title,
        "status": view.status,
        "code": view.code,
        "detail": " ".join((view.detail, *view.advice, *view.operator)),
    }
    told = {
        "reply": view.reply or None,
        "retry_after": view.retry_after,
        "means_refused": list(view.means_refused) or None,
        "instead": view.instead or None,
        "confirm": confirm,
        "certificate": _certificate(view.certificate),
    }
    return body | {name: value for name, value in told.items() if value is not None}


def _certificate(shown: Presented | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    return {
        "names": list(shown.names),
        "subject": shown.subject,
        "issuer": shown.issuer,
        "begins": shown.begins.isoformat(),
        "ends": shown.ends.isoformat(),
        "sha256": shown.sha256,
    }


problem(LocalProtocolError, 500, "internal")(
    always(
        N_("Popscope made a mistake."),
        N_("Nothing was sent, nothing deleted."),
    )
)


problem(NoSession, 401, "no-session")(
    always(
        N_("You are not signed in."),
        N_("The session has ended."),
        N_("Sign in again."),
    )
)


problem(SessionLimit, 503, "session-limit")(
    always(
        N_("Too many people are signed in."),
        N_("This Popscope has reached the number of sessions it allows."),
        N_("Try again later."),
    )
)


problem(ClientLimit, 429, "client-limit")(
    always(
        N_("Too many mailboxes are open from your network."),
        N_("This Popscope has reached the number of sessions it allows for one network."),
        N_("Sign out of one of them, or try again later."),
    )
)


_OPENING = {
    OpeningFault.CLIENT: N_("Several sign-ins from your network still wait for their mail server."),
    OpeningFault.HOST: N_("Several sign-ins still wait for their mail server. Nothing was sent."),
    OpeningFault.ALL: N_("Several sign-ins still wait for their mail server. Nothing was sent."),
}


@problem(OpeningLimit, 503, "opening-limit")
def _openings(error: OpeningLimit) -> Words:
    advice = _("Try again in a moment.")
    return Words(_("Too many sign-ins are under way."), _(_OPENING[error.fault]), (advice,))


_STORE = {
    StoreFault.GONE: N_(
        "The store of its sessions does not answer. Until it does, nobody can sign in or out, mark "
        "or delete; a mailbox that is open can still be read."
    ),
    StoreFault.FULL: N_(
        "The store of its sessions is full. Until there is room again, nobody can sign in, mark or "
        "delete; a mailbox that is open can still be read."
    ),
}


@problem(StoreUnavailable, 503, "store-unavailable")
def _store(error: StoreUnavailable) -> Words:
    return Words(
        _("Popscope cannot keep anything at the moment."),
        _(_STORE[error.fault]),
        (_("Nothing was deleted, and your marks are kept. Try again in a moment."),),
        operator=(_("Look at the server that POPSCOPE_STORE names."),),
    )


problem(StreamLimit, 429, "stream-limit")(
    always(
        N_("Too many event streams."),
        N_("One session gets only a few at a time."),
        N_("Close one of them, then try again."),
    )
)


problem(Busy, 503, "busy")(
    always(
        N_("Popscope has too much to do at the moment."),
        N_("Too many long lists of messages are being sent."),
        N_("Try again in a moment."),
    )
)


problem(TooManyMessages, 503, "too-many-messages")(
    always(
        N_("Too many messages are open here."),
        N_("The mailboxes that people have open have as many messages as this Popscope can keep."),
        N_("Try again later."),
    )
)


problem(ForbiddenOrigin, 403, "forbidden-origin")(
    always(
        N_("This request did not come from a page of this Popscope."),
        N_("To keep other sites from acting in your name, it was refused."),
        N_("Reload the page and try again."),
    )
)


@problem(InsecureHttp, 403, "forbidden-origin")
def insecure(error: InsecureHttp) -> Words:
    """Plain HTTP from another machine, or through an unknown proxy."""
    title = _("Popscope does not speak plain HTTP to other machines.")
    detail = _("Anyone on the network could read your password.")
    if error.proxied:
        return Words(
            title,
            detail,
            (
                _(
                    "A proxy stands in front that Popscope does not know: name it by "
                    "POPSCOPE_TRUSTED_PROXY, and let it send X-Forwarded-Proto and X-Forwarded-For."
                ),
            ),
        )
    advice = _(
        "Put a TLS proxy in front (docker-compose.yml has one), or, on a network you "
        "trust, set POPSCOPE_ALLOW_INSECURE_HTTP=1."
    )
    return Words(title, detail, (advice,))


@problem(UnknownName, 421, "unknown-name")
def unknown_name(error: UnknownName) -> Words:
    """Plain HTTP under a foreign name."""
    return Words(
        _("Popscope does not know this name as its own."),
        _(
            "A website could have made %(name)s lead here, to act in your name. So over plain HTTP "
            "only names that are known are served.",
            name=error.name or "?",
        ),
        (_("Open it by the machine's address, or add the name to POPSCOPE_HOSTS."),),
    )


@problem(InvalidRequest, 422, "invalid-request")
def _invalid(error: InvalidRequest) -> Words:
    return Words(_("This input is not valid."), error.detail, field=error.field)
