import httpx

from .certs import Authority
from .webserver import Reply, WebServer


async def test_it_answers_by_name_and_path(authority: Authority):
    replies = {"localhost/a": Reply(b"here", headers={"X-Kind": "text"})}
    leaf = authority.leaf("localhost")
    async with (
        WebServer(replies) as plain,
        WebServer(replies, leaf=leaf) as safe,
        httpx.AsyncClient(verify=authority.client_context()) as client,
    ):
        for scheme, server in (("http", plain), ("https", safe)):
            found = await client.get(f"{scheme}://localhost:{server.port}/a?b=c")
            assert (found.text, found.headers["x-kind"]) == ("here", "text")
            missing = await client.get(f"{scheme}://localhost:{server.port}/b")
            assert missing.status_code == 404
            assert server.requests == ["localhost/a?b=c", "localhost/b"]
