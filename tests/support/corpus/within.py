"""Messages in messages: forwarded, digests, reports, parts of a message, bodies elsewhere."""

from .case import DATE, HTML, TEXT, Case, b64, crlf, mail, multipart

INNER = b"From: Bob <bob@example.org>\nSubject: inner\n\nhello"
HELD = b"Content-Type: message/rfc822\n\n"
_PARTS = multipart(b"mixed", TEXT, boundary=b"y")


def _chain(levels: int, last: str | None) -> str:
    """`levels` messages, each in the one before, and in the last one a part of type `last`."""
    lines = ["1" + ".1" * n + " message/rfc822 7bit" for n in range(levels)]
    return "\n".join(lines if last is None else [*lines, "1" + ".1" * levels + f" {last} 7bit"])


def _size(lines: bytes) -> int:
    return len(crlf(lines))


STATUS = (
    b"Reporting-MTA: dns; mx.example.org\n\n"
    b"Final-Recipient: rfc822; bob@example.org\nAction: failed"
)
FORWARDED = """1 multipart/mixed 7bit
    1.1 text/plain 7bit
    1.2 message/rfc822 7bit
        1.2.1 text/plain 7bit
"""

WITHIN = (
    Case(
        "forwarded",
        "a message behind the text",
        mail(multipart(b"mixed", TEXT, HELD + INNER)),
        structure=FORWARDED,
        text="hello",
        octets=(("1.2", _size(INNER)),),
    ),
    Case(
        "forwarded-same-boundary",
        "the inner message uses the outer one's boundary",
        mail(
            multipart(b"mixed", TEXT, HELD + b"Subject: inner\n" + multipart(b"mixed", HTML), TEXT)
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 message/rfc822 7bit
                 1.2.1 multipart/mixed 7bit
                     1.2.1.1 text/html 7bit
             1.3 text/plain 7bit
         """,
        text="hello\nhello",
    ),
    Case(
        "forwarded-never-closed",
        "the inner multipart is ended by the outer delimiter",
        mail(
            multipart(
                b"mixed",
                TEXT,
                HELD + multipart(b"mixed", HTML, boundary=b"y").removesuffix(b"\n--y--\n"),
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 message/rfc822 7bit
                 1.2.1 multipart/mixed 7bit
                     1.2.1.1 text/html 7bit
         """,
        text="hello",
        defects=("boundary-not-closed",),
    ),
    Case(
        "forwarded-mbox",
        "the message within begins with a From line of a mailbox file",
        mail(
            multipart(
                b"mixed", TEXT, HELD + b"From bob@example.org Fri Mar  1 10:00:00 2024\n" + HTML
            )
        ),
        structure=FORWARDED.replace("1.2.1 text/plain", "1.2.1 text/html"),
        text="hello",
        defects=("mbox-from-line",),
    ),
    Case(
        "forwarded-empty",
        "a message within that is empty",
        mail(multipart(b"mixed", TEXT, HELD)),
        structure=FORWARDED,
        text="hello",
    ),
    Case(
        "forwarded-base64",
        "base64 around a message, which RFC 2046 forbids",
        mail(
            multipart(
                b"mixed",
                TEXT,
                b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + b64(INNER),
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 message/rfc822 base64
         """,
        text="hello",
        octets=(("1.2", len(INNER)),),
    ),
    Case(
        "forwarded-qp",
        "quoted-printable around a message, forbidden too",
        mail(
            multipart(
                b"mixed",
                TEXT,
                b"Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
                b"Subject:=20x\n\nhello",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 message/rfc822 quoted-printable
         """,
        text="hello",
        octets=(("1.2", 19),),
    ),
    Case(
        "message-alone",
        "nothing but a message",
        mail(HELD + INNER + b"\n"),
        structure=_chain(1, "text/plain"),
        text="hello\n",
    ),
    Case(
        "message-20-deep",
        "as deep as is read",
        mail(HELD * 19 + b"Subject: x\n\nhello\n"),
        structure=_chain(19, "text/plain"),
        text="",
        octets=(("1.1", _size(HELD * 17) + 21),),
    ),
    Case(
        "message-21-deep",
        "one level more",
        mail(HELD * 20 + b"Subject: x\n\nhello\n"),
        structure=_chain(20, None),
        text="",
        octets=(("1.1", _size(HELD * 18) + 21),),
        defects=("too-deep",),
    ),
    Case(
        "digest",
        "parts of a digest are messages without saying so",
        mail(multipart(b"digest", b"\nSubject: one\n\nhello", b"\nSubject: two\n\nyou")),
        structure="""1 multipart/digest 7bit
             1.1 message/rfc822 7bit
                 1.1.1 text/plain 7bit
             1.2 message/rfc822 7bit
                 1.2.1 text/plain 7bit
         """,
        text="",
        octets=(("1.1", 21), ("1.2", 19)),
    ),
    Case(
        "digest-with-contents",
        "a digest as lists send it: contents, messages, the end",
        mail(
            multipart(
                b"mixed",
                TEXT,
                multipart(b"digest", b"\nSubject: one\n\nhello", boundary=b"d"),
                TEXT,
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 multipart/digest 7bit
                 1.2.1 message/rfc822 7bit
                     1.2.1.1 text/plain 7bit
             1.3 text/plain 7bit
         """,
        text="hello\nhello",
        octets=(("1.2.1", 21),),
    ),
    Case(
        "partial",
        "the second of three pieces of a message",
        mail(b'Content-Type: message/partial; id="a@b"; number=2; total=3\n\nhello\n'),
        structure="1 message/partial 7bit",
        text="",
        octets=(("1", 7),),
    ),
    Case(
        "external-body",
        "the body is elsewhere, and nothing fetches it",
        mail(
            multipart(
                b"mixed",
                TEXT,
                b'Content-Type: message/external-body; access-type=URL; URL="http://192.0.2.1/x"\n\n'
                b"Content-Type: image/gif\n",
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 message/external-body 7bit
         """,
        text="hello",
        octets=(("1.2", 25),),
    ),
    Case(
        "dsn",
        "a bounce with the message it is about",
        crlf(
            b"From: MAILER-DAEMON (Mail Delivery)\n"
            + DATE
            + multipart(
                b"report; report-type=delivery-status",
                TEXT,
                b"Content-Type: message/delivery-status\n\n" + STATUS,
                HELD + INNER,
            )
        ),
        sender=("MAILER-DAEMON", ""),
        structure="""1 multipart/report 7bit
             1.1 text/plain 7bit
             1.2 message/delivery-status 7bit
             1.3 message/rfc822 7bit
                 1.3.1 text/plain 7bit
         """,
        text="hello",
        octets=(("1.2", _size(STATUS)), ("1.3", _size(INNER))),
    ),
    Case(
        "dsn-headers",
        "a bounce with the header of the message it is about",
        mail(
            multipart(
                b"report; report-type=delivery-status",
                TEXT,
                b"Content-Type: message/delivery-status\n\n" + STATUS,
                b"Content-Type: text/rfc822-headers\n\nSubject: inner",
            )
        ),
        structure="""1 multipart/report 7bit
             1.1 text/plain 7bit
             1.2 message/delivery-status 7bit
             1.3 text/rfc822-headers 7bit
         """,
        text="hello",
        octets=(("1.2", _size(STATUS)), ("1.3", 14)),
    ),
    Case(
        "mdn",
        "a receipt that has no text for people",
        mail(
            multipart(
                b"report; report-type=disposition-notification",
                b"Content-Type: message/disposition-notification\n\nDisposition: x",
            )
        ),
        structure="""1 multipart/report 7bit
             1.1 message/disposition-notification 7bit
         """,
        text="",
        octets=(("1.1", 14),),
    ),
    Case(
        "forwarded-behind-blank-lines",
        "a gateway put blank lines before the message within, which would have no header",
        mail(multipart(b"mixed", TEXT, HELD + b"\n \n" + INNER.replace(b"\n\n", b"\n" + _PARTS))),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 message/rfc822 7bit
                 1.2.1 multipart/mixed 7bit
                     1.2.1.1 text/plain 7bit
         """,
        text="hello",
        octets=(("1.2", _size(b"\n \n" + INNER.replace(b"\n\n", b"\n" + _PARTS))),),
    ),
    Case(
        "forwarded-eml-as-text",
        "a message within that is said to be a text, saved under the name of a message",
        mail(
            multipart(
                b"mixed",
                TEXT,
                b"Content-Type: text/plain\n"
                b'Content-Disposition: attachment; filename="old.eml"\n\n' + INNER,
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 text/plain 7bit "old.eml"
         """,
        text="hello",
        octets=(("1.2", _size(INNER)),),
    ),
    Case(
        "forwarded-eml",
        "a message within whose type says nothing, but whose name does",
        mail(
            multipart(
                b"mixed",
                TEXT,
                b'Content-Type: application/octet-stream; name="Old.EML"\n'
                b"Content-Disposition: attachment\n\n" + INNER,
            )
        ),
        structure="""1 multipart/mixed 7bit
             1.1 text/plain 7bit
             1.2 application/octet-stream 7bit "Old.EML"
         """,
        text="hello",
        octets=(("1.2", _size(INNER)),),
    ),
)
