"""The API page."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A parameter of an API call."""

    name: str
    place: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class CallView:
    """An API call, for the API page."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[ParameterView, ...] = ()
    body: tuple[ParameterView, ...] = ()
    answers: tuple[tuple[str, str], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class CodeView:
    """An error code of the API: its element is `error-CODE`."""

    code: str
    status: int
    meaning: str


@dataclass(frozen=True, slots=True)
class ApiView:
    """The API page: the OpenAPI document as a page of our own."""

    intro: str
    calls: tuple[CallView, ...]
    codes: tuple[CodeView, ...]
