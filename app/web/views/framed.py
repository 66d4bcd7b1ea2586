"""The document of a mail's HTML, for the sandboxed frame."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class MailDocument:
    """What the frame shows.

    Attributes:
        html: a sanitised fragment.
        coloured: it has colours of its own and is shown on a light sheet.
        backdrop: the colour of the sheet, as CSS; "" for the usual one.
    """

    html: Markup
    coloured: bool
    backdrop: str
