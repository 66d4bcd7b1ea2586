"""One Received field (RFC 5321, 4.4), as the mail servers in use write it.

Its clauses come in any order and each may be missing. Whose name stands after `from` depends on
the program: Postfix and Sendmail put the HELO name there and what they looked up in a comment,
Exim and qmail the other way round.
"""

import ipaddress
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from .charsets import clean_line
from .dates import parse_date
from .structured_fields import Token, TokenKind, tokens

Encryption = Literal["yes", "no", "unknown"]

_MAX_SHOWN: Final = 256
_MAX_DATES: Final = 4  # semicolons from the end that are tried
_KEYWORDS: Final = frozenset({"from", "by", "via", "with", "id", "for", "tls"})
_PROTOCOLS: Final = re.compile(
    r"(?:UTF8)?(?:E?SMTP|LMTP)(?:SA?|A)?|ASMTP|SMTPSVC|HTTPS?|POP3S?|IMAPS?|BSMTP|UUCP|MAPI|QMQP"
    r"|MMS|NNFMP|LOCAL"
)
_SECURE: Final = re.compile(r"(?:UTF8)?(?:E?SMTP|LMTP)SA?|(?:HTTP|POP3|IMAP)S")
_OPEN: Final = re.compile(r"(?:UTF8)?E?SMTPA?|ASMTP|HTTP|POP3|IMAP")
_TOKEN: Final = re.compile(r"[A-Za-z0-9]{1,20}")
_HELO: Final = re.compile(r"(?:^|[\s(])(?:(?:HELO|EHLO|LHLO)\s+|helo=)([^\s()]+)", re.IGNORECASE)
_LITERAL: Final = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f.:]{2,45})(?:%\w{1,16})?\]", re.IGNORECASE)
_NAMED: Final = re.compile(r"(?:[^\s@()\[\]]{1,64}@)?([\w.-]{1,255})\s+\[")
_NOT_BELIEVED: Final = "may be forged"
# What somebody else chose: names of hosts and users, where TLS may be part of a name.
_CHOSEN: Final = re.compile(
    r"(?:HELO|EHLO|LHLO)\s+\S+|helo=\S+|<[^<>]*>|[^\s@]{1,64}@\S+|ident=\S+"
    r"|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,20}\.[a-z][\w-]{1,62}",
    re.IGNORECASE,
)
_TLS_NAMED: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:START)?(?:TLS|SSL)(?:v?\d[\w.]*)?(?![A-Za-z])|\bcipher|\bencrypted",
    re.IGNORECASE,
)
_TLS_DENIED: Final = re.compile(
    r"\b(?:no|not|non|without)[ -](?:(?:START)?TLS|SSL|cipher|encrypted)\b"
    r"|(?:cipher|version|tls|ssl)\s{0,3}[=:]\s{0,3}(?:none|no|off|0)\b"
    r"|\b(?:TLS|SSL|encrypt(?:ed|ion)) (?:is |was )?(?:not|disabled|failed|off|un\w{2,12})\b",
    re.IGNORECASE,
)
_NO_NAME: Final = frozenset({"", "unknown", "localhost.unknown"})

_WITH_PORT: Final = re.compile(r"(\[[^\[\]]{2,60}\]|[0-9.]{7,15}):\d{1,5}")
_VERSION: Final = re.compile(r"(TLS|SSL)[ -]?v?(\d)(?:[._](\d))?", re.IGNORECASE)
_CIPHER: Final = r"(?P<cipher>[\w+-]{3,64})"
_TLS_SAID: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # Postfix, Dovecot, Stalwart
        rf"using (?P<version>(?:TLS|SSL)\S{{0,12}}) with cipher {_CIPHER}",
        # Sendmail, Gmail, Exchange, Haraka
        rf"version=(?P<version>[\w./]{{3,16}})[,;]?\s*cipher=\s*{_CIPHER}",
        # Exim of old and OpenSMTPD: TLS1.2:CIPHER:256
        rf"(?P<version>TLSv?\d[\d._]{{0,4}})(?::{_CIPHER}(?::.*)?)?\Z",
        # Trend Micro, Lotus Domino and mailers of old: (Cipher TLSv1:RC4-SHA:128), (using TLSv1)
        rf"(?:cipher[ :=]{{1,3}})?(?P<version>(?:TLS|SSL)[ -]?v?\d[\d._]{{0,4}}):{_CIPHER}",
        r"(?:using|with|over) (?P<version>(?:TLS|SSL)[ -]?v?[\d._]{0,4})(?P<cipher>\b)(?: .*)?\Z",
        # ESMTP/TLS/CIPHER and ESMTP-TLS, in the clause itself
        rf"\w{{4,9}}[/-](?P<version>(?:TLS|SSL)v?[\d._]{{0,4}})(?:[/:]{_CIPHER})?(?: .*)?\Z",
        # qmail, patched: with CIPHER encrypted SMTP
        rf"(?:(?P<version>TLSv\d[\d.]{{0,4}}) )?{_CIPHER} encrypted E?SMTP",
        # Courier
        rf"(?:AUTH: [^,]{{0,100}}, )?TLS: (?P<version>[\w./]{{3,16}}),\s?\d+bits,\s?{_CIPHER}",
        # qmail
        rf"(?:(?P<version>TLSv\d[\d.]{{0,4}}) )?{_CIPHER} encrypted\Z",
        # Exchange of old, sendmail behind a wrapper
        r"(?:(?:using|with) )?(?P<version>TLS)(?P<cipher>\b)\Z",
    )
)


