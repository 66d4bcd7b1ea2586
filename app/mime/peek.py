"""What can be read of a message from its first lines: the text, and the parts met so far."""

from dataclasses import dataclass

from .contents import Contents, TextKind, join_paths


@dataclass(frozen=True, slots=True)
class PeekedPart:
    """A part that is not the text: an attachment, an image, a message within.

    Attributes:
        path: as in `Part`; of what a signature is wrapped around, behind the wrapper's.
        content_type: lower case.
        name: a safe file name, or None.
        octets: decoded size, or None while it is not known.
        complete: True when the whole part has been met.
    """

    path: str
    content_type: str
    name: str | None
    octets: int | None
    complete: bool


@dataclass(frozen=True, slots=True)
class Peek:
    """What a message shows so far.

    Attributes:
        text: LF line ends, no controls; the beginning of it while `text_complete` is False.
        text_kind: what it was made from; `none` while no text part has been met.
        text_complete: True when no more text will come, however much more is fetched.
        html_available: True when an HTML body has been met, shown or not.
        parts: what is not the text, in the order of the message.
        attachment_first: True when an attachment stands before the text, so that few lines more
            will not bring it.
        defects: stable codes of what is wrong with the message, each once.
    """

    text: str
    text_kind: TextKind
    text_complete: bool
    html_available: bool
    parts: tuple[PeekedPart, ...]
    attachment_first: bool
    defects: tuple[str, ...]


def peek(contents: Contents) -> Peek:
    """What an examined message shows so far. Never raises."""
    path, contents = contents.readable()
    text = contents.text
    return Peek(
        text=text.text,
        text_kind=text.kind,
        text_complete=text.complete,
        html_available=contents.has_html,
        parts=tuple(
            PeekedPart(
                join_paths(path, one.path), one.content_type, one.name, one.octets, one.complete
            )
            for one in contents.attachments
        ),
        attachment_first=contents.attachment_first,
        defects=contents.defects,
    )
