"""GraphQL over HTTP for whoever is signed in with a session; Django's own CSRF check holds for every request."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from graphql import ExecutionResult, GraphQLError, execute, parse

from marketplace.api.limits import problems_of
from marketplace.api.schema import schema

LONGEST = 20_000


def answer(request: HttpRequest) -> HttpResponse:
    """Answer a POST of {"query", "variables", "operationName"} as JSON.

    400 for what is no such object, too long, not of the schema, or more than `limits` allow.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asked = _read(request.body)
    if asked is None:
        return _errors([GraphQLError("send a JSON object with a query")])
    try:
        document = parse(asked["query"])
    except (GraphQLError, RecursionError) as error:
        return _errors([error if isinstance(error, GraphQLError) else GraphQLError("too deep")])
    problems = problems_of(schema.graphql_schema, document)
    if problems:
        return _errors(problems)
    result = execute(
        schema.graphql_schema,
        document,
        variable_values=asked.get("variables") or {},
        operation_name=asked.get("operationName"),
        context_value=request,
    )
    assert isinstance(result, ExecutionResult)  # no resolver is a coroutine
    return _never_kept(JsonResponse(result.formatted))


def _errors(problems: list[GraphQLError]) -> HttpResponse:
    return _never_kept(JsonResponse({"errors": [each.formatted for each in problems]}, status=400))


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(body) if len(body) <= LONGEST else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        return None
    name = asked.get("operationName")
    is_shaped = isinstance(asked.get("variables") or {}, dict) and (name is None or isinstance(name, str))
    return asked if is_shaped else None
