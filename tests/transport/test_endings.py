"""Where a message ends: what is in doubt, and that no message is ever taken for another."""

import pytest

from app.pop3 import (
    MessageNumber,
    Octets,
    ScanListing,
    commands,
)
from app.transport.endings import Extent, extent_of

HEAD = b"Subject: a\r\n"


def extent(lines: int | None, octets: int = 100) -> Extent:
    return Extent(Octets(octets), lines)


@pytest.mark.parametrize(
    ("lines", "came", "short"),
    [
        pytest.param(0, HEAD + b"\r\n", False, id="a header"),
        pytest.param(0, b"\r\n", False, id="none at all"),
        pytest.param(0, HEAD.replace(b"\r", b"") + b"\n", False, id="a header with bare LF"),
        pytest.param(0, HEAD + b"\r\n\r\n", False, id="a header and blank lines"),
        pytest.param(0, HEAD, True, id="a header without its blank line"),
        pytest.param(0, b"", True, id="nothing"),
        pytest.param(0, HEAD + b"\r\ntext\r\n", True, id="more than a header"),
        pytest.param(2, HEAD + b"\r\na\r\nb\r\n", False, id="all lines"),
        pytest.param(2, HEAD + b"\r\na\r\n", True, id="fewer lines"),
        pytest.param(2, HEAD + b"\r\na\r\nb\r\nc\r\n", True, id="more lines"),
        pytest.param(2, HEAD, True, id="a cut header where lines were asked for"),
        pytest.param(2, HEAD + b"\r\n" + b"x" * 86, False, id="as many octets as listed"),
        pytest.param(None, b"x" * 99, True, id="a message shorter than listed"),
        pytest.param(None, b"x" * 101, True, id="a message longer than listed"),
        pytest.param(None, b"x" * 100, False, id="a message as listed"),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_what_is_in_doubt_however_it_is_cut_into_reads(lines, came, short, size):
    found = extent(lines)
    for at in range(0, len(came), size):
        found.feed(came[at : at + size])
    assert found.short(len(came)) is short
    assert found.short(len(came), over=True) is (len(came) != 100)


def test_the_extent_is_that_of_the_listing():
    rows = [ScanListing(MessageNumber(n), Octets(10 * n)) for n in (1, 2, 5)]
    five = MessageNumber(5)
    assert extent_of(commands.top(five, 20), rows) == Extent(Octets(50), 20)
    assert extent_of(commands.retr(five), rows) == Extent(Octets(50), None)
    assert extent_of(commands.raw_lines("TOP", 5, 1), rows) == Extent(Octets(50), 1)
    for other in (commands.retr(MessageNumber(3)), commands.stat(), commands.list_one(five)):
        assert extent_of(other, rows) is None
    assert extent_of(commands.retr(five), ()) is None
