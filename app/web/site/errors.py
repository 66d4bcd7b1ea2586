"""What can be wrong with a request itself."""


class WebError(Exception):
    """What can be wrong with a request itself."""


class ForbiddenOrigin(WebError):
    """The request does not come from a page of ours."""


class InsecureHttp(WebError):
    """Plain HTTP from another machine.

    Attributes:
        proxied: it came through a proxy that the operator has not named.
    """

    def __init__(self, *, proxied: bool = False) -> None:
        super().__init__(proxied)
        self.proxied = proxied


class UnknownName(WebError):
    """Plain HTTP under a name that a foreign site may have made to lead here.

    Attributes:
        name: the name; "" where it is none.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Busy(WebError):
    """Too much is being sent at once."""

    retry_after = 1


class InvalidRequest(WebError):
    """A field, a parameter or a path makes no sense.

    Attributes:
        detail: which one and why, for a person.
        field: its name in the form, where it is known and one alone.
    """

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field


class NoSuchReceipt(WebError):
    """No deletion of this session has this number, or its receipt is not kept any more."""


class StreamLimit(WebError):
    """As many event streams are open as one session may have.

    Attributes:
        retry_after: seconds after which it is worth another try.
    """

    retry_after = 15
