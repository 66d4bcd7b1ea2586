"""The template that shows the text of a message in blocks."""

from types import SimpleNamespace

from app.mime import blocks
from app.web.site.render import Renderer


def rendered(text: str) -> str:
    template = Renderer()._environment.get_template("reader/_blocks.html")
    return template.render(message=SimpleNamespace(blocks=blocks(text)))


def test_long_quotes_are_folded_and_say_how_long_they_are():
    page = rendered("a\n" + "> b\n" * 5)
    assert "<details" in page
    assert "<summary>5 quoted lines</summary>" in page
    assert "<details" not in rendered("a\n" + "> b\n" * 4)


def test_links_open_elsewhere_and_tell_nothing():
    assert (
        '<a href="http://a.example/?a&amp;b" target="_blank" rel="noopener noreferrer nofollow">'
        "http://a.example/?a&amp;b</a>" in rendered("http://a.example/?a&b")
    )


def test_white_space_stays_and_markup_does_not():
    page = rendered("  a\n\n\tb <b onclick='x'>\n> {{ 7*7 }}\n")
    assert '<div class="text">  a\n\n\tb &lt;b onclick=&#39;x&#39;&gt;\n</div>' in page
    assert "&gt; {{ 7*7 }}\n</div>" in page
