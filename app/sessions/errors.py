"""What can go wrong with a session."""


class SessionError(Exception):
    """Anything about sessions."""


class NoSession(SessionError):
    """No session, or one that has ended or expired."""


class SessionLimit(SessionError):
    """As many sessions as the operator allows are open.

    Attributes:
        limit: how many that is.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.limit = limit
