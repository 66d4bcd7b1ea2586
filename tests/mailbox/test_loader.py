import asyncio

from app.mailbox.index import Index, Listings
from app.mailbox.loader import HeaderLoader
from app.mailbox.models import HEADER_OCTETS, Message
from app.pop3 import commands
from app.transport import Connection
from tests.support.maildrop import FakeMaildrop, FakeMessage, Quirks, plain
from tests.transport.dialling import playing

from .opening import loaded, maildrop, opened, until


class Loading(HeaderLoader):
    """A loader over one connection's listing that keeps what it is told."""

    def __init__(self, connection: Connection, messages: list[Message]) -> None:
        self.learnt: list[tuple[int, bytes]] = []
        self.without_top = 0

        def learn(message: Message, raw: bytes) -> None:
            message.header.learn(raw, len(self.learnt) + 1)
            self.learnt.append((message.number, raw))

        super().__init__(connection, messages, learn, self.count_refusal)

    def count_refusal(self) -> None:
        self.without_top += 1


async def listed(connection: Connection) -> list[Message]:
    stat = await connection.execute(commands.stat())
    scan = await connection.execute(commands.list_all())
    return list(Index(Listings(stat, scan, None), "salt"))


async def test_it_loads_everything_once_in_the_order_given():
    drop = FakeMaildrop(plain(300))
    async with playing(drop) as connection:
        loading = Loading(connection, (await listed(connection))[::-1])
        await loading.run()
        assert [number for number, _ in loading.learnt] == list(range(300, 0, -1))
        assert loading.learnt[0][1].startswith(b"From: s300@example.org\r\n")
        assert drop.count("TOP") == 300
        assert drop.count("RETR") == 0
        assert {c.split()[2] for c in drop.commands if c.startswith("TOP")} == {"0"}
        assert not loading.running
        assert loading.octets == sum(len(raw) for _, raw in loading.learnt)


async def test_what_is_looked_at_comes_next():
    drop = FakeMaildrop(plain(3000), quirks=Quirks(pipelining=False))
    async with playing(drop) as connection:
        messages = await listed(connection)
        loading = Loading(connection, messages)
        task = asyncio.create_task(loading.run())
        await asyncio.sleep(0)
        loading.prefer(messages[2000:2010])
        loading.prefer(messages[2000:2010])  # the same page again
        await until(lambda: len(loading.learnt) >= 30)
        assert {n for n, _ in loading.learnt[:30]} >= set(range(2001, 2011))
        task.cancel()
        await asyncio.wait([task])
        assert (await connection.execute(commands.stat())).messages == 3000
        assert drop.count("TOP") < 3000


async def test_a_server_without_top_is_noticed_and_left_alone():
    drop = FakeMaildrop(plain(500), quirks=Quirks(top=False))
    async with playing(drop) as connection:
        loading = Loading(connection, await listed(connection))
        await loading.run()
        assert (loading.learnt, loading.without_top) == ([], 1)
        assert (await connection.execute(commands.stat())).messages == 500


async def test_a_server_without_top_is_noticed_in_a_small_maildrop_too():
    async with playing(FakeMaildrop(plain(1), quirks=Quirks(top=False))) as connection:
        loading = Loading(connection, await listed(connection))
        await loading.run()
        assert loading.without_top == 1


async def test_a_single_refusal_is_no_lack_of_top():
    async def refuse(peer):
        drop_ = FakeMaildrop(plain(20))
        line, said = peer.line, peer.send

        async def rewritten() -> bytes:
            command: bytes = await line()
            return b"TOP 999 0" if command in {b"TOP 2 0", b"TOP 9 0"} else command

        peer.line, peer.send = rewritten, said
        await drop_(peer)

    async with playing(refuse) as connection:
        messages = await listed(connection)
        loading = Loading(connection, messages)
        await loading.run()
        assert len(loading.learnt) == 18
        assert loading.without_top == 0
        assert [m.number for m in messages if m.header.refused] == [2, 9]


async def test_a_lost_connection_ends_it_quietly():
    drop = FakeMaildrop(plain(500), quirks=Quirks(drop_at_command=60))
    async with playing(drop) as connection:
        loading = Loading(connection, await listed(connection))
        await asyncio.wait_for(loading.run(), 5)
        assert 0 < len(loading.learnt) < 500
        assert loading.without_top == 0
        assert not loading.running


async def test_of_a_huge_header_only_the_beginning_is_kept():
    header = b"From: a@example.org\r\nX-Long: " + b"y" * 200_000 + b"\r\n"
    drop = FakeMaildrop([FakeMessage(header + b"\r\nbody\r\n"), *plain(1)])
    async with playing(drop) as connection:
        loading = Loading(connection, await listed(connection))
        await loading.run()
        assert len(loading.learnt[0][1]) == HEADER_OCTETS
        assert len(loading.learnt) == 2


async def test_a_top_that_never_ends_is_asked_once():
    """Some servers send the whole message for TOP n 0; without end, nothing else would load."""

    async def script(peer):
        drop = FakeMaildrop(plain(3))
        line = peer.line

        async def watched() -> bytes:
            command: bytes = await line()
            if command == b"TOP 2 0":
                await peer.send(b"+OK\r\n")
                await peer.endless(b"x" * 65534 + b"\r\n")
            return command

        peer.line = watched
        await drop(peer)

    async with playing(script) as connection:
        messages = await listed(connection)
        loading = Loading(connection, messages)
        await asyncio.wait_for(loading.run(), 20)
        assert [m.number for m in messages if m.header.refused] == [2]
        assert not connection.alive


async def test_an_empty_maildrop_has_nothing_to_load():
    async with playing(FakeMaildrop()) as connection:
        loading = Loading(connection, await listed(connection))
        await asyncio.wait_for(loading.run(), 2)
        assert (loading.learnt, loading.without_top) == ([], 0)


async def test_many_are_asked_for_in_many_turns(monkeypatch):
    """Other tasks get their turn while 250 commands are made."""
    made: list[int] = []
    real = HeaderLoader._feed

    def feed(loader: HeaderLoader) -> bool:
        before = len(loader._pending)
        more = real(loader)
        made.append(len(loader._pending) - before)
        return more

    monkeypatch.setattr(HeaderLoader, "_feed", feed)
    async with opened(maildrop(plain(250))) as mailbox:
        await loaded(mailbox)
        assert mailbox.headers.progress.known == 250
    assert made[0] == 40
    assert max(made) == 40
