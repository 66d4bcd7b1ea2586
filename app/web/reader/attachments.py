"""What a message offers to take out, as the reader lists it."""

from dataclasses import dataclass
from urllib.parse import quote

from app.mime import (
    Attachment,
    Contents,
    Kind,
    formats_available,
    holds_message,
    join_paths,
    stream,
    unpack,
    viewable_type,
)
from app.web.site import formats
from app.web.site.words import N_, _

from .invitations import card_views
from .views import CardView, InnerFileView, MarkView, PartView

_KINDS = {
    Kind.MESSAGE: N_("an attached message"),
    Kind.CALENDAR: N_("calendar"),
    Kind.TNEF: N_("files packed by Outlook"),
    Kind.SMIME_SIGNED: N_("signed with S/MIME; the signature was not checked"),
    Kind.SMIME_ENCRYPTED: N_("encrypted with S/MIME; only the recipient's mail program opens it"),
    Kind.SMIME_SIGNATURE: N_("S/MIME signature, not checked"),
    Kind.PGP_ENCRYPTED: N_("encrypted with PGP; only the recipient's key opens it"),
    Kind.PGP_SIGNATURE: N_("PGP signature, not checked"),
    Kind.PGP_KEYS: N_("PGP key"),
    Kind.DELIVERY_STATUS: N_("delivery report"),
    Kind.EXTERNAL_BODY: N_("kept elsewhere; Popscope does not fetch it"),
    Kind.PARTIAL: N_("one piece of a message that was sent in several"),
}
_MISSING = N_("calendar; to look inside, install Popscope with its extra “formats”")
CALENDARS = 10  # that are shown
TNEF_OCTETS = 32 * 1024 * 1024  # of a winmail.dat, which is unpacked in memory


@dataclass(frozen=True, slots=True)
class Place:
    """Where parts are, for their addresses and the size to expect.

    Attributes:
        octets: of the whole message, by LIST's estimate; None where that tells nothing.
        path: of the message's page; addresses of parts go below it.
        within: the path to the message in it whose parts they are, or "".
    """

    octets: int | None
    path: str
    within: str = ""

    def href(self, part: Attachment) -> str:
        """Saves a part."""
        return part_href(self.path, join_paths(self.within, part.path))


def part_href(page: str, path: str) -> str:
    """Saves the part that `path` leads to, of the message with this page."""
    return f"{page}/parts/{quote(path, safe=':')}"


def part_views(
    contents: Contents, place: Place, *, closely: bool, shown: bool = False, cards: bool = False
) -> tuple[PartView, ...]:
    """All attachments, or what is shown in the message and can be saved.

    Args:
        contents: the message as far as it has come.
        place: where its parts are.
        closely: digests and files within are wanted too.
        shown: what is shown is wanted.
        cards: what calendars say is wanted.
    """
    few = {one.path for one in calendars(contents)[:CALENDARS]} if cards else set()
    return tuple(
        part_view(contents, one, place, closely=closely, cards=one.path in few)
        for one in (contents.shown if shown else contents.attachments)
    )


def mark_view(contents: Contents, part: Attachment, source: str, place: Place) -> MarkView:
    """A picture or a file in its place between texts; `source` is a data URI, or ""."""
    return MarkView(
        kind="picture" if source else "file",
        name=part.name or _("unnamed part"),
        note=_note(part, place.octets),
        href=place.href(part),
        source=source,
        message=_message(contents, part, place),
    )


def part_view(
    contents: Contents, part: Attachment, place: Place, *, closely: bool, cards: bool = False
) -> PartView:
    """One of its parts; the arguments are those of `part_views`."""
    href = place.href(part)
    whole = closely and part.complete
    calendar = part.kind is Kind.CALENDAR and part.complete
    kind = _MISSING if calendar and not formats_available() else _KINDS.get(part.kind, "")
    return PartView(
        name=part.name or _("unnamed part"),
        type=part.content_type,
        note=_note(part, place.octets),
        kind=_(kind) if kind else "",
        sha256=contents.measured(part).sha256 if whole else "",
        href=href,
        shown=(shown_type(contents, part) or "") if whole else "",
        message=_message(contents, part, place),
        cards=_cards(contents, part) if cards else (),
        files=_files(contents, part, href) if part.kind is Kind.TNEF and whole else (),
    )


def _message(contents: Contents, part: Attachment, place: Place) -> str:
    """The path to a message that can be opened, or ""."""
    return join_paths(place.within, part.path) if holds_message(contents.data, part) else ""


def shown_type(contents: Contents, part: Attachment) -> str | None:
    """The type that a browser may show a part as; None where it may only be saved."""
    return viewable_type(next(stream(contents.data, part), b""))


def _note(part: Attachment, octets: int | None) -> str:
    if part.octets is not None:
        return formats.size(part.octets)
    if part.estimate is not None:
        return _("about %(size)s, not complete yet", size=formats.size(part.estimate))
    if octets is None:
        return formats.size(None)
    left = max(octets - part.span[0], 0)
    most = left * 3 // 4 if part.encoding == "base64" else left
    if not most:
        return _("begins here")
    return _("begins here, at most %(size)s", size=formats.size(most))


def calendars(contents: Contents) -> tuple[Attachment, ...]:
    """Its calendars that are here, of which the first few are shown."""
    return tuple(one for one in contents.attachments if one.kind is Kind.CALENDAR and one.complete)


def _cards(contents: Contents, part: Attachment) -> tuple[CardView, ...]:
    found = contents.invitation(part)
    return card_views(found) if found else ()


def _files(contents: Contents, part: Attachment, href: str) -> tuple[InnerFileView, ...]:
    if (part.octets or 0) > TNEF_OCTETS:
        return ()
    found = unpack(contents.decoded(part))
    if found is None:
        return ()
    return tuple(
        InnerFileView(
            file.name or _("file %(n)s", n=number),
            file.span[1] - file.span[0],
            f"{href}?inner={number}",
        )
        for number, file in enumerate(found.files, 1)
    )
