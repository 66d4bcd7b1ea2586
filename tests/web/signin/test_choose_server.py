"""Where a password goes that no server was named for; the search is a double here."""

from dataclasses import replace
from typing import Any, cast

import pytest

from app.discovery import Answer, Found, NotFound, Reason, Source
from app.transport import Security, Target
from app.web import OfferedTarget, Services, WebConfig
from app.web.signin.choose_server import located
from app.web.signin.errors import ConfirmServer, ServerNotFound
from app.web.signin.forms import SignInForm
from app.web.site.errors import InvalidRequest

ADDRESS = "anna@example.net"
POP = Target("pop.example.net", 995, Security.TLS)
FOUND = Found(POP, Source.SRV, "anna", "example.net")
OFFERED = OfferedTarget("First", Target("pop.lan", 995, Security.TLS, verified=False))


class Search:
    """Answers always the same, and keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[str] = []

    async def find(self, text: str) -> Answer:
        self.asked.append(text)
        return self.answer


def services(search: Search, config: WebConfig | None = None) -> Services:
    nothing = cast("Any", None)
    return Services(nothing, config or WebConfig(), nothing, cast("Any", search), nothing)


def form(**fields: Any) -> SignInForm:
    return SignInForm(**{"username": ADDRESS, "password": "secret", **fields})


async def test_a_sure_one_is_used_with_the_name_it_wants():
    search = Search(FOUND)
    account, credentials = await located(services(search), form())
    assert (account.target, account.username, credentials.username) == (POP, "anna", "anna")
    assert search.asked == [(ADDRESS)]
    account, _ = await located(services(search), form(login="ben"))
    assert account.username == "ben"


async def test_one_that_should_be_looked_at_gets_no_password():
    search = Search(replace(FOUND, foreign=True, sure=False))
    with pytest.raises(ConfirmServer) as error:
        await located(services(search), form())
    assert (error.value.host, error.value.port, error.value.security) == (POP.host, 995, "tls")


async def test_none_is_told():
    with pytest.raises(ServerNotFound) as error:
        await located(services(Search(NotFound(Reason.NOTHING, "example.net"))), form())
    assert (error.value.reason, error.value.domain) == (Reason.NOTHING, "example.net")


async def test_what_is_named_is_not_searched_for():
    search = Search(FOUND)
    account, _ = await located(services(search), form(server="pop.lan"))
    assert account.target.host == "pop.lan"
    config = WebConfig(offered=(OFFERED,))
    account, _ = await located(services(search, config), form(offered="First"))
    assert account.target == OFFERED.target
    with pytest.raises(InvalidRequest):
        await located(services(search, config), form(offered="other"))
    assert search.asked == []


@pytest.mark.parametrize(
    "fields", [{"username": " "}, {"password": ""}, {"username": "a\r\nb@example.net"}]
)
async def test_nothing_is_asked_for_a_form_that_makes_no_sense(fields):
    search = Search(FOUND)
    with pytest.raises(InvalidRequest):
        await located(services(search), form(**fields))
    assert search.asked == []


async def test_what_was_found_is_used_as_the_operator_says():
    own = OfferedTarget("Own", replace(POP, verified=False))
    account, _ = await located(services(Search(FOUND), WebConfig(offered=(own,))), form())
    assert account.target.verified is False
