"""The API does as its own document says, whatever is sent: schemathesis, all checks, call by call.

Against a demo of its own. Left out: `events`, which do not end, and what asks mail servers for as
long as they take (`report`, `discover`, signing in), which have tests of their own.
"""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks, positive_data_acceptance
from schemathesis.core.result import Ok

from tests.support.popscope import RunningPopscope
from tests.web.visiting import SAME_ORIGIN, Script

pytestmark = pytest.mark.heavy
LEFT_OUT = r"/(events|report|discover|session)$"
EXAMPLES = int(os.environ.get("EXAMPLES", "4"))  # of each call, right and wrong
load_all_checks()


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningPopscope]:
    with RunningPopscope("demo") as running:
        yield running


async def ids(demo: RunningPopscope) -> tuple[str, list[str]]:
    """The token of a demo's visitor, and the ids of small messages there."""
    async with httpx.AsyncClient(base_url=demo.url) as http:
        await http.post("/demo", headers=SAME_ORIGIN)
        token = http.cookies[f"popscope-{demo.port}"]
    async with httpx.AsyncClient(base_url=demo.url) as http:
        listed = await Script(http, token).get("/list?sort=size&per_page=8")
        return token, [message["id"] for message in listed["messages"]]


@pytest.mark.parametrize(
    ("mode", "signed_in"),
    [
        (GenerationMode.POSITIVE, True),
        (GenerationMode.NEGATIVE, True),
        (GenerationMode.POSITIVE, False),
    ],
    ids=["right", "wrong", "not signed in"],
)
async def test_every_call_does_as_documented(
    demo: RunningPopscope, mode: GenerationMode, signed_in: bool
) -> None:
    token, there = await ids(demo)
    schema = schemathesis.openapi.from_url(f"{demo.url}/api/v1/openapi.json")
    headers = {"Authorization": f"Bearer {token if signed_in else 'nobody'}"}
    tried: list[Case[Any]] = []

    def check(case: Case[Any]) -> None:
        wanted = case.path_parameters or {}
        if "id" in wanted and len(tried) % 3:
            case.path_parameters = {**wanted, "id": there[len(tried) % len(there)]}
        if case.method == "GET" and case.path.endswith("/export"):
            case.query = {**(case.query or {}), "q": "smaller:10K"}  # all would be 300 MB
        # What may be typed has a grammar that no schema tells.
        lenient = [positive_data_acceptance] if case.path.endswith("/console") else []
        case.call_and_validate(headers=headers, excluded_checks=lenient, timeout=20)
        tried.append(case)

    for found in schema.exclude(path_regex=LEFT_OUT).get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        before = len(tried)
        if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
            continue  # nothing to get wrong
        run = given(case=operation.as_strategy(generation_mode=mode))(check)
        settings(
            max_examples=EXAMPLES if signed_in else 1,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),  # the first failure is small enough
            suppress_health_check=list(HealthCheck),
        )(run)()
        assert len(tried) > before, operation.label
