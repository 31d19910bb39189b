"""Pictures and videos that stand at an address elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from django.conf import settings
from django.utils.module_loading import import_string

from infra.engine import outgoing

#: seconds to connect and to read
TIMEOUT_S = (5, 15)
#: host of a video: the address that describes it (oEmbed 1.0)
PROVIDERS = {
    "youtube.com": "https://www.youtube.com/oembed?format=json&url={url}",
    "youtu.be": "https://www.youtube.com/oembed?format=json&url={url}",
    "vimeo.com": "https://vimeo.com/api/oembed.json?url={url}",
}


class Unreachable(Exception):  # noqa: N818
    """Nothing can be had from the address: no answer, an error, too much, or a host that is not public."""


@dataclass(frozen=True, slots=True)
class Remote:
    """What an address answered."""

    content_type: str
    content: bytes


def fetch(url: str) -> Remote:
    """Return what `url` answers, redirects not followed. Raises Unreachable."""
    local = _local(url)
    if local is not None:
        status, headers, content = local("GET", url, {}, b"")
        if status != 200:
            raise Unreachable(f"{url} answered {status}")
        return Remote(headers.get("Content-Type", "").partition(";")[0], content)
    try:
        answer = outgoing.request("GET", url, timeout_s=TIMEOUT_S)
    except requests.RequestException as error:
        raise Unreachable(str(error)) from error
    if answer.status != 200:
        raise Unreachable(f"{url} answered {answer.status}")
    return Remote(answer.headers.get("Content-Type", "").partition(";")[0].strip().lower(), answer.content)


def describe_video(url: str) -> dict[str, Any] | None:
    """Return the oEmbed description of a video, None when nobody known hosts it. Raises Unreachable."""
    host = (urlsplit(url).hostname or "").removeprefix("www.").removeprefix("m.")
    endpoint = PROVIDERS.get(host)
    if endpoint is None:
        return None
    try:
        described = json.loads(fetch(endpoint.format(url=quote(url, safe=""))).content)
    except ValueError as error:
        raise Unreachable(f"{host} described nothing") from error
    return {**described, "url": url} if isinstance(described, dict) else None


def _local(url: str) -> Any:
    parts = urlsplit(url)
    path = getattr(settings, "ENGINE_LOCAL_ORIGINS", {}).get(f"{parts.scheme}://{parts.netloc}")
    return import_string(path) if path else None
