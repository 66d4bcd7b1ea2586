"""Why a server report did not see something: one line each."""

from collections.abc import Mapping

from app.report import Finding
from app.web.site.words import N_, NN_

UNSEEN: Mapping[Finding, str | tuple[str, str]] = {
    Finding.BROKE_OFF: N_("Not checked: the connection broke off."),
    Finding.DELAY_TOO_LONG: NN_(
        "Not checked: it needs another sign-in, which is allowed after %(n)s second.",
        "Not checked: it needs another sign-in, which is allowed after %(n)s seconds.",
    ),
    Finding.STILL_IN_USE: N_("Not checked: there was no second sign-in."),
    Finding.EMPTY: N_("Not checked: the mailbox is empty."),
    Finding.NOTHING_SMALL: N_("Not checked: there is no small message to try it with."),
    Finding.NO_DOTS: N_("Not checked: no small message has a line that begins with a dot."),
    Finding.WOULD_POP: N_("Not tried: under EXPIRE 0 fetching a message may delete it."),
    Finding.NO_ROUTE: N_("Not checked: this machine has no route to %(address)s."),
    Finding.NO_PASSWORD_IN_CLEAR: N_(
        "Not tried: it would send the password in clear, which the sign-in did not."
    ),
    Finding.NO_USER_PASS: N_("Not checked: it needs USER and PASS, which are not offered."),
}
