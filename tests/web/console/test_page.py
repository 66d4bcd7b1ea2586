"""The pieces of the console page, from a mailbox that was typed at."""

import pytest

from app.mailbox import ConfirmFirst
from app.web.console.page import ConsolePage, fillable, href
from tests.mailbox.opening import by_number, console, loaded, maildrop, opened
from tests.support.maildrop import FakeMessage, plain


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


def test_an_address_names_the_step_and_the_line():
    assert href(3) == "/mailbox/console?tour=3#line"
    assert href(3, "TOP 1 0") == "/mailbox/console?tour=3&line=TOP+1+0#line"


async def test_the_rows_of_a_listing_fill_in_a_top():
    async with opened(maildrop(plain(2010))) as mailbox:
        listed = await console(mailbox).type("LIST")
        view = ConsolePage(mailbox, 2).exchange(listed)
        assert len(view.rows) == 2000
        row = view.rows[6]
        assert row.number == "7"
        assert row.href == href(2, "TOP 7 0")
        assert row.rest == str(next(m for m in mailbox.index if m.number == 7).octets)
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
        assert view.timing.endswith(f" ms, {len(raw)} octets")
        assert [note for note in view.notes if "a dot came with two" in note]
        no = ConsolePage(mailbox).exchange(await console(mailbox).type("LIST 9"))
        assert (no.ok, no.reply) == (False, "-ERR no such message")


async def test_how_it_stands_tells_what_is_pending_and_what_was_taken_back():
    async with opened(maildrop(plain(3))) as mailbox:
        await loaded(mailbox)
        page = ConsolePage(mailbox)
        assert (page.stand().pending, page.stand().undone) == ("", "")
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        stand = page.refused(asked.value)
        assert stand.ask is not None
        assert (stand.ask.line, stand.ask.code) == ("DELE 1", asked.value.confirm)
        summary = by_number(mailbox, 1).summary
        assert summary is not None
        assert stand.ask.subject == summary.subject != ""
        await console(mailbox).type("DELE 1", asked.value.confirm)
        assert page.stand().pending.startswith("1 message deleted, ")
        assert "undone by RSET until you type QUIT" in page.stand().pending
        await mailbox.tenancy.release()
        stand = page.stand()
        assert (stand.pending, stand.undone.split(" ")[0]) == ("", "1")
        again = ConsolePage(mailbox).exchange(await console(mailbox).type("STAT"))
        assert len(again.before) == 2
        assert page.stand().undone == ""


async def test_the_tour_ticks_off_what_was_done_for_real_and_is_safe():
    async with opened(maildrop(plain(3))) as mailbox:

        def tour(step: int = 0):
            return ConsolePage(mailbox, step).tour()

        assert (tour().number, tour().line, tour().done) == (1, "STAT", False)
        await console(mailbox).type("STAT")
        assert tour(1).done
        assert [step.done for step in tour(1).steps] == [True, *[False] * 5]
        assert tour().number == 2
        assert tour(3).line == "TOP 1 0"
        assert tour(4).line == "DELE 1"
        await console(mailbox).type("RSET")
        assert not tour(5).done  # there was nothing to take back
        with pytest.raises(ConfirmFirst) as asked:
            await console(mailbox).type("DELE 1")
        assert not tour(4).done
        await console(mailbox).type("DELE 1", asked.value.confirm)
        assert tour(4).done
        assert (tour(6).line, tour(6).href) == ("", "")
        assert "RSET first" in tour(6).instead
        await console(mailbox).type("RSET")
        assert tour(5).done
        assert tour(6).line == "QUIT"
        assert tour(99).number == 6
        assert tour(6).next is None
        await console(mailbox).type("QUIT")
        assert tour(6).progress == "4 of 6 done"
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
        outcome = ConsolePage(mailbox).exchange(done).outcome
        assert outcome.startswith("Gone: 1 of 1 message, ")
