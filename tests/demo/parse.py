"""Drafts as the standard library's parser sees them."""

import email
import email.policy
from collections.abc import Iterable
from email.message import EmailMessage

from app.demo.delivery import Delivered, Draft, deliver
from app.demo.message import Segment


def joined(segments: Iterable[Segment]) -> bytes:
    """The octets of a body, generated ones too."""
    return b"".join(
        segment if isinstance(segment, bytes) else b"".join(segment.chunks())
        for segment in segments
    )


def parsed(item: Draft | Delivered) -> EmailMessage:
    """The whole message, attachments and all."""
    delivered = deliver(item) if isinstance(item, Draft) else item
    octets = delivered.head + joined(delivered.body)
    return email.message_from_bytes(octets, policy=email.policy.default)


def text_of(item: Draft | Delivered, kind: str = "plain") -> str:
    """The first text/plain or text/html part, decoded."""
    part = parsed(item).get_body((kind,))
    assert part is not None, f"no text/{kind}"
    content = part.get_content()
    assert isinstance(content, str)
    return content
