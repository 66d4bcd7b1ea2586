"""A check as a value: what was looked at, what was found, how good that is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from app.pop3.replies import printable

Fact = str | int | float | tuple[str, ...]
"""A count is an int, seconds are a float, lists are of the server's own words."""


class Verdict(Enum):
    """How good it is, from the best to the worst; what was not looked at weighs nothing."""

    SKIPPED = "skipped"
    GOOD = "good"
    NOTE = "note"
    WARN = "warn"
    BAD = "bad"

    @property
    def weight(self) -> int:
        """For comparing: the larger, the worse."""
        return tuple(Verdict).index(self)


class TopicGroup(Enum):
    """The parts of a report, in its order."""

    REACH = "reach"
    TLS = "tls"
    DIALOGUE = "dialogue"
    SIGN_IN = "sign-in"
    MAILBOX = "mailbox"


class Topic(Enum):
    """What is looked at, in the report's order."""

    NAME = "name"
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    GREETING = "greeting"
    ROUND_TRIP = "round-trip"
    STLS = "stls"
    TLS_VERSIONS = "tls-versions"
    CIPHER = "cipher"
    TRUST = "certificate-trust"
    CERT_NAME = "certificate-name"
    CERT_DATES = "certificate-dates"
    CERT_KEY = "certificate-key"
    INJECTION = "stls-injection"
    CAPA = "capa"
    TAGS = "capability-tags"
    CAPA_TLS = "capa-after-tls"
    MECHANISMS = "mechanisms"
    CLEARTEXT = "cleartext-login"
    IMPLEMENTATION = "implementation"
    LANGUAGES = "lang"
    UTF8 = "utf8"
    LOGIN = "login"
    CAPA_LOGIN = "capa-after-login"
    LOGIN_DELAY = "login-delay"
    LOCK = "lock"
    BEHIND_PASS = "behind-pass"  # noqa: S105 -- no password
    COUNT = "count"
    UIDL = "uidl"
    STABLE = "uidl-stable"
    SIZES = "sizes"
    TOP = "top"
    DOTS = "byte-stuffing"
    PIPELINING = "pipelining"
    SEGMENTS = "small-segments"
    EXPIRE = "expire"
    IDLE = "idle"

    @property
    def group(self) -> TopicGroup:
        """The part of the report it stands in."""
        order = tuple(Topic)
        at = order.index(self)
        return next(group for last, group in _LAST if at <= order.index(last))


_LAST = (
    (Topic.ROUND_TRIP, TopicGroup.REACH),
    (Topic.INJECTION, TopicGroup.TLS),
    (Topic.UTF8, TopicGroup.DIALOGUE),
    (Topic.BEHIND_PASS, TopicGroup.SIGN_IN),
    (Topic.IDLE, TopicGroup.MAILBOX),
)


