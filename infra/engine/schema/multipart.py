"""Uploads: the GraphQL multipart request (jaydenseric/graphql-multipart-request-spec, revision 2)."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError


class BadRequest(ValueError):  # noqa: N818
    """The body of the request cannot be read."""


def read_multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (operations with each file in its place among the variables, files by form name). Raises BadRequest."""
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    try:
        form, uploads = MultiPartParser(
            meta, BytesIO(body), [MemoryFileUploadHandler(), TemporaryFileUploadHandler()], "utf-8"
        ).parse()
        operations, places = json.loads(str(form["operations"])), json.loads(str(form.get("map", "{}")))
    except (MultiPartParserError, KeyError, ValueError, RecursionError) as error:
        raise BadRequest("Unable to parse query.") from error
    if not isinstance(operations, dict) or not isinstance(places, dict):
        raise BadRequest("Unable to parse query.")
    for name, paths in places.items():
        if name not in uploads:
            raise BadRequest(f"File {name} is missing.")
        for path in paths:
            _put(operations, path.split("."), uploads[name])
    return operations, dict(uploads.items())


def _put(target: Any, path: list[str], value: Any) -> None:
    try:
        for part in path[:-1]:
            target = target[int(part)] if isinstance(target, list) else target[part]
        key: Any = int(path[-1]) if isinstance(target, list) else path[-1]
        target[key] = value
    except (KeyError, IndexError, ValueError, TypeError):
        raise BadRequest("The map names a place that the operations lack.") from None
