"""The errors: fields, not sentences; nothing more of a server's octets than is needed."""

import copy
import pickle

import pytest

from app.pop3 import (
    CommandRejected,
    Fault,
    LocalProtocolError,
    Pop3Error,
    RemoteProtocolError,
    SaslError,
)


@pytest.mark.parametrize(
    "error",
    [
        LocalProtocolError("why"),
        RemoteProtocolError(Fault.BAD_STATUS, b"x"),
        CommandRejected("STAT", "IN-USE", "busy"),
        SaslError("why"),
    ],
)
def test_every_error_is_one_of_the_family_and_can_be_copied(error):
    assert isinstance(error, Pop3Error)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert twin.args == error.args
        assert vars(twin) == vars(error)


def test_received_octets_are_cut_at_80_everywhere():
    error = RemoteProtocolError(Fault.LINE_TOO_LONG, b"a" * 80 + b"SECRET")
    assert error.received == b"a" * 80
    assert "SECRET" not in repr(error) + str(error)


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [
        ("IN-USE", "Mailbox busy", "-ERR [IN-USE] Mailbox busy"),
        (None, "no such message", "-ERR no such message"),
        (None, "", "-ERR"),
        ("AUTH", "", "-ERR [AUTH]"),
    ],
)
def test_a_rejection_can_be_shown_as_the_server_said_it(code, text, shown):
    assert CommandRejected("PASS ••••••••", code, text).reply == shown


def test_faults_are_told_apart():
    assert len({fault.value for fault in Fault}) == len(Fault)
