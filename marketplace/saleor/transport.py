"""How bytes reach Saleor: over HTTP, or through the embedded engine's handler in this process. Nobody above can tell.

A call while a transaction is open on `default` raises on both (decision 0002): the mall's rows could still be rolled
back while Saleor's could not.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import urllib3
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from marketplace.saleor.types import SaleorUnavailable

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 60.0
Response = tuple[int, Mapping[str, str], bytes]


def api_url() -> str:
    """Return the address of the GraphQL API, as Saleor names itself in the header Saleor-Api-Url."""
    return settings.SALEOR_API_URL or f"{settings.ENGINE_PUBLIC_URL}/graphql/"


def refuse_inside_transaction() -> None:
    """Raise `RuntimeError` when a transaction of the mall is open. The one that a test case opens does not count."""
    blocks = connections["default"].atomic_blocks
    if any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise RuntimeError("call to Saleor inside a mall transaction")


def post(*, headers: Mapping[str, str], body: bytes, is_repeatable: bool) -> Response:
    """Send one GraphQL request and return (status, headers, body).

    Arguments: `is_repeatable`, true for a query: it is sent again once when the line breaks. A mutation never is.
    Raises `SaleorUnavailable` when no answer came, `RuntimeError` inside a transaction of the mall.
    """
    refuse_inside_transaction()
    if settings.SALEOR_API_URL:
        return _send("POST", settings.SALEOR_API_URL, headers, body, repeats=1 if is_repeatable else 0)
    return _in_process("POST", "/graphql/", headers, body)


def get(path: str) -> Response:
    """Fetch `path` (absolute, like /.well-known/jwks.json) from the origin of the API. Errors as `post`."""
    refuse_inside_transaction()
    if settings.SALEOR_API_URL:
        parts = urllib3.util.parse_url(settings.SALEOR_API_URL)
        return _send("GET", f"{parts.scheme}://{parts.netloc}{path}", {}, None, repeats=1)
    return _in_process("GET", path, {}, b"")


def _in_process(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
    return import_string(settings.ENGINE_HANDLER)(method, path, headers, body)


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=16, timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S))


def _send(method: str, url: str, headers: Mapping[str, str], body: bytes | None, *, repeats: int) -> Response:
    retries = urllib3.Retry(
        total=2, connect=2, read=repeats, redirect=0, status=0, allowed_methods=None, backoff_factor=0.1
    )
    try:
        answer = _pool().request(method, url, headers=headers, body=body, retries=retries)
    except urllib3.exceptions.HTTPError as error:
        raise SaleorUnavailable(f"no answer from {url}: {error}") from error
    return answer.status, answer.headers, answer.data