class Finding(Enum):
    """What was found; each stands under one topic with one verdict, see `RULES`."""

    UNKNOWN_NAME = "unknown-name"
    FORBIDDEN = "target-forbidden"
    IPV4_ANSWERS = "ipv4-answers"
    IPV4_SILENT = "ipv4-silent"
    IPV4_NONE = "ipv4-none"
    IPV6_ANSWERS = "ipv6-answers"
    IPV6_SILENT = "ipv6-silent"
    IPV6_NONE = "ipv6-none"
    UNREACHABLE = "unreachable"
    GREETED = "greeted"
    GREETED_APOP = "greeted-apop"
    NO_GREETING = "no-greeting"
    TURNED_AWAY = "turned-away"
    NOT_POP3 = "not-pop3"
    SPEAKS_TLS = "speaks-tls"
    SPEAKS_PLAIN = "speaks-plain"
    ROUND_TRIP = "round-trip"
    ROUND_TRIP_LONG = "round-trip-long"
    STLS_WORKS = "stls-works"
    STLS_UNANNOUNCED = "stls-unannounced"
    STLS_MISSING = "stls-missing"
    STLS_REQUIRED = "stls-required"
    STLS_BROKEN = "stls-broken"
    TLS_CURRENT = "tls-current"
    TLS_NO_13 = "tls-no-13"
    TLS_OLD_TOO = "tls-old-too"
    TLS_OLD_ONLY = "tls-old-only"
    TLS_NONE = "tls-none"
    CIPHER = "cipher"
    CIPHER_WEAK = "cipher-weak"
    CERT_TRUSTED = "certificate-trusted"
    CERT_SELF_SIGNED = "certificate-self-signed"
    CERT_UNKNOWN_ISSUER = "certificate-unknown-issuer"
    CERT_UNTRUSTED = "certificate-untrusted"
    CERT_NAME_RIGHT = "certificate-name-right"
    CERT_NAME_WRONG = "certificate-name-wrong"
    CERT_DAYS = "certificate-days"
    CERT_SOON = "certificate-ends-soon"
    CERT_EXPIRED = "certificate-expired"
    CERT_NOT_YET = "certificate-not-yet"
    CERT_KEY = "certificate-key"
    CERT_KEY_WEAK = "certificate-key-weak"
    INJECTION_SAFE = "stls-injection-safe"
    INJECTION_UNSAFE = "stls-injection-unsafe"
    INJECTION_UNCLEAR = "stls-injection-unclear"
    CAPA = "capa"
    CAPA_MISSING = "capa-missing"
    CAPA_HANGS_UP = "capa-hangs-up"
    TAG_MISSPELLED = "tag-misspelled"
    TAG_UNKNOWN = "tag-unknown"
    CAPA_TLS_SAME = "capa-tls-same"
    CAPA_TLS_DIFFERS = "capa-tls-differs"
    MECHANISMS = "mechanisms"
    MECHANISMS_PLAIN = "mechanisms-plain"
    MECHANISMS_NONE = "mechanisms-none"
    CLEARTEXT_OFFERED = "cleartext-offered"
    CLEARTEXT_REFUSED = "cleartext-not-offered"
    IMPLEMENTATION = "implementation"
    LANGUAGES = "lang"
    UTF8 = "utf8"
    UTF8_HEADERS = "utf8-headers"
    LOGIN = "login"
    LOGIN_SLOW = "login-slow"
    LOGIN_CLEAR = "login-in-clear"
    LOGIN_MEANS_REFUSED = "login-means-refused"
    LOGIN_FORM = "login-form"
    LOGIN_ENCRYPTION = "login-encryption"
    LOGIN_REJECTED = "login-rejected"
    LOGIN_IN_USE = "login-in-use"
    LOGIN_TOO_SOON = "login-too-soon"
    LOGIN_NO_WAY = "login-no-way"
    LOGIN_UNTRUSTED = "login-untrusted"
    LOGIN_BROKE_OFF = "login-broke-off"
    NO_ACCOUNT = "no-account"
    CAPA_LOGIN_SAME = "capa-login-same"
    CAPA_LOGIN_DIFFERS = "capa-login-differs"
    DELAY_NONE = "login-delay-none"
    DELAY = "login-delay"
    LOCK_SHARED = "lock-shared"
    LOCK_CODED = "lock-coded"
    LOCK_WORDS = "lock-words"
    LOCK_SILENT = "lock-silent"
    LOCK_LIKE_WRONG = "lock-like-wrong-password"
    PASS_KEPT = "behind-pass-kept"  # noqa: S105 -- no password
    PASS_LOST = "behind-pass-lost"  # noqa: S105 -- no password
    PASS_LOST_UNANNOUNCED = "behind-pass-lost-unannounced"  # noqa: S105 -- no password
    COUNT_SAME = "count-same"
    COUNT_DIFFERS = "count-differs"
    COUNT_NONE = "count-none"
    UIDL_UNIQUE = "uidl-unique"
    UIDL_UNANNOUNCED = "uidl-unannounced"
    UIDL_DUPLICATES = "uidl-duplicates"
    UIDL_NUMBERS = "uidl-numbers"
    UIDL_UNUSABLE = "uidl-unusable"
    UIDL_MISSING = "uidl-missing"
    UIDL_REFUSED = "uidl-refused"
    STABLE = "uidl-stable"
    STABLE_CHANGED = "uidl-changed"
    SIZES_SAME = "sizes-same"
    SIZES_DIFFER = "sizes-differ"
    TOP_EXACT = "top-exact"
    TOP_MISSING = "top-missing"
    TOP_WHOLE = "top-whole"
    TOP_LINES = "top-lines"
    TOP_NO_BLANK = "top-no-blank-line"
    TOP_HEADERS = "top-headers-differ"
    TOP_MOST = "top-most-refused"
    DOTS_STUFFED = "dots-stuffed"
    DOTS_TOP = "dots-not-by-top"
    DOTS_RETR = "dots-not-by-retr"
    DOTS_NEVER = "dots-never-stuffed"
    DOTS_SEEN = "dots-broke-off"
    PIPELINING = "pipelining"
    PIPELINING_UNANNOUNCED = "pipelining-unannounced"
    PIPELINING_BROKEN = "pipelining-broken"
    PIPELINING_NONE = "pipelining-none"
    SMALL_SEGMENTS = "small-segments"
    EXPIRE_NEVER = "expire-never"
    EXPIRE_ZERO = "expire-zero"
    EXPIRE_DAYS = "expire-days"
    IDLE_HELD = "idle-held"
    IDLE_CLOSED = "idle-closed"
    IDLE_CLOSED_SOON = "idle-closed-soon"
    # Under any topic: why there is no verdict.
    BROKE_OFF = "broke-off"
    DELAY_TOO_LONG = "login-delay-too-long"
    STILL_IN_USE = "still-in-use"
    EMPTY = "mailbox-empty"
    NOTHING_SMALL = "no-small-message"
    NO_DOTS = "no-line-with-a-dot"
    WOULD_POP = "would-pop"
    NO_USER_PASS = "no-user-pass"  # noqa: S105 -- no password
    NO_PASSWORD_IN_CLEAR = "no-password-in-clear"  # noqa: S105 -- no password
    NO_ROUTE = "no-route"


