"""The engine's one door: bytes in, bytes out. The HTTP view and the in-process transport both call `handle`."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from graphql import GraphQLError

from infra.engine.schema.authentication import InvalidToken, authenticate
from infra.engine.schema.build import documents, schema
from infra.engine.schema.context import Context
from infra.engine.schema.errors import format_error
from infra.engine.schema.executor import execute
from infra.engine.schema.multipart import BadRequest, read_multipart

logger = logging.getLogger(__name__)
Response = tuple[int, dict[str, str], bytes]


def handle(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    """Answer one request of the engine's paths; `path` may carry a query string, header names are case-insensitive.

    Returns (status, headers, body). Never raises for what a client can cause.
    """
    route, _, query = path.partition("?")
    lowered = {name.lower(): value for name, value in headers.items()}
    if route == "/graphql/":
        return _graphql(method, lowered, body)
    if route == "/.well-known/jwks.json":
        from infra.engine.apps.keys import jwks

        return _json(200, jwks())
    if route.startswith(("/media/", "/thumbnail/")):
        from infra.engine.media.serving import serve

        return serve(method, route, lowered)
    if route.startswith("/__test__/") and settings.ENGINE_TEST_CONTROL:
        from infra.engine.control import control

        return control(method, route, body)
    return _json(404, {"detail": "Not found."})


def _json(status: int, data: Any, **headers: str) -> Response:
    content = json.dumps(data, ensure_ascii=False, separators=(", ", ": ")).encode()
    return status, {"Content-Type": "application/json", **headers}, content


def _errors(status: int, *errors: GraphQLError) -> Response:
    return _json(status, {"errors": [format_error(error) for error in errors]})


def _graphql(method: str, headers: Mapping[str, str], body: bytes) -> Response:
    if method == "OPTIONS":
        return 200, {"Content-Type": "text/plain", "Allow": "POST, OPTIONS"}, b""
    if method != "POST":
        return _json(405, {"detail": "Method not allowed."}, Allow="POST, OPTIONS")
    try:
        request, files = _read(headers, body)
    except BadRequest as error:
        return _errors(400, GraphQLError(str(error)))
    text = request.get("query")
    if not isinstance(text, str) or not text.strip():
        return _errors(400, GraphQLError("Must provide a query string."))
    try:
        requestor = authenticate(headers)
    except InvalidToken as error:
        return _errors(200, error)
    context = Context(requestor=requestor, files=files)
    status, answer = run(text, request.get("variables"), request.get("operationName"), context)
    return _json(status, answer)


def _read(headers: Mapping[str, str], body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    content_type = headers.get("content-type", "application/json")
    if content_type.startswith("multipart/form-data"):
        return read_multipart(content_type, body)
    try:
        request = json.loads(body)
    except ValueError:
        raise BadRequest("Unable to parse query.") from None
    if not isinstance(request, dict):
        raise BadRequest("Unable to parse query.")
    return request, {}


def run(text: str, variables: Any, operation_name: Any, context: Context) -> tuple[int, dict[str, Any]]:
    """Answer a document given as text: (HTTP status, the JSON answer)."""
    document = documents().get(text)
    if isinstance(document, list):
        return 400, {"errors": [format_error(error) for error in document]}
    if variables is not None and not isinstance(variables, dict):
        return 400, {"errors": [format_error(GraphQLError("Variables are invalid JSON."))]}
    result = execute(
        schema(), document, context=context, variables=variables or {}, operation_name=operation_name or None
    )
    if not result.executed:
        return 400, {"errors": [format_error(error) for error in result.errors]}
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer = {"errors": [format_error(error) for error in result.errors], "data": result.data}
    return 200, answer
