import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime import octets
from app.mime.structure import Part, scan

MIXED = b"""\
From: a@b
Content-Type: multipart/mixed; boundary="out"

preamble
--out
Content-Type: multipart/alternative; boundary="out-in"

--out-in

plain
--out-in
Content-Type: text/html; charset=UTF-8

<p>html</p>
--out-in--
--out
Content-Type: application/pdf; name="a.pdf"
Content-Disposition: attachment; filename="dir/b.pdf"
Content-Transfer-Encoding: BASE64
Content-ID: <c1>

AAAA
BBBB

--out--
epilogue
"""
ENDS = pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])


def outline(part: Part) -> list[tuple[str, str]]:
    return [(p.path, p.content_type) for p in part.walk()]


def body(data: bytes, part: Part) -> bytes:
    return bytes(data[part.body[0] : part.body[1]])


def by_path(part: Part, path: str) -> Part:
    return next(p for p in part.walk() if p.path == path)


@ENDS
def test_a_tree_with_offsets(end):
    data = MIXED.replace(b"\n", end)
    found = scan(data, whole=True)
    assert found.defects == ()
    assert outline(found.root) == [
        ("1", "multipart/mixed"),
        ("1.1", "multipart/alternative"),
        ("1.1.1", "text/plain"),
        ("1.1.2", "text/html"),
        ("1.2", "application/pdf"),
    ]
    assert all(part.complete for part in found.root.walk())
    pdf = by_path(found.root, "1.2")
    assert (pdf.filename, pdf.disposition, pdf.encoding) == ("b.pdf", "attachment", "base64")
    assert pdf.content_id == "c1"
    assert body(data, pdf) == b"AAAA\nBBBB\n".replace(b"\n", end)
    assert body(data, by_path(found.root, "1.1.1")) == b"plain"
    assert body(data, by_path(found.root, "1.1.2")) == b"<p>html</p>"
    assert by_path(found.root, "1.1.2").charset == "UTF-8"
    head = bytes(data[pdf.header[0] : pdf.header[1]])
    assert head.startswith(b"Content-Type: application/pdf")
    assert head.endswith(b"<c1>" + end)


