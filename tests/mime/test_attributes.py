from app.mime.attributes import ADDRESSES, ALLOWED, clean_value
from app.mime.tidy import TAGS
from tests.support.table import table


def test_only_known_tags_have_attributes():
    assert ALLOWED.keys() - {"*"} <= TAGS


def test_nothing_that_acts_or_names_is_listed():
    names = frozenset().union(*ALLOWED.values())
    assert not [name for name in names if name.startswith(("on", "data", "aria", "form", "xlink"))]
    assert not names & {"id", "class", "name", "srcset", "action", "target", "rel", "usemap", "is"}
    assert names & ADDRESSES == {"background", "href", "src"}


@table(
    "name, value, kept",
    [
        ("width", "600", "600"),
        ("width", " 600px", "600"),
        ("width", "100%", "100%"),
        ("width", "33.3%", "33%"),
        ("width", "0600", "600"),
        ("width", "99999", None),
        ("width", "2001", None),
        ("width", "101%", None),
        ("width", "-5", None),
        ("width", "auto", None),
        ("border", "", "1"),
        ("border", "0", "0"),
        ("colspan", "3", "3"),
        ("colspan", "3000", None),
        ("align", "CENTER ", "center"),
        ("align", "a b", None),
        ("bgcolor", "#FFF", "#FFF"),
        ("bgcolor", "#ffffff;", "#ffffff"),
        ("bgcolor", "url(x)", None),
        ("face", "Arial, 'Open Sans'", "Arial, 'Open Sans'"),
        ("face", "a<b", None),
        ("size", "+1", "+1"),
        ("size", "999", None),
        ("dir", "RTL", "rtl"),
        ("dir", "x", None),
        ("lang", "en-GB", "en-GB"),
        ("type", "a", "a"),
        ("role", "presentation", "presentation"),
        ("role", "alert", None),
        ("nowrap", "anything", ""),
        ("alt", '<any> "text"', '<any> "text"'),
        ("title", "x" * 5000, "x" * 1000),
        ("onclick", "x", None),
    ],
)  # fmt: skip
def test_values(name, value, kept):
    assert clean_value(name, value) == kept
    if kept is not None:
        assert clean_value(name, kept) == kept


def test_every_attribute_has_a_rule():
    values = ("1", "top", "left", "auto", "all", "none", "#fff", "en", "Arial")
    for name in frozenset().union(*ALLOWED.values()) - ADDRESSES - {"style"}:
        assert any(clean_value(name, value) is not None for value in values), name
