from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mime.received import Hop, parse_received

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT = "; Mon, 2 Mar 2026 12:00:00 +0000"


def told(value: str) -> dict[str, object]:
    """What could be told of a hop, without the rest."""
    hop = parse_received(value)
    names = ("helo", "reverse", "address", "by", "protocol", "tls_version", "tls_cipher", "id")
    found = {name: getattr(hop, name) for name in (*names, "recipient")}
    found["encrypted"] = hop.encrypted
    return {name: value for name, value in found.items() if value is not None}


SHAPES: dict[str, tuple[str, dict[str, object]]] = {
    "postfix": (
        ("from mail.example.org (mx3.example.org [198.51.100.7]) (using TLSv1.3 with cipher"
        " TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048"
        " bits) server-digest SHA256) (No client certificate requested) by mx.example.net (Postfix)"
        " with ESMTPS id 4TxYz12ab for <anna@example.net>"),
        {"helo": "mail.example.org", "reverse": "mx3.example.org", "address": "198.51.100.7",
         "by": "mx.example.net", "protocol": "ESMTPS", "tls_version": "TLS 1.3",
         "tls_cipher": "TLS_AES_256_GCM_SHA384", "id": "4TxYz12ab",
         "recipient": "anna@example.net", "encrypted": "yes"},
    ),
    "postfix without TLS, no reverse name": (
        "from [10.0.0.5] (unknown [203.0.113.9]) by mx.example.net (Postfix) with ESMTP id 1A",
        {"helo": "[10.0.0.5]", "address": "203.0.113.9", "by": "mx.example.net",
         "protocol": "ESMTP", "id": "1A", "encrypted": "no"},
    ),
    "postfix, a program on the machine": (
        "by host.example.net (Postfix, from userid 1000) id 7F2C01",
        {"by": "host.example.net", "id": "7F2C01", "encrypted": "unknown"},
    ),
    "postfix, IPv6 and a signed-in sender": (
        ("from laptop.lan (p5b.example.com [IPv6:2001:db8::17]) (using TLSv1.2 with cipher"
        " ECDHE-RSA-AES128-GCM-SHA256 (128/128 bits)) (Authenticated sender: ben@example.net)"
        " by mail.example.net (Postfix) with ESMTPSA id 9"),
        {"helo": "laptop.lan", "reverse": "p5b.example.com", "address": "2001:db8::17",
         "by": "mail.example.net", "protocol": "ESMTPSA", "tls_version": "TLS 1.2",
         "tls_cipher": "ECDHE-RSA-AES128-GCM-SHA256", "id": "9", "encrypted": "yes"},
    ),
    "exim": (
        ("from out.example.org ([198.51.100.20]:51234 helo=relay.local) by mx.example.net with"
        " esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.94.2)"
        " (envelope-from <a@example.org>) id 1lXyZ0-0003ab-Cd for anna@example.net"),
        {"helo": "relay.local", "reverse": "out.example.org", "address": "198.51.100.20",
         "by": "mx.example.net", "protocol": "ESMTPS", "tls_version": "TLS 1.3",
         "tls_cipher": "TLS_AES_256_GCM_SHA384", "id": "1lXyZ0-0003ab-Cd",
         "recipient": "anna@example.net", "encrypted": "yes"},
    ),
    "exim of old, no reverse name": (
        ("from [198.51.100.20] (helo=relay.local) by mx.example.net with esmtps"
        " (TLS1.2:ECDHE_RSA_AES_256_GCM_SHA384:256) (Exim 4.89) id 1x"),
        {"helo": "relay.local", "address": "198.51.100.20", "by": "mx.example.net",
         "protocol": "ESMTPS", "tls_version": "TLS 1.2",
         "tls_cipher": "ECDHE_RSA_AES_256_GCM_SHA384", "id": "1x", "encrypted": "yes"},
    ),
    "exim, a program on the machine": (
        "from root by web.example.net with local (Exim 4.96) (envelope-from <root@x>) id 1a",
        {"helo": "root", "by": "web.example.net", "protocol": "LOCAL", "id": "1a",
         "encrypted": "unknown"},
    ),
    "sendmail": (
        ("from relay.local (out.example.org [198.51.100.7]) by mx.example.net (8.17.1/8.17.1) with"
        " ESMTPS id 322Bx (version=TLSv1.2 cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256 verify=NO)"
        " for <anna@example.net>"),
        {"helo": "relay.local", "reverse": "out.example.org", "address": "198.51.100.7",
         "by": "mx.example.net", "protocol": "ESMTPS", "tls_version": "TLS 1.2",
         "tls_cipher": "ECDHE-RSA-AES256-GCM-SHA384", "id": "322Bx",
         "recipient": "anna@example.net", "encrypted": "yes"},
    ),
    "sendmail, doubtful name": (
        ("from bank.example (bank.example [203.0.113.5] (may be forged)) by mx.example.net"
        " (8.15.2/8.15.2) with ESMTP id 1"),
        {"helo": "bank.example", "address": "203.0.113.5", "by": "mx.example.net",
         "protocol": "ESMTP", "id": "1", "encrypted": "no"},
    ),
    "sendmail with ident": (
        ("from x.example (IDENT:root@y.example [203.0.113.5]) by mx.example.net (8.9.3/8.9.3) with"
        " SMTP id AA1"),
        {"helo": "x.example", "reverse": "y.example", "address": "203.0.113.5",
         "by": "mx.example.net", "protocol": "SMTP", "id": "AA1", "encrypted": "no"},
    ),
    "gmail": (
        ("from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com"
        " with SMTPS id a1sor2345 for <anna@gmail.com> (Google Transport Security)"),
        {"helo": "mail-sor-f41.google.com", "reverse": "mail-sor-f41.google.com",
         "address": "209.85.220.41", "by": "mx.google.com", "protocol": "SMTPS",
         "id": "a1sor2345", "recipient": "anna@gmail.com", "encrypted": "yes"},
    ),
    "gmail, TLS told": (
        ("from out.example.org (out.example.org. [198.51.100.7]) by mx.google.com with ESMTPS id"
        " b2si (version=TLS1_3 cipher=TLS_AES_128_GCM_SHA256 bits=128/128)"),
        {"helo": "out.example.org", "reverse": "out.example.org", "address": "198.51.100.7",
         "by": "mx.google.com", "protocol": "ESMTPS", "tls_version": "TLS 1.3",
         "tls_cipher": "TLS_AES_128_GCM_SHA256", "id": "b2si", "encrypted": "yes"},
    ),
    "gmail, inside": (
        "by 2002:a05:6402:1c1:b0:4b1:5f2a:1 with SMTP id j1csp12345",
        {"by": "2002:a05:6402:1c1:b0:4b1:5f2a:1", "protocol": "SMTP", "id": "j1csp12345",
         "encrypted": "unknown"},
    ),
    "exchange": (
        ("from AM0PR05.eurprd05.prod.outlook.com (2603:10a6:208:1::12) by"
        " DB9PR05.eurprd05.prod.outlook.com (2603:10a6:10:2::7) with Microsoft SMTP Server"
        " (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.7050.23"),
        {"helo": "AM0PR05.eurprd05.prod.outlook.com", "address": "2603:10a6:208:1::12",
         "by": "DB9PR05.eurprd05.prod.outlook.com", "protocol": "SMTP", "tls_version": "TLS 1.2",
         "tls_cipher": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "id": "15.20.7050.23",
         "encrypted": "yes"},
    ),
    "exchange of old": (
        ("from EX1.corp.example (10.1.2.3) by EX2.corp.example (10.1.2.4) with Microsoft SMTP"
        " Server (TLS) id 14.3.123.3"),
        {"helo": "EX1.corp.example", "address": "10.1.2.3", "by": "EX2.corp.example",
         "protocol": "SMTP", "id": "14.3.123.3", "encrypted": "yes"},
    ),
    "exchange, inside": (
        ("from DB9.prod.outlook.com ([fe80::1%4]) by DB9.prod.outlook.com ([fe80::1%4]) with mapi"
        " id 15.20.7050.19"),
        {"helo": "DB9.prod.outlook.com", "address": "fe80::1", "by": "DB9.prod.outlook.com",
         "protocol": "MAPI", "id": "15.20.7050.19", "encrypted": "unknown"},
    ),
    "IIS": (
        "from relay ([203.0.113.5]) by win.example.net with Microsoft SMTPSVC(6.0.3790.4675)",
        {"helo": "relay", "address": "203.0.113.5", "by": "win.example.net",
         "protocol": "SMTPSVC", "encrypted": "unknown"},
    ),
    "IIS pickup": (
        "from mail pickup service by win.example.net with Microsoft SMTPSVC",
        {"by": "win.example.net", "protocol": "SMTPSVC", "encrypted": "unknown"},
    ),
    "qmail": (
        "from unknown (HELO relay.example) (198.51.100.7) by mx.example.net with SMTP",
        {"helo": "relay.example", "address": "198.51.100.7", "by": "mx.example.net",
         "protocol": "SMTP", "encrypted": "no"},
    ),
    "qmail, ident and TLS": (
        ("from out.example.org (HELO relay.example) (joe@198.51.100.7) by mx.example.net with"
        " (TLSv1.3 TLS_AES_256_GCM_SHA384 encrypted) ESMTPS"),
        {"helo": "relay.example", "reverse": "out.example.org", "address": "198.51.100.7",
         "by": "mx.example.net", "protocol": "ESMTPS", "tls_version": "TLS 1.3",
         "tls_cipher": "TLS_AES_256_GCM_SHA384", "encrypted": "yes"},
    ),
    "qmail with the TLS patch": (
        ("from out.example.org (198.51.100.7) by mx.example.net with (DHE-RSA-AES256-SHA encrypted)"
        " SMTP"),
        {"helo": "out.example.org", "address": "198.51.100.7", "by": "mx.example.net",
         "protocol": "SMTP", "tls_cipher": "DHE-RSA-AES256-SHA", "encrypted": "yes"},
    ),
    "qmail, from the network": ("(qmail 1234 invoked from network)", {"encrypted": "unknown"}),
    "qmail, by a user": ("(qmail 77 invoked by uid 1000)", {"encrypted": "unknown"}),
    "courier": (
        ("from relay.local (out.example.org [::ffff:198.51.100.7]) (TLS:"
        " TLSv1.3,256bits,TLS_AES_256_GCM_SHA384) by mx.example.net with UTF8ESMTPS id 00A1"),
        {"helo": "relay.local", "reverse": "out.example.org", "address": "198.51.100.7",
         "by": "mx.example.net", "protocol": "UTF8ESMTPS", "tls_version": "TLS 1.3",
         "tls_cipher": "TLS_AES_256_GCM_SHA384", "id": "00A1", "encrypted": "yes"},
    ),
    "courier of old": (
        ("from pc ([198.51.100.7]) (AUTH: LOGIN ann, TLS: TLSv1/SSLv3,256bits,AES256-SHA) by"
        " mx.example.net with esmtp; x"),
        {"helo": "pc", "address": "198.51.100.7", "by": "mx.example.net", "protocol": "ESMTP",
         "tls_cipher": "AES256-SHA", "encrypted": "yes"},
    ),
    "dovecot": (
        ("from mx.example.net ([127.0.0.1]) by store.example.net with LMTP id 8Kj3Gg"
        " (envelope-from <a@example.org>) for <anna@example.net>"),
        {"helo": "mx.example.net", "address": "127.0.0.1", "by": "store.example.net",
         "protocol": "LMTP", "id": "8Kj3Gg", "recipient": "anna@example.net",
         "encrypted": "unknown"},
    ),
    "fetchmail": (
        ("from pop.example.org [198.51.100.9] by localhost with POP3 (fetchmail-6.4.37) for"
        " <anna@localhost> (single-drop)"),
        {"helo": "pop.example.org", "address": "198.51.100.9", "by": "localhost",
         "protocol": "POP3", "recipient": "anna@localhost", "encrypted": "no"},
    ),
    "zimbra": (
        ("from zimbra.example.org (LHLO zimbra.example.org) (192.168.7.5) by zimbra.example.org"
        " with LMTP"),
        {"helo": "zimbra.example.org", "reverse": "zimbra.example.org", "address": "192.168.7.5",
         "by": "zimbra.example.org", "protocol": "LMTP", "encrypted": "unknown"},
    ),
    "amavis": (
        ("from mx.example.net ([127.0.0.1]) by localhost (mx.example.net [127.0.0.1]) (amavisd-new,"
        " port 10024) with ESMTP id AbC"),
        {"helo": "mx.example.net", "address": "127.0.0.1", "by": "localhost", "protocol": "ESMTP",
         "id": "AbC", "encrypted": "unknown"},
    ),
    "lotus": (
        ("from relay ([203.0.113.5]) by notes.example.net (Lotus Domino Release 8.5.3FP6) with"
        " ESMTP id 2026030212000012-345 "),
        {"helo": "relay", "address": "203.0.113.5", "by": "notes.example.net",
         "protocol": "ESMTP", "id": "2026030212000012-345", "encrypted": "no"},
    ),
    "mdaemon": (
        ("from relay.example by mail.example.net (MDaemon PRO v21.5.1) with ESMTPS id"
        " md5001000012345.msg for <anna@example.net>"),
        {"helo": "relay.example", "by": "mail.example.net", "protocol": "ESMTPS",
         "id": "md5001000012345.msg", "recipient": "anna@example.net", "encrypted": "yes"},
    ),
    "webmail": (
        "from [203.0.113.80] by web1.mail.example.com via HTTP",
        {"address": "203.0.113.80", "by": "web1.mail.example.com", "protocol": "HTTP",
         "encrypted": "no"},
    ),
    "roundcube": (
        "from dsl.example.com [203.0.113.80] by web.example.com with HTTP (HTTP/1.1 POST)",
        {"helo": "dsl.example.com", "address": "203.0.113.80", "by": "web.example.com",
         "protocol": "HTTP", "encrypted": "no"},
    ),
    "opensmtpd": (
        ("from relay (out.example.org [198.51.100.7]) by mx.example.net (OpenSMTPD) with ESMTPS id"
        " 6b1f (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) for <anna@example.net>"),
        {"helo": "relay", "reverse": "out.example.org", "address": "198.51.100.7",
         "by": "mx.example.net", "protocol": "ESMTPS", "tls_version": "TLS 1.3",
         "tls_cipher": "TLS_AES_256_GCM_SHA384", "id": "6b1f", "recipient": "anna@example.net",
         "encrypted": "yes"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shapes_of_many_servers(shape):
    value, expected = SHAPES[shape]
    assert told(value + AT) == expected
    hop = parse_received(value + AT, 7)
    assert (hop.date, hop.position, hop.value) == (NOON, 7, value + AT)
    assert (hop.delay, hop.clock) == (None, False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", {}),
        ("junk", {}),
        ("from", {}),
        ("by mx.example.net", {"by": "mx.example.net"}),
        ("from by mx.example.net", {"by": "mx.example.net"}),
        ("from a by (b [1.2.3.4])", {"helo": "a"}),
        # HELO by, HELO with: a name, because the keyword comes again
        ("from by (x.example [203.0.113.5]) by mx.example.net with SMTP",
         {"helo": "by", "reverse": "x.example", "address": "203.0.113.5", "by": "mx.example.net",
          "protocol": "SMTP", "encrypted": "no"}),
        ("FROM a BY b WITH smtp ID c", {"helo": "a", "by": "b", "protocol": "SMTP", "id": "c",
                                        "encrypted": "no"}),
        ("from a (unclosed by b with ESMTP", {"helo": "a", "by": "b", "protocol": "ESMTP",
                                              "encrypted": "no"}),
        ("by b (a (from x) [c]) with ESMTP id d", {"by": "b", "protocol": "ESMTP", "id": "d"}),
        ("from a (b [999.1.1.1]) by c", {"helo": "a", "reverse": "b", "by": "c"}),
        ("by b for multiple recipients", {"by": "b"}),
        ("by b for root", {"by": "b", "recipient": "root"}), ("by b for <>", {"by": "b"}),
        ("by b for <a@c>,<d@e>", {"by": "b", "recipient": "a@c"}),
        ("from a ([1.2.3.4] helo=TLSv1.3) by b with SMTP",  # not TLS: a name
         {"helo": "TLSv1.3", "reverse": "a", "address": "1.2.3.4", "by": "b", "protocol": "SMTP",
          "encrypted": "no"}),
        ("from a (version=TLS by b", {"helo": "a", "by": "b"}),
    ],
)  # fmt: skip
def test_what_is_missing_or_strange(value, expected):
    assert told(value) == {"encrypted": "unknown", **expected}
    assert parse_received(value).date is None


@pytest.mark.parametrize(
    ("tail", "date"),
    [
        ("; Mon, 2 Mar 2026 13:00:00 +0100 (CET)", NOON),
        (" (x; y); Mon, 2 Mar 2026 12:00:00 +0000", NOON),
        ("; Mon, 2 Mar 2026 12:00:00 +0000; junk", NOON),
        ("; 2 Mar 2026 12:00:00 GMT", NOON),
        (" Mon, 2 Mar 2026 12:00:00 +0000", None),
        ("; yesterday", None),
        (";", None),
        (AT + "; a; b; c; d", None),
    ],
)
def test_dates(tail, date):
    hop = parse_received("from a by b with SMTP id c" + tail)
    assert hop.date == date
    assert hop.by == "b"


def test_a_date_keeps_its_zone():
    hop = parse_received("by b; Mon, 2 Mar 2026 13:00:00 +0100")
    assert hop.date is not None
    assert hop.date.tzinfo == timezone(timedelta(hours=1))


def test_what_is_shown_is_short_and_harmless():
    hop = parse_received("from a\x07\u202eb by " + "c" * 1000 + " id " + "d" * 1000)
    assert hop.helo == "a\ufffdb"
    assert (len(hop.by or ""), len(hop.id or "")) == (256, 256)
    assert "\x07" not in hop.value


@pytest.mark.parametrize(
    "piece", ["(", "()", "from ", "by (a [", "; ", "[1.", "helo=", "(using TLSv1 with cipher ", '"']
)
def test_hostile_values_take_no_time(piece):
    value = piece * (1024 * 1024 // len(piece))
    parse_received(value)


PIECES = ["from ", "by ", "with ", "id ", "for ", "via ", "tls ", "a.example ", "(", ")", "[", "]",
          "1.2.3.4", "::1", ";", '"', "\\", "HELO ", "helo=", "ESMTPS ", "version=", " cipher=",
          "encrypted", "TLSv1.3", "Mon, 2 Mar 2026 12:00:00", "@", "\u202e", "%1", "²"]  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_value_never_raises(value):
    hop = parse_received(value)
    assert isinstance(hop, Hop)
    for text in (hop.helo, hop.reverse, hop.address, hop.by, hop.id, hop.recipient, hop.protocol):
        assert text is None or (text and len(text) <= 256 and "\n" not in text)
    assert hop.encrypted != "no" or (hop.protocol and not hop.tls_version)
    assert hop.tls_version is None or hop.encrypted == "yes"


@pytest.mark.parametrize(
    ("clause", "version", "cipher"),
    [
        ("with ESMTP/TLS/ECDHE-RSA-AES256-GCM-SHA384 id 1", None, "ECDHE-RSA-AES256-GCM-SHA384"),
        ("with ESMTP-TLS id 1", None, None),
        ("with SMTP-SSL id 1", None, None),
        ("with ESMTP (Cipher TLSv1:RC4-SHA:128) id 1", "TLS 1.0", "RC4-SHA"),
        ("with ESMTP (Cipher: TLSv1.2:AES256-SHA:256) id 1", "TLS 1.2", "AES256-SHA"),
        ("(using TLSv1) with ESMTP id 1", "TLS 1.0", None),
        ("with ESMTP (using TLSv1.2 connection) id 1", "TLS 1.2", None),
        ("(TLS-1.0:RSA_AES_256_CBC_SHA1:32) with ESMTP id 1", "TLS 1.0", "RSA_AES_256_CBC_SHA1"),
        ("with DHE-RSA-AES256-SHA encrypted SMTP", None, "DHE-RSA-AES256-SHA"),
        ("with (DHE-RSA-AES256-SHA encrypted) SMTP", None, "DHE-RSA-AES256-SHA"),
        ("with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384", "TLS 1.3", "TLS_AES_256_GCM_SHA384"),
        ("with ESMTP (version=TLSv1/SSLv3 cipher=RC4-MD5 bits=128)", None, "RC4-MD5"),
        ("with Microsoft SMTP Server (version=TLS1_2, cipher=X_Y_Z) id 1", "TLS 1.2", "X_Y_Z"),
        ("with SMTP (TLS) id 1", None, None),
        ("with SMTP (encrypted) id 1", None, None),
        ("with ESMTP (STARTTLS) id 1", None, None),
        ("with SMTP via SSL id 1", None, None),
        ("with ESMTP via TLS", None, None),
        ("over TLS secured channel with Microsoft SMTPSVC(8.5)", None, None),
        ("with UTF8SMTPS id 1", None, None),
        ("with ESMTPSA id 1", None, None),
        ("with LMTPS id 1", None, None),
        ("with HTTPS id 1", None, None),
        ("via HTTPS", None, None),
    ],
)
def test_where_tls_is_named_it_was_encrypted(clause, version, cipher):
    hop = parse_received(f"from a.example (a.example [192.0.2.1]) by mx.example.net {clause}{AT}")
    assert (hop.encrypted, hop.tls_version, hop.tls_cipher) == ("yes", version, cipher)
    assert hop.date == NOON


@pytest.mark.parametrize(
    "value",
    [
        "from tls.example (tls.example.org [192.0.2.1]) by mx.example.net with ESMTP",
        "from tls (tls-1.example.org [192.0.2.1]) by tls.example.net with ESMTP id TLS",
        "from x (HELO tls) (192.0.2.1) by mx.example.net with SMTP",
        "from x ([192.0.2.1] helo=ssl) by mx.example.net with esmtp (Exim 4)",
        "from x ([192.0.2.1]) by mx.example.net with ESMTP (envelope-from <tls@ssl.example>)",
        "from tls ([192.0.2.1]) by tls with ESMTP (no TLS) (tls=no)",
        "from x ([192.0.2.1]) by mx.example.net with ESMTP (not encrypted) (unencrypted)",
        "from x ([192.0.2.1]) by mx.example.net with ESMTP (version=NONE cipher=NONE)",
        "from x ([192.0.2.1]) by mx.example.net with ESMTP (TLS not used) (encryption disabled)",
        "from x ([192.0.2.1]) by mx.example.net with HTTP",
    ],
)
def test_names_that_somebody_chose_encrypt_nothing(value):
    assert parse_received(value + AT).encrypted == "no"


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("x ([192.0.2.5:33672])", "192.0.2.5"),
        ("[192.0.2.5:33672]", "192.0.2.5"),
        ("[192.0.2.5]:33672", "192.0.2.5"),
        ("x (192.0.2.5:33672)", "192.0.2.5"),
        ("x ([2001:db8::5]:33672)", "2001:db8::5"),
        ("[IPv6:2001:db8::5]:33672", "2001:db8::5"),
        ("x (2001:db8::5)", "2001:db8::5"),
        ("192.0.2.5", "192.0.2.5"),
        ("x ([192.0.2.5:999999])", None),
    ],
)
def test_an_address_may_have_a_port(sender, address):
    value = f"from {sender} by mx.example.net with ESMTP id 1{AT}"
    assert parse_received(value).address == address
