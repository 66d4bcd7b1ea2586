"""Bodies in the charsets of the world: declared, declared wrongly, refused, not declared."""

from .case import Case, crlf, mail

GREETING = "Grüße aus München\n"
RUSSIAN = "Привет, как дела? Счёт за март готов.\n"


def _body(
    name: str, hard: str, charset: bytes | None, octets: bytes, text: str, *defects: str
) -> Case:
    parameter = b"" if charset is None else b"; charset=" + charset
    fields = b"Content-Type: text/plain" + parameter + b"\nContent-Transfer-Encoding: 8bit\n\n"
    return Case(
        "charset-" + name,
        hard,
        mail(fields + octets),
        structure="1 text/plain 8bit",
        text=text,
        defects=defects,
    )


def _wide(name: str, hard: str, charset: bytes, octets: bytes, text: str) -> Case:
    """A body whose octets no line end may be changed in."""
    fields = (
        b"Content-Type: text/plain; charset=" + charset + b"\nContent-Transfer-Encoding: binary\n\n"
    )
    return Case(
        "charset-" + name, hard, mail(fields) + octets, structure="1 text/plain binary", text=text
    )


CHARSETS = (
    _body(
        "iso-2022-jp",
        "seven bits, escapes, a backslash as half a character",
        b"iso-2022-jp",
        b"\x1b$BF|K\\\x1b(B\n",
        "日本\n",
    ),
    _body("iso-2022-jp-open", "never shifts back to ASCII", b"iso-2022-jp", b"\x1b$BF|K\\", "日本"),
    _body(
        "shift-jis", "a backslash as second octet", b"Shift_JIS", b"\x95\x5c\x93\xfa\n", "表日\n"
    ),
    _body("shift-jis-nec", "a row that only Windows has", b"shift_jis", b"\x87\x40\n", "①\n"),
    _body("euc-kr", "Korean", b"EUC-KR", b"\xc7\xd1\xb1\xb9\n", "한국\n"),
    _body(
        "euc-kr-windows",
        "a syllable that only Windows has",
        b"ks_c_5601-1987",
        b"\x8c\x63\n",
        "똠\n",
    ),
    _body(
        "iso-2022-kr",
        "shifts by control characters",
        b"iso-2022-kr",
        b"\x1b$)C\x0eGQ19\x0f\n",
        "한국\n",
    ),
    _body(
        "gb18030",
        "Chinese with four octets a character",
        b"GB18030",
        b"\xc4\xe3\xba\xc3\x81\x39\xee\x39\n",
        "你好㐀\n",
    ),
    _body(
        "gb2312-gbk",
        "declared GB2312, a name that needs GBK",
        b"gb2312",
        b"\xd6\xec\xe9\x46\xbb\xf9\n",
        "朱镕基\n",
    ),
    _body("big5", "Chinese of Taiwan", b"Big5", b"\xa4\xa4\xa4\xe5\n", "中文\n"),
    _body(
        "hz", "Chinese in seven bits with tildes (RFC 1843)", b"HZ-GB-2312", b"~{Dc:C~}\n", "你好\n"
    ),
    _body("koi8-r", "Russian as Unix had it", b"KOI8-R", b"\xf0\xd2\xc9\xd7\xc5\xd4\n", "Привет\n"),
    _body(
        "windows-1251",
        "Russian as Windows has it",
        b"windows-1251",
        b"\xcf\xf0\xe8\xe2\xe5\xf2\n",
        "Привет\n",
    ),
    _body(
        "iso-8859-8-i", "Hebrew in logical order", b"ISO-8859-8-I", b"\xf9\xec\xe5\xed\n", "שלום\n"
    ),
    _body(
        "latin-1-quotes",
        "Windows quotes under the name of Latin-1",
        b"iso-8859-1",
        b"\x93x\x94\n",
        "“x”\n",
    ),
    _body(
        "utf-7",
        "it hides markup from filters",
        b"UTF-7",
        b"Gr+APw-+AN8-e +ADw-script+AD4-\n",
        "Grüße <script>\n",
    ),
    _body(
        "iso-2022-jp-nec",
        "NEC's row 13 and a copy of IBM's kanji",
        b"iso-2022-jp",
        b"\x1b$B-!-jF|K\\|b\x1b(B No.1\n",
        "①㈱日本髙 No.1\n",
    ),
    _body(
        "iso-2022-jp-kana",
        "half-width katakana and Roman letters of JIS X 0201",
        b"iso-2022-jp",
        b"\x1b(I61E\x1b(J\\100\x1b$B-!\x1b(B\n",
        "ｶｱﾅ¥100①\n",
    ),
    _body(
        "iso-2022-jp-2004",
        "planes of JIS X 0213 under a name of their own",
        b"ISO-2022-JP-2004",
        b"\x1b$(Q-!\x1b$B-j\x1b(B\n",
        "①㈱\n",
    ),
    _body(
        "iso-2022-jp-2",
        "Japanese, Korean and Chinese in one line (RFC 1554)",
        b"ISO-2022-JP-2",
        b"\x1b$BF|\x1b$(CGQ\x1b$ADc\x1b.A\x1bNi\x1b(B\n",
        "日한你é\n",
    ),
    _body(
        "iso-2022-jp-not-closed",
        "a line that is never shifted back, words behind it",
        b"iso-2022-jp",
        b"\x1b$BF|K\\-!\nHi there, you\n",
        "日本①\nHi there, you\n",
    ),
    _body(
        "iso-2022-kr-broken",
        "one pair that no table has",
        b"iso-2022-kr",
        b"\x1b$)C\x0eGQ-~19\x0f ok\n",
        "한\ufffd국 ok\n",
    ),
    _body(
        "euc-jp-nec",
        "rows that only Windows has, in EUC",
        b"EUC-JP",
        b"\xad\xa1\xad\xea\xc6\xfc\xfc\xe2 No.\n",
        "①㈱日髙 No.\n",
    ),
    _body(
        "euc-jp-ibm",
        "IBM's rows behind JIS X 0212 (eucJP-ms)",
        b"eucJP-ms",
        b"\x8f\xf4\xab\x8f\xf4\xac\xc6\xfc\n",
        "㈱№日\n",
    ),
    _body(
        "thai-undefined",
        "one octet that Windows-874 has not",
        b"windows-874",
        "สวัสดีครับ".encode("cp874") + b"\xfc\n",
        "สวัสดีครับ\ufffd\n",
    ),
    _body(
        "hebrew-undefined",
        "one octet that Windows-1255 has not",
        b"windows-1255",
        "שלום לכולם".encode("cp1255") + b"\xff\n",
        "שלום לכולם\ufffd\n",
    ),
    _body(
        "korean-undefined",
        "one octet that no Korean table has",
        b"euc-kr",
        "한국어 메일".encode("cp949") + b"\xff\n",
        "한국어 메일\ufffd\n",
    ),
    _body(
        "lie-latin-1-utf-8",
        "declared Latin-1, sent UTF-8",
        b"iso-8859-1",
        GREETING.encode(),
        GREETING,
    ),
    _body(
        "none-few",
        "nothing declared, two octets that are no ASCII",
        None,
        b"Ma\xf1ana, se\xf1or\n",
        "Mañana, señor\n",
    ),
    _body(
        "unknown",
        "a charset nobody knows, UTF-8 in truth",
        b"x-klingon",
        GREETING.encode(),
        GREETING,
    ),
    _body(
        "utf8-misspelt", "UTF-8 under one of its wrong names", b"utf8", GREETING.encode(), GREETING
    ),
    _body(
        "single-quotes",
        "single quotes around the name",
        b"'koi8-r'",
        b"\xf0\xd2\xc9\xd7\xc5\xd4\n",
        "Привет\n",
    ),
    _body(
        "comment",
        "a comment behind the name, RFC 2045's own example",
        b"koi8-r (Cyrillic)",
        b"\xf0\xd2\xc9\xd7\xc5\xd4\n",
        "Привет\n",
    ),
    _body(
        "twice",
        "declared twice, the first is right",
        b"koi8-r; charset=utf-8",
        b"\xf0\xd2\xc9\xd7\xc5\xd4\n",
        "Привет\n",
    ),
    _body("empty-name", "an empty name", b'""', GREETING.encode(), GREETING),
    _body(
        "codec-module",
        "a name that Python would import as a module",
        b"../../idna",
        GREETING.encode(),
        GREETING,
    ),
    _body(
        "quadratic-codec",
        "a codec that takes quadratic time",
        b"punycode",
        b"a" * 50_000 + b"\n",
        "a" * 50_000 + "\n",
    ),
    _body(
        "lie-utf-8",
        "declared UTF-8, sent Windows-1252",
        b"utf-8",
        GREETING.encode("cp1252"),
        GREETING,
    ),
    _body(
        "lie-ascii",
        "declared US-ASCII, sent Windows-1252",
        b"us-ascii",
        GREETING.encode("cp1252"),
        GREETING,
    ),
    _body(
        "lie-ascii-utf-8", "declared US-ASCII, sent UTF-8", b"us-ascii", GREETING.encode(), GREETING
    ),
    _body(
        "one-bad-octet",
        "UTF-8 with one octet that is none",
        b"utf-8",
        "äöü ÄÖÜ éèê ñ\n".encode() + b"\xff\n",
        "äöü ÄÖÜ éèê ñ\n\ufffd\n",
    ),
    _body(
        "surrogates",
        "surrogates in UTF-8, which are no characters",
        b"utf-8",
        "äöüÄÖÜéèêñ äöüÄÖÜéèêñ äöüÄÖÜéèêñ".encode() + b"\xed\xa0\x80\n",
        "äöüÄÖÜéèêñ äöüÄÖÜéèêñ äöüÄÖÜéèêñ\ufffd\ufffd\ufffd\n",
    ),
    _body("none-utf-8", "nothing declared, UTF-8", None, GREETING.encode(), GREETING),
    _body(
        "none-windows", "nothing declared, Windows-1252", None, GREETING.encode("cp1252"), GREETING
    ),
    _body("none-koi8-r", "nothing declared, KOI8-R", None, RUSSIAN.encode("koi8-r"), RUSSIAN),
    _body(
        "none-iso-2022-jp",
        "nothing declared, Japanese escapes",
        None,
        b"\x1b$BF|K\\\x1b(B\n",
        "日本\n",
    ),
    _body(
        "utf-8-bom",
        "a byte order mark before the text",
        b"utf-8",
        b"\xef\xbb\xbfhello\n",
        "hello\n",
    ),
    _body(
        "bidi",
        "an override in the text, and embeddings that may stay",
        b"utf-8",
        "a\u202eb \u202bשלום\u202c\n".encode(),
        "ab \u202bשלום\u202c\n",
    ),
    _body(
        "controls",
        "NUL, escape and C1 controls in the text",
        b"utf-8",
        b"a\x00b\x1b[2Jc\xc2\x9bd\te\n",
        "a\ufffdb\ufffd[2Jc\ufffdd\te\n",
    ),
    _wide(
        "utf-16le",
        "raw UTF-16, an octet of each line end is NUL",
        b"utf-16le",
        "hällo\r\nyou\r\n".encode("utf-16-le"),
        "hällo\nyou\n",
    ),
    _wide(
        "utf-16-bom",
        "UTF-16 that says its own order",
        b"utf-16",
        b"\xfe\xff" + "hällo\r\n".encode("utf-16-be"),
        "hällo\n",
    ),
    _wide(
        "utf-32",
        "four octets a character",
        b"utf-32",
        b"\xff\xfe\x00\x00" + "hällo\n".encode("utf-32-le"),
        "hällo\n",
    ),
    Case(
        "charset-html-lie",
        "the markup names another charset than the header",
        mail(
            b"Content-Type: text/html; charset=utf-8\n\n"
            b'<meta charset="iso-8859-1"><p>K\xc3\xb6ln</p>\n'
        ),
        structure="1 text/html 7bit",
        text="Köln",
    ),
    Case(
        "charset-no-type",
        "eight bits without any MIME field",
        crlf(b"From: Ann <ann@example.org>\nDate: Fri, 1 Mar 2024 10:00:00 +0000\n\n")
        + GREETING.encode(),
        text=GREETING,
    ),
)
