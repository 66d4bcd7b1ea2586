"""Every payload, without a browser."""

import pytest

from app.mime import sanitise
from app.mime.contents import Contents
from tests.support.payloads import PAYLOADS, Payload
from tests.support.table import table

from .judge import Judge

EVERY = table("payload", PAYLOADS, ids=lambda one: one.kind)


@pytest.mark.parametrize("remote", [False, True])
@EVERY
def test_nothing_of_it_is_left_that_could_act(payload: Payload, remote: bool) -> None:
    done = sanitise(payload.markup, inline=lambda _: None, remote=remote)
    judge = Judge(remote=remote)
    judge.feed(done.html)
    judge.close()
    assert sanitise(done.html, inline=lambda _: None, remote=remote).html == done.html


@EVERY
def test_nothing_gets_through_in_utf_7(payload: Payload) -> None:
    markup = payload.markup.encode("utf-8", "replace").decode()
    raw = b"Content-Type: text/html; charset=utf-7\r\n\r\n"
    read = Contents(raw + markup.encode("utf-7"), whole=True).markups
    plain = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    # Escapes of ISO 2022 count where nothing says UTF-7.
    assert "\x1b" in markup or read == Contents(plain + markup.encode(), whole=True).markups
    judge = Judge(remote=False)
    judge.feed(sanitise("".join(read), inline=lambda _: None, remote=False).html)
    judge.close()


@pytest.mark.parametrize(
    "octets",
    [
        b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
        b"+ADw-img src+AD0-x onerror+AD0AIg-alert(1)+ACIAPg-",
        b"<a href+AD0AIg-java+AHM-cript:alert(1)+ACI->x</a>",
        b'<p title="+ACIAPgA8-script+AD4-alert(1)+ADw-/script+AD4-">x</p>',
        b"+ADw-meta http-equiv=refresh content=0+AD4-",
        b"+ADw-scr+AAA-ipt+AD4-x",
    ],
)
def test_markup_in_utf_7_is_seen_as_what_it_is(octets: bytes) -> None:
    raw = b"Content-Type: text/html; charset=utf-7\r\n\r\n" + octets
    contents = Contents(raw, whole=True)
    done = sanitise("".join(contents.markups), inline=lambda _: None, remote=False).html
    judge = Judge(remote=False)
    judge.feed(done)
    judge.close()
    assert "+A" not in done
    assert "script" not in contents.text.text.lower() or "<" not in contents.text.text


def test_markup_that_declares_utf_7_itself_is_not_read_as_that() -> None:
    raw = b"Content-Type: text/html\r\n\r\n<meta charset=utf-7><p>+ADw-script+AD4-</p>"
    assert "+ADw-script+AD4-" in "".join(Contents(raw, whole=True).markups)
