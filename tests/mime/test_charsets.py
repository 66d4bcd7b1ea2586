import encodings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.charset_names import codec_for
from app.mime.charsets import clean_body, clean_line, decode_text
from tests.support.table import table


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf_8"),
        ("utf8", "utf_8"),
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-9*tr", "cp1254"),
        ("GB2312", "gb18030"),
        ("x-sjis", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("cp-1251", "cp1251"),
        ("win-1251", "cp1251"),
        ("iso-8859-8-i", "iso8859_8"),
        ("koi8-r", "koi8_r"),
        ("iso-2022-jp-3", "iso2022_jp_ext"),
        ("CP50220", "iso2022_jp_ext"),
        ("eucJP-ms", "euc_jp"),
        ("x-euc-jp", "euc_jp"),
        ("Windows-31J", "cp932"),
        ("MS932", "cp932"),
        ("csShiftJIS", "cp932"),
        ("MS949", "cp949"),
        ("x-windows-949", "cp949"),
        ("uhc", "cp949"),
        ("x-x-big5", "big5hkscs"),
        ("cp950", "big5hkscs"),
        ("TIS-620", "cp874"),
        ("windows-874", "cp874"),
        ("utf-7", "utf_7"),
        ("unicode-1-1-utf-7", "utf_7"),
        ("charset=windows-1251; format=flowed", "cp1251"),
    ],
)
def test_declared_names_map_to_their_common_superset(name, codec):
    assert codec_for(name) == codec


@pytest.mark.parametrize(
    "name",
    ["idna", "punycode", "unicode_escape", "hex", "zlib",
     "rot13", "undefined", "mbcs", "unknown-8bit", "", None, "a" * 65, "../x"],
)  # fmt: skip
def test_what_is_no_charset_is_refused(name):
    assert codec_for(name) is None


def test_an_unknown_name_never_reaches_the_codec_registry():
    decode_text(b"\xff\xfe abc", "x-never-heard-of")
    remembered = vars(encodings)["_cache"]  # CPython remembers every miss here
    assert not any("never" in str(name) for name in remembered)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("Grüße aus München", "utf-8"),
        ("Grüße aus München", "cp1252"),
        ("Привет, как дела? Счёт за март", "koi8-r"),
        ("日本語のメールです", "cp932"),
        ("日本語のメール", "iso2022_jp"),
        ("你好世界发票", "gb18030"),
    ],
)
def test_text_without_a_declaration_is_guessed(text, codec):
    assert decode_text(text.encode(codec)) == text


@pytest.mark.parametrize(
    "declared",
    ["us-ascii", "x-unknown", "utf-7", "iso-8859-1", "windows-1251", "ibm850", "koi8-r", None],
)
def test_utf_8_is_found_under_any_useless_declaration(declared):
    assert decode_text("naïve €".encode(), declared) == "naïve €"


def test_one_broken_character_does_not_cost_the_others():
    octets = "Grüße und viel Text: äöü ÄÖÜ ñ é à".encode() + b"\xff"
    assert decode_text(octets, "utf-8") == octets[:-1].decode() + "\ufffd"


def test_windows_quotes_in_latin_1_are_quotes():
    assert decode_text(b"\x93x\x94", "iso-8859-1") == "“x”"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "cp932", "euc_jp", "utf-16-le"])
def test_a_character_cut_at_the_end_is_dropped(codec):
    text = "日本語"
    octets = text.encode(codec)
    for cut in range(len(octets)):
        assert text.startswith(decode_text(octets[:cut], codec, complete=False))
    assert decode_text(octets, codec, complete=False) == text


def test_clean_line_makes_one_harmless_line():
    dirty = "a\u202eb\u2066c\u2069\r\n\td\x00e\x1bf\x85g\x9bh\u2028i\ud800j"
    assert clean_line(dirty) == "abc d\ufffde\ufffdf g\ufffdh i\ufffdj"


def test_clean_line_has_no_space_around():
    assert clean_line("  a b ") == "a b"
    assert clean_line("\t a\r\n") == "a"


def test_clean_line_keeps_joiners_and_marks_of_real_scripts():
    persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645\u200f"
    assert clean_line(persian) == persian


