"""What templates get: one typed context a page, ready to print.

Everything here is text, numbers for geometry (percent, 0 to 100), flags and paths; templates
decide nothing but the order of things. Building them is `present.py`'s work.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shell:
    """What every page has.

    Attributes:
        title: of the browser tab, without the product's name.
        csrf: the synchroniser token, for the hidden field `_csrf`.
        insecure: the page came over plain HTTP from another machine.
        version: of Popscope.
        host: where Popscope itself was reached.
    """

    title: str
    csrf: str
    insecure: bool
    version: str
    host: str


@dataclass(frozen=True, slots=True)
class ErrorView:
    """An error in plain words.

    Attributes:
        code: the API's stable code.
        title: what happened, in a few words.
        detail: what it means, a sentence or two.
        advice: what to try, one line each.
        reply: the server's own words, or "".
        status: the HTTP status.
    """

    code: str
    title: str
    detail: str
    advice: tuple[str, ...] = ()
    reply: str = ""
    status: int = 500


@dataclass(frozen=True, slots=True)
class ServerView:
    """A server the operator offers: what the select shows, and its value."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class SignInView:
    """The sign-in page.

    Attributes:
        username, server, port, security: the form as it was filled in.
        offered: the operator's servers; where there are some, they come as a select.
        fixed: no other server may be named.
        demo: whether there is a demo mailbox to look around in.
        error: why the last try failed.
    """

    shell: Shell
    username: str
    server: str
    port: str
    security: str
    offered: tuple[ServerView, ...]
    fixed: bool
    demo: bool
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class AccountView:
    """The top bar.

    Attributes:
        name: the user name.
        server: `host:port`.
        protection: such as `TLS 1.3` or `not encrypted`.
        plaintext: the connection to the server is not encrypted.
        held: seconds since the maildrop is held, or None while it is released.
        demo: this is the demo mailbox.
    """

    name: str
    server: str
    protection: str
    plaintext: bool
    held: int | None
    demo: bool


@dataclass(frozen=True, slots=True)
class BlockView:
    """A piece of the space bar: `x` and `width` in percent, `heat` 1 to 5."""

    x: float
    width: float
    heat: int
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class StatView:
    """The line under the top bar.

    Attributes:
        messages, size: the maildrop, formatted.
        largest: how many messages the blocks before the last one stand for.
        share: what they hold together, formatted such as `61 %`.
        blocks: the space bar, the last one being all the rest.
    """

    messages: str
    size: str
    largest: int
    share: str
    blocks: tuple[BlockView, ...]


@dataclass(frozen=True, slots=True)
class BandView:
    """A size band: `share` of the octets in percent; `href` leads to its first message."""

    label: str
    messages: str
    size: str
    share: float
    href: str


@dataclass(frozen=True, slots=True)
class RowView:
    """A message in a list.

    Attributes:
        id: for forms and links; the row's element is `m-ID`.
        number: in the maildrop.
        sender: name or address; "" while it is not known or where there is none.
        sender_title: name and address.
        subject: "" where there is none.
        date: short, such as `3 Mar` or `3 Mar 2024`; "" where there is none.
        date_title: long, with the time.
        date_iso: for `<time datetime>`.
        size: formatted.
        share: of the largest message, in percent, for the bar.
        heat: 1 to 5.
        known: sender, subject and date are known; else the row is a skeleton.
        refused: the server would not show its headers.
        marked, current: state.
        href: the page with this message open.
        reader_href: the fragment of the reader.
    """

    id: str
    number: int
    sender: str
    sender_title: str
    subject: str
    date: str
    date_title: str
    date_iso: str
    size: str
    share: float
    heat: int
    known: bool
    refused: bool
    marked: bool
    current: bool
    href: str
    reader_href: str


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far the headers are: for `<progress>`, and formatted."""

    known: int
    total: int
    known_text: str
    total_text: str
    size: str
    running: bool


@dataclass(frozen=True, slots=True)
class SortView:
    """One order of the list: the value in the URL and what the select shows."""

    value: str
    label: str
    selected: bool


@dataclass(frozen=True, slots=True)
class PagerView:
    """Pages of the list; `previous` and `next` are paths, or "" at the ends."""

    page: int
    pages: int
    first: str
    last: str
    total: str
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class TrayView:
    """What is marked; `count` 0 hides the tray."""

    count: int
    messages: str
    size: str


@dataclass(frozen=True, slots=True)
class SaidView:
    """A line of the transcript: `side` is `C` or `S`; `note` such as `(6,318 octets)` or ""."""

    side: str
    text: str
    note: str


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
class MailboxView:
    """The mailbox page; `reader` is None where no message is open.

    Attributes:
        notices: what a person should know about this server, one sentence each.
        back: this very page, for forms that come back to it.
        received: octets received from the server so far, formatted.
        error: something that went wrong with the last click; the list is still good.
    """

    shell: Shell
    account: AccountView
    stat: StatView
    bands: tuple[BandView, ...]
    rows: tuple[RowView, ...]
    progress: ProgressView
    sorts: tuple[SortView, ...]
    pager: PagerView
    tray: TrayView
    notices: tuple[str, ...]
    transcript: tuple[SaidView, ...]
    received: str
    back: str
    reader: MessageView | None = None
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class MarkedFragment:
    """After a mark was set or taken back: the row, the tray, the lock's chip; `said` tells it."""

    shell: Shell
    account: AccountView
    row: RowView
    tray: TrayView
    back: str
    said: str


@dataclass(frozen=True, slots=True)
class ProgressFragment:
    """The progress, and the rows whose headers have come in."""

    progress: ProgressView
    rows: tuple[RowView, ...]
    received: str
    back: str


@dataclass(frozen=True, slots=True)
class ReaderFragment:
    """The reader, and what changed around it."""

    shell: Shell
    account: AccountView
    reader: MessageView
    received: str
    back: str


@dataclass(frozen=True, slots=True)
class ProblemFragment:
    """What went wrong with a click; the page stays as it is."""

    error: ErrorView


@dataclass(frozen=True, slots=True)
class ReviewView:
    """What is marked, before the commit; `left` is the maildrop's size afterwards."""

    shell: Shell
    account: AccountView
    rows: tuple[RowView, ...]
    tray: TrayView
    size: str
    left: str
    share_left: float
    error: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A message of the receipt; `outcome` is `gone`, `still there` or `not verified`."""

    sender: str
    subject: str
    size: str
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """The receipt of a commit.

    Attributes:
        freed: octets of what is gone, formatted.
        gone, total: how many of how many.
        verified: whether the second sign-in could tell; `why` where it could not.
        at: when, long; at_iso for `<time>`.
        before, after: the maildrop's size; `after` is "" where it was not seen again.
        share_after: `after` of `before`, in percent.
        left_marked: how many are still marked, to try again.
    """

    shell: Shell
    account: AccountView
    freed: str
    gone: int
    total: int
    verified: bool
    why: str
    at: str
    at_iso: str
    before: str
    after: str
    share_after: float
    rows: tuple[ReceiptRow, ...]
    left_marked: int


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """A page that only says what went wrong; `home` is where to go on."""

    shell: Shell
    error: ErrorView
    home: str
    home_label: str


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A parameter of an API call."""

    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class CallView:
    """An API call, for the API page."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[ParameterView, ...] = ()
    body: tuple[ParameterView, ...] = ()
    answers: tuple[tuple[str, str], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class ApiView:
    """The API page: the OpenAPI document as a page of our own."""

    shell: Shell
    intro: str
    calls: tuple[CallView, ...]
