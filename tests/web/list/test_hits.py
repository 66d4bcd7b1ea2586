"""What a filter has found is told in pieces of what the row shows."""

import pytest

from app.mailbox import parse_query
from app.mailbox.models import Header
from app.web.list.hits import Hits
from app.web.list.list_url import ListState
from app.web.list.rows import Rows
from app.web.list.views import HitsView
from tests.web.list.test_selection import mailbox

HEADER = (
    "From: Uncle Bob <bob.smith@familypost.example>\r\n"
    "To: Anna <anna@work.example>, Carl <c@home.example>\r\n"
    "Subject: Re: Stra\u00dfe & Caf\u00e9 <b>\r\n\r\n"
).encode()


def shown(pieces):
    return "".join(f"[{one.text}]" if one.hit else one.text for one in pieces)


def hits(q, header=HEADER):
    known = Header()
    known.learn(header, 1)
    assert known.summary is not None
    found = Hits(parse_query(q)).of(known.summary)
    return tuple(shown(one) for one in (found.sender, found.address, found.subject, found.to))


@pytest.mark.parametrize(
    ("q", "sender", "address", "subject", "to"),
    [
        ("from:bob", "Uncle [Bob]", "", "", ""),
        ("from:SMITH", "", "bob.[smith]@familypost.example", "", ""),
        ("from:bob from:familypost", "Uncle [Bob]", "bob.smith@[familypost].example", "", ""),
        ("smith", "", "bob.[smith]@familypost.example", "", ""),
        ("strasse", "", "", "Re: [Stra\u00dfe] & Caf\u00e9 <b>", ""),
        ("cafe\u0301 s", "", "bob.[s]mith@familypo[s]t.example",
         "Re: [S]tra[\u00df]e & [Caf\u00e9] <b>", ""),
        ("subject:re", "", "", "[Re]: Stra\u00dfe & Caf\u00e9 <b>", ""),
        ("subject:bob", "", "", "", ""),
        ("-bob -(from:smith or -subject:re)", "", "", "[Re]: Stra\u00dfe & Caf\u00e9 <b>", ""),
        ("from:nobody or uncle", "[Uncle] Bob", "", "", ""),
        ("sender:BOB.smith@familypost.example", "", "[bob.smith@familypost.example]", "", ""),
        ("domain:familypost.example", "", "bob.smith@[familypost.example]", "", ""),
        ("domain:post.example sender:bob", "", "", "", ""),
        ("to:anna", "", "", "", "[Anna]"),
        ("to:home", "", "", "", "c@[home].example"),
        ("larger:0 is:marked has:sender", "", "", "", ""),
        ('"re: stra"', "", "", "[Re: Stra]\u00dfe & Caf\u00e9 <b>", ""),
    ],
)  # fmt: skip
def test_what_was_found_and_where(q, sender, address, subject, to):
    assert hits(q) == (sender, address, subject, to)


def test_a_sender_without_a_name_is_its_address():
    header = b"From: news@example.org\r\nSubject: x\r\n\r\n"
    for q in ("from:example", "domain:example.org", "sender:news@example.org"):
        sender, address, _, _ = hits(q, header)
        assert "[" in sender
        assert address == ""
    assert hits("from:a", b"Subject: a\r\n\r\n") == ("", "", "", "")


def test_nothing_is_found_where_no_header_is_known():
    assert Hits(parse_query("from:bob")).of(None) == HitsView()


@pytest.mark.parametrize("q", ["offer", "subject:OFF from:news", "colour:red", "-offer"])
def test_a_row_carries_its_pieces_and_its_text(q):
    one = mailbox(10, known=1)
    row = Rows(one, ListState(q=q)).row(next(iter(one.index)))
    assert (row.subject, row.sender) == ("offer", "News")
    for pieces, text in ((row.hits.subject, row.subject), (row.hits.sender, row.sender)):
        assert "".join(one.text for one in pieces) in {"", text}
    assert bool(row.hits.subject) is (q in {"offer", "subject:OFF from:news"})
