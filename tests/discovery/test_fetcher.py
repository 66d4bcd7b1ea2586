"""Fetching from real web servers, friendly and hostile ones."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.discovery import Fetcher, WebPorts
from app.transport import Reach, TargetPolicy
from tests.support.certs import Authority
from tests.support.webserver import Reply, WebServer

PATH = "/mail/config-v1.1.xml"
HOST = "autoconfig.example.test"


def policy(*servers: WebServer, **more: Any) -> TargetPolicy:
    return TargetPolicy(loopback=True, web=frozenset(one.port for one in servers), **more)


def fetcher(web: WebServer, context: ssl.SSLContext, **more: Any) -> Fetcher:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    ports = WebPorts(web.port, web.port)
    given = {"policy": policy(web), "resolve": resolve, **more}
    return Fetcher(context=context, ports=ports, **given)


@pytest.fixture
def context(authority: Authority) -> ssl.SSLContext:
    return authority.client_context()


def https(authority: Authority, reply: Reply, *names: str) -> WebServer:
    return WebServer({f"{HOST}{PATH}": reply}, leaf=authority.leaf(*(names or (HOST,))))


async def test_a_small_file_is_fetched_by_name_from_a_judged_address(authority, context):
    async with https(authority, Reply(b"<x/>")) as web:
        found = await fetcher(web, context).get(HOST, f"{PATH}?emailaddress=%40example.test")
        assert found == b"<x/>"
        assert web.requests == [f"{HOST}{PATH}?emailaddress=%40example.test"]
        assert web.headers[0]["accept-encoding"] == "identity"
        assert "cookie" not in web.headers[0]


async def test_over_http_where_one_says_so(context):
    async with WebServer({f"{HOST}{PATH}": Reply(b"<x/>")}) as web:
        assert await fetcher(web, context).get(HOST, PATH, tls=False) == b"<x/>"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 404, 500])
async def test_a_redirect_leads_nowhere(authority, context, status):
    async with WebServer({"127.0.0.1/inside": Reply(b"<x/>")}) as inside:
        to = {"Location": f"http://127.0.0.1:{inside.port}/inside"}
        async with https(authority, Reply(b"<x/>", status, to)) as web:
            assert await fetcher(web, context).get(HOST, PATH) is None
            assert len(web.requests) == 1
        assert inside.requests == []


async def test_ten_megabytes_are_not_read(authority, context):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(10 * 1024):
            yield b"x" * 1024

    async with https(authority, Reply(endless)) as web:
        assert await fetcher(web, context, patience=30).get(HOST, PATH) is None
        assert web.octets < 9 * 1024 * 1024  # it saw us leave


async def test_64_kib_are_read_and_no_octet_more(authority, context):
    for octets, read in ((64 * 1024, True), (64 * 1024 + 1, False)):
        async with https(authority, Reply(b"x" * octets)) as web:
            found = await fetcher(web, context, patience=30).get(HOST, PATH)
            assert (found is not None) is read


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "GZIP, gzip", "x"])
async def test_nothing_is_unpacked(authority, context, packing):
    bomb = gzip.compress(bytes(20 * 1024 * 1024))
    reply = Reply(bomb, headers={"Content-Encoding": packing})
    async with https(authority, reply) as web:
        assert await fetcher(web, context).get(HOST, PATH) is None


async def test_a_drip_ends_in_time(authority, context):
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x"
            await asyncio.sleep(0.05)

    async with https(authority, Reply(drip)) as web:
        assert await fetcher(web, context, patience=0.4).get(HOST, PATH) is None


async def test_a_certificate_for_another_name_is_none(authority, context):
    async with https(authority, Reply(b"<x/>"), "other.test") as web:
        assert await fetcher(web, context).get(HOST, PATH) is None
        assert web.requests == []


async def test_plain_http_where_tls_is_due_is_none(context):
    async with WebServer({f"{HOST}{PATH}": Reply(b"<x/>")}) as web:
        assert await fetcher(web, context).get(HOST, PATH) is None


@pytest.mark.parametrize(
    "addresses",
    [["169.254.169.254"], ["::ffff:169.254.169.254"], ["0.0.0.0"], ["fe80::1"], ["x"], []],
)
async def test_addresses_that_may_never_be_reached(authority, context, addresses):
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    async with https(authority, Reply(b"<x/>")) as web:
        assert await fetcher(web, context, resolve=resolve).get(HOST, PATH) is None


async def test_loopback_only_where_it_is_allowed(authority, context):
    async with https(authority, Reply(b"<x/>")) as web:
        no = TargetPolicy(loopback=False, web=frozenset({web.port}))
        assert await fetcher(web, context, policy=no).get(HOST, PATH) is None
        fixed = policy(web, reach=Reach.FIXED)
        assert await fetcher(web, context, policy=fixed).get(HOST, PATH) is None
        other_port = TargetPolicy(loopback=True)
        assert await fetcher(web, context, policy=other_port).get(HOST, PATH) is None
        assert web.requests == []


async def test_the_name_is_looked_up_once_and_only_a_judged_address_is_used(authority, context):
    asked = 0

    async def rebinding(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        return ["169.254.169.254", "127.0.0.1"] if asked == 1 else ["169.254.169.254"]

    async with https(authority, Reply(b"<x/>")) as web:
        assert await fetcher(web, context, resolve=rebinding).get(HOST, PATH) == b"<x/>"
        assert asked == 1


async def test_no_proxy_of_the_environment_is_used(authority, context, monkeypatch):
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with https(authority, Reply(b"<x/>")) as web:
        assert await fetcher(web, context).get(HOST, PATH) == b"<x/>"


async def test_the_loop_looks_up_no_name(authority, context, monkeypatch):
    async def getaddrinfo(*args: object, **_: object) -> list[object]:
        raise AssertionError(args)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with https(authority, Reply(b"<x/>")) as web:
        assert await fetcher(web, context).get(HOST, PATH) == b"<x/>"