def test_a_million_of_cr_is_read_once():
    assert clean_body("\r" * 1_000_000) == "\n" * 1_000_000
    assert clean_body("a" + "\r" * 1_000_000 + "\n") == "a\n"


def test_clean_body_keeps_lines_and_tabs_only():
    assert clean_body("a\r\nb\rc\r\r\nd\te\x00\u202ef\x1b") == "a\nb\nc\nd\te\ufffdf\ufffd"


@given(
    st.binary(max_size=300),
    st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["utf-8", "utf-16", "hz", "big5"])),
    st.booleans(),
)
def test_any_octets_give_text_that_can_be_sent_on(data, declared, complete):
    line = clean_line(decode_text(data, declared, complete=complete))
    line.encode("utf-8")
    assert not any(char < " " or char in "\u202a\u202b\u202c\u202d\u202e\u2066" for char in line)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\nc\rd", "a\nb\nc\nd"),
        ("a\r\r\r\nb", "a\nb"),  # one line end that grew on its way
        ("a\r\rb\r\n\r\nc\r", "a\n\nb\n\nc\n"),
        ("\r\n\r\r\n\n\r", "\n\n\n\n"),
        ("a\r\r", "a\n\n"),
    ],
)
def test_line_ends_become_lf(text, clean):
    assert clean_body(text) == clean


@pytest.mark.parametrize(
    ("octets", "declared", "text"),
    [
        # NEC's row 13, its copy of IBM's rows, and what is right beside them
        (b"\x1b$B-!-j\x1b(B", "iso-2022-jp", "①㈱"),
        (b"\x1b$B-d|bF|K\\\x1b(B x", "iso-2022-jp-1", "℡髙日本 x"),
        (b"\x1b$B-b\x1b(B", "CP50221", "№"),
        (b"\x1b$B!A!]F|\x1b(B", "iso-2022-jp", "〜−日"),
        (b"\x1b$B!A-!\x1b(B", "iso-2022-jp", "〜①"),  # a sign changes nothing about others
        (b"\xad\xa1\xc6\xfc", "euc-jp", "①日"),
        (b"\xfc\xe2", "x-euc-jp", "髙"),
        (b"\x87\x40\xee\xe0\xfb\xfc", "shift_jis", "①髙髙"),
        (b"\x8f\xf4\xad\xc6\xfc", "eucJP-ms", "℡日"),
        (b"\x8f\xb0\xa1", "euc-jp", "丂"),
        # escapes under any name, or none
        (b"\x1b(I1\x1b$(D0!\x1b(B", "iso-2022-jp-3", "ｱ丂"),
        (b"\x1b$B-!\x1b(B", None, "①"),
        (b"\x1b$B-!\x1b(B", "utf-8", "①"),
        (b"\x1b$B-!\x1b(B", "iso-8859-1", "①"),
        (b"\x1b$(BF|\x1b(B", "iso-2022-jp", "日"),
        (b"\x1b(J\\\x1b(B\\", "iso-2022-jp-ext", "¥\\"),
        (b"\x0e1\x0f1", "cp50222", "ｱ1"),
        # what is broken costs only itself
        (b"\x1b$B-!$wF|\x1b(B", "iso-2022-jp", "①\ufffd日"),
        (b"\x1b$B-!F", "iso-2022-jp", "①\ufffd"),
        (b"\x1b$B-!F|", "iso-2022-jp", "①日"),
        (b"\x1b$B-!F|\nNo. 5\n", "iso-2022-jp", "①日\nNo. 5\n"),
        (b"\x1b$B-!\nF|\x1b(B\n", "iso-2022-jp", "①\n日\n"),  # a line broken on its way
        (b"\x1b$B-!\x1b(B caf\xc3\xa9", "iso-2022-jp", "① café"),
        (b"\x1b$)C\x0eGQ-~19\x0f", "iso-2022-kr", "한\ufffd국"),
        (b"\x0eGQ19\x0f", "iso-2022-kr", "한국"),
        (b"\x1b$)A\x0eDc:C\x0f", "iso-2022-cn", "你好"),
        # larger tables than declared
        (b"\x8c\x63\xb0\xa1", "euc-kr", "똠가"),
        (b"\xa3\xe1\xa4\xa4", "big5", "€中"),
        (b"\xf9\xd6\xa4\xa4", "big5", "碁中"),
        (b"\x88\x62\xa4\xa4", "cp950", b"\x88\x62".decode("big5hkscs") + "中"),
        (b"\xe9\x46\x81\x39\xee\x39", "gb2312", "镕㐀"),
        (b"\xa1\xa1\x80", "tis-620", "กก€"),
    ],
)
def test_what_is_declared_is_read_with_the_signs_that_are_sent(octets, declared, text):
    assert decode_text(octets, declared) == text