@given(
    st.lists(st.sampled_from([b"--out", b"--out-in", b"--", b"\r", b"\n", b"x", b"--out-", MIXED])),
    st.integers(1, 80),
    st.booleans(),
)
def test_data_read_in_windows_has_the_same_structure(lines, window, whole):
    data = MIXED + b"\n".join(lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(octets, "WINDOW", window)
        found = scan(memoryview(data), whole=whole)
    assert found == scan(data, whole=whole)


def multipart(boundary: bytes, *parts: bytes, param: bytes | None = None) -> bytes:
    param = b'"' + boundary + b'"' if param is None else param
    head = b"Content-Type: multipart/mixed; boundary=" + param + b"\n\n"
    return (
        head
        + b"".join(b"--" + boundary + b"\n\n" + p + b"\n" for p in parts)
        + (b"--" + boundary + b"--\n")
    )


@pytest.mark.parametrize(
    ("boundary", "param"),
    [
        (b"<abc>", b"<abc>"),
        (b"<abc>", b'"<abc>"'),
        (b"a b", b'"a b"'),
        (b"a=b?c", b"a=b?c"),
        (b"----=_x", b"----=_x; type=y"),
        (b"x", b'"x'),
        (b"x", b'"x "'),
        (b"=?utf-8?q?x?=", b'"=?utf-8?q?x?="'),
        (b"b--", b'"b--"'),
    ],
)
def test_boundaries_as_they_are_sent(boundary, param):
    data = multipart(boundary, b"one", b"two", param=param)
    found = scan(data, whole=True)
    assert [body(data, part) for part in found.root.children] == [b"one", b"two"]
    assert found.defects == ()


def test_a_boundary_in_sections():
    head = b"Content-Type: multipart/mixed; boundary*0=x; boundary*1=y\n\n"
    data = head + b"--xy\n\none\n--xy--\n"
    assert [body(data, part) for part in scan(data, whole=True).root.children] == [b"one"]


def test_delimiters_stand_at_the_beginning_of_a_line_and_may_have_blanks_behind():
    data = multipart(b"x", b"--X\n --x\n-x\n---x\none").replace(b"--x--\n", b"--x-- \t\n")
    (only,) = scan(data, whole=True).root.children
    assert body(data, only) == b"--X\n --x\n-x\n---x\none"


@pytest.mark.parametrize("behind", [b"-->", b"-- the end", b"--.", b"--\0", b"--y"])
def test_words_behind_a_closing_delimiter_do_not_hide_it(behind):
    data = multipart(b"x", b"one").replace(b"--x--", b"--x" + behind) + b"epilogue\n--x\n\nno\n"
    found = scan(data, whole=True)
    assert [body(data, part) for part in found.root.children] == [b"one"]
    assert found.defects == ()


@pytest.mark.parametrize("behind", [b">", b" (next)", b"\xe4", b"y", b"-"])
def test_words_behind_a_delimiter_do_not_hide_it(behind):
    data = multipart(b"x", b"one", b"two").replace(b"one\n--x", b"one\n--x" + behind)
    found = scan(data, whole=True)
    assert [body(data, part) for part in found.root.children] == [b"one", b"two"]


def test_the_longest_boundary_that_a_line_begins_with_counts():
    inner = multipart(b"ab", b"one").replace(b"--ab--", b"--ab-- x").replace(b"--ab\n", b"--abc\n")
    data = b"Content-Type: multipart/mixed; boundary=a\n\n--a\n" + inner + b"--a :\n\ntwo\n--a--\n"
    assert [p for p, _ in outline(scan(data, whole=True).root)] == ["1", "1.1", "1.1.1", "1.2"]


def test_a_delimiter_of_a_multipart_that_is_over_is_not_the_outer_ones():
    data = MIXED.replace(b"--out-in--\n", b"--out-in--\n--out-in--\n--out-in\n\nno part\n")
    assert outline(scan(data, whole=True).root) == outline(scan(MIXED, whole=True).root)


@ENDS
@pytest.mark.parametrize("gap", [b"", b" \n", b"\t\n  \n", b"\n \n"])
@pytest.mark.parametrize("behind", [b"", b" \t", b" words"])
def test_the_first_delimiter_needs_no_blank_line(end, gap, behind):
    data = multipart(b"x", b"one", b"two").replace(b"\n\n--x", b"\n" + gap + b"--x" + behind, 1)
    data = (b"Subject: y\n" + data).replace(b"\n", end)
    found = scan(data, whole=True)
    assert [body(data, part) for part in found.root.children] == [b"one", b"two"]
    assert found.defects == ()


def test_fields_of_the_first_part_are_not_the_messages():
    data = (
        b"Content-Type: multipart/mixed; boundary=x\n--x\nContent-Transfer-Encoding: base64\n"
        b"Content-Disposition: attachment; filename=a.txt\n\nYQ==\n--x--\n"
    )
    root = scan(data, whole=True).root
    assert (root.encoding, root.filename, root.disposition) == ("7bit", None, "")
    assert (root.children[0].encoding, root.children[0].filename) == ("base64", "a.txt")


def test_the_inner_boundary_wins_where_both_fit():
    inner = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n--x--\n"
    data = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n" + inner + b"--x\n\nthree\n--x--\n"
    assert [p for p, _ in outline(scan(data, whole=True).root)] == [
        "1",
        "1.1",
        "1.1.1",
        "1.1.2",
        "1.2",
    ]


def test_no_boundary_is_guessed_from_the_first_delimiter():
    data = b"Content-Type: multipart/mixed\n\nx\n--q1\nContent-Type: text/html\n\nhi\n--q1--\n"
    found = scan(data, whole=True)
    assert found.defects == ("no-boundary",)
    assert outline(found.root)[1:] == [("1.1", "text/html")]


@pytest.mark.parametrize(
    ("data", "defect"),
    [
        (b"Content-Type: multipart/mixed\n\nhello\n", "no-boundary"),
        (b"Content-Type: multipart/mixed; boundary=x\n\nhello\n", "boundary-not-found"),
        (b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n", "boundary-not-closed"),
        (b"Content-Type: text\n\nhello\n", "bad-content-type"),
    ],
)
def test_defects_are_named(data, defect):
    found = scan(data, whole=True)
    assert defect in found.defects
    assert found.root.complete


def test_an_inner_multipart_ends_with_the_outer_part():
    data = (
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\n"
        b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--o\n\ntwo\n--o--\n"
    )
    found = scan(data, whole=True)
    assert body(data, by_path(found.root, "1.1.1")) == b"one"
    assert body(data, by_path(found.root, "1.2")) == b"two"
    assert found.defects == ("boundary-not-closed",)


def test_parts_without_blank_line_or_body():
    data = (
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: a/b\n--x\n--x\n\n\n--x--"
    )
    found = scan(data, whole=True)
    assert [(p.content_type, body(data, p)) for p in found.root.children] == [
        ("a/b", b""),
        ("text/plain", b""),
        ("text/plain", b""),
    ]


def test_a_header_without_blank_line_ends_at_the_delimiter():
    head = b"Content-Type: multipart/mixed; boundary=x\n\n"
    data = head + b"--x\nContent-Type: a/b\n--x\nContent-Type: c/d\n\nbody\n--x--\n"
    found = scan(data, whole=True)
    assert [(p.content_type, body(data, p)) for p in found.root.children] == [
        ("a/b", b""),
        ("c/d", b"body"),
    ]


def test_a_message_within_and_a_digest():
    inner = b"Content-Type: message/rfc822\n\nSubject: in\n\nhi"
    data = multipart(b"x", b"").replace(b"--x\n\n\n", b"--x\n" + inner + b"\n")
    root = scan(data, whole=True).root
    assert outline(root)[1:] == [("1.1", "message/rfc822"), ("1.1.1", "text/plain")]
    assert body(data, by_path(root, "1.1.1")) == b"hi"
    assert body(data, by_path(root, "1.1")) == b"Subject: in\n\nhi"
    digest = multipart(b"x", b"Subject: in\n\nhi").replace(b"mixed", b"digest")
    assert [t for _, t in outline(scan(digest, whole=True).root)[1:]] == [
        "message/rfc822",
        "text/plain",
    ]


def test_an_encoded_message_within_is_not_looked_into():
    data = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeA=="
    assert scan(data, whole=True).root.children == ()


def test_parts_and_depth_are_capped():
    many = scan(multipart(b"x", *[b"p"] * 50), whole=True, max_parts=10)
    assert sum(1 for _ in many.root.walk()) == 10
    assert "too-many-parts" in many.defects
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
    )
    deep = scan(nested, whole=True)
    assert max(part.path.count(".") for part in deep.root.walk()) == 19
    assert "too-deep" in deep.defects
    messages = scan(b"Content-Type: message/rfc822\n\n" * 3000, whole=True)
    assert sum(1 for _ in messages.root.walk()) == 20


@pytest.mark.parametrize(
    ("header", "filename"),
    [
        (b'Content-Type: a/b; name="=?utf-8?q?R=C3=A4.pdf?="', "Rä.pdf"),
        (
            b"Content-Disposition: attachment; filename*1*=%A4.pdf; filename*0*=utf-8''R%C3",
            "Rä.pdf",
        ),
        (b'Content-Type: a/b; name="../x\\\\y.exe"', "y.exe"),
        (b"Content-Disposition: attachment", None),
    ],
)
def test_file_names(header, filename):
    assert scan(header + b"\n\nx", whole=True).root.filename == filename


def test_what_is_complete_when_the_rest_is_missing():
    for cut in range(len(MIXED) + 1):
        root = scan(MIXED[:cut], whole=False).root
        full = {part.path: part for part in scan(MIXED, whole=True).root.walk()}
        for part in root.walk():
            if part.complete and not part.is_multipart:
                assert part.body == full[part.path].body
            if part.path in full and not part.complete:
                assert part.body[1] <= len(MIXED)


def test_a_delimiter_cut_in_the_middle_is_no_text():
    data = b"Content-Type: multipart/mixed; boundary=abc\n\n--abc\n\nhello\n--abc--\n"
    start = data.index(b"\n--abc--")
    for cut in range(start + 3, len(data) - 1):
        (part,) = scan(data[:cut], whole=False).root.children
        assert body(data, part) == b"hello"
        assert part.complete is (cut == len(data) - 1)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_header_line_without_an_end_is_read_once(end):
    data = b"A: b" + end + b"X: " + b"y" * 2_000_000
    root = scan(data, whole=False).root
    assert root.header == (0, 1024 * 1024)
    assert root.body == (1024 * 1024, len(data))


def test_an_empty_part_at_the_end_lies_within_its_parents():
    data = b"Content-Type: message/rfc822\n\nContent-Type: multipart/m; boundary=x\n--"
    root = scan(data, whole=False).root
    (inner,) = root.children
    assert inner.body[1] <= root.body[1]


SHARDS = [b"Content-Type: multipart/mixed; boundary=x\n", b"Content-Type: message/rfc822\n", b"\n",
          b"--x\n", b"--x--\n", b"\r\n", b"\r", b"--", b"a: b\n", b"text", b"\x00\xff",
          b"Content-Type: multipart/digest; boundary=y\n", b"--y\r\n", b"\n\n"]  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=200), st.lists(st.sampled_from(SHARDS), max_size=40).map(b"".join)
    ),
    st.booleans(),
)
def test_any_octets_give_a_tree_of_nested_offsets(data, whole):
    root = scan(data, whole=whole).root
    paths = [part.path for part in root.walk()]
    assert len(paths) == len(set(paths))
    for part in root.walk():
        assert 0 <= part.header[0] <= part.header[1] <= part.body[0] <= part.body[1] <= len(data)
        at = part.body[0]
        for child in part.children:
            assert at <= child.header[0]
            assert child.body[1] <= part.body[1]
            at = child.body[1]
