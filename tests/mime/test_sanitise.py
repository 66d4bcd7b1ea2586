import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.mime.links import Link
from app.mime.sanitise import MAX_INLINED, MAX_LINKS, SafeHtml, sanitise
from app.mime.tidy import MAX_CHARACTERS

from .judge import Judge

PIXEL = "data:image/png;base64,iVBORw0KGgo="


def none(_: str) -> str | None:
    return None


def safe(markup: str, *, remote: bool = False) -> SafeHtml:
    return sanitise(markup, inline=lambda id: PIXEL if id == "a@b" else None, remote=remote)


# Tags


@pytest.mark.parametrize(
    "tag",
    [
        "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript",
    ],
)  # fmt: skip
def test_raw_text_goes_with_its_element(tag):
    assert safe(f"a<{tag}>b<i>c</i></{tag}>d").html == "ad"
    assert safe(f"a<{tag}>b<i>c</i>").html == "a"


@pytest.mark.parametrize(
    "tag",
    [
        "form", "button", "label", "fieldset", "svg", "math", "object", "video", "audio", "canvas",
        "template", "dialog", "map", "marquee", "blink", "o:p", "x-y", "slot", "portal", "picture",
    ],
)  # fmt: skip
def test_others_leave_their_words(tag):
    assert safe(f"a<{tag} id=x>b</{tag}>c").html == "abc"


@pytest.mark.parametrize(
    "tag", ["input", "link", "meta", "base", "embed", "source", "area", "frame"]
)
def test_empty_ones_leave_nothing(tag):
    assert safe(f'a<{tag} src="https://x.lan/" href="https://x.lan/">b').html == "ab"


# Addresses


def test_links_open_elsewhere_and_tell_nothing():
    done = safe('<a href="HTTPS://Example.org/?a=1&copy=2" id=x onclick=y name=z>Hi</a>')
    tag, _, rest = done.html.partition(">")
    assert rest == "Hi</a>"
    assert sorted(tag.removesuffix('"').split('" ')) == [
        '<a href="https://Example.org/?a=1&amp;copy=2',
        'rel="noopener noreferrer nofollow',
        'target="_blank',
    ]


def test_a_link_that_may_not_be_followed_is_text():
    assert safe("<a href='java&#115;cript&colon;x'>a</a><a href='#x'>b</a>").html == "ab"


def test_links_are_listed_with_what_they_say():
    done = safe(
        "<a href='https://evil.example/'> www.<b>bank</b>.example <img src=x> R&amp;D</a>"
        "<a href='mailto:a@b.example'></a>"
    )
    assert done.links == (
        Link("www.bank.example R&D", "https://evil.example/", True),
        Link("", "mailto:a@b.example", False),
    )


def test_links_without_number_are_cut():
    done = safe("<a href=https://x.example/>x</a>" * (MAX_LINKS + 1))
    assert len(done.links) == MAX_LINKS
    assert done.defects == ("links-cut",)


@pytest.mark.parametrize(
    ("src", "kept"),
    [
        ("cid:a@b", PIXEL),
        ("CID:a%40b", PIXEL),
        ("cid:nobody", None),
        (PIXEL, PIXEL),
        (" data:image/GIF;base64,R0lGOD lhAQ==", "data:image/GIF;base64,R0lGODlhAQ=="),
        ("data:image/svg+xml;base64,PHN2Zz4=", None),
        ("data:image/png,x", None),
        ("data:text/html;base64,PGI+", None),
        ("data:image/png;base64,%3Csvg", None),
        ("javascript:alert(1)", None),
        ("http://x.example/y.png", None),
        ("https://x.example/y.png", None),
        ("//x.example/y.png", None),
        ("y.png", None),
        ("", None),
    ],
)
def test_images(src, kept):
    done = safe(f'<img src="{src}" alt="A &amp; B" width=20 height=10 onerror=x srcset="{src} 2x">')
    assert (f' src="{kept}"' in done.html) is (kept is not None)
    assert done.html.count("src") == (kept is not None)
    assert 'alt="A &amp; B"' in done.html
    assert 'width="20"' in done.html
    assert done.remote_images == ("x.example" in src)


def test_remote_images_by_https_alone_are_let_through():
    markup = (
        '<img src="https://x.example/a b.png"><img src="//x.example/c.png">'
        '<img src="http://x.example/d.png"><table background="https://x.example/e.png"></table>'
    )
    blocked, shown = safe(markup), safe(markup, remote=True)
    assert blocked.remote_images == shown.remote_images == 4
    assert blocked.defects == shown.defects == ("insecure-image",)
    assert "x.example" not in blocked.html
    assert shown.html.count("https://x.example/") == 3
    assert "http:" not in shown.html


