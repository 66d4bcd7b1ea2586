"""Words for a refused sign-in: what to do differs, so the words do."""

import pytest

from app.mailbox import (
    LoginDelayed,
    LoginRejected,
    MailboxInUse,
    NoWayIn,
    Refusal,
    WayFault,
)
from app.pop3 import SaslError, SaslFault
from app.web.site.problems import describe, problem_json


def rejected(code: str | None = None, **fields: str) -> LoginRejected:
    error = LoginRejected("-ERR no", code)
    for name, value in fields.items():
        setattr(error, name, value)
    return error


def refused(about: Refusal, *means: str, instead: str = "") -> LoginRejected:
    error = LoginRejected("-ERR malformed command", None, about)
    error.means_refused, error.instead = means, instead
    return error


REFUSALS = {
    "form": refused(Refusal.SYNTAX, "PLAIN", "USER"),
    "encryption": refused(Refusal.ENCRYPTION, "USER"),
    "wrong password": rejected("AUTH"),
    "temporary": rejected("SYS/TEMP"),
    "permanent": rejected("SYS/PERM"),
    "characters": rejected("UTF8"),
    "token": rejected("AUTH", means="XOAUTH2"),
    "in use": MailboxInUse("-ERR busy"),
    "too soon": LoginDelayed("-ERR wait", 300),
    **{fault.value: NoWayIn(fault, "USER") for fault in WayFault},
    **{fault.value: SaslError("why", fault) for fault in SaslFault},
}


def test_each_refusal_has_a_title_of_its_own_and_some_advice():
    views = [describe(error) for error in REFUSALS.values()]
    assert len({view.title for view in views}) == len(views)
    for view in views:
        assert view.title.endswith(".")
        assert view.detail.endswith(".")
        assert view.advice


@pytest.mark.parametrize("code", [None, "AUTH", "SOMETHING/NEW"])
def test_without_a_code_of_ours_it_is_the_name_or_the_password(code):
    assert describe(rejected(code)).title == describe(REFUSALS["wrong password"]).title


@pytest.mark.parametrize("code", ["SYS", "SYS/TEMP", "SYS/OTHER"])
def test_trouble_of_the_server_is_not_the_persons(code):
    view = describe(rejected(code))
    assert view.title == "The server has trouble at the moment."
    assert "may be right" in view.detail


def test_a_refusal_of_the_form_blames_no_password():
    view = describe(refused(Refusal.MEANS, "PLAIN", "USER"))
    assert view.title != describe(rejected("AUTH")).title
    assert problem_json(view)["means_refused"] == ["PLAIN", "USER"]
    assert "PLAIN, USER/PASS" in view.detail
    assert "may be right" in view.detail
    assert "not sent" not in " ".join(view.advice)
    assert "not sent" in describe(refused(Refusal.MEANS, "CRAM-MD5", instead="USER")).advice[-1]


@pytest.mark.parametrize("about", list(Refusal))
def test_what_is_beyond_ascii_is_mentioned_where_it_was_refused(about):
    error = refused(about, "USER")
    before = " ".join(describe(error).advice)
    error.beyond_ascii = True
    after = " ".join(describe(error).advice)
    assert "UTF-8" not in before
    assert ("UTF-8" in after) is (about is not Refusal.ENCRYPTION)


def test_a_proof_that_was_refused_says_that_it_may_not_have_been_looked_at():
    plainly = describe(rejected("AUTH", means="PLAIN"))
    proof = describe(rejected("AUTH", means="CRAM-MD5", instead="PLAIN"))
    assert (plainly.instead, proof.instead) == ("", "PLAIN")
    assert plainly.advice == proof.advice[:-1]
    assert "CRAM-MD5" in proof.advice[-1]


def test_what_the_server_said_of_a_token_is_told():
    view = describe(
        rejected("AUTH", means="OAUTHBEARER", status="invalid_token", scope="mail.read")
    )
    assert "invalid_token" in view.detail
    assert "mail.read" in view.advice[0]
    bare = describe(REFUSALS["token"])
    assert "token was not kept" in bare.detail
    assert "expire" in bare.advice[-1]


def test_when_to_try_again():
    assert describe(REFUSALS["in use"]).retry_after == 30
    delayed = describe(REFUSALS["too soon"])
    assert delayed.retry_after == 300
    assert "300 more seconds" in delayed.detail
    assert describe(LoginDelayed("-ERR wait", None)).retry_after is None
    assert describe(REFUSALS["wrong password"]).retry_after is None
