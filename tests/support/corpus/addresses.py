"""Senders: groups, routes, comments, quotes and brackets that do not match, names that lie."""

from .case import ANN, DATE, Case, crlf


def _from(
    name: str, hard: str, value: bytes, sender: tuple[str, str] | None, *defects: str
) -> Case:
    raw = crlf(b"From: " + value + b"\n" + DATE + b"\nhello\n")
    return Case("from-" + name, hard, raw, sender=sender, defects=defects)


ADDRESSES = (
    _from("bare", "an address alone", b"ann@example.org", ("", "ann@example.org")),
    _from("comment", "the name in a comment, as in the 1980s", b"ann@example.org (Ann)", ANN),
    _from(
        "nested-comments",
        "comments in comments, one with a quoted bracket",
        rb"(a (b \) c)) Ann (d) <ann@example.org>",
        ANN,
    ),
    _from(
        "quoted",
        "comma, brackets and escapes inside quotes",
        rb'"Doe, J. (\"Jim\") <x>" <j@example.org>',
        ('Doe, J. ("Jim") <x>', "j@example.org"),
    ),
    _from(
        "word-in-quotes",
        "an encoded word inside quotes, which RFC 2047 forbids",
        b'"=?utf-8?Q?J=C3=BCrgen?=" <j@example.org>',
        ("Jürgen", "j@example.org"),
    ),
    _from(
        "word-in-comment",
        "an encoded word inside a comment",
        b"j@example.org (=?utf-8?Q?J=C3=BCrgen?=)",
        ("Jürgen", "j@example.org"),
    ),
    _from(
        "word-with-comma",
        "a raw comma inside an encoded word",
        b"=?utf-8?Q?Foo,_B=C3=A4r?= <f@example.org>",
        ("Foo, Bär", "f@example.org"),
    ),
    _from(
        "word-with-address",
        "an encoded word that hides another address",
        b"=?utf-8?Q?boss=40bank.example?= <thief@example.net>",
        ("boss@bank.example", "thief@example.net"),
    ),
    _from(
        "all-encoded",
        "name and address in one encoded word",
        b"=?utf-8?Q?Ann_=3Cann=40example.org=3E?=",
        ANN,
    ),
    _from(
        "all-in-base64",
        "name and address in two encoded words, a comma in the name",
        b"=?utf-8?B?RG9lLCBBbm4=?= =?utf-8?B?IDxhbm5AZXhhbXBsZS5vcmc+?=",
        ("Doe, Ann", "ann@example.org"),
    ),
    _from(
        "two-comments",
        "two comments, both encoded",
        b"ann@example.org (=?utf-8?Q?Ann?=) (=?utf-8?Q?B=C3=BCro?=)",
        ("Ann Büro", "ann@example.org"),
    ),
    _from(
        "question-in-word",
        "a question mark and a comma inside a Q word",
        b"=?utf-8?Q?Wer?,_wo?=C3=A4?= <ann@example.org>",
        ("Wer?, wo?ä", "ann@example.org"),
    ),
    _from(
        "raw-latin-1",
        "a raw Latin-1 name",
        "Jürgen Müßig <j@example.org>".encode("latin-1"),
        ("Jürgen Müßig", "j@example.org"),
    ),
    _from(
        "raw-utf-8-domain",
        "a domain in UTF-8 (RFC 6532)",
        "<info@bücher.example>".encode(),
        ("", "info@bücher.example"),
    ),
    _from("unclosed-quote", "a quote that is never closed", b'"Ann <ann@example.org>', ANN),
    _from(
        "unclosed-quote-long",
        "3,000 characters behind a quote that is never closed",
        b'"' + b"a" * 3000 + b" <ann@example.org>",
        ("a" * 3000, "ann@example.org"),
    ),
    _from("unclosed-angle", "an angle that is never closed", b"Ann <ann@example.org", ANN),
    _from("double-angles", "two pairs of angles", b"Ann <<ann@example.org>>", ANN),
    _from(
        "blanks-in-angle",
        "blanks and folds around the dot and the sign",
        b"Ann <ann @\n example . org>",
        ANN,
    ),
    _from("brackets", "20,000 opening brackets", b"(" * 20_000, None, "value-cut", "bad-from"),
    _from("angles", "10,000 opening angles", b"<" * 10_000, None, "bad-from"),
    _from(
        "source-route",
        "a source route (RFC 5322, 4.4)",
        b"Ann <@relay.example,@b.example:ann@example.org>",
        ANN,
    ),
    _from("group", "a group with members", b"Team: Ann <ann@example.org>, bob@example.org;", ANN),
    _from("empty-group", "a group without members", b"undisclosed-recipients:;", None, "bad-from"),
    _from(
        "missing-comma",
        "two senders without a comma",
        b"Ann <ann@example.org> Bob <bob@example.org>",
        ANN,
    ),
    _from("unquoted-comma", "a comma in a name without quotes", b"Doe, Ann <ann@example.org>", ANN),
    _from("semicolons", "semicolons for commas", b"Ann <ann@example.org>; bob@example.org", ANN),
    _from("no-address", "a name alone", b"MAILER-DAEMON", ("MAILER-DAEMON", "")),
    _from("null-path", "the empty path of a bounce", b"<>", None, "bad-from"),
    _from(
        "bidi",
        "an override in the name and in the address",
        "Ann\u202egro <ann\u202e@example.org>".encode(),
        ("Anngro", "ann@example.org"),
    ),
    _from(
        "right-to-left", "a Hebrew name", "שלום <s@example.org>".encode(), ("שלום", "s@example.org")
    ),
    _from(
        "controls",
        "NUL and escape in the name",
        b"A\x00n\x1bn <ann@example.org>",
        ("A\ufffdn\ufffdn", "ann@example.org"),
    ),
    _from(
        "quoted-local-part",
        "a quoted local part with a comma",
        b'"ann, the first"@example.org',
        ("", '"ann, the first"@example.org'),
    ),
    _from("mailto", "an address as browsers write it", b"Ann <mailto:ann@example.org>", ANN),
    Case(
        "from-raw-iso-2022-jp",
        "a name behind raw escapes, one of whose octets is a semicolon",
        crlf(b"From: \x1b$B;3ED\x1b(B <yamada@example.org>\n" + DATE + b"\nhello\n"),
        sender=("山田", "yamada@example.org"),
    ),
    Case(
        "from-twice",
        "two From fields",
        crlf(b"From: Ann <ann@example.org>\nFrom: eve@example.net\n" + DATE + b"\nhello\n"),
        defects=("duplicate-from",),
    ),
    Case(
        "from-missing",
        "no From, but a Sender",
        crlf(b"Sender: Ann <ann@example.org>\n" + DATE + b"\nhello\n"),
        defects=("no-from",),
    ),
    Case(
        "from-empty",
        "From without a value",
        crlf(b"From: \n" + DATE + b"\nhello\n"),
        sender=None,
        defects=("no-from",),
    ),
)
