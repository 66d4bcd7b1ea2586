"""What a person should know about a server or a maildrop, as sentences."""

from typing import Final

from app.mailbox import Mailbox, Notice, NoticeCount
from app.web.site import formats
from app.web.site.words import N_, NN_, _, ngettext

from .views import NoticesView

_NOTICES: Final = {
    Notice.NO_UIDL: N_(
        "This server has no UIDL: messages are told apart by number and size, and marks are kept "
        "only while nothing changes."
    ),
    Notice.NUMBERED_UIDLS: N_(
        "This server gives the message numbers as UIDLs, which tell nothing next time: messages "
        "are told apart by number and size, and marks are kept only while nothing changes."
    ),
    Notice.REUSED_UIDLS: N_(
        "This server has given a UIDL to another message, so its UIDLs are not believed: marks are "
        "kept only where the headers are the same, and these are read again before anything is "
        "deleted."
    ),
    Notice.RESIZED: N_(
        "On this server, messages have changed their sizes under their UIDLs: before anything is "
        "deleted, the headers of what is marked are read again."
    ),
    Notice.NO_TOP: N_(
        "This server has no TOP: only sizes can be shown before a message is fetched."
    ),
    Notice.NO_CAPA: N_("This server does not say what it can do (no CAPA)."),
    Notice.HANGS_UP_AT_CAPA: N_(
        "This server hangs up when it is asked what it can do (CAPA), so it is not asked."
    ),
    Notice.MEANS_REFUSED: N_(
        "This server did not take the best way of signing in that it has, for its form; the "
        "dialogue says which way it took instead."
    ),
    Notice.NO_PIPELINING: N_("This server takes one command at a time, so headers come in slowly."),
    Notice.PIPELINING_BROKE: N_(
        "This server broke off the connection when several commands were sent at once, "
        "so they are sent one at a time."
    ),
    Notice.LONE_DOTS: N_(
        "This server breaks messages off at a line that is a lone dot, so it is asked one thing at "
        "a time."
    ),
    Notice.CLOSED_WITHOUT_QUIT: N_(
        "Closed without QUIT: this server would have deleted what was only read."
    ),
}
_COUNTED: Final = {
    Notice.DUPLICATE_UIDLS: NN_(
        "%(n)s message shares its UIDL with another one; copies of one size are deleted only "
        "together.",
        "%(n)s messages share their UIDL with another one; copies of one size are deleted only "
        "together.",
    ),
    Notice.SIZES_UNKNOWN: NN_(
        "The server does not tell the size of %(n)s message.",
        "The server does not tell the sizes of %(n)s messages.",
    ),
    Notice.LEFT_OUT: NN_(
        "This mailbox has more messages than can be listed at once: %(n)s more is on the server. "
        "When some of these are deleted, the next ones are listed.",
        "This mailbox has more messages than can be listed at once: %(n)s more are on the server. "
        "When some of these are deleted, the next ones are listed.",
    ),
    Notice.HEADERS_LEFT: NN_(
        "There is no room to keep the headers of all messages: that of %(n)s message is read when "
        "you look at it, and a filter cannot tell anything of it.",
        "There is no room to keep the headers of all messages: those of %(n)s messages are read "
        "when you look at them, and a filter cannot tell anything of them.",
    ),
    Notice.COUNTS_DIFFER: NN_(
        "The server counts %(n)s message, but lists another number.",
        "The server counts %(n)s messages, but lists another number.",
    ),
    Notice.MARKED_GONE: NN_(
        "%(n)s of the messages you had marked is gone: another program has fetched or deleted it.",
        "%(n)s of the messages you had marked are gone: another program has fetched or deleted "
        "them.",
    ),
    Notice.GONE: NN_(
        "%(n)s other message is gone: another program has fetched or deleted it.",
        "%(n)s other messages are gone: another program has fetched or deleted them.",
    ),
    Notice.NEW_MAIL: NN_("%(n)s new message has come.", "%(n)s new messages have come."),
    Notice.MARKS_DROPPED: NN_(
        "%(n)s mark was taken away: it could not be matched for certain any more.",
        "%(n)s marks were taken away: they could not be matched for certain any more.",
    ),
    Notice.OTHERS_BEHIND_MARKS: NN_(
        "%(n)s mark was taken away: the server shows another message in its place. That one was "
        "not deleted.",
        "%(n)s marks were taken away: the server shows other messages in their places. Those were "
        "not deleted.",
    ),
    Notice.UIDLS_RESET: NN_(
        "The server has given every message a new UIDL; %(n)s mark was taken away.",
        "The server has given every message a new UIDL; %(n)s marks were taken away.",
    ),
    Notice.DELETED_IN_CONSOLE: NN_(
        "%(n)s message is deleted in the console: typing RSET there takes that back, until QUIT.",
        "%(n)s messages are deleted in the console: typing RSET there takes that back, until QUIT.",
    ),
    Notice.MARKS_NOT_TAKEN_OVER: NN_(
        "%(n)s mark of your previous session could not be taken over: its message is "
        "gone or has changed.",
        "%(n)s marks of your previous session could not be taken over: their messages "
        "are gone or have changed.",
    ),
}


def notices(mailbox: Mailbox) -> NoticesView:
    """All there is to tell of a mailbox, on a page that somebody sees."""
    mailbox.news.seen()
    return NoticesView(
        happened=tuple(map(notice, mailbox.news.happened)),
        standing=tuple(map(notice, mailbox.standing)),
    )


def notice(told: NoticeCount) -> str:
    """One notice as a sentence."""
    if told.notice is Notice.UIDLS_RESET and not told.count:
        return _("The server has given every message a new UIDL.")
    if told.notice in _COUNTED:
        return ngettext(*_COUNTED[told.notice], told.count, n=formats.number(told.count))
    return _(_NOTICES[told.notice])