@dataclass(frozen=True, slots=True)
class Hop:
    """One server that took the message, as far as its Received field tells.

    Attributes:
        position: index of its field in the header.
        helo: the name the sender gave; of a program on the same machine, its user.
        reverse: the name the receiver found for the sender's address, None where it found none or
            did not believe it.
        address: the sender's IP address as the receiver saw it, IPv4 within IPv6 unwrapped.
        by: the host that took the message.
        protocol: upper case, such as ESMTPS.
        tls_version: such as `TLS 1.3`.
        tls_cipher: as written.
        encrypted: `no` only where nothing names TLS, SSL, a cipher or encryption; `unknown` for
            what never left a machine or does not tell.
        id: what the receiver calls the message.
        recipient: the address of `for`, without angle brackets.
        date: aware, or None.
        delay: whole seconds since the hop before, None unless both have a date.
        clock: True where date and a neighbour's contradict each other by more than a second.
        value: the field's value unfolded, for showing.
    """

    position: int
    helo: str | None
    reverse: str | None
    address: str | None
    by: str | None
    protocol: str | None
    tls_version: str | None
    tls_cipher: str | None
    encrypted: Encryption
    id: str | None
    recipient: str | None
    date: datetime | None
    delay: int | None
    clock: bool
    value: str


def parse_received(value: str, position: int = 0) -> Hop:
    """The hop of an unfolded Received value. Never raises; delay and clock are not yet set."""
    found = tokens(value)
    date, end = _date(value, found)
    clauses = _clauses(found[:end])
    sender = clauses["from"]
    helo, reverse, address = _sender(sender)
    by = _shown(clauses["by"].first.rstrip("."))
    protocol = _protocol(clauses["with"]) or _protocol(clauses["via"])
    comments = [token.text for token in found[:end] if token.kind is TokenKind.COMMENT]
    said = [" ".join(clauses[keyword].words) for keyword in ("with", "via")]
    tls = _tls([*comments, *said])
    version, cipher = tls or (None, None)
    if tls is not None and cipher is None:
        cipher = _shown(clauses["tls"].first)
    return Hop(
        position=position,
        helo=helo,
        reverse=reverse,
        address=address,
        by=by,
        protocol=protocol,
        tls_version=version,
        tls_cipher=cipher,
        encrypted=_encrypted(
            protocol,
            address,
            tls=tls is not None or clauses["tls"].begun or any(map(_names_tls, (*comments, *said))),
            remote=bool(sender.words),
        ),
        id=_shown(clauses["id"].first.strip("<>")),
        recipient=_recipient(clauses["for"]),
        date=date,
        delay=None,
        clock=False,
        value=clean_line(value),
    )


@dataclass(slots=True)
class _Clause:
    words: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    begun: bool = False

    @property
    def first(self) -> str:
        return self.words[0] if self.words else ""


def _date(value: str, found: list[Token]) -> tuple[datetime | None, int]:
    """The date behind one of the last semicolons, and how many tokens stand before it."""
    marks = [index for index, token in enumerate(found) if token.kind is TokenKind.SEMICOLON]
    for index in marks[: -_MAX_DATES - 1 : -1]:
        tail = value[found[index].start + 1 :].encode("ascii", "replace").strip()
        date = parse_date(tail)
        if date is not None:
            return date, index
    return None, len(found)


