"""Why a sign-in has no server to go to."""

from app.discovery import Reason
from app.web.site.errors import WebError


class ServerNotFound(WebError):
    """No server was named, and none was found for the address.

    Attributes:
        reason: why.
        domain: the address's domain, "" where it has none.
        provider, host: the provider's name and its server, where they are known.
    """

    def __init__(self, reason: Reason, domain: str, provider: str, host: str = "") -> None:
        super().__init__(reason, domain, provider, host)
        self.reason = reason
        self.domain = domain
        self.provider = provider
        self.host = host


class ConfirmServer(WebError):
    """A server was found that a person should look at before a password goes there.

    Attributes:
        host, port: where it is.
        security: how the connection is protected: `tls` or `starttls`.
        domain: the address's domain.
    """

    def __init__(self, host: str, port: int, security: str, domain: str) -> None:
        super().__init__(host, port, security, domain)
        self.host, self.port = host, port
        self.security = security
        self.domain = domain
