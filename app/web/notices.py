"""What a person should know about a server or a maildrop, as sentences."""

from app.mailbox import Notice, Told

from . import formats

_NOTICES = {
    Notice.NO_UIDL: "This server has no UIDL: messages are told apart by number and size, and "
    "marks are kept only while nothing changes.",
    Notice.NO_TOP: "This server has no TOP: only sizes can be shown before a message is fetched.",
    Notice.NO_CAPA: "This server does not say what it can do (no CAPA).",
    Notice.NO_PIPELINING: "This server takes one command at a time, so headers come in slowly.",
    Notice.DUPLICATE_UIDLS: "{count} messages share their UIDL with another one; copies of one "
    "size are deleted only together.",
    Notice.COUNTS_DIFFER: "The server counts {count} messages, but lists another number.",
    Notice.MARKED_GONE: "{count} of the messages you had marked are gone: another program has "
    "fetched or deleted them.",
    Notice.MARKS_DROPPED: "{count} marks were taken away: without UIDL they could not be matched "
    "again.",
    Notice.UIDLS_RESET: "The server has given every message a new UIDL; {count} marks were taken "
    "away.",
    Notice.CLOSED_WITHOUT_QUIT: "Closed without QUIT: this server would have deleted what was only "
    "read.",
}


def notice(told: Told) -> str:
    """One notice as a sentence."""
    return _NOTICES[told.notice].format(count=formats.number(told.count))
