"""Brings a draft to the maildrop: trace fields, authentication results and the header section.

RFC 5322 sections 3.6 and 3.6.7 (fields and trace), RFC 8601 (Authentication-Results), RFC 6376 (the
look of DKIM-Signature; these do not verify). All hosts are .example and all addresses are from the
ranges kept for documentation (RFC 5737).
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from .compose import Part, field, mailbox, words
from .message import Segment

OWNER_NAME = "Anna Example"
OWNER_ADDRESS = "demo@popscope.example"
OWNER = f"{OWNER_NAME} <{OWNER_ADDRESS}>"
MX = "mx2.popscope.example"
STORE = "store.popscope.example"
_NETWORKS = ("192.0.2.", "198.51.100.", "203.0.113.")


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who writes, and with what. `tz` is in hours east of Greenwich."""

    name: str
    address: str
    tz: int = 1
    mailer: str = ""
    charset: str = "utf-8"

    @property
    def domain(self) -> str:
        """What follows the @."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before its delivery at `when`."""

    when: datetime
    sender: Sender
    subject: str
    part: Part
    extra: tuple[tuple[str, str], ...] = ()
    """More header fields, in order."""
    message_id: str = ""
    to: str = OWNER
    bulk: bool = False
    """Sent by a machine: signed, no submitting client in the trace."""
    relay: str = ""
    """A list server between the sender and our MX."""
    trusted: bool = True
    """False: SPF and DKIM do not hold, as in spam."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message as it lies in the maildrop, before it gets its number and UIDL."""

    when: datetime
    head: bytes
    body: tuple[Segment, ...]


def message_id(when: datetime, label: str, domain: str) -> str:
    """A Message-ID that depends on its arguments alone."""
    return f"<{when:%Y%m%d%H%M%S}.{token(label)}@{domain}>"


def boundary(label: str) -> str:
    """A multipart boundary that depends on its argument alone."""
    return f"=_{token(label, 24)}"


def token(label: str, length: int = 12) -> str:
    """Some hexadecimal digits that look random and are the same for the same label."""
    return hashlib.sha256(label.encode()).hexdigest()[:length]


def host_address(host: str) -> str:
    """The documentation IPv4 address that a host has in all messages."""
    digest = hashlib.sha256(host.encode()).digest()
    return f"{_NETWORKS[digest[0] % 3]}{digest[1] % 250 + 4}"


def stamp(when: datetime, tz: int) -> str:
    """A date for header fields, in the zone `tz` hours east."""
    return format_datetime(when.astimezone(timezone(timedelta(hours=tz))).replace(microsecond=0))


def deliver(draft: Draft) -> Delivered:
    """Add what the servers on the way and the sender's program add."""
    sender = draft.sender
    identity = draft.message_id or message_id(draft.when, draft.subject, sender.domain)
    parts = [trace(draft, identity)]
    if draft.bulk and draft.trusted:
        parts.append(_dkim(draft, identity))
    parts.append(field("From", mailbox(sender.name, sender.address, sender.charset)))
    parts.append(field("To", draft.to))
    parts.append(field("Subject", words(draft.subject, _word_charset(draft))))
    parts.append(field("Date", stamp(draft.when - timedelta(seconds=5), sender.tz)))
    parts.append(field("Message-ID", identity))
    parts.extend(field(name, value) for name, value in draft.extra)
    if sender.mailer:
        parts.append(field("X-Mailer" if draft.bulk else "User-Agent", sender.mailer))
    parts.append("MIME-Version: 1.0\r\n")
    head = "".join(parts) + draft.part.fields + "\r\n"
    return Delivered(draft.when, head.encode("ascii"), draft.part.body)


def trace(draft: Draft, identity: str) -> str:
    """Return-Path, the Received chain (newest first) and Authentication-Results."""
    sender = draft.sender
    domain, when = sender.domain, draft.when
    outgoing = f"mail.{domain}"
    queue = token(identity, 10).upper()
    stored = f"from {MX} ({MX} [198.51.100.2]) by {STORE} with LMTP id {token(queue, 16)}"
    hops = [f"{stored} for <{OWNER_ADDRESS}>; {stamp(when + timedelta(seconds=1), 0)}"]
    last = draft.relay or outgoing
    if draft.trusted:
        secured = (
            f"from {last} ({last} [{host_address(last)}]) (using TLSv1.3 with cipher "
            "TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature "
            f"ECDSA (prime256v1)) (No client certificate requested) by {MX} (Postfix) with "
            f"ESMTPS id {queue}"
        )
    else:
        secured = f"from {last} (unknown [{host_address(last)}]) by {MX} (Postfix) with ESMTP "
        secured += f"id {queue}"
    hops.append(f"{secured} for <{OWNER_ADDRESS}>; {stamp(when, 0)}")
    if draft.relay:
        hops.append(
            f"from {outgoing} ({outgoing} [{host_address(outgoing)}]) by {draft.relay} with "
            f"ESMTPS id {token(queue + 'r', 10)} (TLS1.3:TLS_AES_256_GCM_SHA384:256); "
            f"{stamp(when - timedelta(seconds=40), sender.tz)}"
        )
    if not draft.bulk:
        client = f"203.0.113.{int(token(sender.address, 2), 16) % 250 + 2}"
        hops.append(
            f"from [192.168.1.23] (unknown [{client}]) by {outgoing} with ESMTPSA "
            f"id {token(queue + 'c', 10)}; {stamp(when - timedelta(seconds=45), sender.tz)}"
        )
    dkim = f"dkim={'pass' if draft.trusted else 'none'} header.d={domain} header.s=s2024"
    spf = f"spf={'pass' if draft.trusted else 'softfail'} smtp.mailfrom={sender.address}"
    dmarc = f"dmarc={'pass' if draft.trusted else 'fail'} header.from={domain}"
    return "".join(
        [
            field("Return-Path", f"<{sender.address}>"),
            field("Delivered-To", OWNER_ADDRESS),
            field("Received", hops[0]),
            # Above the hop it was made at, as a mail filter puts it.
            field("Authentication-Results", f"{MX}; {dkim}; {spf}; {dmarc}"),
            *(field("Received", hop) for hop in hops[1:]),
        ]
    )


def _dkim(draft: Draft, identity: str) -> str:
    raw = hashlib.shake_128(identity.encode()).digest(256 + 32)
    digest, signature = b64encode(raw[256:]).decode(), b64encode(raw[:256]).decode()
    pieces = " ".join(signature[start : start + 68] for start in range(0, len(signature), 68))
    return field(
        "DKIM-Signature",
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={draft.sender.domain}; s=s2024; "
        f"t={int(draft.when.timestamp())}; h=from:to:subject:date:message-id:mime-version; "
        f"bh={digest}; b={pieces}",
    )


def _word_charset(draft: Draft) -> str:
    """The sender's charset when it can say the subject, else UTF-8."""
    try:
        draft.subject.encode(draft.sender.charset)
    except UnicodeEncodeError:
        return "utf-8"
    return draft.sender.charset
