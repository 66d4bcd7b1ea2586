"""The API's reference: its OpenAPI document, as a page of our own."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from app.web.site.problems import PROBLEMS
from app.web.site.visit import OpenWatchingVisit
from app.web.site.words import N_, _

from .views import ApiView, CallView, CodeView, ParameterView

router = APIRouter(prefix="/api")
_INTRO = N_(
    "Everything the pages can do, under the names of POP3: DELE marks, RSET "
    "unmarks, QUIT carries it out. Sign in with POST /api/v1/session, then send "
    "Authorization: Bearer TOKEN. Errors are application/problem+json with a "
    "stable code."
)


def _type_of(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_type_of(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type_of(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _parameters(operation: dict[str, Any]) -> tuple[ParameterView, ...]:
    return tuple(
        ParameterView(
            name=one["name"],
            place=one["in"],
            type=_type_of(one["schema"]),
            required=one.get("required", False),
            description=one.get("description", ""),
        )
        for one in operation.get("parameters", ())
    )


def _body(operation: dict[str, Any], schemas: dict[str, Any]) -> tuple[ParameterView, ...]:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    for option in (schema, *schema.get("anyOf", ())):
        name = str(option.get("$ref", "")).rpartition("/")[2]
        if name in schemas:
            found = schemas[name]
            return tuple(
                ParameterView(
                    name=field,
                    place="body",
                    type=_type_of(kind),
                    required=field in found.get("required", ()),
                    description=kind.get("description", ""),
                )
                for field, kind in found.get("properties", {}).items()
            )
    return ()


def _answers(operation: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    answers = []
    for status, answer in operation.get("responses", {}).items():
        kinds = [
            _type_of(media["schema"]) if media.get("schema") else kind
            for kind, media in answer.get("content", {}).items()
            if kind == "application/json" or media.get("schema", {}).get("format") == "binary"
        ]
        answers.append((status, ", ".join(kinds) or answer.get("description", "")))
    return tuple(answers)


def calls(document: dict[str, Any]) -> tuple[CallView, ...]:
    """The calls of an OpenAPI document, in its order."""
    schemas = document.get("components", {}).get("schemas", {})
    return tuple(
        CallView(
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            parameters=_parameters(operation),
            body=_body(operation, schemas),
            answers=_answers(operation),
        )
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )


def codes() -> list[tuple[str, int, str]]:
    """Every code of the table with its status and what it stands for, for the API's reference."""
    return sorted(
        (entry.code, entry.status, (kind.__doc__ or "").partition("\n")[0])
        for kind, entry in PROBLEMS.items()
    )


@router.get("/docs")
async def show_docs(visit: OpenWatchingVisit) -> Response:
    """The API page."""
    known = tuple(CodeView(code, status, meaning) for code, status, meaning in codes())
    document = visit.request.app.openapi()
    view = ApiView(_(_INTRO), calls(document), known)
    return await visit.page("api/reference", view, _("API"))
