"""What is wrong with a message, in plain words."""

from collections.abc import Iterable
from typing import Final

from app.web.site.words import N_, _

_WORDS: Final = {
    "header-cut": N_("Its headers are too long to be read in full; the rest is in the saved file."),
    "junk-line": N_("Some lines among its headers are not valid; they are left out."),
    "bad-content-type": N_(
        "A part does not say clearly what it is, so it is taken for plain text."
    ),
    "no-boundary": N_(
        "It should have parts, but does not say where they begin: it is shown as it is."
    ),
    "boundary-not-found": N_("It should have parts, but none was found: it is shown as it is."),
    "boundary-not-closed": N_(
        "The final boundary of its parts is missing; the last part may be cut off."
    ),
    "too-many-parts": N_("It has more than 1,000 parts; not all of them are listed."),
    "too-deep": N_("Its parts are nested too deep; the innermost ones are not opened."),
    "unknown-encoding": N_(
        "Its text is encoded in a way that is not known, so it is shown as it is."
    ),
    "cut-at-dot": N_(
        "This is only its beginning: the server breaks off at a line that is a lone dot."
    ),
    "work-cut": N_(
        "To take all of it apart is too much work, so some is not shown; the saved file has it all."
    ),
    "text-cut": N_("Only the first 1 MiB of it is shown; the saved file has all of it."),
}
HARMLESS: Final = frozenset({"byte-order-mark", "mbox-from-line"})  # nothing is amiss for a reader


def defect_words(codes: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each code, each once; none for what is harmless or not known here."""
    return tuple(_(_WORDS[code]) for code in dict.fromkeys(codes) if code in _WORDS)
