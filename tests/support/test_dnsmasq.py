import dns.message
import dns.query

from .dnsmasq import Dnsmasq


def test_it_answers_what_it_was_given_and_nothing_else():
    records = ["host-record=a.test,127.0.0.9", "srv-host=_pop3s._tcp.b.test"]
    with Dnsmasq(records) as names:

        def ask(name: str, kind: str) -> str:
            question = dns.message.make_query(name, kind)
            return str(dns.query.udp(question, names.host, timeout=5, port=names.port))

        assert "a.test. 0 IN A 127.0.0.9" in ask("a.test", "A")
        assert " IN SRV " in ask("_pop3s._tcp.b.test", "SRV")
        assert "NXDOMAIN" in ask("nobody.test", "A")
        assert names.asked[-3:] == ["A a.test", "SRV _pop3s._tcp.b.test", "A nobody.test"]
