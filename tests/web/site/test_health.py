from tests.support.maildrop import FakeMaildrop, plain
from tests.support.scripted import ScriptedServer
from tests.web.visiting import Script, http_to, running


async def test_it_lives_and_is_ready_and_says_how_many_sessions_are_open():
    async with (
        ScriptedServer(FakeMaildrop(plain(1))) as server,
        running() as app,
        http_to(app) as http,
    ):
        assert (await http.get("/livez")).text == "ok\n"
        assert (await http.get("/readyz")).text == "ok, 0 sessions\n"
        await Script.signed_in(http, server)
        assert (await http.get("/readyz")).text == "ok, 1 sessions\n"


async def test_a_proxy_may_ask_over_plain_http_from_another_machine():
    async with running() as app, http_to(app, "http://10.0.0.5:8000", peer="10.0.0.9") as http:
        assert (await http.get("/livez")).status_code == 200
        assert (await http.get("/readyz")).status_code == 200
        assert (await http.get("/")).status_code == 403
