"""Which language, formats and time zone an answer has.

The language is the one that was chosen, else the first one of Accept-Language (RFC 9110, section
12.5.4) that there is, else English. Its region there, such as `de-CH`, decides how numbers and
dates are written. The time zone is the browser's, which a script tells in a cookie.
"""

import re
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from . import formats, words
from .root_path import cookie_name

LANGUAGE_COOKIE: Final = "popscope-lang"
ZONE_COOKIE: Final = "popscope-zone"
ENGLISH: Final = "en"
# Each as it names itself.
NAMES: Final = {
    ENGLISH: "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
}
_MAX_ACCEPT: Final = 1000  # characters; browsers send some dozens
_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8})((?:-[A-Za-z0-9]{1,8})*)\s*"
    r"(?:;\s*[Qq]\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.ASCII,
)
_REGION: Final = re.compile(r"-([A-Za-z]{2}|\d{3})(?=-|$)", re.ASCII)
_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_MAX_ZONE: Final = 64


@dataclass(frozen=True, slots=True)
class Language:
    """The language of an answer.

    Attributes:
        code: of its catalogue, such as `de`.
        locale: by which numbers and dates are written, such as de_CH.
    """

    code: str
    locale: Locale

    @property
    def tag(self) -> str:
        """For `lang` (BCP 47), such as `de-CH`."""
        return str(self.locale).replace("_", "-")

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction


_FIRST: Final = Language(ENGLISH, formats.DEFAULT)
current: ContextVar[Language] = ContextVar("language", default=_FIRST)


def _locale(code: str, subtags: str = "") -> Locale:
    """The locale of a language and perhaps a region; English without one is written as in Britain.

    Its short dates and its clock of 24 hours then are everybody's but the Americans', who name
    their region.
    """
    region = _REGION.search(subtags)
    if region is not None:
        try:
            return Locale.parse(f"{code}_{region[1].upper()}")
        except (UnknownLocaleError, ValueError):
            pass
    return formats.DEFAULT if code == ENGLISH else Locale(code)


def _ranges(accept: str) -> list[tuple[str, str]]:
    """Languages and what is behind them, of an Accept-Language; that which is wanted most first."""
    found = [] if len(accept) > _MAX_ACCEPT else map(_RANGE.fullmatch, accept.split(","))
    ranges = [one for one in found if one and float(one[3] or 1) > 0]
    ranges.sort(key=lambda one: -float(one[3] or 1))
    return [(one[1].lower(), one[2]) for one in ranges]


@lru_cache(256)
def negotiate(accept: str, chosen: str = "") -> Language:
    """The language of an answer.

    Args:
        accept: Accept-Language; what makes no sense in it is passed over.
        chosen: what the person chose, or nonsense.
    """
    known = [one for one in _ranges(accept) if one[0] in NAMES]
    if chosen in NAMES:
        known = [one for one in known if one[0] == chosen] or [(chosen, "")]
    code, subtags = known[0] if known else (ENGLISH, "")
    return Language(code, _locale(code, subtags))


@lru_cache(256)
def region(accept: str) -> Locale:
    """The locale that a browser asks for first, also in a language that there are no words for.

    Whatever language was chosen here, the programs of that machine go by this one.
    """
    for code, subtags in _ranges(accept):
        with suppress(UnknownLocaleError, ValueError):
            return _locale(code, subtags)
    return formats.DEFAULT


@lru_cache(1024)
def zone(name: str) -> tzinfo | None:
    """The time zone of that name, or None where there is none."""
    if len(name) > _MAX_ZONE or not _ZONE.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: such as a folder of zones
        return None


@cache
def catalogue(code: str) -> NullTranslations:
    """The words of a language, read from its catalogue once; what is not in it stays English."""
    if code == ENGLISH:
        return NullTranslations()
    path = resources.files("app") / "locale" / code / "LC_MESSAGES" / "popscope.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def use(language: Language, zone: tzinfo | None) -> None:
    """Makes all words and formats from here on, in this task and its threads, those."""
    current.set(language)
    words.translations.set(catalogue(language.code))
    formats.locale.set(language.locale)
    formats.zone.set(zone)


def _told(connection: HTTPConnection, name: str) -> str:
    """A cookie that all ports of this host share; the one for HTTPS first, where it comes."""
    cookies = connection.cookies
    told = (cookies.get(cookie_name(name, secure=secure)) for secure in (True, False))
    return next(filter(None, told), "")


class Languages:
    """ASGI middleware: gives each request its language and time zone.

    They are not taken back behind it: the page for an error that nobody foresaw is made outside.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        for code in NAMES:
            catalogue(code)  # here, and not while somebody waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            accept = connection.headers.get("accept-language", "")
            chosen = _told(connection, LANGUAGE_COOKIE)
            named = _told(connection, ZONE_COOKIE)
            use(negotiate(accept[: _MAX_ACCEPT + 1], chosen[:8]), zone(named[: _MAX_ZONE + 1]))
        await self._app(scope, receive, send)
