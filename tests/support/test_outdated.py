import asyncio
import ssl
import warnings

import pytest

from .certs import Authority
from .outdated import outdated


def client(authority: Authority) -> ssl.SSLContext:
    context = authority.client_context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


async def test_it_speaks_old_tls_and_no_other(authority):
    async with outdated(authority.leaf(), visits=2) as server:
        _, writer = await asyncio.open_connection(server.host, server.port, ssl=client(authority))
        assert writer.get_extra_info("ssl_object").version() == "TLSv1.1"
        writer.transport.abort()
        context = authority.client_context()
        with pytest.raises(ssl.SSLError):
            await asyncio.open_connection(server.host, server.port, ssl=context)
    assert server.shaken == 1


async def test_it_waits_for_stls(authority):
    async with outdated(authority.leaf(), stls=True) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        assert await reader.readline() == b"+OK ready\r\n"
        writer.write(b"STLS\r\n")
        assert await reader.readline() == b"+OK begin\r\n"
        writer.close()
    assert (server.received, server.shaken) == ([b"STLS\r\n"], 0)
