import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.transport import Security, Target
from app.web import OfferedTarget, WebConfig
from app.web.signin.forms import SignInForm, read_target
from app.web.site.errors import InvalidRequest

OFFERED = (
    OfferedTarget("First", Target("pop.example.net", 995, Security.TLS, verified=False)),
    OfferedTarget("Second", Target("pop.example.org", 110, Security.NONE)),
)

TOKEN = "eyJhbGciOi.J9.tok-en"


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        (("pop.example.net", "", ""), ("pop.example.net", 995, "tls")),
        ((" pop.example.net ", "", "tls"), ("pop.example.net", 995, "tls")),
        (("pop.example.net.", "", ""), ("pop.example.net", 995, "tls")),
        (("pop.example.net", "", "starttls"), ("pop.example.net", 110, "starttls")),
        (("pop.example.net", "", "none"), ("pop.example.net", 110, "none")),
        (("pop.example.net", "110", ""), ("pop.example.net", 110, "starttls")),
        (("pop.example.net", "110", "tls"), ("pop.example.net", 110, "tls")),
        (("pop.example.net:2110", "", "NONE"), ("pop.example.net", 2110, "none")),
        (("pop.example.net:2110", "995", ""), ("pop.example.net", 995, "tls")),
        (("10.0.0.1:110", "", ""), ("10.0.0.1", 110, "starttls")),
        (("[2001:db8::1]:995", "", ""), ("2001:db8::1", 995, "tls")),
        (("2001:db8::1", "", ""), ("2001:db8::1", 995, "tls")),
        (("::1", "110", "none"), ("::1", 110, "none")),
        (("müller.example", "", ""), ("xn--mller-kva.example", 995, "tls")),
        (("pop.faß.example", "", ""), ("pop.xn--fa-hia.example", 995, "tls")),
    ],
)
def test_a_server_as_people_type_it(typed, target):
    host, port, security = target
    assert read_target(*typed) == Target(host, port, Security(security))


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        (("", "", ""), "Type the name of the mail server"),
        (("   ", "", ""), "Type the name of the mail server"),
        (("https://pop.example.net", "", ""), "not a server name"),
        (("pop.example.net/x", "", ""), "not a server name"),
        (("user@pop.example.net", "", ""), "not a server name"),
        (("a b", "", ""), "not a server name"),
        (("a\x00b", "", ""), "not a server name"),
        (("a\r\nb", "", ""), "not a server name"),
        (("[::1", "", ""), "not a server name"),
        (("1:2:3", "", ""), "not a server name"),
        (("[:::]:995", "", ""), "not a server name"),
        (("[::1]:0", "", ""), "Port:"),
        (("::1", "0", ""), "Port:"),
        (("pop.example.net\ufffd", "", ""), "not a server name"),
        (("pop.example.net:x", "", ""), "not a server name"),
        (("pop.example.net", "0", ""), "Port:"),
        (("pop.example.net", "65536", ""), "Port:"),
        (("pop.example.net", "9" * 5000, ""), "Port:"),
        (("pop.example.net", "-1", ""), "Port:"),
        (("pop.example.net", "٩٩٥", ""), "Port:"),
        (("pop.example.net", "²", ""), "Port:"),
        (("pop.example.net:0", "", ""), "Port:"),
        (("pop.example.net", "", "ssl"), "Security:"),
    ],
)
def test_what_makes_no_sense_is_named(typed, word):
    with pytest.raises(InvalidRequest) as error:
        read_target(*typed)
    assert word in error.value.detail


@given(st.text(max_size=80), st.text(max_size=8), st.text(max_size=10))
@example(":", "", "")
@example("[:]", "", "")
def test_anything_typed_is_a_target_or_a_word_about_it(server, port, security):
    try:
        target = read_target(server, port, security)
    except InvalidRequest as error:
        assert error.detail  # noqa: PT017
        return
    assert target.host
    assert not set(target.host) & set(" /\r\n\0@[]")
    assert 1 <= target.port <= 65535
    assert target.verified


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, OFFERED[0].target),
        ({"offered": "First"}, OFFERED[0].target),
        ({"offered": "Second"}, OFFERED[1].target),
        # with a server typed in, the select does not count
        (
            {"server": "pop.lan", "offered": "Second"},
            Target("pop.lan", 995, Security.TLS),
        ),
        # the operator's own server is used as the operator says, however it is typed
        ({"server": "POP.Example.Net"}, OFFERED[0].target),
        ({"server": "pop.example.org", "port": "110", "security": "starttls"}, OFFERED[1].target),
    ],
)
def test_offered_servers(fields, expected):
    form = SignInForm(username="anna", password="p", **fields)
    account, credentials = form.read(WebConfig(offered=OFFERED))
    assert account.target == expected
    assert (account.username, credentials.password) == ("anna", "p")


@pytest.mark.parametrize("fields", [{"offered": "Third"}, {"offered": "other"}])
def test_a_server_that_is_not_offered(fields):
    with pytest.raises(InvalidRequest):
        SignInForm(username="anna", password="p", **fields).read(WebConfig(offered=OFFERED))


def test_a_password_is_taken_as_it_is_and_a_name_without_the_spaces_around_it():
    _, credentials = SignInForm(" anna ", "  p  ", "pop.lan").read(WebConfig())
    assert (credentials.username, credentials.password) == ("anna", "  p  ")


@pytest.mark.parametrize("auth", ["XOAUTH2", "oauthbearer"])
def test_a_token_takes_the_place_of_the_password(auth):
    form = SignInForm("anna", server="pop.lan", auth=auth, token=TOKEN)
    _, credentials = form.read(WebConfig())
    assert (credentials.password, credentials.mechanism) == (TOKEN, auth.upper())
    assert credentials.language == "en-GB"
    assert TOKEN not in repr(form) + repr(credentials)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"token": TOKEN}, "goes with auth OAUTHBEARER, XOAUTH2"),
        ({"token": TOKEN, "auth": "PLAIN"}, "goes with auth"),
        ({"token": TOKEN, "auth": "XOAUTH2", "password": "p"}, "goes with auth"),
        ({"password": "p", "auth": "XOAUTH2"}, "goes with auth"),
        ({"token": f"{TOKEN}\r\nQUIT", "auth": "XOAUTH2"}, "cannot be sent"),
        ({"token": f"{TOKEN}\x01", "auth": "XOAUTH2"}, "cannot be sent"),
        ({"password": "p", "auth": "GSSAPI"}, "SCRAM-SHA-256, USER, XOAUTH2."),
    ],
)
def test_a_means_and_a_token_that_do_not_go_together(fields, word):
    with pytest.raises(InvalidRequest) as error:
        SignInForm("anna", server="pop.lan", **fields).read(WebConfig())
    assert word in error.value.detail
    assert TOKEN not in error.value.detail
