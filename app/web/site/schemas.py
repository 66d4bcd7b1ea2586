"""What every call of the JSON API may answer, and how strictly its bodies are read."""

from pydantic import BaseModel, ConfigDict


class RequestBody(BaseModel):
    """A body that is sent: nothing in it is unknown or of another type, and no error repeats it."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class Problem(BaseModel):
    """An error (RFC 9457); `reply` is the server's own -ERR line.

    `retry_after` counts seconds. `instead` is an `auth` to try where only a proof of the password
    was sent, which not all servers can check. `means_refused` are the means that the server refused
    for their form; it said nothing of the name and the password then.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    reply: str | None = None
    retry_after: int | None = None
    instead: str | None = None
    means_refused: list[str] | None = None
    confirm: str | None = None
