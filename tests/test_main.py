"""The composition root: what the operator decided reaches the parts it is about."""

import asyncio
import subprocess
import sys

import pytest

from app.mailbox import Account, Credentials
from app.main import create_app
from app.settings import Settings
from app.transport import ConnectFailed, Security, Target, TargetForbidden
from app.web import DemoAccount, Services

from .support.maildrop import FakeMaildrop, plain
from .support.popscope import ROOT
from .support.scripted import ScriptedServer


def services(demo: DemoAccount | None = None, **given: object) -> Services:
    found: Services = create_app(Settings.model_validate(given), demo).state.services
    return found


def test_the_web_gets_what_was_decided():
    config = services(
        servers="pop.example.net, [2001:db8::1]:110;none",
        targets="fixed",
        public_origin="https://popscope.lan",
        session_max="2h",
        allow_insecure_http=True,
    ).config
    assert [offered.label for offered in config.offered] == [
        "pop.example.net, port 995, TLS",
        "[2001:db8::1], port 110, not encrypted",
    ]
    assert config.offered[1].target == Target("2001:db8::1", 110, Security.NONE)
    assert config.fixed is True
    assert config.public_origin == "https://popscope.lan"
    assert config.cookie_age == 7200 + 24 * 3600  # a day longer than the session, for its marks
    assert config.allow_insecure_http is True


def test_an_unverified_server_stays_unverified_and_others_do_not():
    offered = services(servers="a.example;unverified, b.example").config.offered
    assert [one.target.verified for one in offered] == [False, True]


def test_sessions_get_the_limits():
    limits = services(
        session_idle="9m", session_max="3h", session_limit=4, idle_release="5s"
    ).sessions._limits
    assert (limits.idle, limits.absolute, limits.most, limits.release) == (540, 10800, 4, 5)


@pytest.mark.parametrize(
    ("given", "host", "port", "allowed"),
    [
        ({}, "127.0.0.1", 110, False),
        ({"allow_loopback": True}, "127.0.0.1", 110, True),
        ({"allow_loopback": True}, "127.0.0.1", 111, False),
        ({"allow_loopback": True, "ports": "111"}, "127.0.0.1", 111, True),
        ({"targets": "public"}, "192.168.1.1", 110, False),
        ({"targets": "public", "servers": "192.168.1.1:2110"}, "192.168.1.1", 2110, True),
        ({"targets": "fixed", "servers": "192.168.1.1"}, "192.168.1.2", 995, False),
    ],
)
def test_the_dialer_gets_the_policy(given, host, port, allowed):
    policy = services(**given).sessions._dialer._policy
    try:
        policy.check(host, port)
        reached = policy.allows(host, host, port)
    except TargetForbidden:
        reached = False
    assert reached is allowed


def test_the_dialer_trusts_the_ca_file(authority, tmp_path):
    ca_file = authority.write(tmp_path / "ca.pem")
    dialer = services(ca_file=ca_file).sessions._dialer
    trusted = dialer._context.get_ca_certs(binary_form=True)
    usual = services().sessions._dialer._context.get_ca_certs(binary_form=True)
    assert len(trusted) == len(usual) + 1


async def test_the_reaper_runs_while_the_app_does_and_no_connection_outlives_it():
    fake = FakeMaildrop(plain(1))
    async with ScriptedServer(fake) as server:
        target = Target("127.0.0.1", server.port, Security.NONE)
        demo = DemoAccount(target, Credentials("demo", "secret"))
        app = create_app(Settings.model_validate({"allow_loopback": True}), demo)
        before = asyncio.all_tasks()
        async with app.router.lifespan_context(app):
            assert len(asyncio.all_tasks() - before) == 1
            await app.state.services.sessions.sign_in(Account("demo", target), demo.credentials)
        assert "QUIT" not in fake.commands
    assert asyncio.all_tasks() <= before


async def test_searching_is_switched_off_where_servers_are_fixed_or_one_says_so():
    assert services().discovery.searches
    assert not services(discovery=False).discovery.searches
    assert not services(targets="fixed", servers="pop.example.net").discovery.searches


async def test_name_servers_that_were_named_are_asked_for_sign_ins_too():
    asked = services(dns="127.0.0.1:1").sessions
    account = Account("anna", Target("localhost", 995, Security.TLS))
    with pytest.raises(ConnectFailed):  # the system would find it, and the policy refuse it
        await asked.sign_in(account, Credentials("anna", "secret"))
    with pytest.raises(TargetForbidden):
        await services().sessions.sign_in(account, Credentials("anna", "secret"))


def test_where_sessions_stay_in_memory_no_redis_is_loaded_and_nothing_is_settled():
    asked = "import sys, app.__main__; sys.exit('redis' in sys.modules)"
    subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=True)
    assert not services().sessions.lasting
    assert services(store="redis://localhost").sessions.lasting
    demo = DemoAccount(Target("127.0.0.1", 1, Security.NONE), Credentials("a@b.example", "demo"))
    assert not services(demo, store="redis://localhost").sessions.lasting
