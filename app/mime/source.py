"""Raw octets as text that shows everything and does nothing."""

import re
from typing import Final

# Controls but LF and tab, and what reorders or hides text.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_PICTURES: Final = 0x2400  # U+2400 and on: pictures of the C0 controls
_DELETE: Final = "\x7f"


def show_source(data: bytes) -> str:
    r"""`data` as UTF-8 with LF line ends; a picture or a number for what cannot be seen.

    CRLF is a line end; any other CR shows as ␍. Octets that are no UTF-8 show as `\xfc`, invisible
    and reordering characters as `\u202e`.
    """
    text = data.replace(b"\r\n", b"\n").decode("utf-8", "backslashreplace")
    return _UNSEEN.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character < " ":
        return chr(_PICTURES + ord(character))
    return "\u2421" if character == _DELETE else f"\\u{ord(character):04x}"
