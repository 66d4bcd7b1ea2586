"""What may be in sanitised HTML, as another parser sees it."""

import re
from html.parser import HTMLParser

from app.mime.tidy import TAGS

ATTRIBUTES = {
    "abbr", "align", "alt", "background", "bgcolor", "border", "bordercolor", "cellpadding",
    "cellspacing", "clear", "color", "colspan", "dir", "face", "frame", "height", "href", "hspace",
    "lang", "noshade", "nowrap", "open", "rel", "reversed", "role", "rowspan", "rules", "scope",
    "size", "span", "src", "start", "style", "target", "title", "type", "valign", "value", "vspace",
    "width",
}  # fmt: skip


BACKGROUND = re.compile(r'background-image:url\("([^"()\\\s]*)"\)')


class Judge(HTMLParser):
    """An independent parser that looks for what must not be there."""

    def __init__(self, *, remote: bool) -> None:
        super().__init__()
        self._remote = remote

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        for name, said in attrs:
            value = said or ""
            assert name in ATTRIBUTES, name
            if name == "href":
                assert tag == "a"
                assert value.startswith(("http://", "https://", "mailto:", "tel:"))
                assert {"target", "rel"} <= dict(attrs).keys()
            elif name in {"src", "background"}:
                assert value.startswith("data:image/") or (
                    self._remote and value.startswith("https://")
                )
            elif name == "style":
                assert not set(value.lower()) & set("\\@<>*{}")
                assert "url" not in BACKGROUND.sub("", value)
                for address in BACKGROUND.findall(value):
                    assert address.startswith("data:image/") or (
                        self._remote and address.startswith("https://")
                    )
                assert "position" not in value.replace("background-position:", "")

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_decl = unknown_decl = handle_pi = handle_comment
