"""Sending an operation of this folder to Saleor and reading its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final

from marketplace.saleor import documents, transport
from marketplace.saleor.queries import app_token
from marketplace.saleor.types import SaleorProblem, SaleorRefused, SaleorUnavailable

APP: Final = "\0app"
_instead: ContextVar[str] = ContextVar("token used in place of the app's", default="")
_BOUNDARY = "machiichi-2f6c1e5e0d8b4a3c"


def execute(operation: str, variables: Mapping[str, Any] | None = None, *, token: str | None = APP) -> dict[str, Any]:
    """Send `operation` and return the content of `data`; amounts are `Decimal`.

    Arguments: `operation`, the name of a file in `operations/` in PascalCase; `token`, `APP` for the installed app's,
    None for an anonymous caller, else a customer's or staff member's JWT.
    Raises `SaleorRefused` for errors of the document and for errors in any mutation's payload, `SaleorUnavailable`
    when there is no answer or it is none of Saleor's, `RuntimeError` when a transaction of the mall is open.
    """
    return _checked(ask(operation, variables, token=token))


def ask(operation: str, variables: Mapping[str, Any] | None = None, *, token: str | None = APP) -> dict[str, Any]:
    """Send `operation` and return the whole answer (`data`, `errors`), refusals included. Raises as `execute` else."""
    body = _encode(operation, variables).encode()
    headers = {"Content-Type": "application/json", **_authorization(token)}
    return _read(transport.post(headers=headers, body=body, is_repeatable=documents.is_query(operation)))


def upload(
    operation: str,
    variables: Mapping[str, Any],
    *,
    variable: str,
    filename: str,
    content_type: str,
    content: bytes,
    token: str | None = APP,
) -> dict[str, Any]:
    """Send `operation` with one file as its `variable`, as a GraphQL multipart request. Returns and raises as
    `execute`. `filename` is sent without any path or quotes."""
    name = "".join(letter for letter in filename if letter.isalnum() or letter in "._-") or "file"
    parts = (
        ("operations", None, _encode(operation, {**variables, variable: None}).encode()),
        ("map", None, json.dumps({"0": [f"variables.{variable}"]}).encode()),
        ("0", (name, content_type), content),
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}", **_authorization(token)}
    return _checked(_read(transport.post(headers=headers, body=_multipart(parts), is_repeatable=False)))


@contextmanager
def with_token(token: str) -> Iterator[None]:
    """Let whatever asks with the app's token inside use `token`: for looking around before there is an app."""
    kept = _instead.set(token)
    try:
        yield
    finally:
        _instead.reset(kept)


def _authorization(token: str | None) -> dict[str, str]:
    value = (_instead.get() or app_token(api_url=transport.api_url())) if token is APP else token
    return {"Authorization": f"Bearer {value}"} if value else {}


def _encode(operation: str, variables: Mapping[str, Any] | None) -> str:
    request = {
        "operationName": operation,
        "query": documents.document(operation),
        "variables": dict(variables or {}),
    }
    return json.dumps(request, default=_number, ensure_ascii=False)


def _number(value: object) -> float | str:
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _multipart(parts: tuple[tuple[str, tuple[str, str] | None, bytes], ...]) -> bytes:
    body = b""
    for name, file, content in parts:
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if file:
            head += f'; filename="{file[0]}"\r\nContent-Type: {file[1]}'
        body += head.encode() + b"\r\n\r\n" + content + b"\r\n"
    return body + f"--{_BOUNDARY}--\r\n".encode()


def _read(response: transport.Response) -> dict[str, Any]:
    status, _, body = response
    try:
        answer = json.loads(body, parse_float=Decimal)
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not ({"data", "errors"} & answer.keys()):
        raise SaleorUnavailable(f"the answer (status {status}) is none of Saleor's")
    return answer


def _checked(answer: dict[str, Any]) -> dict[str, Any]:
    problems = [_top_level(error) for error in answer.get("errors") or ()]
    data: dict[str, Any] = answer.get("data") or {}
    for payload in data.values():
        if isinstance(payload, dict):
            problems += [_of_payload(error) for error in payload.get("errors") or ()]
            for result in payload.get("results") or ():
                problems += [_of_payload(error) for error in result.get("errors") or ()]
    if problems:
        raise SaleorRefused(tuple(problems))
    return data


def _top_level(error: dict[str, Any]) -> SaleorProblem:
    exception = (error.get("extensions") or {}).get("exception") or {}
    path = ".".join(str(part) for part in error.get("path") or ())
    return SaleorProblem(code=exception.get("code", "GraphQLError"), field=path, message=error.get("message", ""))


def _of_payload(error: dict[str, Any]) -> SaleorProblem:
    ids = [*(error.get("lines") or ()), *(error.get("orderLines") or ()), *(error.get("variants") or ())]
    return SaleorProblem(
        code=error.get("code") or "",
        field=error.get("field") or error.get("path") or "",
        message=error.get("message") or "",
        ids=tuple(each if isinstance(each, str) else each.get("lineId", "") for each in ids),
    )
