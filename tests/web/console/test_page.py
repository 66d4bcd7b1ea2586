"""The pieces of the console page, from a mailbox that was typed at."""

from types import SimpleNamespace

import pytest

from app.mailbox import ConfirmFirst, Totals
from app.web.console.page import ConsolePage, fillable
from app.web.console.views import ExchangeView
from app.web.site.render import Renderer
from tests.mailbox.opening import by_number, console, loaded, maildrop, opened
from tests.support.maildrop import FakeMessage, plain


def shown(exchange: ExchangeView) -> str:
    template = Renderer()._environment.get_template("console/_exchange.html")
    return template.render(exchange=exchange, view=SimpleNamespace(back=""))


@pytest.mark.parametrize(
    ("line", "filled"),
    [
        ("STAT", "STAT"),
        ("top 3 0", "TOP 3 0"),
        ("TOP", "TOP"),
        ("DELE 1", "DELE 1"),
        ("PASS secret", ""),
        ("STAT\r\nDELE 1", ""),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_an_address_fills_in_only_what_is_a_command(line, filled):
    assert fillable(line) == filled


async def test_the_rows_of_a_listing_fill_in_a_top():
    async with opened(maildrop(plain(2010))) as mailbox:
        listed = await console(mailbox).type("LIST")
        view = ConsolePage(mailbox, 2).exchange(listed)
        assert len(view.rows) == 2000
        assert view.rows[6] == ("7", str(by_number(mailbox, 7).octets))
        assert view.body.split("\n")[0].startswith("2001 ")
        assert len(view.body.split("\n")) == 10
        await console(mailbox).type("NOOP")
        earlier = ConsolePage(mailbox, 2).exchange(mailbox.dialogue.exchanges[0])
        assert len(earlier.rows) == 300
        for _ in range(10):
            await console(mailbox).type("NOOP")
        old = ConsolePage(mailbox, 2).exchange(mailbox.dialogue.exchanges[0])
        assert (old.rows, old.body) != ((), "")
        assert old.rows == ()
        assert old.notes == ("Only the beginning is still kept.",)


async def test_an_answer_is_told_with_its_time_and_octets():
    raw = b"Subject: d\r\n\r\n.dot\r\n"
    async with opened(maildrop([FakeMessage(raw)])) as mailbox:
        view = ConsolePage(mailbox).exchange(await console(mailbox).type("RETR 1"))
        assert view.body == "Subject: d\n\n.dot"
        assert f" ms, {len(raw)} octets</span>" in shown(view)
        assert [note for note in view.notes if "a dot came with two" in note]
        no = ConsolePage(mailbox).exchange(await console(mailbox).type("LIST 9"))
        assert '<p class="s danger"><b>S:</b> -ERR no such message <' in shown(no)


async def test_how_it_stands_tells_what_is_pending_and_what_was_taken_back():
    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        page = ConsolePage(mailbox)
        assert (page.stand().pending, page.stand().undone) == (Totals(), 0)
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        stand = page.refused(asked.value)
        assert stand.ask is not None
        assert (stand.ask.line, stand.ask.code) == ("DELE 1", asked.value.confirm)
        summary = by_number(mailbox, 1).summary
        assert summary is not None
        assert stand.ask.subject == summary.subject != ""
        await console(mailbox).type("DELE 1", asked.value.confirm)
        assert page.stand().pending == Totals(1, by_number(mailbox, 1).counted)
        await mailbox.tenancy.release()
        stand = page.stand()
        assert (stand.pending, stand.undone) == (Totals(), 1)
        again = ConsolePage(mailbox).exchange(await console(mailbox).type("STAT"))
        assert "1 deletion was taken back" in shown(again)
        assert "A new connection" in shown(again)
        assert page.stand().undone == 0


async def test_the_tour_ticks_off_what_was_done_for_real_and_is_safe():
    async with opened(maildrop(plain(3))) as mailbox:

        def tour(step: int = 0):
            return ConsolePage(mailbox, step).tour()

        assert (tour().number, tour().line, tour().step.done) == (1, "STAT", False)
        await console(mailbox).type("STAT")
        assert tour(1).step.done
        assert [step.done for step in tour(1).steps] == [True, *[False] * 5]
        assert tour().number == 2
        assert tour(3).line == "TOP 1 0"
        assert tour(4).line == "DELE 1"
        await console(mailbox).type("RSET")
        assert not tour(5).step.done  # there was nothing to take back
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        assert not tour(4).step.done
        await console(mailbox).type("DELE 1", asked.value.confirm)
        assert tour(4).step.done
        assert tour(6).line == ""
        assert "RSET first" in tour(6).instead
        await console(mailbox).type("RSET")
        assert tour(5).step.done
        assert tour(6).line == "QUIT"
        assert tour(99).number == 6
        assert tour(6).next is None
        await console(mailbox).type("QUIT")
        assert sum(step.done for step in tour(6).steps) == 4
        assert tour(6).line == ""
    async with opened(maildrop([])) as empty:
        found = ConsolePage(empty, 3).tour()
        assert (found.line, found.instead.split(":")[0]) == ("", "The mailbox is empty")


async def test_what_a_quit_did_is_told_in_a_sentence():
    async with opened(maildrop(plain(3))) as mailbox:
        for line in ("DELE 2", "QUIT"):
            with pytest.raises(ConfirmFirst) as asked:
                await console(mailbox).type(line)
            done = await console(mailbox).type(line, asked.value.confirm)
        assert "Gone: 1 of 1 message, " in shown(ConsolePage(mailbox).exchange(done))
