"""The engine's one door: bytes in, bytes out. The HTTP view and the in-process transport both call `handle`."""

from __future__ import annotations

import ipaddress
import json
import logging
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from graphql import GraphQLError

from infra.engine.schema.authentication import InvalidToken, authenticate
from infra.engine.schema.build import documents, schema
from infra.engine.schema.context import Context
from infra.engine.schema.costs import QueryCostError, check_cost
from infra.engine.schema.errors import format_error
from infra.engine.schema.executor import execute
from infra.engine.schema.multipart import BadRequest, read_multipart

logger = logging.getLogger(__name__)
Response = tuple[int, dict[str, str], bytes]
#: documents in one request, as the contract's default has it
MAX_BATCH = 1
COOKIE_AGE_S = 30 * 24 * 3600
PREFLIGHT = {
    "Access-Control-Allow-Headers": "Origin, Content-Type, Accept, Authorization, Source-Service-Name, "
    "Authorization-Bearer",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Max-Age": "600",
}


def handle(method: str, path: str, headers: Mapping[str, str], body: bytes, peer: str | None = None) -> Response:
    """Answer one request of the engine's paths; `path` may carry a query string, header names are case-insensitive.

    `peer` is the address the connection comes from, None for a call inside the process.
    Returns (status, headers, body). Never raises for what a client can cause.
    """
    route, _, query = path.partition("?")
    lowered = {name.lower(): value for name, value in headers.items()}
    if route == "/graphql/":
        return _graphql(method, lowered, body, peer)
    if route == "/.well-known/jwks.json":
        from infra.engine.apps.keys import jwks

        return _json(200, jwks())
    if route.startswith(("/media/", "/thumbnail/")):
        from infra.engine.media.serving import serve

        return serve(method, route, lowered)
    if route.startswith("/__test__/") and settings.ENGINE_TEST_CONTROL:
        from infra.engine.control import control

        return control(method, route, lowered, body, peer)
    return _json(404, {"detail": "Not found."})


def _json(status: int, data: Any, **headers: str) -> Response:
    try:
        content = json.dumps(data, ensure_ascii=False, separators=(", ", ": ")).encode()
    except UnicodeEncodeError:  # what was asked may be half a surrogate pair, and an error names it
        content = json.dumps(data, separators=(", ", ": ")).encode()
    return status, {"Content-Type": "application/json", **headers}, content


def _errors(status: int, *errors: GraphQLError) -> Response:
    return _json(status, {"errors": [format_error(error) for error in errors]})


def _graphql(method: str, headers: Mapping[str, str], body: bytes, peer: str | None) -> Response:
    cors = cors_headers(headers.get("origin"))
    if method == "OPTIONS":
        return 200, {"Content-Type": "text/plain", "Allow": "POST, OPTIONS", **cors, **(PREFLIGHT if cors else {})}, b""
    if method != "POST":
        return _json(405, {"detail": "Method not allowed."}, Allow="POST, OPTIONS")
    status, sent, content = _post(headers, body, peer)
    return status, {**sent, **cors}, content


def _post(headers: Mapping[str, str], body: bytes, peer: str | None) -> Response:
    try:
        asked, files = _read(headers, body)
    except BadRequest as error:
        return _errors(400, GraphQLError(str(error)))
    try:
        requestor = authenticate(headers)
    except InvalidToken as error:
        return _errors(200, error)
    context = Context(
        requestor=requestor,
        files=files,
        client_address=client_address(headers, peer),
        cookies=_cookies_of(headers),
    )
    if isinstance(asked, list):
        if len(asked) > MAX_BATCH:
            return _errors(400, GraphQLError("Number of batch queries exceeded."))
        answers = [_answer_one(request, context) for request in asked]
        status, answer = max((each[0] for each in answers), default=200), [each[1] for each in answers]
    else:
        status, answer = _answer_one(asked, context)
    return _json(status, answer, **_cookies(context))


def _answer_one(request: Any, context: Context) -> tuple[int, Any]:
    text = request.get("query") if isinstance(request, dict) else None
    if not isinstance(text, str) or not text:
        return 400, {"errors": [format_error(GraphQLError("Must provide a query string."))]}
    return run(text, request.get("variables"), request.get("operationName"), context)


def _cookies_of(headers: Mapping[str, str]) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


def _cookies(context: Context) -> dict[str, str]:
    """Return the header of the cookie to set, if any: for scripts out of reach, and for other sites where HTTPS is."""
    if not context.cookies_to_set:
        return {}
    ((name, value),) = context.cookies_to_set.items()
    over_https = context.request_url.startswith("https:")
    rest = "SameSite=None; Secure" if over_https else "SameSite=Lax"
    return {"Set-Cookie": f"{name}={value}; Max-Age={COOKIE_AGE_S}; Path=/graphql/; HttpOnly; {rest}"}


def cors_headers(origin: str | None) -> dict[str, str]:
    """Return what lets a page of another origin read the answer, as the contract does; nothing without an Origin."""
    if not origin:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }


def client_address(headers: Mapping[str, str], peer: str | None) -> str | None:
    """Return where a request comes from: what the nearest proxy says, if that proxy runs on this machine.

    None inside the process, where nobody says for whom.
    """
    said = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    try:
        if said and (peer is None or ipaddress.ip_address(peer).is_loopback):
            return str(ipaddress.ip_address(said))
    except ValueError:
        return peer
    return peer


def _read(headers: Mapping[str, str], body: bytes) -> tuple[dict[str, Any] | list[Any], dict[str, Any]]:
    content_type = headers.get("content-type", "application/json")
    if content_type.startswith("multipart/form-data"):
        return read_multipart(content_type, body)
    if not content_type.startswith("application/json"):
        return _other_request(content_type, body), {}
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        raise BadRequest("Unable to parse query.") from None
    if not isinstance(request, dict | list):
        raise BadRequest("Unable to parse query.")
    return request, {}


def _other_request(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the question of a request that is not in JSON: a bare document, or a form. Of other kinds nothing."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise BadRequest("Unable to parse query.") from None
    if content_type.startswith("application/graphql"):
        return {"query": text}
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(text))
    return {}


def run(text: str, variables: Any, operation_name: Any, context: Context) -> tuple[int, dict[str, Any]]:
    """Answer a document given as text: (HTTP status, the JSON answer)."""
    document = documents().get(text)
    if isinstance(document, list):
        return 400, {"errors": [format_error(error) for error in document]}
    if not isinstance(variables, dict):
        if variables and any(each.variable_definitions for each in document.operations.values()):
            return 400, {"errors": [format_error(GraphQLError("Variables are invalid JSON."))]}
        variables = {}
    try:
        check_cost(schema(), document, variables)
    except QueryCostError as error:
        return 400, {"errors": [format_error(error)]}
    try:
        result = execute(
            schema(), document, context=context, variables=variables, operation_name=operation_name or None
        )
    except RecursionError:  # nothing ran: what fails in a resolver is an error of its field
        return 400, {"errors": [format_error(GraphQLError("Variables are nested too deeply."))]}
    if not result.executed:
        return 400, {"errors": [format_error(error) for error in result.errors]}
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer = {"errors": [format_error(error) for error in result.errors], "data": result.data}
    return 200, answer
