"""What answers at a port where POP3, or TLS that can be trusted, was looked for in vain."""

import asyncio
import ssl
from contextlib import suppress

from app.pop3 import TLS_RECORDS, Protocol, recognise

_PATIENCE = 3.0  # seconds in all
_ENOUGH = 80  # octets; a first line


async def what_answers(address: str, port: int, patience: float) -> Protocol | None:
    """The protocol spoken there, or None: a second connection says the first words of TLS.

    A server that speaks first greets; one that waits to be spoken to (a web server, one that wants
    TLS) answers, if only to complain. Nothing of the sign-in is sent.

    Args:
        address: a judged one; nothing is looked up.
        port: TCP port.
        patience: at most this many seconds, and never more than a few.
    """
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(min(patience, _PATIENCE)):
            reader, writer = await asyncio.open_connection(address, port)
            try:
                writer.write(_client_hello())
                return recognise(await _first_line(reader))
            finally:
                writer.transport.abort()
    return None


async def certificate_shown(
    address: str, port: int, host: str, patience: float, *, stls: bool
) -> bytes:
    """The certificate that a server shows, DER, or b"": a second connection, which trusts anything.

    Args:
        address: a judged one; nothing is looked up.
        port: TCP port.
        host: the name it is asked for.
        patience: at most this many seconds, and never more than a few.
        stls: whether STLS comes first (RFC 2595, section 4). Nothing else is ever sent.
    """
    with suppress(OSError, TimeoutError, ValueError):
        async with asyncio.timeout(min(patience, _PATIENCE)):
            tls = None if stls else _trusting_anything()
            reader, writer = await asyncio.open_connection(
                address, port, ssl=tls, server_hostname=None if stls else host
            )
            try:
                if stls:
                    await reader.readline()
                    writer.write(b"STLS\r\n")
                    await reader.readline()
                    await writer.start_tls(_trusting_anything(), server_hostname=host)
                shown = writer.get_extra_info("ssl_object")
                return shown.getpeercert(binary_form=True) or b""
            finally:
                writer.transport.abort()
    return b""


async def _first_line(reader: asyncio.StreamReader) -> bytes:
    heard = b""
    while b"\n" not in heard and len(heard) < _ENOUGH and not heard.startswith(TLS_RECORDS):
        more = await reader.read(_ENOUGH)
        if not more:
            break
        heard += more
    return heard


def _trusting_anything() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _client_hello() -> bytes:
    outgoing = ssl.MemoryBIO()
    handshake = _trusting_anything().wrap_bio(ssl.MemoryBIO(), outgoing)
    with suppress(ssl.SSLWantReadError):
        handshake.do_handshake()
    return outgoing.read()
