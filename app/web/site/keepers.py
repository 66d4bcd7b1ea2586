"""What to know of a provider's settings: what becomes of deleted mail, how POP3 is switched on.

Gmail: "when messages are accessed with POP" it keeps its own copy in the inbox or the archive, or
moves it to the bin, as its owner has set up (Gmail API, PopSettings.disposition). All of them count
in its storage; DELE changes nothing of that.
"""

import re
from dataclasses import dataclass
from typing import Final

from app.mailbox import Mailbox

from .problems import Words
from .views import KeptView
from .words import N_, _


@dataclass(frozen=True, slots=True)
class Keeper:
    """A provider that keeps what POP3 deletes.

    Attributes:
        name: as people know it, and as it calls itself in its answers.
        hosts: its POP3 servers.
        tag: how capabilities begin that it alone announces, also behind a relay.
        bin, settings: where its web pages show what was deleted, and what becomes of it.
        switch: where POP3 is switched on.
    """

    name: str
    hosts: frozenset[str]
    tag: str
    bin: str
    settings: str
    switch: str


_GMAIL: Final = Keeper(
    "Gmail",
    frozenset({"pop.gmail.com", "pop.googlemail.com"}),
    "X-GOOGLE-",
    "https://mail.google.com/mail/#trash",
    "https://mail.google.com/mail/#settings/fwdandpop",
    N_(
        "Gmail: on its website, open Settings, See all settings, Forwarding and POP/IMAP, and "
        "choose to enable POP."
    ),
)
KEEPERS: Final = (_GMAIL,)
# In the words of Gmail (to STAT, after a good sign-in) and of others.
_OFF: Final = re.compile(
    r"\bnot (been )?enabled for pop|\bpop3?\b( \w+){0,2} (is |was |has been )?"
    r"(not (been )?enabled|disabled|(switched|turned) off)\b|\benable\b.{0,30}\bpop",
    re.IGNORECASE,
)


def kept(mailbox: Mailbox) -> KeptView | None:
    """Where the mailbox's provider keeps what POP3 deletes; None where none is known to."""
    host, tags = mailbox.account.target.host.lower(), mailbox.listing.access.capabilities.tags
    for one in KEEPERS:
        if host in one.hosts or any(tag.startswith(one.tag) for tag in tags):
            return KeptView(one.name, one.bin, one.settings)
    return None


def switched_off(reply: str) -> Words | None:
    """What a refusal means that says that POP3 is off; None where it says something else."""
    if not _OFF.search(reply):
        return None
    named = [one for one in KEEPERS if one.name.lower() in reply.lower()]
    own = () if named else (_("Switch POP3 on in the settings on your provider's website."),)
    return Words(
        _("POP3 is switched off for this mailbox."),
        _("Name and password may be right; the provider lets no mail program in by POP3 yet."),
        (*own, *(_(one.switch) for one in named or KEEPERS)),
    )
