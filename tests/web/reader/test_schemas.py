"""A message in JSON: its headers, its route, its parts as a tree, and what a peek has of it."""

from typing import Any

from app.mailbox import Peeked
from app.mime import Contents, split_header
from app.web.reader.schemas import MessageDetail, detail
from app.web.reader.schemas import peeked as peek_of
from tests.web.site.test_shell import mailbox

RAW = (
    b"Received: from mx.example (mx.example [192.0.2.7]) by in.example with ESMTPS id 42\r\n"
    b" (version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384); Tue, 03 Mar 2026 10:00:30 +0000\r\n"
    b"Received: from pc.example by mx.example with SMTP; Tue, 03 Mar 2026 10:00:00 +0000\r\n"
    b"Authentication-Results: in.example; spf=fail smtp.mailfrom=a@example.org\r\n"
    b"From: Anna <a@example.org>\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="m"\r\n\r\n'
    b"--m\r\nContent-Type: text/plain\r\n\r\nwords\r\n"
    b'--m\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n'
    b"\r\nQUJD\r\n--m--\r\n"
)


def seen(raw: bytes, *, whole: bool = True) -> tuple[Any, Peeked]:
    one = mailbox(len(raw))
    (message,) = one.index
    message.header.learn(split_header(raw)[0], 1)
    return one, Peeked(message, Contents(raw, whole=whole), 20, len(raw), whole)


def told(raw: bytes, *, whole: bool = True) -> dict[str, Any]:
    """As it goes over the wire."""
    return MessageDetail.model_validate_json(
        detail(*seen(raw, whole=whole)).model_dump_json(), by_alias=True, by_name=True
    ).model_dump(mode="json")


def test_headers_are_decoded_and_in_order():
    headers = [(one["name"], one["value"]) for one in told(RAW)["headers"]]
    assert [name for name, _ in headers] == [
        "Received",
        "Received",
        "Authentication-Results",
        "From",
        "Subject",
        "MIME-Version",
        "Content-Type",
    ]
    assert headers[4] == ("Subject", "Grüße")


def test_the_route_begins_with_the_oldest_hop():
    route = told(RAW)["route"]
    first, second = route["hops"]
    assert (first["from"], first["by"], first["with"]) == ("pc.example", "mx.example", "SMTP")
    assert (first["encrypted"], first["delay"]) == ("no", None)
    assert (second["from"], second["address"]) == ("mx.example", "192.0.2.7")
    assert (second["encrypted"], second["tls"], second["id"]) == ("yes", "TLS 1.3", "42")
    assert (second["delay"], second["clock_differs"]) == (30, False)
    assert second["date"] == "2026-03-03T10:00:30Z"
    (verdict,) = route["verdicts"]
    assert (verdict["server"], verdict["field"]) == ("in.example", "authentication-results")
    (result,) = verdict["results"]
    assert (result["method"], result["result"]) == ("spf", "fail")
    assert result["properties"] == {"smtp.mailfrom": "a@example.org"}


def test_the_structure_is_a_tree():
    tree = told(RAW)["structure"]
    assert (tree["path"], tree["type"], tree["complete"]) == ("1", "multipart/mixed", True)
    text, pdf = tree["parts"]
    assert (text["path"], text["type"], text["name"]) == ("1.1", "text/plain", None)
    assert (pdf["path"], pdf["name"], pdf["encoding"]) == ("1.2", "a.pdf", "base64")
    assert (text["parts"], pdf["parts"]) == ([], [])


def test_what_has_not_come_is_not_complete():
    found = told(RAW.partition(b"QUJD")[0], whole=False)
    assert found["complete"] is False
    assert [part["complete"] for part in found["structure"]["parts"]] == [True, False]


def test_a_message_without_anything_is_told_too():
    found = told(b"")
    assert (found["headers"], found["route"]) == ([], {"hops": [], "verdicts": []})
    assert found["structure"]["parts"] == []


def test_the_deepest_nesting_there_is_becomes_json():
    raw = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(50)
    )
    depth, node = 0, told(raw)["structure"]
    while node["parts"]:
        depth, node = depth + 1, node["parts"][0]
    assert depth >= 15


def test_a_peek_tells_its_text_its_parts_and_its_cost():
    _, found = seen(RAW)
    said = peek_of(found)
    assert said.text.strip() == "words"
    (part,) = said.parts
    assert (part.path, part.type, part.name, part.octets) == ("1.2", "application/pdf", "a.pdf", 3)
    assert (said.transferred, said.octets, said.complete) == (len(RAW), len(RAW), True)
    assert (said.html_available, said.defects) == (False, [])


def test_a_peek_of_a_message_that_ends_in_the_middle_says_what_is_wrong():
    _, found = seen(RAW.partition(b"--m--")[0])
    assert peek_of(found).defects == ["boundary-not-closed"]
    _, found = seen(RAW.partition(b"QUJD")[0], whole=False)
    said = peek_of(found)
    assert (said.parts[0].octets, said.parts[0].complete, said.defects) == (None, False, [])