def _clauses(found: list[Token]) -> dict[str, _Clause]:
    """What follows each keyword, each keyword once; what stands before the first is left out."""
    left = [token.text.lower() for token in found if token.kind is TokenKind.WORD]
    clauses = {keyword: _Clause() for keyword in _KEYWORDS}
    taken: set[str] = set()
    repeated = {keyword for keyword in _KEYWORDS if left.count(keyword) > 1}
    current = _Clause()
    fresh = False  # nothing has come since the keyword
    for token in found:
        word = token.text.lower()
        if token.kind is TokenKind.COMMENT:
            current.comments.append(token.text)
        elif (
            token.kind is TokenKind.WORD
            and word in _KEYWORDS - taken
            # Somebody says HELO by; `via TLS` and a host of that name begin no clause.
            and not (fresh and (word in repeated or word == "tls"))
        ):
            taken.add(word)
            current = clauses[word]
            current.begun = fresh = True
            continue
        elif token.kind is TokenKind.WORD:
            current.words.append(token.text)
        fresh = False
    return clauses


def _sender(clause: _Clause) -> tuple[str | None, str | None, str | None]:
    """HELO name, reverse name and address of a from clause."""
    if [word.lower() for word in clause.words[:3]] == ["mail", "pickup", "service"]:
        return None, None, None
    name = clause.first.rstrip(".")
    given = reverse = address = None
    for comment in clause.comments:
        helo = _HELO.search(comment)
        if helo is not None:
            given = given or helo[1]
        named = _NAMED.match(comment)
        if named is not None and _NOT_BELIEVED not in comment:
            reverse = reverse or named[1].rstrip(".")
        address = address or _address(comment)
    for word in clause.words[1:3]:  # fetchmail and webmail: name [address]
        address = address or _literal(word)
    itself = _plain_address(name)
    if itself is not None and (given is not None or address is None):
        address, name = address or itself, ""
    if given is not None:
        reverse = reverse or (name if not _plain_address(name) else None)
        name = given
    if reverse is not None and (reverse.lower() in _NO_NAME or _plain_address(reverse)):
        reverse = None
    if given is None and name.lower() in _NO_NAME:
        name = ""
    return _shown(name), _shown(reverse or ""), address


def _address(comment: str) -> str | None:
    """The address in a comment: `[1.2.3.4]`, or the whole of it, perhaps with a user in front."""
    return _literal(comment) or _plain_address(comment.strip().rpartition("@")[2])


def _literal(text: str) -> str | None:
    found = _LITERAL.search(text)
    return None if found is None else _plain_address(found[1])


def _without_port(text: str) -> str:
    found = _WITH_PORT.fullmatch(text)
    return text if found is None else found[1]


def _plain_address(text: str) -> str | None:
    found = _LITERAL.fullmatch(_without_port(text))
    text = _without_port(text if found is None else found[1])
    if found is None and "[" in text:
        return None
    if not text.isascii():
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(inner or address)


def _protocol(clause: _Clause) -> str | None:
    """The first word that is a protocol's name, else the first word there is."""
    words = [found[0].upper() for word in clause.words[:8] if (found := _TOKEN.match(word))]
    known = next((word for word in words if _PROTOCOLS.fullmatch(word)), None)
    return known or next(iter(words), None)


def _tls(comments: list[str]) -> tuple[str | None, str | None] | None:
    """TLS version and cipher that a comment tells; None where none tells of TLS."""
    for comment in comments:
        text = comment[:_MAX_SHOWN].strip()
        if _TLS_DENIED.search(text):
            continue
        for form in _TLS_SAID:
            found = form.match(text)
            if found is not None and found["cipher"] != "NONE":
                return _version(found["version"] or ""), found["cipher"] or None
    return None


def _names_tls(text: str) -> bool:
    """Whether TLS is spoken of at all, in whatever words, and not denied."""
    text = _CHOSEN.sub(" ", text[:_MAX_SHOWN])
    return _TLS_NAMED.search(text) is not None and _TLS_DENIED.search(text) is None


def _version(word: str) -> str | None:
    # "TLSv1/SSLv3" names the family of a cipher, not what was spoken.
    found = _VERSION.fullmatch(word.strip("."))
    return None if found is None else f"{found[1].upper()} {found[2]}.{found[3] or 0}"


def _encrypted(protocol: str | None, address: str | None, *, tls: bool, remote: bool) -> Encryption:
    if tls or (protocol is not None and _SECURE.fullmatch(protocol)):
        return "yes"
    if not remote or protocol is None or (address and ipaddress.ip_address(address).is_loopback):
        return "unknown"
    return "no" if _OPEN.fullmatch(protocol) else "unknown"


def _recipient(clause: _Clause) -> str | None:
    if len(clause.words) > 1 and "@" not in clause.first:
        return None  # "multiple recipients"
    return _shown(clause.first.partition(">")[0].lstrip("<").rstrip(","))


def _shown(text: str) -> str | None:
    return clean_line(text[:_MAX_SHOWN]) or None
