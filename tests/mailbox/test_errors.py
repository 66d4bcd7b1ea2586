import pytest

from app.mailbox import LoginRejected, Unproven, errors
from app.mailbox.receipts import words_for
from app.pop3 import Fault, RemoteProtocolError
from app.transport import ConnectFailed, ConnectFault, ConnectionLost


def test_every_error_is_a_mailbox_error():
    found = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    assert len(found) == 21
    assert all(issubclass(error, errors.MailboxError) for error in found)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LoginRejected("-ERR [AUTH] no", "AUTH"), "-ERR [AUTH] no"),
        (ConnectFailed("h", 1, ConnectFault.REFUSED), Unproven.NO_CONNECTION),
        (
            ConnectFailed("h", 1, ConnectFault.TURNED_AWAY, "-ERR full"),
            "-ERR full",
        ),
        (RemoteProtocolError(Fault.BAD_STATUS), Unproven.NO_CONNECTION),
        (ConnectionLost("LIST"), Unproven.NO_CONNECTION),
    ],
)
def test_words_for_a_receipt(error, words):
    assert words_for(error) == words