@table(
    "text, codec, undefined",
    [
        ("สวัสดีครับ ทุกคน", "cp874", b"\xfc"),
        ("สวัสดีครับ", "tis-620", b"\xdb"),
        ("שלום לכולם", "windows-1255", b"\xff"),
        ("שלום", "iso-8859-8", b"\xbf"),
        ("İstanbul'da güneşli bir gün", "windows-1254", b"\x8e"),
        ("Καλημέρα", "windows-1253", b"\xff"),
        ("한국어 메일입니다", "euc-kr", b"\xff"),
        ("한국", "euc-kr", b"\xff"),
        ("日本語のメール", "shift_jis", b"\xff"),
        ("日本語のメール", "euc-jp", b"\xff"),
        ("你好，世界", "gb2312", b"\xff"),
        ("中文郵件", "big5", b"\xff"),
        ("Grüße", "utf-8", b"\xff"),
        ("naïve €", "utf-8", b"\xe2\x82"),
        ("é", "utf-8", b"\xc3"),
        ("日本", "utf-8", b"\xe6\x9c"),
        ("Łódź", "windows-1250", b"\x81"),
        ("Vilnius – ąčę", "windows-1257", b"\xa1"),
    ],
)
@pytest.mark.parametrize("place", ["before", "within", "behind"])
def test_one_broken_octet_turns_nothing_into_another_alphabet(text, codec, undefined, place):
    octets, broken = text.encode(codec), undefined + b" "
    pieces = {
        "before": (broken + octets, f"\ufffd {text}"),
        "within": (octets + b" " + broken + octets, f"{text} \ufffd {text}"),
        "behind": (octets + b" " + undefined, f"{text} \ufffd"),
    }
    sent, shown = pieces[place]
    assert decode_text(sent, codec) == shown


@pytest.mark.parametrize(
    ("octets", "declared", "text"),
    [
        ("Grüße".encode("cp1252"), "utf-8", "Grüße"),
        ("Café".encode("cp1252"), "utf-8", "Café"),
        ("Привет, мир".encode("cp1251"), "utf-8", "Привет, мир"),
        ("日本語のメールです".encode("cp932"), "iso-8859-1", "日本語のメールです"),
        ("Grüße aus München".encode("cp1252"), "euc-kr", "Grüße aus München"),
        ("日本語のメール".encode(), "shift_jis", "日本語のメール"),
        ("日本語のメール".encode(), "iso-2022-jp", "日本語のメール"),
        ("안녕하세요".encode(), "ks_c_5601-1987", "안녕하세요"),
        (b"plain words\n", "utf-16", "plain words\n"),
    ],
)
def test_whole_sequences_speak_for_another_charset(octets, declared, text):
    assert decode_text(octets, declared) == text


@pytest.mark.parametrize(
    ("octets", "declared", "text"),
    [
        (b"\xc3\xa9", "iso-8859-1", "é"),
        ("Žluťoučký kůň".encode(), "iso-8859-2", "Žluťoučký kůň"),
        ("Привет".encode(), "windows-1252", "Привет"),
        ("你好 🫐".encode(), "windows-1251", "你好 🫐"),
        ("M\u00fcller".encode(), "koi8-r", "Müller"),
        ("Grüße aus Mün".encode() + b"\xc3", "iso-8859-1", "Grüße aus Mün\ufffd"),
        # words that are UTF-8 by chance only
        ("её".encode("koi8-r"), "koi8-r", "её"),
        ("แดง เขต".encode("cp874"), "tis-620", "แดง เขต"),
        ("Ні".encode("cp1251"), "windows-1251", "Ні"),
        ("«quoted»".encode("cp1252"), "iso-8859-1", "«quoted»"),
        ("Þórður".encode("cp1252"), "iso-8859-1", "Þórður"),
    ],
)
def test_utf_8_is_utf_8_whatever_single_octet_charset_is_declared(octets, declared, text):
    assert decode_text(octets, declared) == text