_G, _N, _W, _B, _S = Verdict.GOOD, Verdict.NOTE, Verdict.WARN, Verdict.BAD, Verdict.SKIPPED
_T, _F = Topic, Finding
RULES: Mapping[Finding, tuple[Topic, Verdict]] = {
    _F.UNKNOWN_NAME: (_T.NAME, _B),
    _F.FORBIDDEN: (_T.NAME, _B),
    _F.IPV4_ANSWERS: (_T.IPV4, _G),
    _F.IPV4_SILENT: (_T.IPV4, _W),
    _F.IPV4_NONE: (_T.IPV4, _N),
    _F.IPV6_ANSWERS: (_T.IPV6, _G),
    _F.IPV6_SILENT: (_T.IPV6, _W),
    _F.IPV6_NONE: (_T.IPV6, _N),
    _F.UNREACHABLE: (_T.NAME, _B),
    _F.GREETED: (_T.GREETING, _G),
    _F.GREETED_APOP: (_T.GREETING, _G),
    _F.NO_GREETING: (_T.GREETING, _B),
    _F.TURNED_AWAY: (_T.GREETING, _B),
    _F.NOT_POP3: (_T.GREETING, _B),
    _F.SPEAKS_TLS: (_T.GREETING, _B),
    _F.SPEAKS_PLAIN: (_T.GREETING, _B),
    _F.ROUND_TRIP: (_T.ROUND_TRIP, _G),
    _F.ROUND_TRIP_LONG: (_T.ROUND_TRIP, _N),
    _F.STLS_WORKS: (_T.STLS, _G),
    _F.STLS_UNANNOUNCED: (_T.STLS, _N),
    _F.STLS_MISSING: (_T.STLS, _W),
    _F.STLS_REQUIRED: (_T.STLS, _B),
    _F.STLS_BROKEN: (_T.STLS, _B),
    _F.TLS_CURRENT: (_T.TLS_VERSIONS, _G),
    _F.TLS_NO_13: (_T.TLS_VERSIONS, _N),
    _F.TLS_OLD_TOO: (_T.TLS_VERSIONS, _W),
    _F.TLS_OLD_ONLY: (_T.TLS_VERSIONS, _B),
    _F.TLS_NONE: (_T.TLS_VERSIONS, _B),
    _F.CIPHER: (_T.CIPHER, _G),
    _F.CIPHER_WEAK: (_T.CIPHER, _W),
    _F.CERT_TRUSTED: (_T.TRUST, _G),
    _F.CERT_SELF_SIGNED: (_T.TRUST, _B),
    _F.CERT_UNKNOWN_ISSUER: (_T.TRUST, _B),
    _F.CERT_UNTRUSTED: (_T.TRUST, _B),
    _F.CERT_NAME_RIGHT: (_T.CERT_NAME, _G),
    _F.CERT_NAME_WRONG: (_T.CERT_NAME, _B),
    _F.CERT_DAYS: (_T.CERT_DATES, _G),
    _F.CERT_SOON: (_T.CERT_DATES, _W),
    _F.CERT_EXPIRED: (_T.CERT_DATES, _B),
    _F.CERT_NOT_YET: (_T.CERT_DATES, _B),
    _F.CERT_KEY: (_T.CERT_KEY, _G),
    _F.CERT_KEY_WEAK: (_T.CERT_KEY, _W),
    _F.INJECTION_SAFE: (_T.INJECTION, _G),
    _F.INJECTION_UNSAFE: (_T.INJECTION, _B),
    _F.INJECTION_UNCLEAR: (_T.INJECTION, _N),
    _F.CAPA: (_T.CAPA, _G),
    _F.CAPA_MISSING: (_T.CAPA, _W),
    _F.CAPA_HANGS_UP: (_T.CAPA, _B),
    _F.TAG_MISSPELLED: (_T.TAGS, _W),
    _F.TAG_UNKNOWN: (_T.TAGS, _N),
    _F.CAPA_TLS_SAME: (_T.CAPA_TLS, _N),
    _F.CAPA_TLS_DIFFERS: (_T.CAPA_TLS, _G),
    _F.MECHANISMS: (_T.MECHANISMS, _G),
    _F.MECHANISMS_PLAIN: (_T.MECHANISMS, _G),
    _F.MECHANISMS_NONE: (_T.MECHANISMS, _N),
    _F.CLEARTEXT_OFFERED: (_T.CLEARTEXT, _W),
    _F.CLEARTEXT_REFUSED: (_T.CLEARTEXT, _G),
    _F.IMPLEMENTATION: (_T.IMPLEMENTATION, _G),
    _F.LANGUAGES: (_T.LANGUAGES, _G),
    _F.UTF8: (_T.UTF8, _G),
    _F.UTF8_HEADERS: (_T.UTF8, _G),
    _F.LOGIN: (_T.LOGIN, _G),
    _F.LOGIN_SLOW: (_T.LOGIN, _N),
    _F.LOGIN_CLEAR: (_T.LOGIN, _W),
    _F.LOGIN_MEANS_REFUSED: (_T.LOGIN, _W),
    _F.LOGIN_FORM: (_T.LOGIN, _B),
    _F.LOGIN_ENCRYPTION: (_T.LOGIN, _B),
    _F.LOGIN_REJECTED: (_T.LOGIN, _B),
    _F.LOGIN_IN_USE: (_T.LOGIN, _W),
    _F.LOGIN_TOO_SOON: (_T.LOGIN, _W),
    _F.LOGIN_NO_WAY: (_T.LOGIN, _B),
    _F.LOGIN_UNTRUSTED: (_T.LOGIN, _S),
    _F.LOGIN_BROKE_OFF: (_T.LOGIN, _B),
    _F.NO_ACCOUNT: (_T.LOGIN, _S),
    _F.CAPA_LOGIN_SAME: (_T.CAPA_LOGIN, _G),
    _F.CAPA_LOGIN_DIFFERS: (_T.CAPA_LOGIN, _G),
    _F.DELAY_NONE: (_T.LOGIN_DELAY, _G),
    _F.DELAY: (_T.LOGIN_DELAY, _N),
    _F.LOCK_SHARED: (_T.LOCK, _N),
    _F.LOCK_CODED: (_T.LOCK, _G),
    _F.LOCK_WORDS: (_T.LOCK, _N),
    _F.LOCK_SILENT: (_T.LOCK, _W),
    _F.LOCK_LIKE_WRONG: (_T.LOCK, _W),
    _F.PASS_KEPT: (_T.BEHIND_PASS, _G),
    _F.PASS_LOST: (_T.BEHIND_PASS, _W),
    _F.PASS_LOST_UNANNOUNCED: (_T.BEHIND_PASS, _N),
    _F.COUNT_SAME: (_T.COUNT, _G),
    _F.COUNT_DIFFERS: (_T.COUNT, _W),
    _F.COUNT_NONE: (_T.COUNT, _N),
    _F.UIDL_UNIQUE: (_T.UIDL, _G),
    _F.UIDL_UNANNOUNCED: (_T.UIDL, _N),
    _F.UIDL_DUPLICATES: (_T.UIDL, _W),
    _F.UIDL_NUMBERS: (_T.UIDL, _B),
    _F.UIDL_UNUSABLE: (_T.UIDL, _W),
    _F.UIDL_MISSING: (_T.UIDL, _W),
    _F.UIDL_REFUSED: (_T.UIDL, _B),
    _F.STABLE: (_T.STABLE, _G),
    _F.STABLE_CHANGED: (_T.STABLE, _B),
    _F.SIZES_SAME: (_T.SIZES, _G),
    _F.SIZES_DIFFER: (_T.SIZES, _N),
    _F.TOP_EXACT: (_T.TOP, _G),
    _F.TOP_MISSING: (_T.TOP, _W),
    _F.TOP_WHOLE: (_T.TOP, _B),
    _F.TOP_LINES: (_T.TOP, _W),
    _F.TOP_NO_BLANK: (_T.TOP, _N),
    _F.TOP_HEADERS: (_T.TOP, _W),
    _F.TOP_MOST: (_T.TOP, _N),
    _F.DOTS_STUFFED: (_T.DOTS, _G),
    _F.DOTS_TOP: (_T.DOTS, _B),
    _F.DOTS_RETR: (_T.DOTS, _B),
    _F.DOTS_NEVER: (_T.DOTS, _B),
    _F.DOTS_SEEN: (_T.DOTS, _B),
    _F.PIPELINING: (_T.PIPELINING, _G),
    _F.PIPELINING_UNANNOUNCED: (_T.PIPELINING, _N),
    _F.PIPELINING_BROKEN: (_T.PIPELINING, _B),
    _F.PIPELINING_NONE: (_T.PIPELINING, _N),
    _F.SMALL_SEGMENTS: (_T.SEGMENTS, _N),
    _F.EXPIRE_NEVER: (_T.EXPIRE, _G),
    _F.EXPIRE_ZERO: (_T.EXPIRE, _W),
    _F.EXPIRE_DAYS: (_T.EXPIRE, _N),
    _F.IDLE_HELD: (_T.IDLE, _G),
    _F.IDLE_CLOSED: (_T.IDLE, _G),
    _F.IDLE_CLOSED_SOON: (_T.IDLE, _W),
}
ANY_TOPIC = frozenset(Finding) - frozenset(RULES)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a report.

    Attributes:
        topic: what was looked at; `finding`: what was found; `verdict`: how good it is.
        facts: the values that its words need.
        details: the server's own lines, to unfold.
    """

    topic: Topic
    verdict: Verdict
    finding: Finding
    facts: Mapping[str, Fact] = field(default_factory=dict)
    details: tuple[str, ...] = ()


def found(finding: Finding, *details: str, **facts: Fact) -> Check:
    """A finding under its own topic; KeyError where it has none."""
    topic, verdict = RULES[finding]
    return Check(topic, verdict, finding, _facts(facts), tuple(map(printable, details)))


def skipped(topic: Topic, why: Finding, *details: str, **facts: Fact) -> Check:
    """What could not be looked at, and why not."""
    return Check(topic, Verdict.SKIPPED, why, _facts(facts), tuple(map(printable, details)))


def _facts(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """What a server said goes to terminals as well."""
    return {name: _fact(value) for name, value in facts.items()}


def _fact(value: Fact) -> Fact:
    if isinstance(value, str):
        return printable(value)
    return tuple(map(printable, value)) if isinstance(value, tuple) else value
