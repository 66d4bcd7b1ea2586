"""The list of keys for those without JavaScript."""

from tests.web.visiting import http_to, running, words


async def test_the_keys_are_told_without_a_session_and_without_a_script():
    async with running() as app, http_to(app) as http:
        page = await http.get("/keys")
        assert page.status_code == 200
        text = words(page)
        for key, what in (("j", "next and previous message"), ("?", "this list")):
            assert key in text
            assert what in text
        assert "No key deletes anything" in text
        assert '<h1 id="title">' in page.text
