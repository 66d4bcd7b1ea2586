from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from app.demo.newsletters import newsletters
from app.demo.texts import load_newsletters

from .parse import parsed

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def drafts():
    return list(newsletters(NOW, 400, Random(5)))


def test_all_newsletters_appear_regularly(drafts):
    counts = Counter(draft.sender.name for draft in drafts)
    assert set(counts) == {newsletter.name for newsletter in load_newsletters()}
    assert min(counts.values()) >= 12
    assert all(draft.when <= NOW for draft in drafts)


def test_an_issue_has_both_forms_and_the_usual_remote_pictures(drafts):
    for draft in drafts[::9]:
        message = parsed(draft)
        assert not message.defects
        plain, rich = message.iter_parts()
        assert plain.get_content_type() == "text/plain"
        page = rich.get_content()
        assert page.startswith("<!DOCTYPE html>")
        assert page.rstrip().endswith("</body></html>")
        assert 'width="1" height="1"' in page
        assert page.count("https://") >= 9
        assert "�" not in page + plain.get_content()
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        title = message["Subject"]
        items = next(n for n in load_newsletters() if n.name == draft.sender.name).items
        named = [name for name, _ in items if name in title]
        assert named
        assert named[0] in plain.get_content()


def test_issues_share_their_style(drafts):
    first, second = [d for d in drafts if d.sender.name.startswith("Kettle")][:2]
    shared = {id(segment) for segment in first.part.body} & {
        id(segment) for segment in second.part.body
    }
    assert shared, "each issue holds a copy"
