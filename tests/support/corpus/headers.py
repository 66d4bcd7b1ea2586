"""Subjects and fields: encoded words, raw octets, folds, what reorders a page."""

from .case import Case, mail


def _subject(name: str, hard: str, value: bytes, shown: str, *defects: str) -> Case:
    raw = mail(b"Subject: " + value + b"\n\nhello\n")
    return Case("subject-" + name, hard, raw, subject=shown, defects=defects)


GREETING = "Grüße aus Köln"

HEADERS = (
    _subject("empty", "there and empty", b"", ""),
    _subject("raw-utf-8", "octets of UTF-8, no encoded word", GREETING.encode(), GREETING),
    _subject("raw-latin-1", "octets of Latin-1", GREETING.encode("latin-1"), GREETING),
    _subject(
        "raw-mixed",
        "ten UTF-8 characters, then one Latin-1 octet",
        "äöüäöüäöüä ".encode() + b"\xdf",
        "äöüäöüäöüä \ufffd",
    ),
    _subject(
        "raw-and-encoded",
        "raw octets beside an encoded word",
        "Grüße ".encode() + b"=?utf-8?Q?aus_K=C3=B6ln?=",
        GREETING,
    ),
    _subject(
        "raw-koi8-r",
        "octets of KOI8-R, nothing declared",
        "Счёт за март, оплатите пожалуйста".encode("koi8-r"),
        "Счёт за март, оплатите пожалуйста",
    ),
    _subject(
        "raw-korean",
        "few octets of EUC-KR, which are Chinese signs, too",
        "Re: 안녕하세요".encode("cp949"),
        "Re: 안녕하세요",
    ),
    _subject(
        "raw-chinese",
        "few octets of GB 2312, which Big5 has as well",
        "会议 Monday".encode("gb2312"),
        "会议 Monday",
    ),
    _subject("raw-thai", "few octets of Thai", "สวัสดี".encode("cp874"), "สวัสดี"),
    _subject("raw-turkish", "few octets of Turkish", "Günaydın".encode("cp1254"), "Günaydın"),
    _subject("raw-polish", "few octets of Polish", "Dzień dobry".encode("cp1250"), "Dzień dobry"),
    _subject(
        "raw-iso-2022-jp",
        "seven bits with escapes, but not ASCII",
        b"\x1b$BF|K\\\x1b(B news",
        "日本 news",
    ),
    _subject(
        "split-base64",
        "base64 cut within four characters, each piece a word of its own",
        b"=?utf-8?B?5L2g5a?=\n =?utf-8?B?W9?=",
        "你好",
    ),
    _subject(
        "split-character",
        "a character split between two words",
        b"=?utf-8?Q?K=C3?= =?utf-8?Q?=B6ln?=",
        "Köln",
    ),
    _subject(
        "split-character-b-q",
        "split between a B word and a Q word, charset in two cases",
        b"=?utf-8?B?S8M=?=\n =?UTF-8?q?=B6ln?=",
        "Köln",
    ),
    _subject(
        "split-escape",
        "the second word goes on in the first one's shift state",
        b"=?iso-2022-jp?B?GyRCRnw=?= =?iso-2022-jp?B?S1wbKEI=?=",
        "日本",
    ),
    _subject(
        "words-touch", "two words without a space between", b"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"
    ),
    _subject("word-in-word", "a word within letters", b"Re:=?utf-8?Q?=C3=A4?=!", "Re:ä!"),
    _subject(
        "three-charsets",
        "each word in a charset of its own",
        b"=?koi8-r?B?8NLJ18XU?= =?utf-8?Q?_=C3=A4_?= =?big5?B?pKSk5Q==?=",
        "Привет ä 中文",
    ),
    _subject(
        "unterminated", "a word that is not closed", b"=?utf-8?B?R3LDvMOfZQ", "=?utf-8?B?R3LDvMOfZQ"
    ),
    _subject(
        "bad-base64", "junk within and wrong padding", b"=?utf-8?B?R3L*DvMO-fZQ===?=", "Grüße"
    ),
    _subject("base64-one-over", "a base64 character too many", b"=?utf-8?B?YWJjZ?=", "abc"),
    _subject(
        "q-spaces", "spaces within a Q word", b"=?utf-8?Q?Gr=C3=BC=C3=9Fe aus?= x", "Grüße aus x"
    ),
    _subject(
        "q-broken-escapes", "escapes that are none", b"=?utf-8?Q?100=_sure_a==3D?=", "100= sure a=="
    ),
    _subject(
        "q-question-mark", "a raw question mark before the end", b"=?utf-8?Q?Really??=", "Really?"
    ),
    _subject("bad-encoding-letter", "neither B nor Q", b"=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
    _subject("no-charset", "a word without a charset", b"=??Q?abc?=", "=??Q?abc?="),
    _subject(
        "unknown-charset", "a charset nobody knows", b"=?x-klingon?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"
    ),
    _subject(
        "lying-charset",
        "declared UTF-8, sent Latin-1",
        b"=?utf-8?Q?Gr=FC=DFe_aus_M=FCnchen?=",
        "Grüße aus München",
    ),
    _subject("ascii-lie", "declared US-ASCII, sent UTF-8", b"=?us-ascii?Q?K=C3=B6ln?=", "Köln"),
    _subject(
        "language", "a language behind the charset (RFC 2231, 5)", b"=?utf-8*de?Q?=C3=A4?=", "ä"
    ),
    _subject("utf-7", "UTF-7, which hides markup", b"=?utf-7?Q?+ADw-script+AD4-?=", "<script>"),
    _subject(
        "codec-name",
        "a Python codec that is no charset",
        b"=?unicode_escape?Q?=5Cud800?=",
        "\\ud800",
    ),
    _subject(
        "injected-field", "a line break inside a word", b"=?utf-8?Q?a=0D=0ABcc:_x@y?=", "a Bcc: x@y"
    ),
    _subject("nul", "a NUL in a word and a raw one", b"a\x00=?utf-8?Q?=00b?=", "a\ufffd\ufffdb"),
    _subject(
        "terminal-escape",
        "an escape sequence for terminals",
        b"=?utf-8?Q?=1B]0;owned=07?=",
        "\ufffd]0;owned\ufffd",
    ),
    _subject(
        "bidi-override",
        "an override that turns txt.exe around",
        "invoice \u202etxt.exe".encode(),
        "invoice txt.exe",
    ),
    _subject(
        "bidi-isolate",
        "isolates that are never closed",
        b"=?utf-8?Q?a=E2=81=A6b=E2=81=A7c?=",
        "abc",
    ),
    _subject("right-to-left", "honest Hebrew and Arabic", "שלום مرحبا".encode(), "שלום مرحبا"),
    _subject(
        "markup", "markup and a template's braces", b"<b>{{7*7}}</b>&amp;", "<b>{{7*7}}</b>&amp;"
    ),
    _subject(
        "folded",
        "folded with a tab, a blank fold, and many blanks",
        b"one\n\ttwo\n \n    three",
        "one two  three",
    ),
    _subject(
        "not-folded",
        "the second line of a folded subject has lost its blank",
        b"=?utf-8?Q?Gr?=\n=?utf-8?Q?=C3=BC=C3=9Fe?=\nX-Next: y",
        "Gr",
        "junk-line",
    ),
    Case(
        "field-without-space",
        "no space behind the colon, a name in capitals",
        mail(b"SUBJECT:tight\n\nhello\n"),
        subject="tight",
    ),
    Case(
        "field-space-before-colon",
        "spaces before the colon (RFC 5322, 4.5)",
        mail(b"Subject \t: loose\n\nhello\n"),
        subject="loose",
    ),
    Case(
        "subject-twice",
        "two subjects",
        mail(b"Subject: one\nSubject: two\n\nhello\n"),
        subject="one",
        defects=("duplicate-subject",),
    ),
    Case(
        "junk-line-in-header",
        "a line without a colon between fields",
        mail(b"what is this\nSubject: x\n\nhello\n"),
        subject="x",
        defects=("junk-line",),
    ),
    Case(
        "nameless-field",
        "a line that begins with a colon",
        mail(b": nothing\nSubject: x\n\nhello\n"),
        subject="x",
        defects=("junk-line",),
    ),
    Case(
        "charset-per-field",
        "From in UTF-8, Subject in Latin-1, both raw",
        "From: Jürgen <j@example.org>\r\nDate: Fri, 1 Mar 2024 10:00:00 +0000\r\n".encode()
        + b"Subject: Gr\xfc\xdfe aus K\xf6ln\r\n\r\nhello\r\n",
        subject=GREETING,
        sender=("Jürgen", "j@example.org"),
    ),
)
