import poplib
import ssl
import subprocess
import time

import pytest

from .certs import Authority, self_signed
from .dovecot import PASSWORD, Dovecot

pytestmark = pytest.mark.interop


def sign_in(server: Dovecot, user: str) -> poplib.POP3:
    client = poplib.POP3(server.host, server.port, timeout=20)
    client.user(user)
    client.pass_(PASSWORD)
    return client


@pytest.fixture(scope="module")
def dovecot():
    with Dovecot() as server:
        yield server


def test_serves_what_was_delivered_in_that_order(dovecot):
    raws = [b"Subject: %d\n\nbody\n" % n for n in range(30)]
    dovecot.deliver_many("order", raws)
    client = sign_in(dovecot, "order")
    try:
        assert client.stat()[0] == 30
        assert [client.retr(n)[1][0] for n in range(1, 31)] == [
            b"Subject: %d" % n for n in range(30)
        ]
    finally:
        client.quit()


def test_every_user_has_a_maildir_of_their_own(dovecot):
    dovecot.deliver("anna", b"Subject: for anna\n\n\n")
    client = sign_in(dovecot, "bert")
    try:
        assert client.stat() == (0, 0)
    finally:
        client.quit()


def test_the_disk_tells_what_quit_removed(dovecot):
    first, second = dovecot.deliver_many("disk", [b"Subject: 1\n\none\n", b"Subject: 2\n\ntwo!\n"])
    before = dovecot.messages_on_disk("disk")
    client = sign_in(dovecot, "disk")
    client.dele(1)
    assert set(dovecot.messages_on_disk("disk")) == {first.name, second.name}
    client.quit()
    after = dovecot.messages_on_disk("disk")
    assert set(after) == {second.name}
    assert after[second.name].sha256 == before[second.name].sha256
    assert dovecot.octets_on_disk("disk") == len(b"Subject: 2\n\ntwo!\n")


def test_list_takes_its_sizes_from_the_file_names(dovecot):
    path = dovecot.deliver("names", b"Subject: s\r\n\r\nx\r\n")
    assert ",S=17,W=17" in path.name
    path.rename(path.with_name(path.name.replace("W=17", "W=4711")))
    client = sign_in(dovecot, "names")
    try:
        assert client.list()[1] == [b"1 4711"]  # no file was opened to find the truth
    finally:
        client.quit()


def test_a_wrong_password_is_refused(dovecot):
    client = poplib.POP3(dovecot.host, dovecot.port, timeout=20)
    client.user("anyone")
    with pytest.raises(poplib.error_proto, match=r"\[AUTH\]"):
        client.pass_("wrong")
    client.close()


def test_tls_and_stls_are_verified_against_its_authority(dovecot):
    trusting, strange = dovecot.authority.client_context(), Authority().client_context()
    poplib.POP3_SSL("localhost", dovecot.tls_port, context=trusting, timeout=20).quit()
    client = poplib.POP3(dovecot.host, dovecot.port, timeout=20)
    client.stls(trusting)
    client.quit()
    with pytest.raises(ssl.SSLCertVerificationError):
        poplib.POP3_SSL("localhost", dovecot.tls_port, context=strange, timeout=20)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [("expired", "expired"), ("other", "mismatch"), ("self", "self-signed")],
)
def test_wrong_certificates_are_wrong_in_the_way_they_say(wrong, why):
    authority = Authority()
    leaf = {
        "expired": authority.expired_leaf(),
        "other": authority.other_name_leaf(),
        "self": self_signed(),
    }[wrong]
    with (
        Dovecot(authority=authority, certificate=leaf) as server,
        pytest.raises(ssl.SSLCertVerificationError, match=why),
    ):
        poplib.POP3_SSL(
            "localhost", server.tls_port, context=authority.client_context(), timeout=20
        )


def test_knobs():
    with Dovecot(
        mechanisms=["plain"], plaintext=False, settings={"pop3_uidl_format": "%f"}
    ) as server:
        client = poplib.POP3(server.host, server.port, timeout=20)
        assert client.capa()["SASL"] == []  # none in clear
        with pytest.raises(poplib.error_proto, match="Plaintext authentication disallowed"):
            client.user("knob")
        client.stls(server.authority.client_context())
        assert client.capa()["SASL"] == ["PLAIN"]
        path = server.deliver("knob", b"Subject: k\n\n\n")
        client.user("knob")
        client.pass_(PASSWORD)
        assert client.uidl()[1] == [b"1 " + path.name.encode()]
        client.quit()


def test_without_tls_there_is_no_stls():
    with Dovecot(tls=False) as server:
        client = poplib.POP3(server.host, server.port, timeout=20)
        assert "STLS" not in client.capa()
        assert server.tls_port == 0
        client.quit()


def test_several_run_side_by_side_and_each_ends_its_own():
    with Dovecot() as one:
        with Dovecot() as two:
            assert len({one.port, one.tls_port, two.port, two.tls_port}) == 4
            one.deliver("u", b"Subject: 1\n\n\n")
            client = sign_in(two, "u")
            assert client.stat() == (0, 0)
            client.quit()
            pid, folder = two.pid, two.maildir("u")
        client = sign_in(one, "u")
        assert client.stat()[0] == 1
        client.quit()
        assert subprocess.run(["ps", "-p", str(pid)], check=False, capture_output=True).returncode
        assert not folder.exists()


def test_restart_keeps_mail_and_ports():
    with Dovecot() as server:
        server.deliver("u", b"Subject: 1\n\n\n")
        old = server.pid
        server.restart()
        assert server.pid != old
        client = sign_in(server, "u")
        assert client.stat()[0] == 1
        client.quit()


def test_a_bad_setting_is_told_with_dovecots_own_words():
    with (
        pytest.raises(RuntimeError, match="no_such_setting"),
        Dovecot(settings={"no_such_setting": "1"}),
    ):
        pass


def test_large_maildrops_are_quick(dovecot):
    start = time.monotonic()
    dovecot.deliver_many("large", (b"Subject: %d\n\n\n" % n for n in range(5_000)))
    client = sign_in(dovecot, "large")
    assert len(client.list()[1]) == 5_000
    client.quit()
    assert time.monotonic() - start < 10
