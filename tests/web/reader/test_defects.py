"""Every defect of a message that a reader should know of is told in a sentence."""

import pytest

from app.mime import Contents
from app.web.reader.defects import HARMLESS, defect_words

DEEP = b"".join(
    b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(40)
)
MANY = (
    b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 1100 + b"--b--"
)
BROKEN = {
    "header-cut": b"X: " + b"y" * 2_000_000 + b"\r\n\r\nx",
    "junk-line": b"Subject: s\r\nthis is no header\r\nTo: a@example.net\r\n\r\nx",
    "bad-content-type": b"Content-Type: /;;\r\n\r\nx",
    "no-boundary": b"Content-Type: multipart/mixed\r\n\r\nx",
    "boundary-not-found": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\nx',
    "boundary-not-closed": b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nx',
    "too-many-parts": MANY,
    "too-deep": DEEP,
    "unknown-encoding": b"Content-Transfer-Encoding: x-klingon\r\n\r\nx",
    "text-cut": b"\r\n" + b"word " * 300_000,
    "byte-order-mark": b"\xef\xbb\xbfSubject: s\r\n\r\nx",
    "mbox-from-line": b"From a@example.net Tue Mar  3 10:00:00 2026\r\nSubject: s\r\n\r\nx",
}


def test_a_server_that_breaks_off_at_a_dot_is_named():
    assert defect_words(["cut-at-dot"]) == (
        "This is only its beginning: the server breaks off at a line that is a lone dot.",
    )


@pytest.mark.parametrize("code", BROKEN)
def test_a_defect_is_told_in_one_sentence_unless_it_is_harmless(code):
    codes = Contents(BROKEN[code], whole=True).defects
    assert code in codes
    said = defect_words([code])
    if code in HARMLESS:
        assert said == ()
        return
    (sentence,) = said
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert code not in sentence
    assert sentence in defect_words(codes)


def test_sentences_differ_and_none_comes_twice():
    every = defect_words([*BROKEN, *BROKEN])
    assert len(set(every)) == len(every) == len(BROKEN) - len(HARMLESS)


def test_a_code_that_is_not_known_is_passed_over():
    assert defect_words(["from-the-future"]) == ()
