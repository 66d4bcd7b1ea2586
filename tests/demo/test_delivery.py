import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import pairwise
from typing import Any

import pytest

from app.demo import compose
from app.demo.delivery import Draft, Sender, deliver, host_address

WHEN = datetime(2026, 3, 4, 10, 11, 12, tzinfo=UTC)
ANNA = Sender("Zoë", "zoe@post.example", 9, "Mailer 1", "iso-8859-1")


def delivered(**options: Any) -> EmailMessage:
    draft = Draft(WHEN, ANNA, options.pop("subject", "Hello"), compose.text("x"), **options)
    item = deliver(draft)
    assert item.when == WHEN
    return email.message_from_bytes(item.head, policy=email.policy.default)


@pytest.mark.parametrize(
    ("options", "hops"),
    [({}, 3), ({"relay": "lists.x.example"}, 4), ({"bulk": True}, 2)],
)
def test_the_trace_leads_back_to_the_sender_in_order(options, hops):
    message = delivered(**options)
    received = [str(value) for value in message.get_all("Received", [])]
    assert len(received) == hops
    dates = [email.utils.parsedate_to_datetime(value.rpartition(";")[2]) for value in received]
    assert dates == sorted(dates, reverse=True)
    assert all(abs(date - WHEN) < timedelta(minutes=2) for date in dates)
    assert "TLSv1.3" in received[1]
    for upper, lower in pairwise(received):
        assert upper.split()[1] == lower.partition(" by ")[2].split()[0]
    names = list(message.keys())
    assert names.index("Received") < names.index("From"), "trace fields stand on top"


def test_who_sent_it_and_when():
    message = delivered(subject="Größe")
    assert message["From"].addresses[0].display_name == "Zoë"
    assert message["Date"].datetime.utcoffset() == timedelta(hours=9)
    assert abs(message["Date"].datetime - WHEN) < timedelta(minutes=1)
    assert message["Subject"] == "Größe"
    assert message["Message-ID"].endswith("@post.example>")
    assert "dkim=pass" in message["Authentication-Results"]
    assert message["User-Agent"] == "Mailer 1"


def test_a_subject_that_the_charset_cannot_say_is_sent_in_utf_8():
    assert delivered(subject="桜 and ü")["Subject"] == "桜 and ü"


def test_only_bulk_mail_that_is_trusted_is_signed():
    assert "DKIM-Signature" not in delivered()
    assert "DKIM-Signature" in delivered(bulk=True)
    spam = delivered(bulk=True, trusted=False)
    assert "DKIM-Signature" not in spam
    assert "dmarc=fail" in spam["Authentication-Results"]
    assert "TLSv1.3" not in str(spam.get_all("Received"))


def test_hosts_have_addresses_kept_for_documentation():
    hosts = [host_address(f"host{number}.example") for number in range(200)]
    assert {host.rpartition(".")[0] for host in hosts} == {"192.0.2", "198.51.100", "203.0.113"}
    assert all(4 <= int(host.rpartition(".")[2]) <= 253 for host in hosts)
