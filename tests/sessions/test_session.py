import pytest

from app.mailbox import Account, Credentials
from app.sessions import NoSession
from app.sessions.session import account_in, credentials_in, packed
from app.sessions.vault import Keys
from app.transport import Security, Target


@pytest.mark.parametrize("password", ["secret", "", "Ä あ\n{}", "x" * 5000])
def test_what_was_sealed_comes_back_for_the_token_alone(password):
    keys = Keys.of("token")
    account = Account("änna", Target("pop.example.net", 995, Security.TLS, verified=False))
    credentials = Credentials("änna", password, "XOAUTH2", "de")
    sealed = keys.close(packed(account, credentials))
    assert account_in(keys, sealed) == account
    assert credentials_in(keys, sealed) == credentials
    for opening in (account_in, credentials_in):
        with pytest.raises(NoSession):
            opening(Keys.of("other"), sealed)
