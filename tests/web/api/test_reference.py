"""The API page says what the OpenAPI document says, and nothing comes from elsewhere."""

import json
import re

from app.web.api.reference import calls, codes
from tests.web.visiting import http_to, running, words

DESIGNED = {
    ("POST", "/api/v1/session"),
    ("POST", "/api/v1/discover"),
    ("GET", "/api/v1/session"),
    ("POST", "/api/v1/session/release"),
    ("POST", "/api/v1/session/refresh"),
    ("DELETE", "/api/v1/session"),
    ("GET", "/api/v1/capa"),
    ("GET", "/api/v1/stat"),
    ("POST", "/api/v1/noop"),
    ("GET", "/api/v1/list"),
    ("GET", "/api/v1/events"),
    ("GET", "/api/v1/transcript"),
    ("POST", "/api/v1/headers/pause"),
    ("POST", "/api/v1/headers/resume"),
    ("GET", "/api/v1/space"),
    ("GET", "/api/v1/messages/{id}"),
    ("GET", "/api/v1/messages/{id}/top"),
    ("GET", "/api/v1/messages/{id}/peek"),
    ("GET", "/api/v1/messages/{id}/retr"),
    ("GET", "/api/v1/messages/{id}/parts/{path}"),
    ("GET", "/api/v1/messages/{id}/attachments"),
    ("GET", "/api/v1/export"),
    ("POST", "/api/v1/export"),
    ("POST", "/api/v1/messages/{id}/dele"),
    ("DELETE", "/api/v1/messages/{id}/dele"),
    ("POST", "/api/v1/dele"),
    ("POST", "/api/v1/rset"),
    ("POST", "/api/v1/quit"),
    ("GET", "/api/v1/receipts/{number}"),
    ("POST", "/api/v1/receipts/{number}/check"),
    ("GET", "/api/v1/report"),
    ("POST", "/api/v1/report"),
    ("POST", "/api/v1/console"),
}


async def test_the_document_has_every_call_with_its_words():
    async with running() as app, http_to(app) as http:
        document = (await http.get("/api/v1/openapi.json")).json()
    found = calls(document)
    assert {(call.method, call.path) for call in found} == DESIGNED
    for call in found:
        assert call.summary
        assert call.description.endswith(".")
        assert ("default", "an error") in call.answers
        assert not any(status == "422" for status, _ in call.answers)
    assert "HTTPValidationError" not in str(document)
    by_name = {(call.method, call.path): call for call in found}
    fields = {row.name: row for row in by_name["POST", "/api/v1/session"].body}
    assert set(fields) == {"username", "password", "server", "port", "security", "auth", "token"}
    assert fields["username"].required
    assert not fields["server"].required
    assert fields["security"].type == "Security or null"
    (ids, _, dry_run) = by_name["POST", "/api/v1/dele"].body
    assert (ids.name, ids.type, dry_run.type) == ("ids", "list of string or null", "boolean")
    assert [row.name for row in by_name["POST", "/api/v1/quit"].body] == ["verify"]
    known = {code: status for code, status, _ in codes()}
    for call in found:
        for status, meaning in call.answers:
            if status == "409":
                named = meaning.rpartition(": ")[2].split(", ")
                assert {known[code] for code in named} == {409}, call.path
    refused = dict(by_name["POST", "/api/v1/quit"].answers)["409"]
    assert refused.endswith(": commit-failed, ambiguous")
    assert {row.name for row in by_name["GET", "/api/v1/list"].parameters} >= {
        "sort",
        "page",
        "per_page",
    }


async def test_the_document_refers_to_nothing_that_it_does_not_hold():
    async with running() as app, http_to(app) as http:
        text = (await http.get("/api/v1/openapi.json")).text
    held = set(json.loads(text)["components"]["schemas"])
    assert set(re.findall(r'"#/components/schemas/(\w+)"', text)) <= held


async def test_an_error_is_documented_as_problem_json_and_its_type_leads_to_its_meaning():
    async with running() as app, http_to(app) as http:
        document = (await http.get("/api/v1/openapi.json")).json()
        problem = (await http.get("/api/v1/stat")).json()
        path, _, anchor = problem["type"].partition("#")
        assert f'id="{anchor}"' in (await http.get(path)).text
    answers = document["paths"]["/api/v1/stat"]["get"]["responses"]
    schema = answers["default"]["content"]["application/problem+json"]["schema"]
    assert set(problem) <= set(schema["properties"])
    assert set(schema["required"]) <= set(problem)


async def test_the_page_shows_them_and_fetches_nothing_from_elsewhere():
    async with running() as app, http_to(app) as http:
        page = await http.get("/api/docs")
    text = words(page)
    for method, path in DESIGNED:
        assert f"{method} {path}" in re.sub(r"\s+", " ", text)
    assert not re.search(r'(src|href)="(https?:)?//', page.text)
    for elsewhere in ("/docs", "/redoc", "/openapi.json"):
        async with http_to(app) as http:
            assert (await http.get(elsewhere)).status_code == 404
