"""The reader: one message."""

from dataclasses import dataclass

from .shell import AccountView, ErrorView, RowView, Shell


@dataclass(frozen=True, slots=True)
class FieldView:
    """A header field, decoded."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of the message met so far: `note` says what is known of its size."""

    name: str
    type: str
    note: str


@dataclass(frozen=True, slots=True)
class RungView:
    """A way to see more: label, full page, fragment."""

    label: str
    href: str
    reader_href: str


@dataclass(frozen=True, slots=True)
class TabView:
    """A tab of the reader: label, full page, fragment, whether it is the open one."""

    label: str
    href: str
    reader_href: str
    current: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    """The reader.

    Attributes:
        row: the message as in the list.
        sender_name, sender_address, recipients: who to whom; "" where not known.
        tabs: Text and Headers.
        tab: `text` or `headers`.
        text: the text as far as it came; paragraphs and line ends as they are.
        stripped: the text was made from HTML by taking the tags away.
        fields: all headers.
        parts: parts met so far that are not the text.
        transferred, size: octets of the meter, formatted.
        share: transferred of size, in percent.
        complete: the whole message was transferred.
        attachment_first: an attachment stands before the text.
        rungs: ways to see more.
        save_href: the whole message as a file.
        error: why the message could not be peeked into; the rest is then empty.
        back: the list this message was opened from.
    """

    row: RowView
    sender_name: str
    sender_address: str
    recipients: str
    tabs: tuple[TabView, ...]
    tab: str
    text: str
    stripped: bool
    fields: tuple[FieldView, ...]
    parts: tuple[PartView, ...]
    transferred: str
    size: str
    share: float
    complete: bool
    attachment_first: bool
    rungs: tuple[RungView, ...]
    save_href: str
    back: str
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class ReaderFragment:
    """The reader, and what changed around it."""

    shell: Shell
    account: AccountView
    reader: MessageView
    received: str
    back: str
