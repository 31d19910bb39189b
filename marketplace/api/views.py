"""GraphQL over HTTP for whoever is signed in with a session; Django's own CSRF check holds for every request."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

from marketplace.api.schema import schema

LONGEST = 20_000


def answer(request: HttpRequest) -> HttpResponse:
    """Answer a POST of {"query", "variables", "operationName"} as JSON; 400 for what is no such object or too long."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    asked = _read(request.body)
    if asked is None:
        return JsonResponse({"errors": [{"message": "send a JSON object with a query"}]}, status=400)
    result = schema.execute(
        asked["query"],
        variable_values=asked.get("variables") or {},
        operation_name=asked.get("operationName"),
        context_value=request,
    )
    response = JsonResponse(result.formatted)
    response["Cache-Control"] = "private, no-store"
    return response


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        asked = json.loads(body) if len(body) <= LONGEST else None
    except ValueError:
        return None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        return None
    return asked if isinstance(asked.get("variables") or {}, dict) else None
