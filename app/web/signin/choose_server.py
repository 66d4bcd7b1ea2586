"""To which server a sign-in goes: the one that was named, or the one that is found."""

from app.discovery import NotFound
from app.mailbox import Account, Credentials
from app.web.site.config import Services

from .errors import ConfirmServer, ServerNotFound
from .forms import SignInForm


async def located(services: Services, form: SignInForm) -> tuple[Account, Credentials]:
    """Whom to sign in, and where; a password goes only to a server that is named or sure.

    Raises:
        InvalidRequest: something is missing or makes no sense; nothing was asked.
        ServerNotFound: none was named, and none found.
        ConfirmServer: one was found that a person should look at first.
    """
    config = services.config
    if form.names_server:
        return form.read(config)
    form.credentials()
    found = await services.discovery.find(form.username)
    if isinstance(found, NotFound):
        raise ServerNotFound(found.reason, found.domain, found.provider, found.host)
    if not found.sure:
        target = found.target
        raise ConfirmServer(target.host, target.port, target.security.value, found.domain)
    return form.read(config, found)