def test_an_image_within_is_asked_for_once():
    asked: list[str] = []

    def inline(id: str) -> str:
        asked.append(id)
        return PIXEL

    done = sanitise("<img src=cid:a><img src=cid:%61><img src=cid:b>", inline=inline, remote=False)
    assert asked == ["a", "b"]
    assert done.html.count(PIXEL) == 3


def test_what_the_caller_gives_is_no_more_trusted_than_the_mail():
    done = sanitise("<img src=cid:a>", inline=lambda _: 'x" onerror="y', remote=False)
    assert done.html == "<img>"


def test_one_large_image_shown_often_does_not_fill_the_memory():
    large = "data:image/png;base64," + "A" * (MAX_INLINED // 2 - 100)
    done = sanitise("<img src=cid:a>" * 50, inline=lambda _: large, remote=False)
    assert len(done.html) < MAX_INLINED + 1000
    assert done.defects == ("inline-cut",)


# Colours


@pytest.mark.parametrize(
    ("markup", "coloured", "backdrop"),
    [
        ("<p>plain <b>letter</b>", False, ""),
        ("<p style='margin:0;border:1px solid red'>x", False, ""),
        ("<font face=Arial size=2>x</font>", False, ""),
        ("<font color=red>x</font>", True, ""),
        ("<p style='color:#333'>x", True, ""),
        ("<table><tr><td bgcolor=#fff>x</table>", True, ""),
        ("<body bgcolor=#eee>x", True, "#eee"),
        ("<body style='background:#eee url(x)'>x", True, "#eee"),
        ("<body bgcolor='url(x)' style='position:fixed'>x", False, ""),
    ],
)
def test_a_mail_with_colours_of_its_own_is_known(markup, coloured, backdrop):
    done = safe(markup)
    assert (done.coloured, done.backdrop) == (coloured, backdrop)


# Limits


def test_too_large_and_too_deep():
    assert safe("x" * (MAX_CHARACTERS + 1)) == SafeHtml("", refused="too-large")
    assert safe("<div>" * 50_000) == SafeHtml("", refused="too-deep")


def test_styles_without_number_are_cut():
    done = safe("".join(f"<p style='width:{n}px;{' ' * 1000}color:red'>" for n in range(500)))
    assert done.defects == ("styles-cut",)
    assert 200 < done.html.count("style=") < 300


# Anything

PIECES = [
    "<script>", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>", "<mglyph>",
    "<title>", "</title>", "<noscript>", "</noscript>", "<textarea>", "</textarea>", "<xmp>",
    "<template>", "<select>", "<form>", "<table>", "<tr>", "<td background=//x.lan/y>", "</table>",
    "<p>", "</p>", "<b>", "</b>", "<a href=https://x.example>", "<a href=javascript:x>", "</a>",
    "<img src=x onerror=alert(1)>", "<img src=https://x.lan/y alt='<script>'>", "<img src=cid:a@b>",
    "<div style='background:url(//x.lan)'>", "</div>", "<p title='", '<p title="', "<!--", "-->",
    "<![CDATA[", "]]>", "<?", "<", ">", "'", '"', "`", "&", "&lt;", "&#60;", "&amp;lt;", "\0",
    "\r\n", "\ud800", "\ufdd0", "\ufdd1", "/", "=", "x", "<pre>\n", "<li>", "<caption>", "</br>",
    "<body onload=x bgcolor=red>", "<iframe srcdoc='<script>'>", "<base href=//x.lan>",
    "<plaintext>",
    "<font color='a\"b'>", "</font>", "<h1>", "<hr>", "id=x ", "onclick=alert(1) ",
    "<annotation-xml>",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.booleans())
def test_whatever_comes_what_goes_is_harmless_and_stays_as_it_is(markup, remote):
    done = safe(markup, remote=remote)
    judge = Judge(remote=remote)
    judge.feed(done.html)
    judge.close()
    assert sanitise(done.html, inline=none, remote=remote).html == done.html


@given(st.text())
def test_any_text_at_all(markup):
    html = safe(markup).html
    assert safe(html).html == html


def test_the_judge_finds_what_is_bad():
    for bad in (
        "<script>", "<p onclick=x>", "<a href='javascript:x'>", "<!-- x -->", "<img src='http://x'>",
        "<p style='background:url(x)'>", "<svg>", "<p id=x>",
    ):  # fmt: skip
        judge = Judge(remote=True)
        with pytest.raises(AssertionError):
            judge.feed(bad)
