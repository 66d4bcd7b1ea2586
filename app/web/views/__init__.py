"""What templates get: one typed context a page, ready to print.

Everything here is text, numbers for geometry (percent, 0 to 100), flags and paths; templates
decide nothing but the order of things. Building them is the work of `present.py` and `reading.py`.
"""

from .framed import MailDocument
from .maildrop import (
    BandView,
    BlockView,
    MailboxView,
    MarkedFragment,
    PagerView,
    ProgressFragment,
    ProgressView,
    SaidView,
    SortView,
    StatView,
    TrayView,
)
from .outcome import ReceiptRow, ReceiptView, ReviewView
from .reader import FieldView, MessageView, PartView, ReaderFragment, RungView, TabView
from .reference import ApiView, CallView, CodeView, ParameterView
from .route import CheckView, HopView, RouteView
from .shell import (
    AccountView,
    ErrorPage,
    ErrorView,
    ProblemFragment,
    RowView,
    ServerView,
    Shell,
    SignInView,
)

__all__ = [
    "AccountView",
    "ApiView",
    "BandView",
    "BlockView",
    "CallView",
    "CheckView",
    "CodeView",
    "ErrorPage",
    "ErrorView",
    "FieldView",
    "HopView",
    "MailDocument",
    "MailboxView",
    "MarkedFragment",
    "MessageView",
    "PagerView",
    "ParameterView",
    "PartView",
    "ProblemFragment",
    "ProgressFragment",
    "ProgressView",
    "ReaderFragment",
    "ReceiptRow",
    "ReceiptView",
    "ReviewView",
    "RouteView",
    "RowView",
    "RungView",
    "SaidView",
    "ServerView",
    "Shell",
    "SignInView",
    "SortView",
    "StatView",
    "TabView",
    "TrayView",
]
