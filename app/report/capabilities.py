"""What CAPA tells, before TLS, after it and after the login (RFC 2449)."""

from collections.abc import Iterator

from app.pop3 import Capabilities

from .checks import Check, Finding, found

# IANA's registry of POP3 extensions, and CAPA itself, which Dovecot lists
_NAMES = "TOP USER SASL RESP-CODES LOGIN-DELAY PIPELINING EXPIRE UIDL IMPLEMENTATION STLS"
KNOWN = frozenset((*_NAMES.split(), "AUTH-RESP-CODE", "UTF8", "LANG", "CAPA"))
MISSPELLED = {"EXPIRENEVER": "EXPIRE NEVER", "PIPELINE": "PIPELINING"}
_IN_CLEAR = frozenset({"PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"})
_NO_PASSWORD_SENT = ("SCRAM-", "CRAM-", "DIGEST-")


def announced(capabilities: Capabilities) -> Iterator[Check]:
    """The answer itself, and what is odd in it."""
    if not capabilities.tags:
        yield found(Finding.CAPA_MISSING)
        return
    lines = capabilities.lines
    yield found(Finding.CAPA, *lines, n=len(lines))


def odd_tags(*answers: Capabilities | None) -> Iterator[Check]:
    """Tags that no standard knows, over all answers."""
    tags = dict.fromkeys(tag for one in answers if one for tag in one.tags)
    for tag in tags:
        if tag in MISSPELLED:
            yield found(Finding.TAG_MISSPELLED, tag=tag, meant=MISSPELLED[tag])
    unknown = tuple(tag for tag in tags if tag not in KNOWN and tag not in MISSPELLED)
    if unknown:
        yield found(Finding.TAG_UNKNOWN, tags=unknown)


def differences(before: Capabilities, after: Capabilities) -> tuple[str, ...]:
    """`+` what came, `-` what went."""
    old, new = before.lines, after.lines
    return (
        *(f"- {line}" for line in old if line not in new),
        *(f"+ {line}" for line in new if line not in old),
    )


def after_tls(before: Capabilities, after: Capabilities) -> Check:
    """What TLS changes in CAPA."""
    lines = differences(before, after)
    return found(Finding.CAPA_TLS_DIFFERS if lines else Finding.CAPA_TLS_SAME, *lines)


def after_login(before: Capabilities, after: Capabilities) -> Check:
    """What the login changes in CAPA."""
    lines = differences(before, after)
    return found(Finding.CAPA_LOGIN_DIFFERS if lines else Finding.CAPA_LOGIN_SAME, *lines)


def mechanisms(capabilities: Capabilities) -> Check:
    """The SASL mechanisms, as far as this side of the login tells."""
    offered = tuple(sorted(capabilities.mechanisms))
    if not offered:
        return found(Finding.MECHANISMS_NONE)
    challenge = any(name.startswith(_NO_PASSWORD_SENT) for name in offered)
    finding = Finding.MECHANISMS if challenge else Finding.MECHANISMS_PLAIN
    return found(finding, names=offered)


def cleartext(capabilities: Capabilities) -> Check | None:
    """Whether a password may be sent before TLS; None where CAPA tells nothing."""
    if not capabilities.tags:
        return None
    offered = tuple(sorted(capabilities.mechanisms & _IN_CLEAR))
    if "USER" in capabilities:
        offered = ("USER", *offered)
    if offered:
        return found(Finding.CLEARTEXT_OFFERED, names=offered)
    return found(Finding.CLEARTEXT_REFUSED)


def promises(capabilities: Capabilities) -> Iterator[Check]:
    """What the server says of itself: its name, languages, delays, and how long it keeps mail."""
    tags = capabilities.tags
    if tags.get("IMPLEMENTATION"):
        yield found(Finding.IMPLEMENTATION, name=" ".join(tags["IMPLEMENTATION"]))
    if "LANG" in tags:
        yield found(Finding.LANGUAGES)
    if "UTF8" in tags:
        # Only `UTF8 USER` is for names, too (RFC 6856, section 2.2).
        names = "USER" in map(str.upper, tags["UTF8"])
        yield found(Finding.UTF8 if names else Finding.UTF8_HEADERS)
    delay = capabilities.login_delay
    if delay:
        yield found(Finding.DELAY, n=delay)
    elif delay is not None:
        yield found(Finding.DELAY_NONE)
    match tags.get("EXPIRE", ()):
        case _ if capabilities.expire_at_once:
            yield found(Finding.EXPIRE_ZERO)
        case (days, *_) if days.isdecimal():
            yield found(Finding.EXPIRE_DAYS, n=int(days[:9]))
        case (never, *_) if never.upper() == "NEVER":
            yield found(Finding.EXPIRE_NEVER)
        case () if "EXPIRENEVER" in tags:
            yield found(Finding.EXPIRE_NEVER)
