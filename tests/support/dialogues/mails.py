"""The messages of the replayed maildrops, with CRLF; dialogues name them by number, from 1."""

_PLAIN = """\
From: Anna Beispiel <anna@example.org>
To: anna@example.net
Subject: dots at the beginning of lines
Date: Mon, 2 Nov 2026 10:00:00 +0000
Message-ID: <1@example.org>

first line
..two
.hidden
... and so on
last line
"""

_PARTS = """\
From: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>
To: anna@example.net
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= with a file
Date: Tue, 3 Nov 2026 11:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="cut"

--cut
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Viele Gr=C3=BC=C3=9Fe

--cut
Content-Type: application/octet-stream; name=a.bin
Content-Disposition: attachment; filename=a.bin
Content-Transfer-Encoding: base64

AAECAwQFBgcICQ==
--cut--
"""

_EMPTY = """\
From: robot@example.org
Subject: nothing in it
Date: Wed, 4 Nov 2026 12:00:00 +0000

"""

_LONG = """\
From: bob@example.org
Subject: a long story
Date: Thu, 5 Nov 2026 13:00:00 +0000

it begins
"""

_DOT = """\
From: eve@example.org
Subject: a line that is a dot alone
Date: Fri, 6 Nov 2026 14:00:00 +0000

before the dot
.
after the dot
"""


def _mail(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


MAILS = (
    _mail(_PLAIN),
    _mail(_PARTS),
    _mail(_EMPTY),
    _mail(_LONG) + b"".join(b"line %03d %s\r\n" % (n, b"x" * 40) for n in range(340)),
    b"From: eight@example.org\r\nSubject: eight bits\r\n\r\ncaf\xe9 \xfc\xdf\r\n"
    + b"y" * 900
    + b"\r\n",
    _mail(_DOT),
)
"""Dots, parts, an empty body, one too large for a single peek, eight bits, and a lone dot."""