def test_iso_8859_has_no_controls_but_the_quotes_of_windows():
    assert (
        decode_text("„Łódź” – x…".encode("cp1250").replace(b"\x8f", b"\xbc"), "iso-8859-2")[0]
        == "„"
    )
    assert decode_text("“שלום”".encode("cp1255"), "iso-8859-8-i") == "“שלום”"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"+ADw-script+AD4-", "<script>"),
        (b"Gr+APwA3w-e", "Grüße"),
        (b"1 + 1 +- 1", "1 + 1 + 1"),
        (b"1+1 = 2, +49-30, C++ and +AOQ-", "1+1 = 2, +49-30, C++ and ä"),
        (b"+2D3cSg-", "\U0001f44a"),
        (b"+2AA-x", "\ufffdx"),  # half a pair
        ("Grüße".encode(), "Grüße"),  # eight bits are no UTF-7
        ("Grüße".encode("cp1252"), "Grüße"),
    ],
)
def test_utf_7_is_read_where_it_is_declared(octets, text):
    assert decode_text(octets, "utf-7") == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"5 \xe2\x82 net", "5 \ufffd net"),
        (b"it\xe2\x80s", "it\ufffds"),
        (b"\xf0\x9f\x98 hi \xf0\x9f", "\ufffd hi \ufffd"),
        (b"Caf\xc3... and Gr\xc3 aus Bonn", "Caf\ufffd... and Gr\ufffd aus Bonn"),
        (b"\x93caf\xe9\x94, na\xefve", "“café”, naïve"),  # these are letters
        (b"N\xc3O \xc2ge", "NÃO Âge"),
    ],
)
def test_utf_8_that_was_cut_within_stays_utf_8(octets, text):
    assert decode_text(octets, "utf-8") == text


@pytest.mark.parametrize("declared", [None, "utf-8", "us-ascii", "x-unknown", "iso-8859-1"])
def test_utf_7_is_nothing_where_it_is_not_declared(declared):
    assert decode_text(b"+ADw-script+AD4-", declared) == "+ADw-script+AD4-"


@pytest.mark.parametrize(
    ("text", "codec"), [("日本語①", "cp50221"), ("日本語", "utf-7"), ("한국어", "iso-2022-kr")]
)
def test_text_in_seven_bits_is_cut_anywhere(text, codec):
    octets = {
        "cp50221": b"\x1b$BF|K\\8l-!\x1b(B",
        "utf-7": text.encode("utf-7"),
        "iso-2022-kr": text.encode("iso2022_kr"),
    }[codec]
    for cut in range(len(octets)):
        assert text.startswith(decode_text(octets[:cut], codec, complete=False))
    assert decode_text(octets, codec) == text


@pytest.mark.heavy
@pytest.mark.parametrize(
    "shard",
    [b"\x1b$B-!", b"\x1b$B\n", b"\x1b(I1\x0e", b"\x1b", b"\x1b$", b"\xad\xa1", b"\x8f", b"\xff",
     b"\xc3", b"\xe2\x82", b"+", b"+AOQ", b"+2AA-", b"\xc3\xa9\xff", b"a\xe9", b"~{", b"\x0e\x0f"],
)  # fmt: skip
@pytest.mark.parametrize(
    "declared", [None, "iso-2022-jp", "euc-jp", "euc-kr", "utf-7", "utf-8", "koi8-r"]
)
@pytest.mark.timeout(10)  # quadratic time would be 10^10 steps of a regular expression
def test_a_long_run_of_any_shard_is_read_once(shard, declared):
    decode_text(shard * (100_000 // len(shard)), declared)
