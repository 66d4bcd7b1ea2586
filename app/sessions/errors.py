"""What can go wrong with a session."""

from enum import Enum


class SessionError(Exception):
    """Anything about sessions."""


class NoSession(SessionError):
    """No session, or one that has ended or expired."""


class SessionLimit(SessionError):
    """As many sessions as the operator allows are open.

    Attributes:
        limit: how many that is.
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 60

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class ClientLimit(SessionError):
    """As many sessions are open as the operator allows one client.

    Attributes:
        limit: how many that is.
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 60

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit


class OpeningFault(Enum):
    """Whose sign-ins are too many at once."""

    CLIENT = "client"
    HOST = "host"
    ALL = "all"


class OpeningLimit(SessionError):
    """As many sign-ins are under way as may be.

    Attributes:
        fault: whose.
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 15

    def __init__(self, fault: OpeningFault) -> None:
        super().__init__(fault)
        self.fault = fault


class StoreFault(Enum):
    """Why the store cannot be used now."""

    GONE = "it does not answer"
    FULL = "it takes no more"


class StoreUnavailable(SessionError):
    """The store of sessions cannot be read or written; what is live goes on.

    Attributes:
        fault: why.
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 5

    def __init__(self, fault: StoreFault) -> None:
        super().__init__(fault)
        self.fault = fault
